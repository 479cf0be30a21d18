"""Reading: prompts as a shared beginning and what is each reader's own; rows for the menus, in packs that share more still.

A pack is one row of a batch: the tokens that its questions have in common (a reader's card), then what is left of each question,
which sees the common part and itself. Knows tokens; no model, no order of work.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from audience.language import Prompt
from models.chat import Chat
from models.decoding import Row

Tensor = Any  # torch is imported where it is used, and its types with it
DRAFTS = 64  # whose beginnings are known at once; a bot that runs for months sees many
LEAST = 32  # tokens in common under which two questions are no pack: a mask of their own costs more


class Splitting:
    """Where prompts of one system and one draft part: after the tokens that they share whatever the reader's words are."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._shared: dict[tuple[str, str], tuple[int, ...]] = {}

    def split(self, prompt: Prompt) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The shared beginning and the rest, which is never empty. Raises Failed as Chat.ids does."""
        ids = self._chat.ids(prompt)
        shared = self._beginning(prompt)
        many = max(1, common(ids[:-1], shared))  # a beginning of nothing would need a way of its own
        return ids[:many], ids[many:]

    def _beginning(self, prompt: Prompt) -> tuple[int, ...]:
        key = prompt.system, prompt.shared
        if key not in self._shared:
            one, other = (
                self._chat.encoded(*map(self._chat.harmless, (prompt.system, f"{prompt.shared}\n\n{own}"))) for own in "A7"
            )
            self._shared[key] = one[: common(one, other)]
        found = self._shared[key]
        while len(self._shared) > DRAFTS:
            del self._shared[next(iter(self._shared))]
        return found


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two rows begin with together."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class Pack:
    """`ids` are the common tokens, then each row's own; `starts` is where each row's own begin."""

    rows: tuple[Row, ...]
    ids: tuple[int, ...]
    common: int
    starts: tuple[int, ...]

    @property
    def places(self) -> Iterator[Sequence[int]]:
        """Where the tokens of each row stand in `ids`."""
        for start, end in zip(self.starts, (*self.starts[1:], len(self.ids)), strict=True):
            yield (*range(self.common), *range(start, end))

    @property
    def positions(self) -> list[int]:
        """As if each row stood alone after the common part."""
        return [*range(self.common), *(n for places in self.places for n in range(self.common, len(places)))]


def packed(rows: Sequence[Row], longest: int) -> Iterator[Pack]:
    """All rows, those that begin alike together, as far as they have at most `longest` tokens then."""
    held: list[Row] = []
    for row in sorted(rows, key=lambda row: row.ids):
        if held and not _fits([*held, row], longest):
            yield _pack(held)
            held = []
        held.append(row)
    if held:
        yield _pack(held)


def _fits(rows: Sequence[Row], longest: int) -> bool:
    """Whether they share enough: sorted rows have in common what the first and the last have."""
    shared = _shared(rows)
    return shared >= LEAST and shared + sum(len(row.ids) - shared for row in rows) <= longest


def _shared(rows: Sequence[Row]) -> int:
    return min(common(rows[0].ids, rows[-1].ids), *(len(row.ids) - 1 for row in rows))


def _pack(rows: Sequence[Row]) -> Pack:
    if len(rows) == 1:
        return Pack((rows[0],), rows[0].ids, 0, (0,))
    shared = _shared(rows)
    ids, starts = list(rows[0].ids[:shared]), []
    for row in rows:
        starts.append(len(ids))
        ids += row.ids[shared:]
    return Pack(tuple(rows), tuple(ids), shared, tuple(starts))


def pack_mask(packs: Sequence[Pack], length: int, causal: Tensor) -> Tensor:
    """(R or 1, L, L): each token sees what stands before it, but of other rows' own tokens none."""
    import torch

    if all(len(pack.rows) == 1 for pack in packs):
        return causal
    branch = torch.zeros(len(packs), length, dtype=torch.long)
    for number, pack in enumerate(packs):
        for n, start in enumerate(pack.starts, 1):
            if pack.common:
                branch[number, start:] = n
    branch = branch.to(causal.device)
    other = (branch[:, None, :] != branch[:, :, None]) & (branch[:, None, :] > 0)
    return causal.expand(len(packs), -1, -1).masked_fill(other, float("-inf"))
