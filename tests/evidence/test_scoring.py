"""Scores of forecasts: what they must be whatever the forecasts are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.forecast import logistic
from evidence.judging import judge
from evidence.pair_file import Pair
from evidence.scoring import BINS, score

Answers = list[tuple[float, bool]]
answers = st.lists(st.tuples(st.floats(0.01, 0.99), st.booleans()), min_size=1, max_size=60)


def scored(told: Answers, groups: list[str] | None = None) -> dict[str, float]:
    return score([p for p, _ in told], [won for _, won in told], groups or [""] * len(told)).document


@settings(deadline=None, max_examples=30)
@given(answers)
def test_turning_every_pair_changes_no_score(told: Answers) -> None:
    turned = [(1 - p, not won) for p, won in told]
    assert scored(turned) == pytest.approx(scored(told), abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(answers)
def test_the_accuracy_lies_within_its_interval_and_every_share_between_0_and_1(told: Answers) -> None:
    found = scored(told)
    assert found["low"] <= found["accuracy"] + 1e-6 <= found["high"] + 2e-6
    assert all(0 <= found[name] <= 1 for name in ("accuracy", "top10", "top30", "top50", "ece"))


def test_a_coin_is_half_right_and_perfectly_calibrated() -> None:
    found = scored([(0.5, n % 3 == 0) for n in range(90)])
    assert (found["accuracy"], found["ece"]) == (0.5, 0.0)
    assert found["log_loss"] == pytest.approx(math.log(2))


def test_the_confident_ones_are_scored_apart() -> None:
    told = [(0.9, True)] * 3 + [(0.6, False)] * 7
    found = scored(told)
    assert (found["top30"], found["accuracy"]) == (1.0, 0.3)


def test_a_calibrated_forecaster_shows_little_error_and_an_overconfident_one_much() -> None:
    """4,000 pairs: the error of the calibrated one has mean 0.012 and is over 0.025 in fewer than 1 of 10,000 draws."""
    chance = np.random.default_rng(3)
    told = chance.uniform(0.2, 0.8, 4_000)
    won = chance.random(4_000) < told
    assert scored(list(zip(told.tolist(), won.tolist(), strict=True)))["ece"] < 0.025
    bolder = [logistic(3 * math.log(p / (1 - p))) for p in told]
    assert scored(list(zip(bolder, won.tolist(), strict=True)))["ece"] > 0.1


def test_pairs_of_one_group_are_not_counted_as_independent() -> None:
    told = [(0.9, n < 50) for n in range(100)]
    alone = scored(told)
    grouped = scored(told, [str(n // 10) for n in range(100)])
    assert grouped["high"] - grouped["low"] > 2 * (alone["high"] - alone["low"])


def test_fewer_pairs_than_bins_are_scored_too() -> None:
    assert BINS > 1
    assert scored([(0.7, True)])["ece"] == pytest.approx(0.3)


def test_the_longer_text_is_what_a_bet_on_length_takes() -> None:
    pairs = [Pair("a long text", "short", a_won=True), Pair("short", "a long text", a_won=True)]
    found = judge(pairs, [0.9, 0.9])
    assert (found.scores["ranker"].accuracy, found.scores["longer"].accuracy) == (1.0, 0.5)
    assert set(found.document) == {"n", "ranker", "longer"}


def test_a_panel_that_was_played_is_scored_alone_and_joined() -> None:
    found = judge([Pair("one", "two", a_won=True)], [0.6], [(0.02, 0.01)])
    assert set(found.document) == {"n", "ranker", "panel", "both", "longer"}
    assert found.scores["panel"].accuracy == 1.0
