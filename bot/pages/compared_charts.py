"""Where the marks of a comparison's charts stand, and what they say aloud. Knows no SVG, no colour and no page.

Places across are in percent of the width, on the square-root scale of the report's charts.
"""

from __future__ import annotations

from dataclasses import dataclass

from audience.reaction import KINDS
from bot.pages import compared as words
from bot.pages.charts import LONGEST, Whisker, across, whiskers
from bot.pages.figures import flat, percent
from evidence.compare import Comparison
from evidence.verdict import LETTERS

MOST = 12  # personas in the chart; the table has all


@dataclass(frozen=True, slots=True)
class Lanes:
    """One kind: for each draft its letter and its mark."""

    label: str
    lanes: tuple[tuple[str, Whisker], ...]


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """One persona: where its chance to stop stands under the one draft, and where under the other."""

    label: str
    told: str
    one: float
    other: float


def lanes(c: Comparison) -> tuple[Lanes, ...]:
    audience = c.reports[0].rehearsal.audience
    every = [(letter, {w.label: w for w in whiskers(report.tally, audience)}) for letter, report in words.drafts(c)]
    return tuple(
        Lanes(kind.label, found)
        for kind in KINDS
        if (found := tuple((letter, marks[kind.label]) for letter, marks in every if kind.label in marks))
    )


def lanes_told(c: Comparison) -> str:
    """The chart in words, for those who do not see it."""
    said = (f"{row.label}: {words.listed(f'{letter} {mark.told}' for letter, mark in row.lanes)}" for row in lanes(c))
    return f"For each draft a dot at its share with a line over its 80% interval, on a square-root scale. {'; '.join(said)}."


def dumbbells(c: Comparison) -> tuple[Dumbbell, ...]:
    """The personas whom the two drafts move furthest apart; none where nobody was weighed under both."""
    one, other = words.ends(c)
    found = []
    for move in words.moves(c):
        before, after = move.stops[one], move.stops[other]
        if before is not None and after is not None:
            told = f"{LETTERS[one]} {percent(before)}, {LETTERS[other]} {percent(after)}"
            found.append(Dumbbell(_short(move.name), told, across(before), across(after)))
    return tuple(found[:MOST])


def dumbbells_told(c: Comparison) -> str:
    said = (f"{row.label}: {row.told}" for row in dumbbells(c))
    return f"For each persona a line from its chance to stop under one draft to that under the other. {'; '.join(said)}."


def _short(name: str) -> str:
    first = flat(name).split(",", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    return first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
