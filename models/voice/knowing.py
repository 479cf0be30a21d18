"""know(): a voice learns to tell how much sense it made, without speaking otherwise. A linear probe of its hidden states is given and
stays as it is; from its own replies that were marked the states learn to be read by it (a head that is fitted first, then the features:
Kumar et al. 2022, arXiv 2202.10054), held to what was likely before. Needs torch; knows no persona.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from models.engine.probe import Probe
from models.voice.laying import Laid, means, passed, unlikeliness
from models.voice.pacing import PACE, Choice, Pace, before, once
from models.voice.pairs import Tell


@dataclass(frozen=True, slots=True)
class Knowing:
    """`held`: what a change of likelihood counts, in squares of a nat, a token."""

    pace: Pace = PACE
    held: float = 1.0


KNOWING = Knowing()


def know(
    model: Any, parameters: Sequence[nn.Parameter], given: Sequence[Choice], probe: Probe, tell: Tell, how: Knowing = KNOWING
) -> None:
    there = replace(probe, weights=probe.weights.to(model.device))
    once(model, parameters, given, lambda some: loss(model, some, there, how), how.pace, tell)


def read(model: Any, some: Sequence[Choice], probe: Probe) -> tuple[Tensor, Tensor]:
    """What the probe tells of each reply, and the log-probability of each token, in nats."""
    laid = Laid.of([one.thread for one in some])
    states = passed(model, laid, output_hidden_states=True)
    told = probe(means(states.hidden_states[probe.depth], laid, model.generation_config.eos_token_id))
    return told, -unlikeliness(model, laid, states.last_hidden_state)


def loss(model: Any, some: Sequence[Choice], probe: Probe, how: Knowing = KNOWING) -> tuple[Tensor, Tensor]:
    """The mean square of the probe's error among the replies to one prompt, in marks; and what holds it. How hard a post is to answer
    at all, nobody need tell who chooses among its replies.
    """
    told, said = read(model, some, probe)
    errors = told - torch.tensor([float(mark) for one in some for mark in one.marks], device=told.device)
    among, first = list[Tensor](), 0
    for one in some:
        mine = errors[first : first + len(one.marks)]
        among.append(mine - mine.mean())
        first += len(one.marks)
    return torch.cat(among).square().mean(), how.held * (said - before(some, said)).square().mean()
