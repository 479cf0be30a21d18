"""Reports: the report of a rehearsal as its card shows it, with the team's marks and what changed since the draft before.

Knows the store and the cards; plays nothing.
"""

from __future__ import annotations

import asyncio

import discord

from audience.changes import Changes, changes
from audience.errors import Refused
from audience.report import Report
from bot.discord import cards
from bot.discord.marks import marks_summary
from bot.record import track
from bot.room import Staging, Store


class Reports:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def report(self, rehearsal: str) -> Report:
        kept = await self._store.load(rehearsal)
        return await asyncio.to_thread(Report.of, kept.rehearsal, kept.reactions, kept.timings)

    async def card(self, staging: Staging, report: Report, remark: str = "") -> discord.Embed:
        given = await self._store.reviews.marks(staging.rehearsal)
        records = await self._store.reviews.records(staging.server) if given else ()
        marks = [(mark.part, mark.seat, mark.mark) for mark in given]
        summary = marks_summary(report, marks, [(r.persona, dict(r.marks)) for r in records]) if given else None
        told = await self.track(staging, report)
        return cards.report_card(report, summary, await self._changes(staging, report), remark=remark, track=told)

    async def track(self, staging: Staging, report: Report) -> tuple[str, ...]:
        """How often forecasts like this one were right, in public and in this server."""
        return await track(self._store, staging.server, report.rehearsal.model)

    async def _changes(self, staging: Staging, report: Report) -> Changes | None:
        if not staging.before:
            return None
        try:
            before = await self.report(staging.before)
        except Refused:  # it has been deleted since
            return None
        # Under another seed other chances were taken: a reader who did something else says nothing of the draft.
        return changes(before, report) if before.rehearsal.seed == report.rehearsal.seed else None
