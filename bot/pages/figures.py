"""Figures: how shares, numbers of people and words that others wrote are put on paper. Knows no report."""

from __future__ import annotations

from audience.draft import CONTROL, INVISIBLE, SURROGATE
from audience.report import count as count


def plain(text: str) -> str:
    """Text that others wrote, without what could not be seen and would change how the text around it is shown."""
    return SURROGATE.sub("\ufffd", CONTROL.sub("", INVISIBLE.sub("", text)))


def flat(text: str) -> str:
    """The same on one line."""
    return " ".join(plain(text).split())


def percent(share: float) -> str:
    """A share with two figures where it is small: 93%, 6.2%, 0.58%, under 0.01%. Only certainty is called 100%."""
    hundredth = share * 100
    if 99.5 <= hundredth < 100:
        return f"{hundredth:.1f}%" if hundredth < 99.95 else "over 99.9%"
    if 0 < hundredth < 0.005:
        return "under 0.01%"
    digits = 0 if hundredth >= 9.95 else 1 if hundredth >= 0.995 else 2
    return f"{round(hundredth, digits):g}%"


def percent_span(low: float, high: float) -> str:
    return between(percent(low), percent(high))


def people(expected: float) -> str:
    """An expected number of people; a small chance of one is not nobody."""
    return "under 1" if expected > 0 and round(expected) == 0 else count(expected)


def span(low: float, high: float, audience: int) -> str:
    """Two shares as numbers of people: 0 to 2."""
    return between(count(low * audience), count(high * audience))


def figure(value: float) -> str:
    """A number that is no share: whole where it is large, two figures where it is small."""
    if value >= 100:
        return count(value)
    return f"{value:.0f}" if value >= 9.95 or value == round(value) else f"{value:.1f}" if value >= 0.095 else f"{value:.2g}"


def named(what: str, many: int) -> str:
    """1 seat, 2 seats; 1 reply, 2 replies."""
    if many == 1:
        return f"1 {what}"
    return f"{many:,} {what[:-1]}ies" if what.endswith("y") else f"{many:,} {what}s"


def between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
