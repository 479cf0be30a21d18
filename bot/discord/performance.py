"""Performance: one rehearsal played into its thread, from the card to the report; after a kill it goes on where it was.

Knows the order of things. How they look stands in cards.py, who is next in turns.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import shorten

import discord

from audience.library import Library
from audience.reaction import KIND, Reaction
from audience.report import Report
from bot.discord import buttons, cards
from bot.discord.neutral import neutral
from bot.discord.reports import Reports
from bot.discord.thread import OWN_NAME, Thread
from bot.discord.turns import Turns
from bot.order import same_model, same_words, timings
from bot.pages.drawing import drawn, drawn_told
from bot.pages.figures import flat
from bot.room import Kept, Room

CARD_EVERY = 2.0  # seconds between two states of a card: Discord takes about five edits in five seconds, for all of us
ARRIVING = 5.0  # seconds for an edit under way to arrive, or it could arrive after the one that follows it
REPLY = 1_900  # characters of a reply, below Discord's 2,000
CARD = "card"


@dataclass(slots=True)
class _Seen:
    """What the card shows while readers are heard."""

    started: float = 0.0
    before: int = 0  # heard in an earlier run
    remark: str = ""


class Performance:
    def __init__(
        self, thread: Thread, kept: Kept, words: Library, room: Room, turns: Turns, reports: Reports, most_seconds: float
    ) -> None:
        self.thread, self.rehearsal, self.words, self.room = thread, kept.rehearsal, words, room
        self.turns, self.reports, self.most_seconds = turns, reports, most_seconds
        self.reactions = {(r.part, r.seat): r for r in kept.reactions}
        self.timings, self.posted = dict(kept.timings), 0
        self.cancelled_by = ""
        self.changed = asyncio.Event()
        self._editing = asyncio.Lock()
        self._seen = _Seen(before=len(self.reactions))
        self._to_say: asyncio.Queue[Reaction | None] = asyncio.Queue()
        self._playing = not kept.finished

    async def run(self) -> None:
        """Play it. What is refused for good stops it with a sentence on the card; the caller hears it too."""
        try:
            await self._perform()
        except asyncio.CancelledError:
            if not self.cancelled_by:
                raise  # we are closing: the next start goes on
            if (task := asyncio.current_task()) is not None:
                task.uncancel()
            await self.stop(f"Cancelled by {self.cancelled_by}.")

    async def _perform(self) -> None:
        of = self.rehearsal
        title = f"{'Again' if self.thread.staging.before else 'Rehearsal'}: {shorten(flat(of.draft.text), 80, placeholder='…')}"
        await self.thread.open(title, self._starter)
        card = await self._card()
        ticket = self.turns.take(self.thread.staging.server, self.thread.staging.asker)
        keeping = asyncio.create_task(self._keep_card(card, lambda: self.turns.place(ticket)))
        try:
            async with self.turns.turn(ticket):
                self.changed.set()
                await self._play()
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ARRIVING), self._editing:
                    keeping.cancel()
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        await self._show()

    async def _starter(self) -> int:
        staging = self.thread.staging
        place = self.thread.client.get_partial_messageable(staging.channel, guild_id=staging.server)
        embed = cards.draft_card(self.rehearsal)
        return (await place.send(embed=embed, view=buttons.starter(staging))).id

    async def _card(self) -> int:
        embed = cards.status(self.rehearsal, self._progress(0))
        return await self.thread.post(CARD, embed, buttons.under_way(self.thread.staging))

    async def _play(self) -> None:
        """Play and post side by side, so that a slow channel holds up no reader."""
        await self.thread.store.stagings.change(self.rehearsal.id, state="playing")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._say_all())
                group.create_task(self._hear_all())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _hear_all(self) -> None:
        for reaction in sorted(self.reactions.values(), key=lambda r: (r.part, r.seat)):
            self._to_say.put_nowait(reaction)
        started = self._seen.started = time.perf_counter()
        if self._playing:
            try:
                async with asyncio.timeout(self.most_seconds):
                    await self._hear()
            except TimeoutError:
                self._seen.remark = f"Ended after {self.most_seconds / 60:g} minutes, the most a rehearsal may take here."
                await self._catch_up()
            self.timings = timings(time.perf_counter() - started, len(self.rehearsal.seats), self.room.opening, self.timings)
            await self.room.store.finish(self.rehearsal.id, self.timings)
        self._to_say.put_nowait(None)

    async def _hear(self) -> None:
        same_words(self.rehearsal, self.words)
        same_model(self.rehearsal, self.room.model.name)
        async for reaction in self.room.play(self.rehearsal, self.words, tuple(self.reactions.values())):
            self.reactions[reaction.part, reaction.seat] = reaction
            self._to_say.put_nowait(reaction)
            self.changed.set()

    async def _catch_up(self) -> None:
        """Take in what was kept just as the time was up."""
        for reaction in (await self.room.store.load(self.rehearsal.id)).reactions:
            if self.reactions.get((reaction.part, reaction.seat)) != reaction:
                self.reactions[reaction.part, reaction.seat] = reaction
                self._to_say.put_nowait(reaction)

    async def _say_all(self) -> None:
        while (reaction := await self._to_say.get()) is not None:
            if reaction.reply and reaction.part != "worst":
                await self._say(reaction, reaction.reply)

    async def _say(self, reaction: Reaction, reply: str) -> None:
        of = self.thread.staging
        voice = await self.thread.voices.voice(of.server, self.rehearsal.reader(reaction.persona), reaction.seat)
        post = f"{reaction.part}.{reaction.seat}"
        words = neutral(reply, REPLY)
        if reaction.answers is not None and (to := self.reactions.get(("first", reaction.answers))):
            words = f"-# answers {neutral(self.rehearsal.reader(to.persona).first_name, 60)}\n{words}"
        await self.thread.speak(post, voice, words, buttons.under_reply(of, post))
        self.posted += 1
        self.changed.set()

    async def _keep_card(self, card: int, place: Callable[[], int]) -> None:
        """Bring the card up to date while something changes; a card that somebody deleted is posted anew."""
        shown = ""
        while True:
            await self.changed.wait()
            self.changed.clear()
            embed = cards.status(self.rehearsal, self._progress(place()))
            if (now := str(embed.to_dict())) != shown:
                shown = now
                async with self._editing:
                    card = await self._edited(card, embed)
            await asyncio.sleep(CARD_EVERY)

    async def _edited(self, card: int, embed: discord.Embed) -> int:
        try:
            await self.thread.edit(card, embed, buttons.under_way(self.thread.staging))
        except discord.NotFound as error:
            if error.code != 10008:
                raise
            await self.thread.lost(CARD)
            return await self._card()
        return card

    def _progress(self, place: int) -> cards.Progress:
        first = [r for (part, _), r in self.reactions.items() if part == "first"]
        silent = sum(1 for r in first if r.weighed and KIND[r.kind].silent)
        speaking = sum(1 for r in first if r.weighed and KIND[r.kind].words)
        remark = self._seen.remark or (OWN_NAME if self.thread.own_name else "")
        seats = len(self.rehearsal.seats)
        return cards.Progress(place, len(first), seats, silent, speaking, self.posted, self._left(len(first)), remark)

    def _left(self, heard: int) -> float | None:
        """Seconds until all readers are heard, at the pace so far; how long those who speak then write, nobody knows."""
        new = heard - self._seen.before
        if not self._seen.started or new < 3 or heard == len(self.rehearsal.seats):
            return None
        return (time.perf_counter() - self._seen.started) / new * (len(self.rehearsal.seats) - heard)

    async def _show(self) -> None:
        """The card becomes the report."""
        report = await asyncio.to_thread(Report.of, self.rehearsal, tuple(self.reactions.values()), self.timings)
        await show(self.thread, report, self.reports, self._seen.remark or (OWN_NAME if self.thread.own_name else ""))
        await self.room.store.stagings.change(self.rehearsal.id, state="shown")

    async def stop(self, why: str) -> None:
        """End it for a reason that will not pass by itself; the card says so, where it can still be reached."""
        self.thread.staging = await self.room.store.stagings.change(self.rehearsal.id, state="stopped", why=why)
        known = await self.room.store.stagings.posts(self.rehearsal.id)
        heard = sum(1 for part, _ in self.reactions if part == "first")
        if (card := known.get(CARD)) is not None and self.thread.staging.thread is not None:
            await self.thread.edit(card, cards.stopped(self.rehearsal, why, heard), buttons.over(self.thread.staging))


async def show(thread: Thread, report: Report, reports: Reports, remark: str = "") -> None:
    """Put the report in the place of the card, with the chart as a picture that has its words beside it."""
    embed = await reports.card(thread.staging, report, remark)
    image = await asyncio.to_thread(drawn, report)
    chart = discord.File(io.BytesIO(image), "tally.png", description=drawn_told(report))
    published = await thread.store.outcomes.publication(report.rehearsal.id) is not None
    view = buttons.over(thread.staging, published=published)
    posts = await thread.store.stagings.posts(report.rehearsal.id)
    card = posts.get(CARD) or await thread.post(CARD, embed, view)
    try:
        await thread.edit(card, embed, view, [chart])
    except discord.NotFound as error:
        if error.code != 10008:
            raise
        await thread.lost(CARD)
        await thread.edit(await thread.post(CARD, embed, view), embed, view, [chart])
