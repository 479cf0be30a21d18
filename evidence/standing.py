"""Standing: how often a team's frozen forecasts were right. Pure functions from cases to values; no sentence stands here.

Posts that were imported never enter: nothing was forecast of them before they went out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from evidence.outcome import SEEN, Case
from evidence.pairs import beyond_luck, interval, same

if TYPE_CHECKING:
    from evidence.pairs import Flags

Voice = Literal["panel", "ranker"]
VOICES: tuple[Voice, ...] = ("panel", "ranker")
ENOUGH = 20  # outcomes that make a first answer, and from which a refit is tried
A_BIN = 5  # cases that a bin of the curve needs at the least
MOST_BINS = 10
MOST_POSTS = 1_000  # of which all pairs are looked at, the newest
SHOWN_SURPRISES = 3  # in each direction
SEED = 5


@dataclass(frozen=True, slots=True)
class Hits:
    """`right` of `pairs` pairs of posts were forecast in the order in which they came out, with a 95% interval of the share."""

    voice: Voice
    right: int
    pairs: int
    posts: int
    low: float
    high: float

    @property
    def share(self) -> float:
        return self.right / self.pairs if self.pairs else 0.5


@dataclass(frozen=True, slots=True)
class Covered:
    """In how many of the cases the real share of a kind fell inside the 80% interval of the tally."""

    kind: str
    inside: int
    cases: int


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of the calibration curve: the mean forecast and the mean real rate of its cases."""

    forecast: float
    real: float
    cases: int


@dataclass(frozen=True, slots=True)
class Surprise:
    """A case and log(real / forecast) of its engagement: above 0 where it did better than forecast."""

    case: Case
    gap: float

    @property
    def factor(self) -> float:
        """How many times as much as forecast, or as little; at least 1."""
        return math.exp(abs(self.gap))


@dataclass(frozen=True, slots=True)
class Standing:
    """`published` counts the frozen forecasts with and without outcome; `imported` the posts that only a refit sees."""

    published: int
    imported: int
    cases: tuple[Case, ...]
    hits: tuple[Hits, ...]
    covered: tuple[Covered, ...]
    curve: tuple[Bin, ...]
    surprises: tuple[Surprise, ...]

    @classmethod
    def of(cls, cases: Sequence[Case], published: int, imported: int) -> Standing:
        return cls(
            published, imported, tuple(cases), tuple(hits(cases, voice) for voice in VOICES), covered(cases), curve(cases),
            surprises(cases),
        )  # fmt: skip


def hits(cases: Sequence[Case], voice: Voice) -> Hits:
    """Over pairs on one platform, forecast by the same model or ranker, whose engagement differs beyond luck.

    A pair of which the forecast said nothing, both being alike to it, is no case.
    """
    spoken = [case for case in cases if _said(case, voice) is not None]
    spoken = sorted(spoken, key=lambda case: case.publication.published)[-MOST_POSTS:]
    if len(spoken) < 2:
        return Hits(voice, 0, 0, len(spoken), 0.0, 1.0)
    import numpy as np

    said = np.array([_said(case, voice) for case in spoken], dtype=np.float64)
    real = np.array([case.outcome.rate for case in spoken])
    forecast, came = np.sign(said[:, None] - said), np.sign(real[:, None] - real)
    known = _comparable(spoken, voice) & (forecast != 0)
    right = np.asarray(known & (forecast == came), dtype=np.float64)
    if not known.any():
        return Hits(voice, 0, 0, len(spoken), 0.0, 1.0)
    return Hits(voice, int(right.sum()) // 2, int(known.sum()) // 2, len(spoken), *interval(right, known, SEED))


def _said(case: Case, voice: Voice) -> float | None:
    return case.publication.engagement if voice == "panel" else case.publication.strength


def _comparable(cases: Sequence[Case], voice: Voice) -> Flags:
    frozen = [case.publication for case in cases]
    who = [p.model if voice == "panel" else p.ranker for p in frozen]
    return beyond_luck([case.outcome for case in cases]) & same([p.platform for p in frozen]) & same(who)


def covered(cases: Sequence[Case]) -> tuple[Covered, ...]:
    """Kind by kind, of those that can be seen. The tally's interval is made for its own audience, so for a post that
    reached far fewer people it is a little too narrow, and for one that reached far more a little too wide.
    """
    found = []
    for kind, number in SEEN.items():
        rows = [
            (row, getattr(c.outcome, number) / c.outcome.reach) for c in cases for row in c.publication.seen if row.kind == kind
        ]
        found.append(Covered(kind, sum(row.low <= real <= row.high for row, real in rows), len(rows)))
    return tuple(each for each in found if each.cases)


def curve(cases: Sequence[Case]) -> tuple[Bin, ...]:
    """Forecast against real engagement in bins of equal mass, as many as the cases carry; none for fewer than two bins.

    Equal mass, because forecasts of engagement crowd at its low end (Nguyen and O'Connor 2015).
    """
    bins = min(MOST_BINS, len(cases) // A_BIN)
    if bins < 2:
        return ()
    ordered = sorted((case.publication.engagement, case.outcome.rate) for case in cases)
    edges = [round(n * len(ordered) / bins) for n in range(bins + 1)]
    return tuple(_bin(ordered[low:high]) for low, high in pairwise(edges))


def _bin(rows: Sequence[tuple[float, float]]) -> Bin:
    return Bin(math.fsum(f for f, _ in rows) / len(rows), math.fsum(r for _, r in rows) / len(rows), len(rows))


def surprises(cases: Sequence[Case]) -> tuple[Surprise, ...]:
    """The furthest above their forecast, then the furthest below, each the biggest first."""
    found = [Surprise(case, gap(case)) for case in cases if case.publication.engagement > 0]
    above = sorted((s for s in found if s.gap > 0), key=lambda s: (-s.gap, s.case.publication.rehearsal))
    below = sorted((s for s in found if s.gap < 0), key=lambda s: (s.gap, s.case.publication.rehearsal))
    return (*above[:SHOWN_SURPRISES], *below[:SHOWN_SURPRISES])


def gap(case: Case) -> float:
    """log(real / forecast); half an event is added to what came, so that none at all is far below and not infinitely far."""
    real = (case.outcome.engaged + 0.5) / (case.outcome.reach + 1)
    return math.log(real / case.publication.engagement)
