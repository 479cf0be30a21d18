"""Asking: an answer is the prior moved by what the draft changes, whatever a model thinks of letters and places."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.asking import BOUND, Answer, Asking, calibrated, tilted
from audience.errors import Failed
from audience.language import Option, Prompt
from audience.script import Scene
from tests import made
from tests.audience.acting import SCRIPT, Scripted

LEAN = st.floats(-20, 20)
CHOICES = (("read", "read it"), ("like", "tap like"), ("reply", "write"))


@st.composite
def priors(draw: st.DrawFn, leans: int = 2) -> tuple[list[float], list[list[float]]]:
    """Probabilities that sum to one, and some leans over the same choices."""
    size = draw(st.integers(2, 8))
    weights = draw(st.lists(st.floats(0.001, 1), min_size=size, max_size=size))
    drawn = [draw(st.lists(LEAN, min_size=size, max_size=size)) for _ in range(leans)]
    return [w / math.fsum(weights) for w in weights], drawn


@given(priors())
def test_a_calibrated_answer_is_a_distribution(given: tuple[list[float], list[list[float]]]) -> None:
    prior, (leans, _) = given
    answer = calibrated(prior, leans)
    assert math.isclose(math.fsum(answer), 1)
    assert all(0 < p < 1 for p in answer)


@given(priors(), LEAN)
def test_equal_leans_leave_the_prior_as_it_was(given: tuple[list[float], list[list[float]]], lean: float) -> None:
    prior, _ = given
    assert calibrated(prior, [lean] * len(prior)) == pytest.approx(prior)


@given(priors(), st.integers(0, 1), st.floats(0, 10))
def test_leaning_more_towards_a_choice_never_makes_it_less_likely(
    given: tuple[list[float], list[list[float]]], at: int, more: float
) -> None:
    prior, (leans, _) = given
    further = [lean + more * (n == at) for n, lean in enumerate(leans)]
    before, after = calibrated(prior, leans), calibrated(prior, further)
    assert after[at] >= before[at] - 1e-12
    assert all(b <= a + 1e-12 for n, (a, b) in enumerate(zip(before, after, strict=True)) if n != at)


@given(priors())
def test_no_draft_moves_two_choices_apart_by_more_than_twice_the_bound(given: tuple[list[float], list[list[float]]]) -> None:
    prior, (leans, _) = given
    moved = [math.log(a / p) for a, p in zip(calibrated(prior, leans), prior, strict=True)]
    assert all(abs(a - b) <= 2 * BOUND + 1e-9 for a, b in itertools.combinations(moved, 2))


@given(priors())
def test_tilting_moves_every_rate_by_its_log_odds_against_the_first(given: tuple[list[float], list[list[float]]]) -> None:
    prior, (shifts, _) = given
    answer = tilted(prior, shifts)
    assert math.isclose(math.fsum(answer), 1)
    for n in range(1, len(prior)):
        moved = math.log(answer[n] / answer[0]) - math.log(prior[n] / prior[0])
        assert moved == pytest.approx(max(-BOUND, min(BOUND, shifts[n])), abs=1e-9)


class Leaning(Scripted):
    """Likes some letters and some places whatever the post says; the draft adds `moved` to the weight, in logs."""

    def __init__(self, moved: dict[str, float], labels: dict[str, float]) -> None:
        super().__init__()
        self.moved, self.labels = moved, labels

    def weight(self, prompt: Prompt, option: Option) -> float:
        return math.exp(self.labels.get(option.label, 0.0) + (self.moved.get(option.key, 0.0) if prompt.draft else 0.0))


def put(menu: Sequence[Option], read: bool) -> Prompt:
    scene: Scene = SCRIPT.scene(made.DRAFT if read else None, made.platform())
    return scene.ask(made.persona(), SCRIPT.moments[0], menu)


async def settled(model: Scripted, prior: Sequence[float] = (0.9, 0.09, 0.01)) -> Answer:
    return await Asking(model).settle(put, CHOICES, prior)


@pytest.mark.parametrize("labels", [{"A": 5.0}, {"C": -4.0, "B": 2.0}])
async def test_a_model_that_likes_a_letter_and_sees_no_difference_leaves_the_prior(labels: dict[str, float]) -> None:
    answer = await settled(Leaning({}, labels))
    assert answer.probabilities == pytest.approx((0.9, 0.09, 0.01), rel=1e-3)
    assert answer.unsteady == pytest.approx(0, abs=1e-3)


async def test_only_what_the_draft_changes_moves_the_answer() -> None:
    plain, leaning = [await settled(Leaning({"reply": 1.0}, labels)) for labels in ({}, {"A": 1.5})]
    assert plain.probabilities == pytest.approx(calibrated((0.9, 0.09, 0.01), (0, 0, 1.0)))
    assert leaning.probabilities == pytest.approx(plain.probabilities)


async def test_both_orders_of_the_menu_are_asked_with_and_without_the_draft() -> None:
    model = Scripted()
    await settled(model)
    menus = {(prompt.draft is None, tuple(o.key for o in options)) for prompt, options in model.weighed}
    keys = tuple(key for key, _ in CHOICES)
    assert menus == set(itertools.product((True, False), (keys, keys[::-1])))
    assert all(tuple(o.label for o in options) == ("A", "B", "C") for _, options in model.weighed)
    assert len(model.weighed) == 4


class Placed(Scripted):
    """Takes the place of a choice for a reason, but only once it has read the draft."""

    def weight(self, prompt: Prompt, option: Option) -> float:
        return 8.0 if option.label == "A" and prompt.draft else 1.0


async def test_answers_that_change_with_the_order_are_unsteady() -> None:
    assert (await settled(Placed(), (0.4, 0.2, 0.4))).unsteady > 0.3


async def test_the_same_question_is_put_only_once() -> None:
    model = Scripted()
    asking = Asking(model)
    answers = await asyncio.gather(*(asking.settle(put, CHOICES, (0.9, 0.09, 0.01)) for _ in range(5)))
    assert len(model.weighed) == 4
    assert len({answer.probabilities for answer in answers}) == 1


class Broken(Scripted):
    """Fails about the draft at once, and thinks for ever about nothing."""

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        if prompt.draft is not None:
            raise Failed("out of memory")
        await asyncio.Event().wait()
        raise AssertionError


async def test_after_a_failure_stopping_leaves_nothing_under_way() -> None:
    asking = Asking(Broken())
    with pytest.raises(Failed, match="out of memory"):
        await asking.settle(put, CHOICES, (0.9, 0.09, 0.01))
    await asking.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
