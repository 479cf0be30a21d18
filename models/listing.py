"""Listing: the table of known models as it stands on this machine: here or not, what memory each needs, how fast it played.

Reads folders and the file of what was measured; asks no network and loads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audience.language import Failed, Refused
from models.hub import find
from models.known import ROWS, SMOLLM2, Known
from models.memory import eight_bits, planned
from models.pace import Pace, paces
from models.shelf import Shelf
from models.weights import Place, check, identity

Here = Literal["yes", "in part", "no"]


@dataclass(frozen=True, slots=True)
class Row:
    """A known model; the bytes it would take in sixteen bits and in eight, where it can be had so; and how it played, in each."""

    known: Known
    here: Here
    sixteen: int
    eight: int | None
    pace: Pace | None
    pace_eight: Pace | None

    def fits(self, free: int) -> str:
        """In a word or two, with so many bytes free."""
        if self.sixteen <= free:
            return "fits"
        return "int8 fits" if self.eight is not None and self.eight <= free else "too large"


def table(shelf: Shelf) -> tuple[Row, ...]:
    measured = paces(shelf.cache)
    return tuple(_row(known, shelf, measured) for known in (SMOLLM2, *ROWS))


def _row(known: Known, shelf: Shelf, measured: dict[str, Pace]) -> Row:
    sixteen, eight = known.plan(16, shelf.kept), known.plan(8, shelf.kept)
    try:
        place = find(known.name, shelf)
        check(place)
        sixteen = planned(place, 16, shelf.kept)
        eight = planned(place, 8, shelf.kept) if eight_bits(place) else None
    except Refused:
        return Row(known, "no", sixteen.bytes if sixteen else 0, eight.bytes if eight else None, None, None)
    except Failed:
        return Row(known, "in part", sixteen.bytes if sixteen else 0, eight.bytes if eight else None, None, None)
    paced = [_same(measured.get(f"local:{known.name}{more}"), place) for more in ("", "@int8")]
    return Row(known, "yes", sixteen.bytes, eight.bytes if eight else None, *paced)


def _same(pace: Pace | None, place: Place) -> Pace | None:
    """What was measured with these very files."""
    return pace if pace is not None and pace.model.endswith(f" {identity(place)}") else None
