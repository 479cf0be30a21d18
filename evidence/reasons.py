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

from evidence.traits import TRAITS

Floats = NDArray[np.float32]
MOVED = 0.05  # log-odds under which nothing is said to have moved the forecast
MOST = 3  # of each sort
SURE = 2.6  # standard errors by which an association lies from none; 33 traits were looked at, and p < .01 asks for it
LONGEST = 80  # characters of a draft that are quoted
PIECE = re.compile(r"[^.!?\n;:—–]+(?:[.!?;:—–]+|\n|$)")


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
    associations: Sequence[Association], moved: Floats, without: tuple[Mapping[str, float], Mapping[str, float]]
) -> tuple[str, ...]:
    """Sentences, those that moved the forecast most first. `moved` is [traits], towards the first where positive."""
    return (*_of_traits(associations, moved), *_of_pieces("A", without[0]), *_of_pieces("B", without[1]))


def _of_traits(associations: Sequence[Association], moved: Floats) -> Iterator[str]:
    """Only where what was weighed and what was seen point the same way."""
    told = {row.trait: row for row in associations}
    said = 0
    for n in np.argsort(-np.abs(moved), kind="stable"):
        seen, more = told.get(TRAITS[n].key), float(moved[n])
        if abs(more) < MOVED or said == MOST:
            return
        if seen is None or not seen.sure:
            continue
        ahead = "A" if more > 0 else "B"
        had, share = (ahead, seen.share) if seen.share > 0.5 else ("B" if ahead == "A" else "A", 1 - seen.share)
        fared = "better" if had == ahead else "worse"
        yield f"{had} {TRAITS[n].more}; of {seen.cases:,} real pairs that differ in this, such a text did {fared} in {share:.0%}."
        said += 1


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
    """The sentences of a text, each with the text without it; none where there is but one, and at most a dozen."""
    found = [match for match in PIECE.finditer(text) if match.group().strip(" .!?;:—–\n")]
    if len(found) < 2:
        return []
    rests = [(match.group().strip(), f"{text[: match.start()]}{text[match.end() :]}".strip()) for match in found[:12]]
    return [(piece, rest) for piece, rest in rests if any(c.isalnum() for c in rest)]
