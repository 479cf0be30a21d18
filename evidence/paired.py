"""Paired: what the same seats give two drafts, and how often chance between readers would make such a difference.

Seats of one persona are not independent, and neither are seats that meet the post in the same words (the moment, called
phrasing here): sign and Wilcoxon tests over single seats are invalid then (arXiv 2605.27463). So no seat is ever flipped
alone. Two tests are made, and the larger of their two chances counts:

flips    the sign of a persona's whole sum is flipped; with up to `EXACT` personas every flip is tried, with more a seeded
         sample of them, counted with the difference itself (Phipson and Smyth 2010, so that no chance is nought).
t        the mean against both sources of spread at once. A panel has two to six phrasings, and flips of so few blocks can
         never be rare; so what a phrasing adds, as a share of what a seat gives, is estimated within personas, who met the
         post in several (least squares, as in Henderson 1953). How far chance reaches by personas and how far by
         phrasings, each with its own degrees of freedom, are added as squares (Zou and Donner 2008).

Knows two reports and no verdict. Numbers are float64; exchanging the drafts turns every sign and nothing else, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from audience.reaction import KINDS, Reaction
from audience.report import Report
from audience.tally import given

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EXACT = 12  # personas up to which every flip is tried: 2 ** 12 of them
FLIPS = 9_999  # tried where they are more; a chance of 5% is then known to within half a percent
FEWEST_PERSONAS = 6  # with five, the rarest flip of all comes up in one of sixteen: never rare enough
FEWEST_PHRASINGS = 2
RAREST = 1e-4  # nothing is called rarer; the flips cannot either
STEPS = 20_000  # in which the area under t is added up
Phrasing = Callable[[int], str]
"""The turn of a seat -> the phrasing in which it meets the post."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What one seat gives the first draft more than the second: by the weights of the kinds, and kind by kind.

    `level` is what it gives a draft, the mean of both.
    """

    persona: str
    phrasing: str
    gave: float
    level: float
    kinds: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The panel's: `mean` over the seats that were weighed under both drafts, `share` of what it gives both on average.

    `chance` is how often a panel to whom both drafts are the same would differ as much, from 0 to 1. `silent` says why
    no such panel can count, whatever it does; empty where it can.
    """

    mean: float
    share: float
    chance: float
    kinds: tuple[tuple[str, float], ...]
    seats: int
    lost: int  # seats that were not weighed under both
    personas: int
    phrasings: int
    silent: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.chance <= 1:
            raise ValueError(f"a chance of {self.chance} cannot be")


def difference(first: Report, second: Report, phrasing: Phrasing) -> Difference:
    """Of the first draft against the second; both by the same seats."""
    one, other = _weighed(first), _weighed(second)
    both = [seat for seat in first.rehearsal.seats if seat.number in one and seat.number in other]
    gaps = [_gap(one[seat.number], other[seat.number], phrasing(seat.turn)) for seat in both]
    mean = _mean(gap.gave for gap in gaps)
    level = _mean(gap.level for gap in gaps)
    chance, silent = chance_of([(gap.persona, gap.phrasing, gap.gave, gap.level) for gap in gaps])
    return Difference(
        mean, abs(mean) / level if level > 0 else 0.0, chance, _by_kind(gaps), len(both), len(first.rehearsal.seats) - len(both),
        len({gap.persona for gap in gaps}), len({gap.phrasing for gap in gaps}), silent,
    )  # fmt: skip


def chance_of(gaps: Iterable[tuple[str, str, float, float]]) -> tuple[float, str]:
    """The chance of such a mean, and why it cannot count. `gaps` are persona, phrasing, difference and level, in any order."""
    cells: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for persona, phrasing, gap, level in gaps:
        cells.setdefault((persona, phrasing), []).append((gap, level))
    personas, phrasings = (sorted({key[side] for key in cells}) for side in (0, 1))
    if silent := _silent(len(personas), len(phrasings)):
        return 1.0, silent
    import numpy as np

    # Seats, differences, levels, and differences as shares of the level, summed over the seats of a persona in a phrasing.
    many, sums, given_, shares = tables = np.zeros((4, len(personas), len(phrasings)))
    for (persona, phrasing), seats in cells.items():
        each = (1.0 for _ in seats), (g for g, _ in seats), (v for _, v in seats), (g / v if v else 0.0 for g, v in seats)
        tables[:, personas.index(persona), phrasings.index(phrasing)] = [math.fsum(values) for values in each]
    effects = _phrasing_effects(many, shares)
    if effects is None:
        return 1.0, "No persona met both drafts in two moments, so nothing tells the readers from the moments; take more seats."
    return max(_flipped(sums.sum(axis=1)), _t(many, sums, effects * given_.sum(axis=0))), ""


