"""A team's standing on a screen: sentences, and the calibration curve in plain characters. Knows no files and no store."""

from __future__ import annotations

from collections.abc import Iterable

from audience.report import MARK
from bot.pages.figures import named, percent
from bot.pages.standing import (
    PAIRS,
    counts_sentences,
    covered_sentence,
    hits_sentence,
    surprise_sentence,
    weights_sentence,
)
from bot.terminal.view import AXIS, Page, axis, column
from evidence.refit import Fit
from evidence.standing import A_BIN, Bin, Standing

FORECAST, REAL, BOTH = "○", "●", "◉"


def show(standing: Standing, fit: Fit | None, no_color: bool) -> None:
    """Print it all to standard output."""
    page = Page.on(no_color)
    page.prose(MARK, "bold reverse", indent=0)
    page.section("Your own record", counts_sentences(standing))
    if standing.cases:
        page.section("How often a forecast put two of your posts in the right order", map(hits_sentence, standing.hits))
        page.prose(PAIRS, "dim")
        _curve(page, standing)
        page.section("The tally's intervals", (covered_sentence(standing),))
    if standing.surprises:
        page.section("The biggest surprises", map(surprise_sentence, standing.surprises))
    page.line()
    page.prose(weights_sentence(fit), "dim")


def say(sentences: Iterable[str], no_color: bool) -> None:
    """Print sentences, a line each, within the screen."""
    page = Page.on(no_color)
    for sentence in sentences:
        page.prose(sentence, indent=0)


def _curve(page: Page, standing: Standing) -> None:
    page.heading("Calibration")
    if not standing.curve:
        page.prose(
            f"A curve takes {2 * A_BIN} posts, and {len(standing.cases)} {'is' if len(standing.cases) == 1 else 'are'} recorded."
        )
        return
    page.line(f"  {'':<{AXIS}}  {'forecast':>8} {'real':>6}", "dim")
    for each in standing.curve:
        page.line(f"  {_marks(each)}  {percent(each.forecast):>8} {percent(each.real):>6}  {named('post', each.cases)}")
    page.line(f"  {axis()}", "dim")
    page.prose(
        f"Share of readers who react, reply or share: {FORECAST} forecast, {REAL} real ({BOTH} where they meet), posts in bins of "
        "equal size, the least promising first.",
        "dim",
    )


def _marks(each: Bin) -> str:
    """Forecast and real rate on the axis, with a line from the one to the other."""
    cells = [" "] * AXIS
    forecast, real = column(each.forecast), column(each.real)
    low, high = min(forecast, real), max(forecast, real)
    cells[low : high + 1] = "─" * (high - low + 1)
    cells[forecast] = FORECAST
    cells[real] = BOTH if forecast == real else REAL
    return "".join(cells)
