"""Stage: all rehearsals under way in all servers, on one model. What is on it goes on after a restart.

Knows performances and talks, and no command: who may do what is decided before it is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import discord

from audience.errors import Failed, Refused
from audience.library import Library
from audience.rehearsal import Rehearsal
from bot.discord.comparing import BROKEN_OFF, Comparing
from bot.discord.edge import UNREACHABLE, attended, told
from bot.discord.performance import Performance, show
from bot.discord.quotas import DAY, Quotas
from bot.discord.reports import Reports
from bot.discord.talk import answer_back, unposted
from bot.discord.team_words import TeamWords
from bot.discord.thread import Thread
from bot.discord.turns import Turns
from bot.discord.voices import Voices
from bot.room import Room, Staging, Turn
from bot.settings import Settings

LOG = logging.getLogger(__name__)
REFRESH = 2.0  # seconds for which marks are gathered before a card is brought up to date
LONG_WAIT = 10.0  # seconds for a thread after which whoever asked is told
SWEEP = 3_600.0  # seconds between two looks for rehearsals that are kept no longer
Tell = Callable[[str], Awaitable[None]]


class Stage:
    def __init__(self, client: discord.Client, room: Room, words: Library, settings: Settings) -> None:
        self.client, self.room, self.settings = client, room, settings
        self.words, self.reports = TeamWords(room.store, words), Reports(room.store)
        self.voices, self.turns = Voices(client), Turns(moved=self._moved)
        self._quotas = Quotas(settings.member_quota, settings.server_quota)
        self._on: dict[str, tuple[Performance, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing: set[str] = set()
        self._asking = asyncio.Lock()  # or two requests at once would both find the last place of a quota free
        self.resumed = False

    async def close(self) -> None:
        """Leave everything as it is kept; the next start goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def resume(self) -> None:
        """Go on with whatever an earlier run left unfinished. Once a client, however often Discord says it is ready."""
        if self.resumed:
            return
        self.resumed = True
        for staging in await self.room.store.stagings.unfinished():
            await self.perform(staging)
        for rehearsal, turn in await unposted(self.room.store):
            self.answer(await self.room.store.stagings.get(rehearsal), turn)
        self._spawn(self._sweep())

    async def keep(self, wanted: Rehearsal, staging: Staging) -> bool:
        """Keep a rehearsal that is to be performed. False where the same request was heard before. Raises Refused."""
        rehearsal = self._decided(wanted)
        async with self._asking:
            await self._hold(staging, 1)
            return await self.room.store.stagings.begin(rehearsal, staging)

    async def keep_together(self, wanted: Sequence[Rehearsal], staging: Staging) -> list[tuple[Rehearsal, Staging]]:
        """Keep the drafts of a comparison, none of which is performed by itself; `staging` says for whom and where.

        Each counts against the quotas. Nothing comes back where the same request was heard before. Raises Refused.
        """
        kept = []
        async with self._asking:
            await self._hold(staging, len(wanted))
            for number, rehearsal in enumerate(map(self._decided, wanted)):
                # A request is known by its number: Discord's are far over 2 ** 52, so that these are never one of them.
                request = staging.interaction if not number else secrets.randbits(52) + 1
                own = replace(staging, rehearsal=rehearsal.id, interaction=request, state="stopped", why=BROKEN_OFF)
                if not await self.room.store.stagings.begin(rehearsal, own):
                    return []
                kept.append((rehearsal, own))
        return kept

    async def compare(self, drafts: Sequence[tuple[Rehearsal, Staging]], tell: Tell) -> None:
        """Play a comparison that is kept, in its own time."""
        first = drafts[0][1]
        words = await self.words.library(first.server)
        comparing = Comparing(drafts, self.thread(first), self.room, self.turns, words, self.settings)
        self._spawn(_begun(comparing.run, self._reaching(first, tell)))

    def _decided(self, wanted: Rehearsal) -> Rehearsal:
        """With the model that plays it. Raises Refused where it has too many readers."""
        if len(wanted.seats) > self.settings.most_seats:
            raise Refused(f"A rehearsal here has at most {self.settings.most_seats:,} readers, not {len(wanted.seats):,}.")
        model = self.room.model
        return replace(wanted, model=model.name, remark=model.remark, depth=model.out_of_depth(wanted.draft))

    async def _hold(self, staging: Staging, many: int) -> None:
        requests = list(await self.room.store.stagings.requests(staging.server, staging.asked - DAY))
        for _ in range(many):
            self._quotas.hold(requests, staging.asker, staging.asked)
            requests.append((staging.asker, staging.asked))

    async def perform(self, staging: Staging, tell: Tell | None = None) -> None:
        """Play a staging that is kept; nothing where it is on already."""
        kept = await self.room.store.load(staging.rehearsal)
        words = await self.words.library(staging.server)
        if staging.rehearsal in self._on:  # looked at last: two may ask for it at once
            return
        tell = self._reaching(staging, tell)
        performance = Performance(
            self.thread(staging), kept, words, self.room, self.turns, self.reports, self.settings.most_minutes * 60.0
        )
        performance.thread.held_up = self._held_up(tell)
        self._on[staging.rehearsal] = performance, self._spawn(self._attended(performance, tell))

    async def taken_up(self, staging: Staging) -> Staging:
        """One that was stopped, to be performed again: in its thread where that is there, else in a new one, with every reply."""
        if staging.state != "stopped" or staging.rehearsal in self._on:
            raise Refused(f"Rehearsal {staging.rehearsal} is not stopped; there is nothing to go on with.")
        if not await self._there(staging):
            await self.room.store.stagings.leave_thread(staging.rehearsal)
        return await self.room.store.stagings.change(staging.rehearsal, state="waiting", why="")

    def cancel(self, rehearsal: str, by: str) -> bool:
        """End one that is waiting or being played. False where it is not."""
        if rehearsal not in self._on:
            return False
        performance, task = self._on[rehearsal]
        if not performance.cancelled_by:  # to cancel twice would break off the ending of the first time
            performance.cancelled_by = by
            task.cancel()
        return True

    async def ended(self, rehearsal: str) -> None:
        """Wait until it is off the stage."""
        if rehearsal in self._on:
            await asyncio.gather(self._on[rehearsal][1], return_exceptions=True)

    def answer(self, staging: Staging, turn: Turn, tell: Tell | None = None) -> None:
        """Let a reader answer a member, in its own time."""
        thread = self.thread(staging)
        self._spawn(_begun(lambda: answer_back(thread, turn, self.room, self.words), self._reaching(staging, tell)))

    def refresh(self, staging: Staging) -> None:
        """Bring the card up to date with the team's marks, once for all that come within a moment."""
        if staging.rehearsal not in self._refreshing:
            self._refreshing.add(staging.rehearsal)
            self._spawn(_begun(lambda: self._refreshed(staging), _silently))

    def thread(self, staging: Staging) -> Thread:
        return Thread(self.client, self.room.store, self.voices, staging)

    def left(self, server: int) -> None:
        """We were sent away: what is played there is stopped, and kept."""
        for rehearsal, (performance, _) in list(self._on.items()):
            if performance.thread.staging.server == server:
                self.cancel(rehearsal, "Discord, which says that Soundingboard was removed from the server")

    def _spawn(self, doing: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _attended(self, performance: Performance, tell: Tell) -> None:
        """A performance with its ending: what cannot go on is stopped, and whoever asked is told."""

        async def stop(sentence: str) -> None:
            with contextlib.suppress(*UNREACHABLE, Failed):
                await performance.stop(sentence)
            staging = performance.thread.staging
            kept = f"{sentence} What was heard is kept as {staging.rehearsal}."
            await told(kept, tell)

        try:
            await attended(performance.run(), stop)
        finally:
            del self._on[performance.rehearsal.id]

    def _held_up(self, tell: Tell) -> Callable[[float], None]:
        """Whoever asked hears how long it takes, where Discord makes us wait for longer than a person would."""

        def hear(seconds: float) -> None:
            if seconds >= LONG_WAIT:
                minutes = f"{-(-seconds // 60):.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds"
                sentence = (
                    f"Discord lets Soundingboard open the next thread in about {minutes}; your rehearsal waits until then."
                )
                self._spawn(told(sentence, tell))

        return hear

    def _reaching(self, staging: Staging, tell: Tell | None) -> Tell:
        """`tell`, and for those whom no interaction reaches any more, in the channel, by name and without a ping."""

        async def reach(sentence: str) -> None:
            try:
                if tell is not None:
                    await tell(sentence)
                    return
            except discord.HTTPException as error:
                LOG.info("answered in the channel, since Discord takes no answer any more (%s)", error)
            place = self.client.get_partial_messageable(staging.channel, guild_id=staging.server)
            await place.send(f"<@{staging.asker}> {sentence}", silent=True)

        return reach

    async def _there(self, staging: Staging) -> bool:
        if staging.thread is None:
            return False
        try:
            await self.client.fetch_channel(staging.thread)
        except (discord.NotFound, discord.Forbidden):
            return False
        return True

    async def _refreshed(self, staging: Staging) -> None:
        await asyncio.sleep(REFRESH)
        self._refreshing.discard(staging.rehearsal)
        fresh = await self.room.store.stagings.get(staging.rehearsal)
        if fresh.state == "shown":
            await show(self.thread(fresh), await self.reports.report(staging.rehearsal), self.reports)

    async def _sweep(self) -> None:
        """Delete what is kept no longer: from the database; the thread belongs to the team."""
        while True:
            await attended(self._swept(datetime.now(UTC)), _silently)
            await asyncio.sleep(SWEEP)

    async def _swept(self, now: datetime) -> None:
        stagings, own = self.room.store.stagings, dict(await self.room.store.servers.retentions())
        for server, days in own.items():
            for rehearsal in await stagings.older(now - timedelta(days=days), server=server):
                await self.room.store.delete(rehearsal)
        ours = self.settings.retention
        for rehearsal in await stagings.older(now - timedelta(days=ours)) if ours else ():
            if (await stagings.get(rehearsal)).server not in own:
                await self.room.store.delete(rehearsal)

    def _moved(self) -> None:
        for performance, _ in self._on.values():
            performance.changed.set()


async def _begun(doing: Callable[[], Awaitable[None]], tell: Tell) -> None:
    """Called here and not before, so that nothing is left unawaited where we close before it begins."""
    await attended(doing(), tell)


async def _silently(sentence: str) -> None:
    """Nobody asked, so nobody is told; the log holds it."""
