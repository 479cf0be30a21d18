"""Tally: what an audience of the stated size would do, with an honest spread. A fold over reactions; knows no words.

Shares are means of probabilities over seats, never counts of draws. Intervals (80%) resample *personas*, because the
seats of one persona are not independent (a cluster bootstrap: Field and Welsh 2007), then draw an audience of the
stated size. They hold the spread between readers and the luck of the day, not the error of the model itself.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audience.reaction import KINDS, Reaction

LEVEL = 0.8
DRAWS = 400
EXACT = 60  # expected events up to which a binomial is drawn exactly; over it the normal law is close enough


@dataclass(frozen=True, slots=True)
class Row:
    """One kind: its share of the audience, the 80% interval of that share, and the expected number of people."""

    kind: str
    share: float
    low: float
    high: float
    expected: float


@dataclass(frozen=True, slots=True)
class PersonaRow:
    """One persona: mean probabilities over its seats, in the order of the kinds; empty where all its seats failed."""

    persona: str
    seats: int
    failed: int
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    rows: tuple[Row, ...]  # one a kind; the shares sum to one, or all rows are missing where no seat was weighed
    personas: tuple[PersonaRow, ...]
    seats: int
    failed: int  # seats whose action is unknown; they are in no share

    def row(self, kind: str) -> Row:
        return next((row for row in self.rows if row.kind == kind), Row(kind, 0.0, 0.0, 0.0, 0.0))


def tally(reactions: Sequence[Reaction], audience: int, seed: int) -> Tally:
    """Fold the reactions of one part into a tally. Same reactions, audience and seed: same tally."""
    weighed = [r for r in reactions if r.weighed]
    kinds = [kind.key for kind in KINDS if any(kind.key in r.shares for r in weighed)]
    sums = {name: _sum([r for r in weighed if r.persona == name], kinds) for name in _names(weighed)}
    rows = _rows(kinds, list(sums.values()), audience, random.Random(f"{seed}/tally")) if weighed else ()
    personas = tuple(_persona(name, [r for r in reactions if r.persona == name], kinds) for name in _names(reactions))
    return Tally(rows, personas, len(reactions), len(reactions) - len(weighed))


def _names(reactions: Sequence[Reaction]) -> list[str]:
    return sorted({r.persona for r in reactions})


def _sum(reactions: Sequence[Reaction], kinds: Sequence[str]) -> list[float]:
    """Exact sums, so that the order in which seats came changes nothing."""
    return [math.fsum(r.shares.get(kind, 0.0) for r in reactions) for kind in kinds]


def _persona(name: str, reactions: Sequence[Reaction], kinds: Sequence[str]) -> PersonaRow:
    weighed = [r for r in reactions if r.weighed]
    means = tuple(zip(kinds, (s / len(weighed) for s in _sum(weighed, kinds)), strict=True)) if weighed else ()
    return PersonaRow(name, len(reactions), len(reactions) - len(weighed), means)


def _rows(kinds: Sequence[str], sums: Sequence[Sequence[float]], audience: int, chance: random.Random) -> tuple[Row, ...]:
    """`sums` holds for each persona the summed probabilities of its seats, kind by kind."""
    shares = _shares(sums)
    counts = sorted_columns([multinomial(audience, _shares(chance.choices(sums, k=len(sums))), chance) for _ in range(DRAWS)])
    rows = []
    for kind, share, column in zip(kinds, shares, counts, strict=True):
        low, high = (quantile(column, q) / audience for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
        # A small audience moves in whole people: where nobody at all is the likely count, the share itself lies above it.
        rows.append(Row(kind, share, min(low, share), max(high, share), share * audience))
    return tuple(rows)


def _shares(sums: Sequence[Sequence[float]]) -> list[float]:
    columns = [math.fsum(column) for column in zip(*sums, strict=True)]
    whole = math.fsum(columns)
    return [column / whole for column in columns]


def sorted_columns(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    return [sorted(column) for column in zip(*rows, strict=True)]


def quantile(ordered: Sequence[int], q: float) -> int:
    return ordered[min(len(ordered) - 1, max(0, math.ceil(q * len(ordered)) - 1))]


def multinomial(n: int, shares: Sequence[float], chance: random.Random) -> list[int]:
    """Counts of `n` people over exclusive kinds, as a chain of binomials. Sums to `n`."""
    counts, left, rest = [], n, 1.0
    for share in shares[:-1]:
        count = binomial(left, min(1.0, share / rest) if rest > 0 else 0.0, chance)
        counts.append(count)
        left, rest = left - count, rest - share
    return [*counts, left]


def binomial(n: int, p: float, chance: random.Random) -> int:
    """A binomial draw: by waiting times between events where few are expected, by the normal law where many are."""
    if p > 0.5:
        return n - binomial(n, 1 - p, chance)
    if p <= 0 or n == 0:
        return 0
    if n * p > EXACT:
        return min(n, max(0, round(chance.gauss(n * p, math.sqrt(n * p * (1 - p))))))
    count, reached = 0, 0
    while True:
        tries = math.log(1 - chance.random()) / math.log1p(-p)  # geometric, until the next event; may be beyond all numbers
        reached += 1 + int(min(n, tries))
        if reached > n:
            return count
        count += 1


def by_weight(row: PersonaRow) -> float:
    """How much this persona gives the post."""
    return given(dict(row.shares))


def given(shares: Mapping[str, float]) -> float:
    """How much a reader of these probabilities gives the post: the weights of the kinds, meant by them."""
    return sum(kind.weight * shares.get(kind.key, 0.0) for kind in KINDS)
