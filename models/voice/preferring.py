"""prefer(): what was marked as fitting over what was not: direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290)
among the voice's own replies to one prompt, held by the likelihood of those that fit (Pang et al. 2024, arXiv 2404.19733).

Of the way it goes, a part is kept (Wortsman et al. 2022, arXiv 2109.01903): to its end every reader is pleased, and would like to know
more. Needs torch; knows no persona.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import torch
from torch import Tensor, nn

from models.voice.judging import FITS, Marked
from models.voice.laying import Laid, losses
from models.voice.pacing import PACE, Choice, Pace, before, once
from models.voice.pairs import Tell


@dataclass(frozen=True, slots=True)
class Liking:
    """`sure`: what a nat of difference from the voice before counts, the less, the farther it may go; `held`: what a nat a token of
    the replies that fit counts beside; `half`: what it counts that one is better than another and does not fit either; `kept`: how
    much of the way.
    """

    pace: Pace = PACE
    sure: float = 0.1
    held: float = 0.1
    half: float = 0.4
    kept: float = 0.5


LIKING = Liking()


def first_voice(given: Sequence[Marked]) -> list[Marked]:
    """What the first voice said: of its words it learns, not of those of others."""
    return [one for one in given if one.voice == given[0].voice]


def prefer(
    model: Any, parameters: Sequence[nn.Parameter], given: Sequence[Choice], tell: Tell, liking: Liking = LIKING
) -> None:
    """Each choice once; then back from where that leads."""
    start = [parameter.detach().clone() for parameter in parameters]
    once(model, parameters, given, lambda some: loss(model, some, liking), liking.pace, tell)
    with torch.no_grad():
        for parameter, there in zip(parameters, start, strict=True):
            parameter.lerp_(there, 1 - liking.kept)


def loss(model: Any, some: Sequence[Choice], liking: Liking = LIKING) -> tuple[Tensor, Tensor]:
    """How surely the voice prefers the worse of two replies, in nats, the mean over all pairs; and what holds it."""
    laid = Laid.of([one.thread for one in some])
    said = -losses(model, laid)
    rows = laid.rows.to(said.device)
    moved = liking.sure * torch.zeros(int(rows[-1]) + 1, device=said.device).index_add(0, rows, said - before(some, said))
    better, worse, weights, first = list[int](), list[int](), list[float](), 0
    for one in some:
        found = pairs(one.marks)
        better += [first + n for n, _ in found]
        worse += [first + m for _, m in found]
        weights += [1.0 if one.marks[n] == FITS else liking.half for n, _ in found]
        first += len(one.marks)
    doubt = -nn.functional.logsigmoid(moved[better] - moved[worse]) * torch.tensor(weights, device=said.device)
    fits = torch.tensor([mark == FITS for one in some for mark in one.marks], device=said.device)[rows]
    held = -said[fits].sum() / fits.sum().clamp(min=1)
    return doubt.sum() / sum(weights), liking.held * held


def pairs(marks: Sequence[int]) -> list[tuple[int, int]]:
    """The places of a better one and of a worse."""
    return [(n, m) for n, m in permutations(range(len(marks)), 2) if marks[n] > marks[m]]
