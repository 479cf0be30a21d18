"""What is read off a text without a model, and weights in four bits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.packing import GROUP, packed, unpacked
from evidence.reasons import Association, pieces, reasons
from evidence.traits import BUCKETS, TRAITS, bucket, runs, terms, tidy, traits


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_trait_of_every_text_is_a_finite_number(text: str) -> None:
    tidied = tidy(text)
    assert all(map(math.isfinite, traits(tidied)))
    assert all(0 <= bucket(part) < BUCKETS for part in (*terms(tidied), *runs(tidied)))


def test_no_trait_is_listed_twice() -> None:
    assert len({trait.key for trait in TRAITS}) == len(TRAITS) == len({trait.more for trait in TRAITS})


def test_the_letters_of_a_link_say_nothing() -> None:
    assert tidy("Bees\nhttp://t.co/a1 now") == tidy("Bees https://t.co/b2  now") == "Bees http now"


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31))
def test_four_bits_lose_about_a_tenth_of_a_change(seed: int) -> None:
    """Of normal weights the root mean square error is 0.10 of theirs; over 0.13 in fewer than 1 of 10^6 draws of 64 groups."""
    change = np.random.default_rng(seed).normal(0, 1e-3, (64, GROUP)).astype(np.float32)
    lost = unpacked(*packed(change)) - change
    assert np.sqrt((lost**2).mean() / (change**2).mean()) < 0.13


def test_what_did_not_change_comes_back_unchanged() -> None:
    nothing = np.zeros((2, GROUP), dtype=np.float32)
    assert np.array_equal(unpacked(*packed(nothing)), nothing)


def told(won: int, cases: int, weight: float, apart: float = 1.0) -> tuple[str, ...]:
    weights, more = np.zeros((2, len(TRAITS)), dtype=np.float32)
    weights[0], more[0] = weight, apart
    return reasons([Association(TRAITS[0].key, won, cases)], weights, more, ({}, {}))


def test_a_reason_counts_real_pairs_and_names_no_cause() -> None:
    assert told(600, 1000, 0.2) == ("A is longer; of 1,000 real pairs that differ in this, such a text did better in 60%.",)
    assert told(600, 1000, 0.2, -1) == ("B is longer; of 1,000 real pairs that differ in this, such a text did better in 60%.",)
    assert told(400, 1000, -0.2, -1) == ("B is longer; of 1,000 real pairs that differ in this, such a text did worse in 60%.",)
    assert told(400, 1000, -0.2) == ("A is longer; of 1,000 real pairs that differ in this, such a text did worse in 60%.",)


def test_what_was_seen_one_way_and_weighed_the_other_is_no_reason() -> None:
    assert told(600, 1000, -0.2) == told(400, 1000, 0.2) == ()


@pytest.mark.parametrize(("won", "cases", "weight"), [(510, 1000, 0.2), (600, 1000, 0.01), (0, 0, 0.2)])
def test_what_could_be_luck_or_hardly_moved_anything_is_no_reason(won: int, cases: int, weight: float) -> None:
    assert told(won, cases, weight) == ()


def test_the_sentence_that_carries_a_draft_is_quoted() -> None:
    nothing = np.zeros(len(TRAITS), dtype=np.float32)
    found = reasons([], nothing, nothing, ({"Buy now!": -0.4, "We are five.": 0.1}, {}))
    assert found == ("Without “Buy now!” the ranker would put A higher, by 0.40 in log-odds.",)


def test_a_link_and_a_figure_stay_whole() -> None:
    assert pieces("Export 2.0 is here http://t.co/x") == []
    assert [piece for piece, _ in pieces("Ten ways: one\nMore http://t.co/x.")] == ["Ten ways:", "one", "More http://t.co/x."]


def test_without_a_sentence_its_link_is_still_there() -> None:
    assert pieces("Bees are back. See http://t.co/x") == [
        ("Bees are back.", "See http://t.co/x"), ("See http://t.co/x", "Bees are back. http://t.co/x"),
    ]  # fmt: skip


def test_a_draft_of_one_sentence_has_no_pieces_and_one_of_two_has_both() -> None:
    assert pieces("Bees are back.") == []
    assert pieces("Bees are back. Come and see!") == [("Bees are back.", "Come and see!"), ("Come and see!", "Bees are back.")]
