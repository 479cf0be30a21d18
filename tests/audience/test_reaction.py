"""Kinds, reasons and reactions: the tables hang together, and a reaction that makes no sense cannot be made."""

from __future__ import annotations

import pytest

from audience.errors import Refused
from audience.persona import ANGLES, HABITS
from audience.reaction import KIND, KINDS, PASSING, REASONS, STAYING, Kind, Reaction, Reason, reasons_for
from tests import made

SHARES = tuple(made.RATES.items())


def test_every_kind_has_its_own_key_label_words_and_emoji() -> None:
    for column in ("key", "label", "told", "emoji"):
        assert len({getattr(kind, column) for kind in KINDS}) == len(KINDS)
    assert {kind.key: kind for kind in KINDS} == KIND


def test_the_two_silences_come_first_and_only_they_are_silent() -> None:
    assert [kind for kind in KINDS if kind.silent] == [PASSING, STAYING]


def test_the_usual_rates_leave_most_people_scrolling_past() -> None:
    assert abs(sum(kind.rate for kind in KINDS) - 1) < 1e-9
    assert PASSING.rate > 0.5


def test_habits_move_only_kinds_there_are_and_never_the_passing_by() -> None:
    assert {kind for habit in HABITS.values() for kind in habit} <= set(KIND) - {PASSING.key}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.key)
def test_a_reason_to_speak_has_angles_and_a_reason_for_silence_none(reason: Reason) -> None:
    assert set(reason.angles) <= set(ANGLES)
    assert bool(reason.angles) != reason.silent


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_kind_has_reasons_of_one_sort(kind: Kind) -> None:
    reasons = reasons_for(kind)
    assert len(reasons) > 1
    assert {reason.silent for reason in reasons} == {kind.silent or kind.weight < 0}


def test_a_reaction_knows_whether_it_was_weighed_and_its_shares() -> None:
    assert Reaction(1, "ada", probabilities=SHARES, kind="read").shares == made.RATES
    assert not Reaction(1, "ada", failed="out of memory").weighed


@pytest.mark.parametrize(
    ("reaction", "sentence"),
    [
        (lambda: Reaction(1, "ada", kind="rply"), "There is no reaction kind called 'rply'; did you mean 'reply'?"),
        (lambda: Reaction(1, "ada", probabilities=(("shar", 1.0),)), "no reaction kind called 'shar'"),
        (lambda: Reaction(1, "ada", reason="ptch"), "There is no reason called 'ptch'; did you mean 'pitch'?"),
        (lambda: Reaction(1, "ada", silence="because"), "There is no reason called 'because'"),
    ],
)
def test_a_kind_or_reason_that_nobody_knows_is_refused(reaction: object, sentence: str) -> None:
    assert callable(reaction)
    with pytest.raises(Refused) as refusal:
        reaction()
    assert sentence in str(refusal.value)


def test_probabilities_that_do_not_sum_to_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^the probabilities of seat 4 do not sum to one"):
        Reaction(4, "ada", probabilities=(("read", 0.5), ("like", 0.4)))


@pytest.mark.parametrize("odd", [-0.5, 1.5, float("nan")])
def test_a_probability_that_is_none_is_refused(odd: float) -> None:
    with pytest.raises(ValueError, match=r"^the probabilities of seat 4 are not all between 0 and 1"):
        Reaction(4, "ada", probabilities=(("read", odd), ("like", 1 - odd)))
