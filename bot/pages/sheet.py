"""csv_sheet(): a report as a sheet, one row a seat and part, the mark in the first cell of every row.

Knows rows and cells only. No cell that others wrote can start a formula.
"""

from __future__ import annotations

import csv
import io

from audience.reaction import KINDS, Reaction
from audience.report import MARK, Report
from bot.pages.words import flat

COLUMNS = (
    "simulated", "id", "part", "seat", "persona", "name", "kind", *(f"p_{kind.key}" for kind in KINDS),
    "reason", "angle", "reply", "answers", "failed",
)  # fmt: skip
STARTERS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # the last four are wide forms of the first
UNPLAYED = "not played yet"


def csv_sheet(report: Report) -> str:
    """Comma-separated, every cell in quotation marks, a line each; a seat that is not played yet has its row too."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(_row(report, reaction) for reaction in (*report.reactions, *_unplayed(report)))
    return sheet.getvalue()


def cell(text: str) -> str:
    """The text on one line; where a spreadsheet would take it for a formula, with a sign before it that makes it text."""
    line = flat(text)
    return f"'{line}" if text.startswith(STARTERS) or line.startswith(STARTERS) else line


def _row(report: Report, r: Reaction) -> tuple[str, ...]:
    chances = ("" if (p := r.shares.get(kind.key)) is None else f"{p:.6f}" for kind in KINDS)
    answers = "" if r.answers is None else str(r.answers)
    name = report.rehearsal.reader(r.persona).name
    before = (report.rehearsal.id, r.part, str(r.seat), r.persona, name, r.kind)
    after = (r.reason, r.angle, r.reply or "", answers, r.failed or "")
    return (MARK, *map(cell, before), *chances, *map(cell, after))


def _unplayed(report: Report) -> tuple[Reaction, ...]:
    played = {r.seat for r in report.part("first")}
    return tuple(Reaction(s.number, s.persona, failed=UNPLAYED) for s in report.rehearsal.seats if s.number not in played)
