"""Comparing: plays each draft in its turn on one opened model, keeps each as its own rehearsal, and hands over the comparison.

Knows the order of things and nothing of how they look.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from audience.errors import Refused
from audience.library import Library
from audience.rehearsal import Rehearsal
from audience.report import MARK, Report
from bot.order import Order, same_words
from bot.pages.compared import IS_NOT, headline, kept_line
from bot.room import Room, chosen, found_ranker, language, library, open_store
from bot.settings import Settings
from bot.terminal.compared import show
from bot.terminal.outputs import Faces, Outputs
from bot.terminal.stage import begun, opened, tell
from evidence.compare import Comparison, check
from evidence.compare import compare as compared
from evidence.compared_document import to_document
from evidence.refit import Fit
from evidence.verdict import LETTERS


async def compare(
    orders: Sequence[Order], model: str | None, settings: Settings, database: Path | None, outputs: Outputs, *,
    remote: bool = False,
) -> int:  # fmt: skip
    """Play every order from the start, all with the same readers. Returns the exit code."""
    check([(order.draft.text, order.draft.alt) for order in orders], language)
    words, taken = library(settings), chosen(model or settings.model, settings)
    wanted = [order.rehearsal(words, datetime.now(UTC)) for order in orders]
    async with open_store(settings, database) as store:
        if taken.why and not outputs.quiet:
            tell(f"Model: {taken.name} ({taken.why})")
        async with opened(settings, taken.name, store, remote=remote) as room:
            reports = await _all_played(wanted, words, room, outputs)
        fit = await store.outcomes.fit(None)
    return _deliver(reports, fit, words, settings, outputs)


async def compare_kept(names: Sequence[str], settings: Settings, database: Path | None, outputs: Outputs) -> int:
    """The same of rehearsals that are kept. Raises Refused where their readers were not the same, or no longer are."""
    words = library(settings)
    async with open_store(settings, database) as store:
        kept = [await store.load(name) for name in names]
        fit = await store.outcomes.fit(None)
    for each in kept:
        same_words(each.rehearsal, words)
        if not each.finished:
            raise Refused(
                f"Rehearsal {each.rehearsal.id} was stopped; play the rest with: soundingboard resume {each.rehearsal.id}"
            )
    check([(each.rehearsal.draft.text, each.rehearsal.draft.alt) for each in kept], language)
    return _deliver([Report.of(each.rehearsal, each.reactions, each.timings) for each in kept], fit, words, settings, outputs)


async def _all_played(wanted: Sequence[Rehearsal], words: Library, room: Room, outputs: Outputs) -> list[Report]:
    """One after the other, so that a kill leaves whole rehearsals and one that can be taken up."""
    reports: list[Report] = []
    for each in wanted:
        model = room.model
        rehearsal = replace(each, model=model.name, remark=model.remark, depth=model.out_of_depth(each.draft))
        if not (outputs.quiet or outputs.json):
            tell(f"Draft {LETTERS[len(reports)]} of {len(wanted)}")
        try:
            reports.append(await begun(rehearsal, words, room, outputs))
        except asyncio.CancelledError:
            tell(_stopped(wanted, len(reports)))
            raise
    return reports


def _stopped(wanted: Sequence[Rehearsal], whole: int) -> str:
    """Beside what is said of the draft that was being played."""
    kept = [f"Draft {letter} is kept whole as {of.id}." for letter, of in zip(LETTERS, wanted[:whole], strict=False)]
    if whole + 1 < len(wanted):
        return " ".join([*kept, f"Draft {LETTERS[whole + 1]} was not begun; compare the drafts anew."])
    return " ".join([*kept, f"Then compare them with: soundingboard compare {' '.join(of.id for of in wanted)}"])


def _deliver(reports: Sequence[Report], fit: Fit | None, words: Library, settings: Settings, outputs: Outputs) -> int:
    ranker, without = found_ranker(settings)
    found = compared(reports, lambda turn: words.script.moment(turn).key, ranker, without, fit=fit)
    outputs.put(_faces(found))
    return 0 if any(report.tally.rows for report in reports) else 1


def _faces(found: Comparison) -> Faces:
    from bot.pages.compared_markdown import markdown
    from bot.pages.compared_page import html_page

    again = f"the rehearsals are kept, compare them again with: soundingboard compare {' '.join(r.rehearsal.id for r in found.reports)}"
    return Faces(
        lambda: as_json(found), lambda: html_page(found), lambda: markdown(found),
        f"{headline(found)} [{kept_line(found)}] {MARK}", lambda no_color: show(found, no_color), again,
    )  # fmt: skip


def as_json(found: Comparison) -> str:
    return json.dumps(to_document(found, IS_NOT), ensure_ascii=False, indent=2)
