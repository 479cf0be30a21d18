"""know(): a voice learns to tell how much sense it made, without speaking otherwise. A linear probe of its hidden states is given and
stays as it is; from its own replies that were marked the states learn to be read by it (a head that is fitted first, then the features:
Kumar et al. 2022, arXiv 2202.10054), held to what was likely before. Needs torch; knows no persona.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from models.engine.probe import Probe
from models.voice.judging import Choice
from models.voice.laying import Laid, means, passed, unlikeliness
from models.voice.pairs import Tell, batches


@dataclass(frozen=True, slots=True)
class Knowing:
    """`held`: what a change of likelihood counts, in squares of a nat, a token; of a rate that is warm after so many steps the last
    part falls, `ending`.
    """

    rate: float = 1e-4
    held: float = 1.0
    tokens: int = 2_048
    warm: int = 15
    ending: float = 0.6
    seed: int = 1


KNOWING = Knowing()
TOLD_EVERY = 25  # steps


class Read(NamedTuple):
    """What the probe tells of each reply, and the log-probability of each token, in nats."""

    told: Tensor
    said: Tensor


def know(
    model: Any, parameters: Sequence[nn.Parameter], given: Sequence[Choice], probe: Probe, tell: Tell, how: Knowing = KNOWING
) -> None:
    """Each once."""
    order = batches(given, how.tokens, np.random.default_rng(how.seed))
    known = [_before(model, [given[n] for n in some], probe) for some in order]
    adam = torch.optim.AdamW(parameters, lr=how.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    model.train()
    started, lost = time.monotonic(), list[tuple[float, float]]()
    for step, some in enumerate(known, 1):
        for group in adam.param_groups:
            group["lr"] = how.rate * min(1.0, step / how.warm, (len(known) - step + 1) / (len(known) * how.ending))
        error, moved = loss(model, some, probe)
        (error + how.held * moved).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        lost.append((float(error.detach()), float(moved.detach())))
        if step % TOLD_EVERY == 0:
            left = (time.monotonic() - started) / step * (len(known) - step)
            last = " and ".join(f"{part:.3f}" for part in np.mean(lost[-TOLD_EVERY:], 0))
            tell(f"knowing, step {step:,} of {len(known):,}, error and change {last}, {left / 60:.0f} minutes left")


@torch.inference_mode()
def _before(model: Any, some: Sequence[Choice], probe: Probe) -> list[Choice]:
    """With how likely the model finds each token as it is."""
    said = iter(read(model, some, probe).said.tolist())
    return [replace(one, before=tuple(next(said) for row in one.thread.rows for _ in row.reply)) for one in some]


def read(model: Any, some: Sequence[Choice], probe: Probe) -> Read:
    laid = Laid.of([one.thread for one in some])
    states = passed(model, laid, output_hidden_states=True)
    told = probe(means(states.hidden_states[probe.depth], laid, model.generation_config.eos_token_id))
    return Read(told, -unlikeliness(model, laid, states.last_hidden_state))


def loss(model: Any, some: Sequence[Choice], probe: Probe) -> tuple[Tensor, Tensor]:
    """The mean square of the probe's error among the replies to one prompt, in marks, and of the change of a token's likelihood, in
    nats. How hard a post is to answer at all, nobody need tell who chooses among its replies.
    """
    now = read(model, some, probe)
    marks = torch.tensor([float(mark) for one in some for mark in one.marks], device=now.told.device)
    before = torch.tensor([nats for one in some for nats in one.before], device=now.said.device)
    ends = np.cumsum([len(one.marks) for one in some]).tolist()
    errors = torch.tensor_split(now.told - marks, ends[:-1])
    among = torch.cat([error - error.mean() for error in errors])
    return among.square().mean(), (now.said - before).square().mean()
