"""The voice learns what was marked as fitting over what was not: direct preference optimization (Rafailov et al. 2023, arXiv
2305.18290) among replies of its own to one prompt, held by the likelihood of those that fit (Pang et al. 2024, arXiv 2404.19733).

Needs torch; knows no persona.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import torch
from torch import Tensor, nn

from models.voice.laying import Laid, losses
from models.voice.pairs import FITS, Marked, Thread, threads
from models.voice.training import Recipe

RECIPE = Recipe(rate=2e-4, warm=10, ending=0.9)
SURE = 0.1  # what a nat of difference from the voice before counts: the less, the farther it may go
HELD = 0.2  # what a nat a token of the replies that fit counts beside
AT_ONCE = 32  # threads of which it is told how likely the voice found them before


@dataclass(frozen=True, slots=True)
class Choice:
    """Replies to one prompt, how each was marked, and its log-probability in nats as the voice was before."""

    thread: Thread
    marks: tuple[int, ...]
    before: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.thread)

    def pairs(self) -> list[tuple[int, int]]:
        """The places of a better one and of a worse."""
        return [(n, m) for n, m in permutations(range(len(self.marks)), 2) if self.marks[n] > self.marks[m]]


def choices(marked: Sequence[Marked], tokenizer: Any, end: int) -> list[Choice]:
    """Of those of which some were marked better than others."""
    given = [(one.post, [(one.control, words) for words, _ in one.marked]) for one in marked]
    found = zip(threads(given, tokenizer, end), marked, strict=True)
    made = [Choice(thread, tuple(mark for _, mark in one.marked)) for thread, one in found]
    return [choice for choice in made if choice.pairs()]


@torch.inference_mode()
def known(model: Any, some: Sequence[Choice], device: Any) -> list[Choice]:
    """With how likely the model finds them."""
    told = list[Choice]()
    for at in range(0, len(some), AT_ONCE):
        part = some[at : at + AT_ONCE]
        found = iter(likely(model, [one.thread for one in part], device)[0].tolist())
        told += [replace(one, before=tuple(next(found) for _ in one.marks)) for one in part]
    return told


def likely(model: Any, some: Sequence[Thread], device: Any) -> tuple[Tensor, Tensor]:
    """The log-probability of each reply, in nats, and its number of tokens."""
    laid = Laid.of(some)
    many = sum(len(thread.rows) for thread in some)
    rows = laid.rows.to(device)
    lost = losses(model, laid, device)
    return torch.zeros(many, device=device).index_add(0, rows, -lost), torch.bincount(rows, minlength=many)


def loss(model: Any, some: Sequence[Choice], device: Any) -> tuple[Tensor, int]:
    """The mean over all pairs of a better reply and a worse, in nats, of how surely the voice prefers the worse; and how many pairs."""
    said, tokens = likely(model, [one.thread for one in some], device)
    before = torch.tensor([nats for one in some for nats in one.before], device=device)
    first, better, worse = 0, list[int](), list[int]()
    for one in some:
        for n, m in one.pairs():
            better.append(first + n)
            worse.append(first + m)
        first += len(one.marks)
    moved = SURE * (said - before)
    fits = torch.tensor([mark == FITS for one in some for mark in one.marks], device=device)
    held = -(said[fits].sum() / tokens[fits].sum().clamp(min=1))
    return -nn.functional.logsigmoid(moved[better] - moved[worse]).mean() + HELD * held, len(better)
