"""The panel: shares become whole seats fairly, and a seat keeps its seed whoever else is in the room."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audience.errors import Refused
from audience.panel import MOST_SEATS, Panel, shared_out
from tests.audience import written

NAMES = st.sampled_from([f"p{n}" for n in range(12)])
SHARES = st.dictionaries(NAMES, st.one_of(st.integers(1, 9).map(float), st.floats(1e-6, 1e5)), min_size=1, max_size=12)
COUNT = st.integers(1, 300)
SEED = st.integers(0, 2**53 - 1)


def panel(shares: dict[str, float]) -> Panel:
    return Panel("some", "Some", "Some people.", tuple(shares.items()))


@given(SHARES, COUNT)
def test_seats_shared_out_sum_to_the_count_and_are_at_most_one_off_the_exact_quota(
    shares: dict[str, float], count: int
) -> None:
    given = shared_out(shares, count)
    whole = sum(map(Fraction, shares.values()))
    assert sum(given.values()) == count
    assert all(abs(seats - Fraction(shares[name]) / whole * count) < 1 + 1e-9 for name, seats in given.items())


@given(SHARES, COUNT)
@example({"p0": 0.4, "p1": 0.7, "p2": 0.1}, 4)
def test_seats_are_shared_out_the_same_in_whatever_order_the_shares_stand(shares: dict[str, float], count: int) -> None:
    backwards = dict(reversed(shares.items()))
    assert shared_out(shares, count) == shared_out(backwards, count) == shared_out(dict(sorted(shares.items())), count)


@given(SHARES, COUNT)
def test_who_has_the_larger_share_has_no_fewer_seats(shares: dict[str, float], count: int) -> None:
    given = shared_out(shares, count)
    order = sorted(shares, key=lambda name: shares[name])
    assert all(given[a] <= given[b] or math.isclose(shares[a], shares[b]) for a, b in itertools.pairwise(order))


@given(SHARES, COUNT, SEED)
def test_the_same_seed_gives_the_same_seats_and_numbers_run_from_one(shares: dict[str, float], count: int, seed: int) -> None:
    seats = panel(shares).seated(count, seed)
    assert seats == panel(dict(reversed(shares.items()))).seated(count, seed)
    assert [seat.number for seat in seats] == list(range(1, count + 1))
    for persona in {seat.persona for seat in seats}:
        turns = [seat.turn for seat in seats if seat.persona == persona]
        assert turns == list(range(len(turns)))


@given(SHARES, SHARES, COUNT, COUNT, SEED)
def test_a_seat_keeps_its_seed_whatever_the_panel(
    one: dict[str, float], other: dict[str, float], few: int, many: int, seed: int
) -> None:
    here, there = ({(s.persona, s.turn): s.seed for s in panel(p).seated(n, seed)} for p, n in ((one, few), (other, many)))
    assert all(here[seat] == there[seat] for seat in here.keys() & there.keys())


@given(SEED)
def test_another_seed_gives_every_seat_another_seed(seed: int) -> None:
    """Two of 48 bits alike: odds of 2e-13 over the forty pairs."""
    mine, others = (panel({"p0": 1.0}).seated(40, s) for s in (seed, seed + 1))
    assert all(a.seed != b.seed for a, b in zip(mine, others, strict=True))
    assert len({seat.seed for seat in mine}) == 40


@given(st.integers(2, 8), st.integers(1, 6))
def test_neighbours_differ_where_everybody_has_as_many_seats(personas: int, turns: int) -> None:
    seats = panel({f"p{n}": 1.0 for n in range(personas)}).seated(personas * turns, 7)
    assert all(a.persona != b.persona for a, b in itertools.pairwise(seats))


@pytest.mark.parametrize("count", [0, -1, MOST_SEATS + 1])
def test_a_number_of_seats_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(Refused, match=r"^A panel has 1 to 2,000 seats, not "):
        panel({"p0": 1.0}).seated(count, 1)


def test_a_panel_file_gives_its_shares_in_its_order_and_leaves_out_who_has_none() -> None:
    read = Panel.parse("near", written.PANEL + "cem = 0\n", "near.toml")
    assert (read.key, read.name, read.bio) == ("near", "Neighbours", "Whoever lives here.")
    assert read.shares == (("ada", 2.0), ("ben", 1.0))


def test_a_panel_of_nobody_is_refused_in_the_line_of_its_seats() -> None:
    with pytest.raises(Refused, match=r"^near\.toml, line 4: 'seats': must give at least one persona a share above 0\.$"):
        Panel.parse("near", written.PANEL.replace("= 2", "= 0").replace("= 1", "= 0"), "near.toml")


def test_a_persona_named_twice_has_two_shares() -> None:
    assert Panel.of(("ada", "ben", "ada")).shares == (("ada", 2.0), ("ben", 1.0))


@given(st.lists(SHARES, min_size=2, max_size=4))
def test_panels_together_weigh_the_same_whatever_their_own_numbers(many: list[dict[str, float]]) -> None:
    together = Panel.together([panel(shares) for shares in many])
    assert math.isclose(sum(share for _, share in together.shares), len(many), rel_tol=1e-9)


def test_one_panel_together_is_itself() -> None:
    alone = panel({"ada": 2.0})
    assert Panel.together([alone]) is alone