def _silent(personas: int, phrasings: int) -> str:
    if personas < FEWEST_PERSONAS:
        return f"Fewer than {FEWEST_PERSONAS} personas can differ by chance whatever they say; seat more of them."
    if phrasings < FEWEST_PHRASINGS:
        return "Every seat met the drafts in the same moment, so what the moment does is not known; take more seats."
    return ""


def _flipped(blocks: Floats) -> float:
    """How often the sum is as far from nought when the sign of each block is drawn anew."""
    reached = abs(float(blocks.sum())) * (1 - 1e-9)  # what is equal but for rounding is equal
    exact = len(blocks) <= EXACT
    hits = int((abs(_signs(len(blocks)) @ blocks) >= reached).sum())
    return hits / 2 ** (len(blocks) - 1) if exact else (hits + 1) / (FLIPS + 1)


@lru_cache(maxsize=8)
def _signs(blocks: int) -> Floats:
    """Rows of plus and minus one: each once, the first block plus, where they are few; else a sample that is always the same."""
    import numpy as np

    if blocks <= EXACT:
        rows = np.arange(2 ** (blocks - 1))[:, None] >> np.arange(blocks) & 1
    else:
        rows = np.random.default_rng(blocks).integers(0, 2, (FLIPS, blocks))
    return np.asarray(1.0 - 2.0 * rows)


def _phrasing_effects(many: Floats, shares: Floats) -> Floats | None:
    """What each phrasing adds, least squares within personas, mean nought; None where they cannot be told from personas."""
    import numpy as np

    each = many.sum(axis=1)
    left = np.diag(many.sum(axis=0)) - many.T @ (many / each[:, None])
    right = shares.sum(axis=0) - many.T @ (shares.sum(axis=1) / each)
    if np.linalg.matrix_rank(left, hermitian=True) < len(left) - 1:
        return None
    effects: Floats = np.linalg.pinv(left, hermitian=True) @ right
    return np.asarray(effects - effects.mean())


def _t(many: Floats, sums: Floats, added: Floats) -> float:
    """Two-sided chance of the mean under spread by persona (clusters, Liang and Zeger 1986) and by phrasing.

    `added` is what each phrasing adds to the sum of all seats.
    """
    import numpy as np

    seats, personas, phrasings = float(many.sum()), len(many), len(added)
    mean = float(sums.sum()) / seats
    apart = sums.sum(axis=1) - mean * many.sum(axis=1)
    by_persona = float((apart**2).sum()) / seats**2 * personas / (personas - 1)
    by_phrasing = float((added**2).sum()) / seats**2 * phrasings / (phrasings - 1)
    if by_persona + by_phrasing <= 0:  # all readers agree to the last digit
        return 1.0 if mean == 0 else RAREST
    far = np.sqrt(by_persona * _far(personas - 1) ** 2 + by_phrasing * _far(phrasings - 1) ** 2)
    return float(np.exp(np.interp(abs(mean), far, _chances())))


@lru_cache(maxsize=32)
def _far(freedom: int) -> Floats:
    """How far out Student's t lies, on either side, at each of the chances; t = sqrt(v) tan a has density cos(a) ** (v - 1)."""
    import numpy as np

    angles = np.linspace(0, math.pi / 2, STEPS + 1)
    heights = np.cos((angles[1:] + angles[:-1]) / 2) ** (freedom - 1)
    beyond = np.cumsum(heights[::-1])[::-1]  # at the left end of each step
    far: Floats = np.interp(-_chances(), -np.log(beyond / beyond[0]), math.sqrt(freedom) * np.tan(angles[:-1]))
    return far


@lru_cache(maxsize=1)
def _chances() -> Floats:
    """Logs of chances, from certain to the rarest."""
    import numpy as np

    return np.linspace(0.0, math.log(RAREST), 1_001)


def _weighed(report: Report) -> dict[int, Reaction]:
    return {r.seat: r for r in report.part("first") if r.weighed}


def _gap(one: Reaction, other: Reaction, phrasing: str) -> Gap:
    mine, theirs = one.shares, other.shares
    kinds = tuple((kind.key, mine.get(kind.key, 0.0) - theirs.get(kind.key, 0.0)) for kind in KINDS)
    return Gap(one.persona, phrasing, given(mine) - given(theirs), (given(mine) + given(theirs)) / 2, kinds)


def _by_kind(gaps: Sequence[Gap]) -> tuple[tuple[str, float], ...]:
    shares: list[Mapping[str, float]] = [dict(gap.kinds) for gap in gaps]
    return tuple((kind.key, _mean(share[kind.key] for share in shares)) for kind in KINDS)


def _mean(values: Iterable[float]) -> float:
    """Exact sums, so that the order of the seats changes nothing; 0 where there is none."""
    known = list(values)
    return math.fsum(known) / len(known) if known else 0.0
