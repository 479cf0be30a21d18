"""The report on a screen: the same words as every other face, with a chart in plain characters. Knows no files.

What others wrote (draft, replies, names) is shown as text and never read as markup.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Self

from audience.reaction import KIND, Reaction
from audience.report import IS_NOT, MARK, Report, Thread
from audience.tally import Tally
from bot.pages.figures import flat, percent
from bot.pages.words import (
    HERDING,
    TAIL,
    TRACK,
    basis,
    conversation_sentences,
    failed_lines,
    flag_lines,
    made_lines,
    name_of,
    persona_lines,
    replies_sentence,
    silence_lines,
    silence_sentence,
    tally_lines,
    unfinished,
)

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 100  # columns; a line of prose is not read well beyond it
LABEL = 16  # columns of the sign and the name of a kind
AXIS = 30  # columns of the chart
LEAST_NAME = 12  # columns under which no text is squeezed
LEAST = 1e-4  # share at the left end of the chart, whose scale is logarithmic up to 1
SHOWN_PERSONAS = 8


def show(report: Report, track: Sequence[str], no_color: bool) -> None:
    """Print the whole report to standard output; `track` says how often its like was right."""
    Page.on(no_color).report(report, track)


class Page:
    def __init__(self, console: Console, width: int) -> None:
        self.console, self.width = console, width

    @classmethod
    def on(cls, no_color: bool) -> Self:
        """A page on standard output."""
        from rich.console import Console

        console = Console(no_color=no_color or None, highlight=False, soft_wrap=False)
        console.width = min(console.width if console.is_terminal else WIDEST, WIDEST)
        return cls(console, console.width)

    def report(self, report: Report, track: Sequence[str]) -> None:
        self.prose(MARK, "bold reverse", indent=0)
        self.line()
        self.prose(report.headline, "bold")
        if missing := unfinished(report):
            self.prose(missing, "yellow")
        self.tally("What would probably happen", report.tally, report.rehearsal.audience)
        self.personas(report)
        self.section("The conversation", conversation_sentences(report))
        self.section("Why the silent ones passed", (silence_sentence(report), *silence_lines(report)))
        self.replies(report)
        self.worst(report)
        self.section("Flags", flag_lines(report) or ("None is up.",))
        if track:
            self.section(TRACK, track)
        if failed := failed_lines(report):
            self.section("Seats that failed", failed)
        self.made(report)
        self.line()
        self.prose(MARK, "bold reverse", indent=0)

    def tally(self, title: str, tally: Tally, audience: int) -> None:
        self.heading(title)
        rows = tally_lines(tally, audience)
        if not rows:
            self.prose("No seat could be played.")
            return
        figures = [f"{row.people} ({row.people_span})" for row in rows]
        wide = max(map(len, figures))
        beside = LABEL + AXIS + 2 + wide + max(len(f"  {row.percent}") for row in rows) <= self.width
        for row, people in zip(rows, figures, strict=True):
            drawn = chart(row.low, row.share, row.high)
            if beside:
                self.line(f"{f'  {row.emoji} {row.label}':<{LABEL}}{drawn}  {people:>{wide}}  {row.percent}")
            else:
                self.prose(f"{row.emoji} {row.label}: {people}, {row.percent}")
                self.line(f"    {drawn}")
        self.line(f"{'':<{LABEL if beside else 4}}{axis()}", "dim")
        self.prose(f"Of {audience:,} people, with 80% intervals. {basis(tally)}", "dim")

    def personas(self, report: Report) -> None:
        """Who gives the post most, and who least."""
        rows = persona_lines(report)
        if not rows:
            return
        shown = rows if len(rows) <= SHOWN_PERSONAS + 1 else (*rows[: SHOWN_PERSONAS - 2], *rows[-2:])
        self.line()
        self.prose("By persona, the chance to:", "dim")
        self.table(("", "stop", "like", "reply"), [(r.name, *map(_chance, (r.stop, r.like, r.reply))) for r in shown])
        if len(rows) > len(shown):
            self.prose(f"and {len(rows) - len(shown)} between them; --html and --json show all.", "dim")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Names on the left, cut where the screen is too narrow for them; figures on the right."""
        from rich.cells import cell_len, set_cell_size

        figures = [max(len(row[n]) for row in (heads, *rows)) + 3 for n in range(1, len(heads))]
        left = min(max(cell_len(row[0]) for row in rows), max(LEAST_NAME, self.width - 2 - sum(figures)))
        for style, row in (("dim", heads), *(("", row) for row in rows)):
            name = row[0] if cell_len(row[0]) <= left else set_cell_size(row[0], left - 1) + "…"
            self.line(
                f"  {set_cell_size(name, left)}{''.join(f'{text:>{n}}' for text, n in zip(row[1:], figures, strict=True))}",
                style,
            )

    def replies(self, report: Report) -> None:
        self.heading("The replies")
        self.prose(replies_sentence(report), "dim")
        for thread in report.threads:
            self.thread(report, thread)
        if report.second is None:
            return
        self.heading("The second round, shown apart")
        self.prose(HERDING, "dim")
        for reaction in report.afterthoughts:
            self.reply(report, reaction, 2)
        self.tally("What those who stayed would do next", report.second, report.stayed)

    def thread(self, report: Report, thread: Thread) -> None:
        self.reply(report, thread.reply, 2)
        for answer in thread.answers:
            self.reply(report, answer, 6)

    def reply(self, report: Report, reaction: Reaction, indent: int) -> None:
        self.line()
        self.prose(f"{name_of(report, reaction.persona)} (simulated, {reaction.angle})", "cyan", indent)
        self.prose(reaction.reply or "", indent=indent + 2)

    def worst(self, report: Report) -> None:
        self.heading("The worst plausible readings")
        self.prose(TAIL, "dim")
        for reaction in report.part("worst"):
            if reaction.reply:
                self.reply(report, reaction, 2)

    def made(self, report: Report) -> None:
        self.heading("How this was made")
        platform = report.rehearsal.platform
        rates = ", ".join(f"{KIND[kind].label} {percent(rate)}" for kind, rate in platform.rates.items())
        for title, text in made_lines(report):
            if title == "Words":
                self.prose(f"Base rates: {rates}; their sources: soundingboard platforms show {platform.key}", "dim")
            if title != "Readers" and not title.startswith("Base rate"):
                self.prose(f"{title}: {text}", "dim")
        self.prose(IS_NOT)

    def section(self, title: str, sentences: Iterable[str]) -> None:
        self.heading(title)
        for sentence in sentences:
            self.prose(sentence)

    def heading(self, title: str) -> None:
        self.line()
        self.line(title, "bold underline")

    def prose(self, text: str, style: str = "", indent: int = 2) -> None:
        from rich.text import Text

        for line in Text(flat(text)).wrap(self.console, max(LEAST_NAME, self.width - 2 - indent), overflow="fold"):
            self.line(f"{' ' * indent}{line.plain.rstrip()}", style)

    def line(self, text: str = "", style: str = "") -> None:
        self.console.print(text, style=style or None, markup=False, emoji=False, overflow="ignore", no_wrap=True, crop=False)


def chart(low: float, share: float, high: float) -> str:
    """One kind as ├──●──┤ on the axis: the 80% interval and the expected share."""
    cells = [" "] * AXIS
    first, middle, last = (column(x) for x in (low, share, high))
    cells[first : last + 1] = "─" * (last - first + 1)
    cells[first], cells[last], cells[middle] = "├", "┤", "●"
    return "".join(cells)


def _chance(share: float | None) -> str:
    return "failed" if share is None else percent(share)


def axis() -> str:
    marks = {"0.1%": 0.001, "1%": 0.01, "10%": 0.1, "100%": 1.0}
    cells = [" "] * AXIS
    for label, share in marks.items():
        at = min(column(share), AXIS - len(label))
        cells[at : at + len(label)] = label
    return "".join(cells)


def column(share: float) -> int:
    place = 1 - math.log(max(share, LEAST)) / math.log(LEAST)
    return min(AXIS - 1, max(0, round(place * (AXIS - 1))))
