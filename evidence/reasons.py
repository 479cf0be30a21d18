"""Reasons: what moved a forecast, in sentences for a writer. Associations that were seen, and never a cause.

Two sorts: traits in which the texts differ, with how often the one that had more of it did better in real pairs; and the
sentences of a draft without which the ranker would put it elsewhere. Knows no weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evidence.traits import LINK, TRAITS

Floats = NDArray[np.float32]
MOVED = 0.05  # log-odds under which nothing is said to have moved the forecast
MOST = 3  # of each sort
SURE = 2.6  # standard errors by which an association lies from none; 33 traits were looked at, and p < .01 asks for it
LONGEST = 80  # characters of a draft that are quoted
PIECE = re.compile(r"\S.*?(?:[.!?;:—–]+(?=\s|$)|$)", re.MULTILINE)  # a mark inside a link or a figure ends nothing


@dataclass(frozen=True, slots=True)
class Association:
    """Of `cases` real pairs that differ in a trait, the text with more of it did better in `won`."""

    trait: str
    won: int
    cases: int

    @property
    def share(self) -> float:
        return self.won / self.cases if self.cases else 0.5

    @property
    def sure(self) -> bool:
        return self.cases > 0 and abs(self.share - 0.5) > SURE * math.sqrt(0.25 / self.cases)


def reasons(
    associations: Sequence[Association],
    weights: Floats,
    apart: Floats,
    without: tuple[Mapping[str, float], Mapping[str, float]],
) -> tuple[str, ...]:
    """Sentences, those that moved the forecast most first. `weights` [traits] are the ranker's, in log-odds; `apart` [traits]
    is how much more the first text has of each.
    """
    return (*_of_traits(associations, weights, apart), *_of_pieces("A", without[0]), *_of_pieces("B", without[1]))


def _of_traits(associations: Sequence[Association], weights: Floats, apart: Floats) -> Iterator[str]:
    """Only where what was weighed and what was seen point the same way: beside all others a trait may weigh against what it
    goes with alone.
    """
    told = {row.trait: row for row in associations}
    moved = weights * apart
    most = [int(n) for n in np.argsort(-np.abs(moved), kind="stable") if abs(moved[n]) >= MOVED]
    seen = [(n, told[TRAITS[n].key]) for n in most if TRAITS[n].key in told]
    agreed = [(n, row) for n, row in seen if row.sure and (row.share > 0.5) == (weights[n] > 0)]
    for n, row in agreed[:MOST]:
        had, fared = "A" if apart[n] > 0 else "B", "better" if row.share > 0.5 else "worse"
        share = max(row.share, 1 - row.share)
        yield f"{had} {TRAITS[n].more}; of {row.cases:,} real pairs that differ in this, such a text did {fared} in {share:.0%}."


def _of_pieces(name: str, without: Mapping[str, float]) -> Iterator[str]:
    if not without:
        return
    piece, by = max(without.items(), key=lambda row: abs(row[1]))
    if abs(by) >= 2 * MOVED:
        place = "lower" if by > 0 else "higher"
        yield f"Without “{_cut(piece)}” the ranker would put {name} {place}, by {abs(by):.2f} in log-odds."


def _cut(piece: str) -> str:
    piece = " ".join(piece.split())
    return piece if len(piece) <= LONGEST else f"{piece[:LONGEST].rsplit(' ', 1)[0]}…"


def pieces(text: str) -> list[tuple[str, str]]:
    """The sentences of a text, each with the text without it; none where there is but one, and at most a dozen.

    A link stays: a post without one is another sort of post, and that would be all that is seen.
    """
    found = [match for match in PIECE.finditer(text) if match.group().strip(" .!?;:—–\n")]
    if len(found) < 2:
        return []
    rests = [(match.group().strip(), _rest(text, match)) for match in found[:12]]
    return [(piece, rest) for piece, rest in rests if any(c.isalnum() for c in rest)]


def _rest(text: str, piece: re.Match[str]) -> str:
    return " ".join(f"{text[: piece.start()]} {' '.join(LINK.findall(piece.group()))} {text[piece.end() :]}".split())
