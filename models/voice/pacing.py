"""once(): what a voice learns from replies of its own that were marked, prompt by prompt, each once, at a rate that is warm after some
steps and then falls; beforehand it is put down how likely each token was. What is lost, the caller says. Needs torch; knows no mark's meaning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from audience.language import Failed
from models.voice.judging import Marked
from models.voice.laying import Laid, losses
from models.voice.pairs import Tell, Thread, batches, threads

TOLD_EVERY = 25  # steps


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` of Adam, full after `warm` steps; with the last part of the steps, `ending`, it falls. `tokens` of a batch, padding counted."""

    rate: float = 1e-4
    warm: int = 15
    ending: float = 0.6
    tokens: int = 2_048
    seed: int = 1

    def at(self, step: int, steps: int) -> float:
        """The rate of a step, the first of which is 1."""
        return self.rate * min(1.0, step / self.warm, (steps - step + 1) / (steps * self.ending))


@dataclass(frozen=True, slots=True)
class Choice:
    """Replies to one prompt, how each was marked, and how likely each token of them all was before it was learned from, in nats."""

    thread: Thread
    marks: tuple[int, ...]
    before: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.thread)


PACE = Pace()
Lost = Callable[[Sequence[Choice]], Sequence[Tensor]]
"""Of some choices, the parts of what is lost."""


def choices(given: Sequence[Marked], tokenizer: Any, end: int) -> list[Choice]:
    """The prompts to which some replies were marked better than others: of the rest there is nothing to tell apart. Raises Failed
    where there are no others.
    """
    some = [one for one in given if len({mark for _, mark in one.said}) > 1]
    if not some:
        raise Failed(
            f"Of {len(given)} prompts none has replies that were marked unlike: nothing can be learned. Mark more of them."
        )
    made = threads([(one.post, [(one.control, words) for words, _ in one.said]) for one in some], tokenizer, end)
    return [Choice(thread, tuple(mark for _, mark in one.said)) for thread, one in zip(made, some, strict=True)]


def once(model: Any, parameters: Sequence[nn.Parameter], given: Sequence[Choice], lost: Lost, pace: Pace, tell: Tell) -> None:
    order = batches(given, pace.tokens, np.random.default_rng(pace.seed))
    steps = [recalled(model, [given[n] for n in some]) for some in order]
    adam = torch.optim.AdamW(parameters, lr=pace.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    model.train()
    started, heard = time.monotonic(), list[list[float]]()
    for step, some in enumerate(steps, 1):
        for group in adam.param_groups:
            group["lr"] = pace.at(step, len(steps))
        parts = torch.stack(list(lost(some)))
        parts.sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        heard.append(parts.detach().tolist())
        if step % TOLD_EVERY == 0:
            left = (time.monotonic() - started) / step * (len(steps) - step)
            means = " + ".join(f"{part:.3f}" for part in np.mean(heard[-TOLD_EVERY:], 0))
            tell(f"step {step:,} of {len(steps):,}, loss {means}, {left / 60:.0f} minutes left")


@torch.inference_mode()
def recalled(model: Any, some: Sequence[Choice]) -> list[Choice]:
    """With how likely the model finds each token as it is."""
    found = iter((-losses(model, Laid.of([one.thread for one in some]))).tolist())
    return [replace(one, before=tuple(next(found) for row in one.thread.rows for _ in row.reply)) for one in some]


def before(some: Sequence[Choice], like: Tensor) -> Tensor:
    """How likely each token was, on the device of another tensor."""
    return torch.tensor([nats for one in some for nats in one.before], device=like.device)
