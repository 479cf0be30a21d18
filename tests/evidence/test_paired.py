"""The panel's test: no seat alone decides, exchanging the drafts changes nothing, and chance is called chance."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.panel import Seat
from audience.report import Report
from evidence import paired
from evidence.paired import EXACT, FLIPS, RAREST, chance_of, difference
from tests.evidence.weighing import A, B, moment, report, uneven

Gaps = list[tuple[str, str, float, float]]


def room(personas: int, moments: int) -> list[tuple[str, str]]:
    return [(f"p{p}", f"m{m}") for p in range(personas) for m in range(moments)]


def given_out(seats: list[tuple[str, str]], chance: random.Random, *, by_moment: float, more: float = 0.0) -> Gaps:
    """Differences drawn for each persona, for each moment and for each seat, in these sizes; all give 1."""
    effects = {name: chance.gauss(0, 1) for pair in seats for name in pair[:1]}
    effects |= {name: chance.gauss(0, by_moment) for pair in seats for name in pair[1:]}
    return [(p, m, more + effects[p] + effects[m] + chance.gauss(0, 0.3), 1.0) for p, m in seats]


@pytest.mark.parametrize("by_moment", [0.0, 0.3, 2.0])
@pytest.mark.parametrize(("personas", "moments"), [(10, 3), (20, 2)])
def test_a_panel_that_differs_by_chance_alone_is_rarely_called_different(personas: int, moments: int, by_moment: float) -> None:
    """400 panels, each called with a chance of at most 5%: 35 or more come up once in 1,400 such runs. The seed is fixed."""
    chance, seats = random.Random(1), room(personas, moments)
    assert sum(chance_of(given_out(seats, chance, by_moment=by_moment))[0] <= 0.05 for _ in range(400)) < 35


def test_what_a_test_over_single_seats_would_take_for_certain_is_chance_between_three_pairs_of_personas() -> None:
    gaps = [(f"p{p}", f"m{m % 2}", 1.0 if p < 4 else -0.5, 1.0) for p in range(6) for m in range(20)]
    assert chance_of(gaps)[0] > 0.2


def test_a_difference_that_all_personas_share_is_found() -> None:
    found = chance_of(given_out(room(10, 3), random.Random(3), by_moment=0.05, more=3.0))
    assert found[0] < 0.01
    assert found[1] == ""


numbers = st.floats(-1, 1, allow_subnormal=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=24, max_size=24), st.randoms(use_true_random=False), st.sampled_from([8, 14]))
def test_exchanging_the_drafts_and_mixing_the_seats_changes_no_bit_of_the_chance(
    gaps: list[float], chance: random.Random, personas: int
) -> None:
    there = [(f"p{n % personas}", f"m{n // personas}", gap, 0.5) for n, gap in enumerate(gaps)]
    back = [(p, m, -gap, level) for p, m, gap, level in there]
    chance.shuffle(back)
    assert chance_of(there) == chance_of(back)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=24, max_size=24))
def test_a_chance_is_a_chance_and_never_rarer_than_can_be_known(gaps: list[float]) -> None:
    found, _ = chance_of([(f"p{n % 8}", f"m{n // 8}", gap, 0.5) for n, gap in enumerate(gaps)])
    assert RAREST * 0.999 <= found <= 1


@pytest.mark.parametrize("personas", [EXACT, EXACT + 1])
def test_the_flips_are_all_of_them_where_they_are_few_and_a_sample_where_they_are_many(personas: int) -> None:
    signs = paired._signs(personas)
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert signs.shape == ((2 ** (EXACT - 1) if personas <= EXACT else FLIPS), personas)
    assert len(np.unique(signs, axis=0)) == len(signs) or personas > EXACT
    assert paired._flipped(np.ones(personas)) == (1 / 2 ** (EXACT - 1) if personas <= EXACT else pytest.approx(1e-4, rel=9))


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (2, 4.303), (5, 2.571), (39, 2.0227)])
def test_students_t_is_where_the_tables_have_it(freedom: int, t: float) -> None:
    assert np.interp(math.log(0.05), paired._chances()[::-1], paired._far(freedom)[::-1]) == pytest.approx(t, rel=2e-3)


def test_five_personas_and_one_moment_cannot_count_and_say_so() -> None:
    chance, few = chance_of(given_out(room(5, 3), random.Random(1), by_moment=0, more=9))
    assert (chance, "6 personas" in few) == (1.0, True)
    chance, one = chance_of(given_out(room(9, 1), random.Random(1), by_moment=0, more=9))
    assert (chance, "same moment" in one) == (1.0, True)


def test_moments_that_no_persona_links_cannot_be_told_from_their_readers() -> None:
    seats = [(f"p{n}", f"m{n % 2}") for n in range(12)]
    chance, why = chance_of(given_out(seats, random.Random(1), by_moment=0, more=9))
    assert (chance, "nothing tells the readers from the moments" in why) == (1.0, True)


def test_one_draft_against_itself_differs_by_exactly_nothing() -> None:
    found = difference(report(uneven(1)), report(uneven(1), B), moment)
    assert (found.mean, found.share, found.chance) == (0.0, 0.0, 1.0)
    assert {gap for _, gap in found.kinds} == {0.0}


def test_the_difference_turns_exactly_with_the_drafts() -> None:
    one, other = report(uneven(1), A), report(uneven(2), B)
    there, back = difference(one, other, moment), difference(other, one, moment)
    turned = replace(back, mean=-back.mean, kinds=tuple((kind, -gap) for kind, gap in back.kinds))
    assert there == turned
    assert there.mean != 0


def test_a_seat_that_failed_under_either_draft_is_left_out_and_counted() -> None:
    one, other = report(uneven(1), A), report(uneven(2), B)
    lame = Report.of(
        other.rehearsal,
        [replace(r, probabilities=(), kind="", failed="no memory") if r.seat in {2, 7} else r for r in other.reactions],
        {},
    )
    whole, found = difference(one, other, moment), difference(one, lame, moment)
    assert (whole.seats, whole.lost, found.seats, found.lost) == (36, 0, 34, 2)


def test_where_nobody_was_weighed_the_panel_is_silent() -> None:
    of = report(uneven(1)).rehearsal
    found = difference(Report.of(of, (), {}), Report.of(of, (), {}), moment)
    assert (found.mean, found.chance, found.seats, found.lost) == (0.0, 1.0, 0, 36)
    assert found.silent


def test_kinds_differ_by_as_much_less_as_more() -> None:
    found = difference(report(uneven(1), A), report(uneven(2), B), moment)
    assert math.fsum(gap for _, gap in found.kinds) == pytest.approx(0, abs=1e-12)


def test_a_seat_is_a_seat_of_its_moment() -> None:
    assert {moment(Seat(1, "p", turn, 1).turn) for turn in range(6)} == {"queue", "morning", "break"}
