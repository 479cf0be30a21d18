"""html_page(): a comparison as one web page that needs nothing from outside, in the look of the report's page.

Knows which words go where; the look is in compared.html.j2, parts.html.j2 and page.css.
"""

from __future__ import annotations

from dataclasses import dataclass

from audience.report import MARK, Report
from bot.pages import charts, compared_charts, words
from bot.pages import compared as told
from bot.pages.page import FEW, Card, cards, split, template
from evidence.compare import Comparison
from evidence.verdict import LETTERS

COUNTS = ("Two", "Three", "Four", "Five", "Six")


@dataclass(frozen=True, slots=True)
class Side:
    """One draft with what it got."""

    letter: str
    report: Report
    opening: str
    rest: str
    replies: tuple[Card, ...]
    flags: tuple[str, ...]


def html_page(c: Comparison) -> str:
    """One self-contained HTML document. Same comparison, same page."""
    head, _, tail = told.headline(c).partition(": ")
    one, other = (LETTERS[n] for n in told.ends(c))
    return template("compared.html.j2").render(
        c=c, r=c.reports[0].rehearsal, mark=MARK, words=words, told=told, charts=charts, marks=compared_charts,
        title=f"{MARK} {told.headline(c)}", opening_words=head, tail=tail, sides=[_side(*each) for each in told.drafts(c)],
        one=one, other=other, few=FEW, count=COUNTS[len(c.reports) - 2],
    )  # fmt: skip


def _side(letter: str, report: Report) -> Side:
    opening, rest = split(report.rehearsal.draft.text)
    return Side(letter, report, opening, rest, cards(report, words.sayings(report, "first")), words.flag_lines(report))
