"""What the engine keeps of words it has read: beginnings that many rows share, and the rows that speak.

Shapes as in attention.py. Knows no model and no order of work.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

Tensor = Any  # torch is imported where it is used, and its types with it
PAGE = 16  # tokens by which the room of rows grows, so that their shapes seldom change


@dataclass(slots=True)
class Beginning:
    """The keys and values of a shared beginning, (K, P, D) a layer. It is read once and never copied."""

    ids: tuple[int, ...]
    layers: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return sum(each.nbytes for layer in self.layers for each in layer)


class Beginnings:
    """The beginnings read last, within so many bytes: for the second round, the talk with one reader, the next rehearsal."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._kept: OrderedDict[tuple[int, ...], Beginning] = OrderedDict()

    def get(self, ids: tuple[int, ...]) -> Beginning | None:
        found = self._kept.get(ids)
        if found is not None:
            self._kept.move_to_end(ids)
        return found

    def keep(self, beginning: Beginning) -> None:
        """What is over the room goes, the longest unused first; rows that speak hold on to theirs by themselves."""
        self._kept[beginning.ids] = beginning
        while len(self._kept) > 1 and self.bytes > self.room:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        self._kept.clear()

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self._kept.values())


def rounded(tokens: int) -> int:
    """Places that a row of so many tokens takes."""
    return -(-tokens // PAGE) * PAGE


class Slots:
    """The rows that speak after one beginning: keys and values (rows, K, room, D) a layer, of which `lengths` are filled."""

    def __init__(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self.lengths: list[int] = []
        self.keys: list[Tensor] = []
        self.values: list[Tensor] = []

    @property
    def bytes(self) -> int:
        return sum(each.nbytes for each in (*self.keys, *self.values))

    @property
    def room(self) -> int:
        """Places of all rows that speak, each as long as the longest."""
        return len(self.lengths) * self.keys[0].shape[2] if self.keys else 0

    def open(self, lengths: list[int], longest: int, expected: int = 0) -> int:
        """Room for more rows, of these lengths now and of `longest` in the end; gives the number of the first. Where it has to
        grow, it grows for `expected` rows at once.
        """
        first = len(self.lengths)
        self.lengths += lengths
        rows, room = len(self.lengths), rounded(longest)
        if not self.keys:
            wanted = max(rows, expected), room
            self.keys, self.values = self._grown(*wanted), self._grown(*wanted)
            self._cleared(first, min(lengths))
            return first
        if rows > self.keys[0].shape[0] or room > self.keys[0].shape[2]:
            held = self.keys[0].shape
            wanted = max(rows, expected, held[0]), max(room, held[2])
            for kept in (self.keys, self.values):
                for layer, old in enumerate(kept):  # one after the other: all at once would take the room twice
                    kept[layer] = old.new_empty(wanted[0], old.shape[1], wanted[1], old.shape[3])
                    kept[layer][: held[0], :, : held[2]] = old
                    kept[layer][: held[0], :, held[2] :] = 0
        self._cleared(first, min(lengths))
        return first

    def _cleared(self, first: int, start: int) -> None:
        """Rows from the first on, places from the start on: what is hidden still has to be a number."""
        for each in (*self.keys, *self.values):
            each[first : len(self.lengths), :, start:] = 0

    def _grown(self, rows: int, room: int) -> list[Tensor]:
        return [key.new_empty(rows, key.shape[0], room, key.shape[2]) for key, _ in self.beginning.layers]

    def close(self, row: int) -> None:
        """The last row takes the place of this one."""
        last = len(self.lengths) - 1
        if row != last:
            for each in (*self.keys, *self.values):
                each[row] = each[last]
            self.lengths[row] = self.lengths[last]
        self.lengths.pop()
