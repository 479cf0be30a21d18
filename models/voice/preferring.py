"""prefer(): what was marked as fitting over what was not: direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290)
among the voice's own replies to one prompt, held by the likelihood of those that fit (Pang et al. 2024, arXiv 2404.19733).

Of the way it goes, a part is kept (Wortsman et al. 2022, arXiv 2109.01903): to its end every reader is pleased, and would like to know
more. Needs torch; knows no persona.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.voice.judging import FITS, Choice, Marked
from models.voice.laying import Laid, losses
from models.voice.pairs import Tell, batches


@dataclass(frozen=True, slots=True)
class Liking:
    """`sure`: what a nat of difference from the voice before counts, the less, the farther it may go; `held`: what a nat a token of
    the replies that fit counts beside; `half`: what it counts that one is better than another and does not fit either; of a rate that is warm after so
    many steps the last part falls, `ending`; `kept`: how much of the way.
    """

    rate: float = 1e-4
    sure: float = 0.1
    held: float = 0.1
    half: float = 0.4
    tokens: int = 2_048
    warm: int = 15
    ending: float = 0.6
    kept: float = 0.5
    seed: int = 1


LIKING = Liking()


def first_voice(given: Sequence[Marked]) -> list[Marked]:
    """What the first voice said: of its words it learns, not of those of others."""
    return [one for one in given if one.voice == given[0].voice]


def pairs(marks: Sequence[int]) -> list[tuple[int, int]]:
    """The places of a better one and of a worse."""
    return [(n, m) for n, m in permutations(range(len(marks)), 2) if marks[n] > marks[m]]


def prefer(
    model: Any, parameters: Sequence[nn.Parameter], given: Sequence[Choice], tell: Tell, liking: Liking = LIKING
) -> None:
    """Each choice once; then back from where that leads."""
    start = [parameter.detach().clone() for parameter in parameters]
    order = batches(given, liking.tokens, np.random.default_rng(liking.seed))
    known = [_known(model, [given[n] for n in some]) for some in order]
    adam = torch.optim.AdamW(parameters, lr=liking.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    model.train()
    started = time.monotonic()
    for step, some in enumerate(known):
        for group in adam.param_groups:
            group["lr"] = liking.rate * min(1.0, (step + 1) / liking.warm, (len(known) - step) / (len(known) * liking.ending))
        lost = loss(model, some, liking)
        lost.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        if (step + 1) % 25 == 0:
            left = (time.monotonic() - started) / (step + 1) * (len(known) - step - 1)
            tell(
                f"preferring, step {step + 1:,} of {len(known):,}, loss {float(lost.detach()):.3f}, {left / 60:.0f} minutes left"
            )
    with torch.no_grad():
        for parameter, before in zip(parameters, start, strict=True):
            parameter.lerp_(before, 1 - liking.kept)


@torch.inference_mode()
def _known(model: Any, some: Sequence[Choice]) -> list[Choice]:
    """With how likely the model finds them as it is."""
    found = iter(likely(model, some)[0].tolist())
    return [replace(one, before=tuple(next(found) for _ in one.marks)) for one in some]


def likely(model: Any, some: Sequence[Choice]) -> tuple[Tensor, Tensor]:
    """The log-probability of each reply, in nats, and its number of tokens."""
    laid = Laid.of([one.thread for one in some])
    lost = losses(model, laid)
    rows = laid.rows.to(lost.device)
    many = torch.bincount(rows)
    return torch.zeros(len(many), device=lost.device).index_add(0, rows, -lost), many


def loss(model: Any, some: Sequence[Choice], liking: Liking = LIKING) -> Tensor:
    """How surely the voice prefers the worse of two replies, in nats, the mean over all pairs; and what holds it."""
    said, tokens = likely(model, some)
    better, worse, weights, first = list[int](), list[int](), list[float](), 0
    for one in some:
        found = pairs(one.marks)
        better += [first + n for n, _ in found]
        worse += [first + m for _, m in found]
        weights += [1.0 if one.marks[n] == FITS else liking.half for n, _ in found]
        first += len(one.marks)
    moved = liking.sure * (said - torch.tensor([nats for one in some for nats in one.before], device=said.device))
    doubt = -nn.functional.logsigmoid(moved[better] - moved[worse]) * torch.tensor(weights, device=said.device)
    fits = torch.tensor([mark == FITS for one in some for mark in one.marks], device=said.device)
    held = -said[fits].sum() / tokens[fits].sum().clamp(min=1)
    return doubt.sum() / sum(weights) + liking.held * held
