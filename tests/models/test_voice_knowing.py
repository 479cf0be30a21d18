"""How a voice learns to tell how much sense it made: its states are read better, also of what was never marked, and it speaks as before."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.engine.probe import Probe
from models.voice.judging import Choice, Marked, choices
from models.voice.knowing import KNOWING, know, loss, read
from models.voice.training import adapted, parameters
from tests.models import tiny

QUICK = replace(KNOWING, rate=3e-3, tokens=400, warm=2)
PROBE = Probe(1, torch.linspace(-0.05, 0.05, tiny.model().config.hidden_size), 1.0)


def marked(n: int, *marks: int) -> Marked:
    words = ("thanks, where is it now", "moved the beta", "and the")
    return Marked("a", f"We moved button {n}.", "3 words; asks", tuple(zip(words, marks, strict=False)))


def prompts(first: int, last: int) -> list[Choice]:
    return choices([marked(n, 3, 0, 1) for n in range(first, last)], tiny.tokenizer(), 2)


def errors(model: object, given: list[Choice]) -> float:
    with torch.no_grad():
        return float(
            loss(model, [replace(one, before=(0.0,) * sum(len(row.reply) for row in one.thread.rows)) for one in given], PROBE)[
                0
            ]
        )


@pytest.mark.parametrize(("held", "most"), [(30.0, 0.05), (0.0, 99.0)])
def test_states_learn_to_be_read_also_under_other_posts_and_what_is_held_stays_as_likely(held: float, most: float) -> None:
    model = tiny.model()
    sides = parameters(adapted(model, 4))
    taught, other = prompts(0, 24), prompts(50, 60)
    before, said = errors(model, other), read(model, other, PROBE).said.detach()
    for _ in range(6):
        know(model, sides, taught, PROBE, lambda _: None, replace(QUICK, held=held))
    assert errors(model, other) < before / 2
    moved = float((read(model, other, PROBE).said.detach() - said).square().mean())
    assert moved < most
    assert held or moved > 0.05  # or else what holds it would hold nothing


def test_only_prompts_whose_replies_were_marked_unlike_are_learned_from() -> None:
    given = [marked(1, 2, 0), marked(2, 1, 1), marked(3, 3), marked(4, 1, 2, 0)]
    assert [one.marks for one in choices(given, tiny.tokenizer(), 2)] == [(2, 0), (1, 2, 0)]


def test_how_hard_a_post_is_to_answer_counts_for_nothing() -> None:
    model, some = tiny.model(), prompts(0, 3)
    harder = [replace(one, marks=tuple(mark + 5 for mark in one.marks)) for one in some]
    assert errors(model, harder) == pytest.approx(errors(model, some), abs=1e-4)
