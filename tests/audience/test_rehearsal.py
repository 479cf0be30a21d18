"""What is decided before a rehearsal, and what chance decides in it, with the odds of each statistical test."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.asking import BOUND
from audience.draft import Draft
from audience.errors import Refused
from audience.persona import ANGLES, HABITS
from audience.reaction import KIND, KINDS, PASSING, REASON, REASONS, Part, Reaction
from audience.rehearsal import angles_for, drawn, given_the_floor, picked, prior
from audience.script import Moment
from tests import made

SPEAKS = next(kind.key for kind in KINDS if kind.words)
SHARES = tuple(made.RATES.items())
SPEAKERS = st.lists(st.sampled_from(["ada", "ben", "cem"]), max_size=20)


def speakers(personas: list[str], reason: str = "") -> list[Reaction]:
    return [Reaction(n, p, "first", SHARES, SPEAKS, reason) for n, p in enumerate(personas, 1)]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"audience": 0}, "The audience is a whole number from 1 to 1,000,000,000, not 0."),
        ({"audience": 10**9 + 1}, "The audience is a whole number from 1 to 1,000,000,000, not 1,000,000,001."),
        ({"replies": -1}, "The number of replies is a whole number from 0 to 200, not -1."),
        ({"rounds": 3}, "The number of rounds is a whole number from 1 to 2, not 3."),
        ({"seed": 2**53}, "The seed is a whole number from 0 to 9,007,199,254,740,991, not 9,007,199,254,740,992."),
    ],
)
def test_a_rehearsal_out_of_range_is_refused_with_the_range(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        replace(made.rehearsal(), **changed)
    assert str(refusal.value) == sentence


def test_a_draft_that_its_platform_would_refuse_is_refused() -> None:
    with pytest.raises(Refused, match=r"^The draft has 3,001 characters and The Square takes at most 3,000; shorten it"):
        replace(made.rehearsal(), draft=Draft("b" * 3001))


def test_a_seat_stands_for_its_part_of_the_audience_and_for_one_at_least() -> None:
    assert made.rehearsal(seats=6, audience=1000).people == 1000 / 6
    assert made.rehearsal(seats=6, audience=2).people == 1


@given(st.sampled_from(list(HABITS)), st.floats(-2, 2), st.sampled_from(["first", "second"]))
def test_before_a_word_is_read_a_reader_follows_base_rates_habit_and_moment(habit: str, attention: float, part: Part) -> None:
    who = replace(made.persona(), habits={"other": habit})
    before = prior(made.platform(), who, Moment("now", "Now.", attention), part)
    kinds = [kind.key for kind in KINDS if part == "first" or kind is not PASSING]
    assert list(before) == kinds
    assert math.isclose(sum(before.values()), 1)
    if part == "first":
        for kind in kinds[1:]:
            moved = math.log(before[kind] / before[PASSING.key]) - math.log(made.RATES[kind] / made.RATES[PASSING.key])
            assert moved == pytest.approx(max(-BOUND, min(BOUND, HABITS[habit].get(kind, 0.0) + attention)))


@pytest.mark.parametrize(("p", "people"), [(0.001, 400.0), (0.02, 30.0), (0.3, 1.0), (0.0, 50.0), (1.0, 1.0)])
def test_a_seat_speaks_as_often_as_one_of_its_people_would(p: float, people: float) -> None:
    """4,000 draws against 1 - (1 - p) ** people, within 4.5 standard errors: a false alarm in 150,000 such tests."""
    shares = {PASSING.key: 1 - p, SPEAKS: p}
    wanted = 1 - (1 - p) ** people
    chance = random.Random(f"{p} {people}")
    spoke = sum(drawn(shares, people, chance) == SPEAKS for _ in range(4000)) / 4000
    assert abs(spoke - wanted) <= 4.5 * math.sqrt(wanted * (1 - wanted) / 4000)


def test_a_seat_that_does_not_speak_does_what_one_of_its_people_would() -> None:
    """10,000 draws, each share within 4.5 standard errors: a false alarm in 30,000 over the five mute kinds."""
    chance, mute = random.Random(5), {kind: rate for kind, rate in made.RATES.items() if not KIND[kind].words}
    kinds = [drawn(mute, 100.0, chance) for _ in range(10_000)]
    whole = sum(mute.values())
    for kind, rate in mute.items():
        p = rate / whole
        assert abs(kinds.count(kind) / 10_000 - p) <= 4.5 * math.sqrt(p * (1 - p) / 10_000)


@given(st.dictionaries(st.text(max_size=3), st.floats(0.01, 1), min_size=1), st.integers())
def test_whoever_is_picked_is_on_the_list_and_the_same_under_the_same_seed(shares: dict[str, float], seed: int) -> None:
    assert picked(shares, random.Random(seed)) == picked(shares, random.Random(seed))
    assert picked(shares, random.Random(seed)) in shares


@given(SPEAKERS, st.integers(0, 25), st.integers(0, 2**53 - 1))
def test_the_floor_is_given_to_as_many_as_asked_one_of_each_persona_first(personas: list[str], most: int, seed: int) -> None:
    heard = given_the_floor(speakers(personas), most, seed)
    assert len(heard) == min(most, len(personas))
    assert [r.seat for r in heard] == sorted(r.seat for r in heard)
    many = {p: sum(r.persona == p for r in heard) for p in set(personas)}
    assert all(many[p] == personas.count(p) or many[p] >= max(many.values()) - 1 for p in many)


@given(SPEAKERS, st.integers(0, 25), st.integers(0, 2**53 - 1), st.randoms(use_true_random=False))
def test_who_is_heard_does_not_depend_on_the_order_in_which_seats_came(
    personas: list[str], most: int, seed: int, chance: random.Random
) -> None:
    came = speakers(personas)
    mixed = chance.sample(came, len(came))
    assert given_the_floor(came, most, seed) == given_the_floor(mixed, most, seed)


@given(SPEAKERS, st.integers(0, 24), st.integers(0, 2**53 - 1))
def test_a_longer_list_of_replies_only_adds_to_a_shorter_one(personas: list[str], most: int, seed: int) -> None:
    fewer, more = (given_the_floor(speakers(personas), n, seed) for n in (most, most + 1))
    assert set(fewer) <= set(more)


def test_only_who_was_weighed_and_would_speak_is_given_the_floor() -> None:
    silent = Reaction(1, "ada", "first", SHARES, PASSING.key)
    failed = Reaction(2, "ben", failed="out of memory")
    assert given_the_floor([silent, failed, *speakers(["cem"])], 12, 1) == (speakers(["cem"])[0],)


@given(st.lists(st.sampled_from([r.key for r in REASONS if r.angles] + [""]), max_size=20))
def test_an_angle_fits_its_reason_and_every_other_stands_behind_it(reasons: list[str]) -> None:
    heard = [Reaction(n, "ada", "first", SHARES, SPEAKS, reason) for n, reason in enumerate(reasons, 1)]
    angles = angles_for(heard)
    for reaction in heard:
        first, *others = angles[reaction.seat]
        assert first in (REASON[reaction.reason].angles if reaction.reason else ANGLES)
        assert sorted([first, *others]) == sorted(ANGLES)


@given(st.integers(0, 30))
def test_angles_are_used_evenly_where_no_reason_stands_in_the_way(many: int) -> None:
    angles = [found[0] for found in angles_for(speakers(["ada"] * many)).values()]
    used = [angles.count(angle) for angle in ANGLES]
    assert max(used) - min(used) <= 1
