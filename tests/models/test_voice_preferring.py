"""What the voice learns from replies of its own that were marked: the better ones get likelier than the worse, and half of it is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from models.voice.judging import Marked
from models.voice.laying import Laid, losses
from models.voice.pacing import Choice, Pace, choices, recalled
from models.voice.preferring import LIKING, first_voice, loss, pairs, prefer
from models.voice.training import adapted, parameters
from tests.models import tiny

QUICK = replace(LIKING, pace=Pace(5e-3, warm=2, tokens=400), held=0.0)


def marked(voice: str, n: int, *marks: int) -> Marked:
    said = tuple(
        (f"{word} {n}", mark)
        for word, mark in zip(("thanks, where is it now", "moved the beta", "and the"), marks, strict=False)
    )
    return Marked(voice, f"We moved button {n}.", "3 words; asks", said)


def prompts(first: int, last: int) -> list[Choice]:
    return choices([marked("a", n, 3, 0, 1) for n in range(first, last)], tiny.tokenizer(), 2)


@torch.no_grad()
def likely(model: Any, some: Sequence[Choice]) -> tuple[Tensor, Tensor]:
    """Of each reply, three to a prompt, how likely it is in nats, and its number of tokens."""
    laid = Laid.of([one.thread for one in some])
    many = torch.bincount(laid.rows)
    return torch.zeros(len(many)).index_add(0, laid.rows, -losses(model, laid)).view(-1, 3), many.view(-1, 3)


def test_what_was_marked_better_gets_likelier_than_what_was_marked_worse_also_under_other_posts() -> None:
    model = tiny.model()
    sides, taught, other = parameters(adapted(model, 4)), prompts(0, 24), prompts(50, 60)
    before, _ = likely(model, other)
    for _ in range(4):
        prefer(model, sides, taught, lambda _: None, QUICK)
    moved = likely(model, other)[0] - before
    assert bool((moved[:, 0] > moved[:, 2]).all() and (moved[:, 2] > moved[:, 1]).all())


def test_of_all_that_was_marked_only_what_the_first_voice_said_is_learned_and_of_that_what_was_marked_unlike() -> None:
    given = [marked("a", 1, 2, 0), marked("b", 2, 1, 0), marked("a", 3, 0, 0), marked("a", 4, 1, 2, 0), marked("a", 5, 2)]
    found = choices(first_voice(given), tiny.tokenizer(), 2)
    assert [one.marks for one in found] == [(2, 0), (1, 2, 0)]
    assert sorted(pairs(found[1].marks)) == [(0, 2), (1, 0), (1, 2)]


def test_of_the_way_that_preferring_goes_a_part_is_kept() -> None:
    ended = []
    for kept in (0.0, 0.5, 1.0):
        model = tiny.model()
        sides = parameters(adapted(model, 4))
        prefer(model, sides, prompts(0, 24), lambda _: None, replace(QUICK, kept=kept))
        ended.append([side.detach().clone() for side in sides])
    start, half, whole = ended
    assert all(torch.allclose(b, (a + c) / 2, atol=1e-5) for a, b, c in zip(start, half, whole, strict=True))
    assert any(not torch.equal(a, c) for a, c in zip(start, whole, strict=True))


def test_a_voice_that_has_not_moved_is_in_doubt_and_is_held_by_what_fits() -> None:
    model, some = tiny.model(), prompts(0, 4)
    said, tokens = likely(model, some)
    with torch.no_grad():
        doubt, held = loss(model, recalled(model, some), replace(LIKING, held=2.0))
    assert float(doubt) == pytest.approx(math.log(2), abs=1e-4)
    assert float(held) == pytest.approx(2 * float(-said[:, 0].sum() / tokens[:, 0].sum()), abs=1e-4)
