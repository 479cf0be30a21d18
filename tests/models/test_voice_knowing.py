"""How a voice learns to tell how much sense it made: its states are read better, also of what was never marked, and it speaks as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch

from models.engine.probe import Probe
from models.voice.judging import Marked
from models.voice.knowing import KNOWING, know, loss, read
from models.voice.pacing import Choice, Pace, choices, recalled
from models.voice.training import adapted, parameters
from tests.models import tiny

QUICK = replace(KNOWING, pace=Pace(3e-3, warm=2, tokens=400))
PROBE = Probe(1, torch.linspace(-0.05, 0.05, tiny.model().config.hidden_size), 1.0)


def marked(n: int, *marks: int) -> Marked:
    words = ("thanks, where is it now", "moved the beta", "and the")
    return Marked("a", f"We moved button {n}.", "3 words; asks", tuple(zip(words, marks, strict=False)))


def prompts(first: int, last: int) -> list[Choice]:
    return choices([marked(n, 3, 0, 1) for n in range(first, last)], tiny.tokenizer(), 2)


@torch.no_grad()
def lost(model: Any, given: Sequence[Choice]) -> tuple[float, float]:
    error, moved = loss(model, given, PROBE)
    return float(error), float(moved)


@pytest.mark.parametrize(("held", "least", "most"), [(30.0, 0.0, 0.05), (0.0, 0.05, 99.0)])
def test_states_learn_to_be_read_also_under_other_posts_and_what_is_held_stays_as_likely(
    held: float, least: float, most: float
) -> None:
    model = tiny.model()
    sides, other = parameters(adapted(model, 4)), recalled(model, prompts(50, 60))
    before, unmoved = lost(model, other)
    assert unmoved == pytest.approx(0, abs=1e-8)
    for _ in range(6):
        know(model, sides, prompts(0, 24), PROBE, lambda _: None, replace(QUICK, held=held))
    error, moved = lost(model, other)
    assert error < before / 2
    assert least <= moved < most


def test_only_prompts_whose_replies_were_marked_unlike_are_learned_from() -> None:
    given = [marked(1, 2, 0), marked(2, 1, 1), marked(3, 3), marked(4, 1, 2, 0)]
    assert [one.marks for one in choices(given, tiny.tokenizer(), 2)] == [(2, 0), (1, 2, 0)]


def test_how_hard_a_post_is_to_answer_counts_for_nothing() -> None:
    model = tiny.model()
    some = recalled(model, prompts(0, 3))
    harder = [replace(one, marks=tuple(mark + 5 for mark in one.marks)) for one in some]
    assert lost(model, harder)[0] == pytest.approx(lost(model, some)[0], abs=1e-4)


def test_what_was_likely_before_is_put_down_token_by_token() -> None:
    model, some = tiny.model(), prompts(0, 3)
    with torch.no_grad():
        _, said = read(model, some, PROBE)
    assert [nats for one in recalled(model, some) for nats in one.before] == pytest.approx(said.tolist(), abs=1e-5)


def test_the_rate_warms_and_falls_to_nearly_nothing() -> None:
    rates = [Pace(1.0, warm=4, ending=0.5).at(step, 20) for step in range(1, 21)]
    assert rates[:5] == [0.25, 0.5, 0.75, 1.0, 1.0]
    assert rates[10:12] == [1.0, 0.9]
    assert rates[-1] == pytest.approx(0.1)
