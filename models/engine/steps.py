"""The three sorts of pass through a model's layers: read a shared beginning, read what is each row's own, speak a word each.

Shapes as in attention.py. Each is a Step: it says what attention sees. Knows no model and no order of work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.engine.attention import cascade
from models.engine.keeping import Beginning, Slots
from models.engine.layers import Layers

Tensor = Any  # torch is imported where it is used, and its types with it


@dataclass(slots=True)
class ReadBeginning:
    """One row; its keys and values are kept."""

    beginning: Beginning
    mask: Tensor  # (1, P, P)

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        self.beginning.layers.append((key[0].contiguous(), value[0].contiguous()))
        return cascade(query, None, key, value, self.mask, scale)


@dataclass(slots=True)
class ReadOwn:
    """R rows after one beginning, padded on the right. `slots`, from row `first` on, keep them where they are to speak."""

    beginning: Beginning
    mask: Tensor  # (R or 1, L, L)
    slots: Slots | None = None
    first: int = 0

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        if self.slots is not None:
            rows, length = slice(self.first, self.first + len(key)), key.shape[2]
            self.slots.keys[layer][rows, :, :length] = key
            self.slots.values[layer][rows, :, :length] = value
        return cascade(query, self.beginning.layers[layer], key, value, self.mask, scale)


@dataclass(slots=True)
class Speak:
    """One token of every row of every group; the groups stand one after the other in the batch."""

    groups: Sequence[_Group]

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
        import torch

        seen = []
        for group in self.groups:
            slots, rows = group.slots, slice(group.first, group.first + len(group.slots.lengths))
            slots.keys[layer][group.rows, :, group.places] = key[rows, :, 0]
            slots.values[layer][group.rows, :, group.places] = value[rows, :, 0]
            own = slots.keys[layer][: len(group.rows)], slots.values[layer][: len(group.rows)]
            seen.append(cascade(query[rows], slots.beginning.layers[layer], *own, group.mask, scale))
        return seen[0] if len(seen) == 1 else torch.cat(seen)


@dataclass(slots=True)
class _Group:
    slots: Slots
    first: int
    rows: Tensor
    places: Tensor
    mask: Tensor  # (R, 1, S)
    positions: list[int] = field(default_factory=list)


def speak(all_slots: Sequence[Slots], device: Any) -> tuple[Speak, list[int]]:
    """The step, and the position of each row's token. Its keys take the next place of each row."""
    groups, first = [], 0
    for slots in all_slots:
        groups.append(_group(slots, first, device))
        first += len(slots.lengths)
    return Speak(groups), [position for group in groups for position in group.positions]


def _group(slots: Slots, first: int, device: Any) -> _Group:
    import torch

    places = torch.tensor(slots.lengths, device=device)
    room = slots.keys[0].shape[2]  # all of it: a product over a part of each row would copy that part first
    hidden = torch.arange(room, device=device)[None, None] > places[:, None, None]
    mask = torch.zeros(hidden.shape, dtype=slots.keys[0].dtype, device=device).masked_fill_(hidden, float("-inf"))
    start = len(slots.beginning.ids)
    return _Group(
        slots, first, torch.arange(len(slots.lengths), device=device), places, mask, [start + n for n in slots.lengths]
    )


def causal(length: int, layers: Layers) -> Tensor:
    """(1, L, L), of the type of its layers: every token sees itself and what stands before it."""
    import torch

    return torch.full((length, length), float("-inf"), dtype=layers.dtype, device=layers.device).triu_(1)[None]
