"""Comparing: two or three drafts played one after the other for a team, and one message in the channel with what came of it.

Each draft is a rehearsal of its own, kept as stopped until it is played to its end, so that a restart opens no thread for it:
a comparison that was broken off is asked for again, and until then its rehearsals can be found and gone on with. The message
is posted through the ledger of the first rehearsal, once whatever happens. Knows no command.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from audience.errors import Failed
from audience.library import Library
from audience.rehearsal import Rehearsal
from audience.report import Report
from bot.discord import buttons
from bot.discord.compared_card import comparison_card
from bot.discord.thread import Thread
from bot.discord.turns import Turns
from bot.order import timings
from bot.pages.compared import IS_NOT
from bot.pages.compared_markdown import markdown
from bot.pages.compared_page import html_page
from bot.room import Room, Staging, found_ranker
from bot.settings import Settings
from evidence.compare import Comparison, compare
from evidence.compared_document import to_document
from evidence.refit import Fit

POST = "comparison"
BROKEN_OFF = "It belongs to a comparison that was broken off; ask for that again with /compare."


@dataclass(frozen=True, slots=True)
class Comparing:
    """`drafts` are kept already, with the staging of each; `thread` is the first one's, for its ledger alone."""

    drafts: Sequence[tuple[Rehearsal, Staging]]
    thread: Thread
    room: Room
    turns: Turns
    words: Library
    settings: Settings

    async def run(self) -> None:
        """Play every draft in one turn of the queue, and post. Raises Failed where that takes too long."""
        first = self.drafts[0][1]
        minutes = self.settings.most_minutes
        async with self.turns.turn(self.turns.take(first.server, first.asker)):
            try:
                async with asyncio.timeout(minutes * 60.0):
                    reports = [await self._played(rehearsal) for rehearsal, _ in self.drafts]
            except TimeoutError:
                names = ", ".join(rehearsal.id for rehearsal, _ in self.drafts)
                raise Failed(
                    f"The comparison took longer than {minutes:g} minutes, the most it may here; what was heard is kept as {names}."
                ) from None
        fit = await self.room.store.outcomes.fit(self.drafts[0][1].server)
        found = await asyncio.to_thread(self._compared, reports, fit)
        await self.thread.once(POST, first.channel, lambda: self._post(found))

    async def _played(self, rehearsal: Rehearsal) -> Report:
        started, reactions = time.perf_counter(), {}
        async for reaction in self.room.play(rehearsal, self.words, ()):
            reactions[reaction.part, reaction.seat] = reaction
        taken = timings(time.perf_counter() - started, len(rehearsal.seats), self.room.opening, {})
        await self.room.store.finish(rehearsal.id, taken)
        await self.room.store.stagings.change(rehearsal.id, state="shown", why="")
        return await asyncio.to_thread(Report.of, rehearsal, tuple(reactions.values()), taken)

    def _compared(self, reports: Sequence[Report], fit: Fit | None) -> Comparison:
        ranker, without = found_ranker(self.settings)
        return compare(reports, lambda turn: self.words.script.moment(turn).key, ranker, without, fit=fit)

    async def _post(self, found: Comparison) -> int:
        staging = self.drafts[0][1]
        place = self.thread.client.get_partial_messageable(staging.channel, guild_id=staging.server)
        texts = await asyncio.to_thread(_texts, found)
        files = [
            discord.File(io.BytesIO(text.encode()), f"soundingboard-comparison.{ending}") for ending, text in texts.items()
        ]
        view = buttons.under_comparison(staging, [rehearsal.id for rehearsal, _ in self.drafts[1:]])
        return (await place.send(embed=comparison_card(found), files=files, view=view)).id


def _texts(found: Comparison) -> dict[str, str]:
    document = json.dumps(to_document(found, IS_NOT), ensure_ascii=False, indent=2)
    return {"html": html_page(found), "md": markdown(found), "json": document}
