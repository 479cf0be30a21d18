"""Charts: where the marks of a report's charts stand, and what they say aloud. Knows no SVG, no colour and no page.

Every place across is in percent of the width, so that text in a chart keeps its size on any screen. The scale is the
square root of the share: nobody stands at the left edge, and 0.1% (3% of the way) and 90% (95%) can both be read.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from audience.reaction import PASSING
from audience.report import Report
from audience.tally import Tally
from bot.pages.figures import named, percent
from bot.pages.words import PersonaLine, persona_lines, tally_lines

LONGEST = 16  # letters of a name that fit beside a strip on a phone
SCALE = (0.0, 0.01, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place across, and the words that go with it."""

    at: float
    told: str


@dataclass(frozen=True, slots=True)
class Whisker:
    """One kind: a dot at its share, a line over its 80% interval."""

    label: str
    told: str
    dot: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Strip:
    """One chance, a tick for each persona and a dot for the whole audience; least first; `told` names the most."""

    label: str
    told: str
    dot: float
    ticks: tuple[Tick, ...]


def across(share: float) -> float:
    """Where a share stands, in percent of the width."""
    return round(100 * math.sqrt(min(1.0, max(0.0, share))), 2)


def scale() -> tuple[Tick, ...]:
    return tuple(Tick(across(share), percent(share) if share else "0") for share in SCALE)


def whiskers(tally: Tally, audience: int) -> tuple[Whisker, ...]:
    return tuple(
        Whisker(line.label, f"{line.percent} ({line.percent_span})", across(line.share), across(line.low), across(line.high))
        for line in tally_lines(tally, audience)
    )


def whiskers_told(tally: Tally) -> str:
    """The chart in words, for those who do not see it."""
    said = (f"{line.label} {line.percent}, from {line.percent_span}" for line in tally_lines(tally, 1))
    return f"A dot for each share with a line over its 80% interval, on a square-root scale from 0% to 100%. {'; '.join(said)}."


def strips(report: Report) -> tuple[Strip, ...]:
    """The chances to stop, to like and to reply; none where no persona was weighed."""
    known = [line for line in persona_lines(report) if line.stop is not None]
    if not known:
        return ()
    tally = report.tally
    return (
        _strip("stop", 1 - tally.row(PASSING.key).share, [(line, line.stop or 0.0) for line in known]),
        _strip("like", tally.row("like").share, [(line, line.like or 0.0) for line in known]),
        _strip("reply", tally.row("reply").share, [(line, line.reply or 0.0) for line in known]),
    )


def strips_told(report: Report) -> str:
    said = (f"{strip.label}: from {strip.ticks[0].told} to {strip.ticks[-1].told}" for strip in strips(report))
    return (
        f"A tick for each of {named('persona', len(report.tally.personas))} and a dot for the whole audience, "
        f"on a square-root scale from 0% to 100%. {'; '.join(said)}."
    )


def _strip(label: str, whole: float, chances: list[tuple[PersonaLine, float]]) -> Strip:
    ordered = sorted(chances, key=lambda chance: chance[1])
    most, high = ordered[-1]
    ticks = tuple(Tick(across(chance), f"{percent(chance)}, {line.name}") for line, chance in ordered)
    return Strip(label, f"most: {percent(high)}, {_short(most.name)}", across(whole), ticks)


def _short(name: str) -> str:
    first = re.split(r"[\s,]", name, maxsplit=1)[0]
    return first if len(first) <= LONGEST else f"{first[:LONGEST]}…"
