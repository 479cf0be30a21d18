"""How often frozen forecasts were right: counted by hand in small, and in simulations whose truth is known."""

from __future__ import annotations

import random

import pytest

from evidence.outcome import Case
from evidence.pairs import beyond_luck
from evidence.standing import ENOUGH, Covered, Standing, curve, hits, surprises
from tests.evidence.posted import case, outcome


def test_a_pair_counts_where_two_posts_differ_beyond_luck() -> None:
    posts = [
        outcome(1000, 10, 0, 0),
        outcome(1000, 13, 0, 0),
        outcome(1000, 60, 0, 0),
        outcome(5, 0, 0, 0),
        outcome(5, 3, 0, 0),
    ]
    known = beyond_luck(posts)
    assert known[0, 2]
    assert known[1, 2]
    assert not known[0, 1]
    assert not known[3, 4]  # 0 of 5 against 3 of 5 is not yet beyond luck
    assert (known == known.T).all()
    assert not known.diagonal().any()


def test_two_posts_that_are_equally_good_are_rarely_taken_to_differ() -> None:
    """Of 2,000 pairs of posts with one and the same rate about 4% are taken to differ (the test says at most 5%, and the
    correction keeps it below). 6% or more would come by chance in fewer than one run of ten thousand.
    """
    chance = random.Random("luck")
    posts = [outcome(2_000, sum(chance.random() < 0.02 for _ in range(2_000)), 0, 0) for _ in range(4_000 // 10)]
    known = beyond_luck(posts)
    half = len(posts) // 2
    assert 0.01 < known[:half, half:].mean() < 0.06


def test_the_hit_rate_counts_pairs_of_one_platform_and_one_model() -> None:
    cases = [
        case(0.01, 0.01, name="a"), case(0.02, 0.05, name="b"), case(0.03, 0.03, name="c"),
        case(0.90, 0.001, name="d", platform="hall"), case(0.80, 0.002, name="e", model="another"),
        case(0.03, 0.2, name="f", reach=5),
    ]  # fmt: skip
    found = hits(cases, "panel")
    assert (found.right, found.pairs, found.posts) == (2, 3, 6)  # a-b and a-c are right, b-c is wrong; the rest is no pair
    assert 0 <= found.low <= 2 / 3 <= found.high <= 1


def test_a_forecast_that_says_nothing_of_a_pair_is_no_case() -> None:
    assert hits([case(0.02, 0.01, name="a"), case(0.02, 0.09, name="b")], "panel").pairs == 0
    assert hits([], "panel").share == 0.5
    assert hits([case(0.02, 0.01)], "ranker").pairs == 0


def test_the_ranker_is_judged_apart_from_the_panel() -> None:
    cases = [case(0.01, 0.01, name="a", strength=1.0), case(0.02, 0.05, name="b", strength=0.0), case(0.03, 0.09, name="c")]
    panel, ranker = hits(cases, "panel"), hits(cases, "ranker")
    assert (panel.right, panel.pairs) == (3, 3)
    assert (ranker.right, ranker.pairs, ranker.posts) == (0, 1, 2)


def test_the_order_of_the_cases_changes_nothing_but_luck_in_resampling() -> None:
    cases = teams(25, skill=1.0, seed=3)
    one, other = hits(cases, "panel"), hits(cases[::-1], "panel")
    assert (one.right, one.pairs) == (other.right, other.pairs)
    assert hits(cases, "panel") == one


def test_without_an_exception_the_interval_still_knows_how_few_posts_there_were() -> None:
    few, more = ([case(0.01 * n, 0.01 * n, name=str(n)) for n in range(1, many)] for many in (4, 12))
    assert hits(few, "panel").low < 0.1
    assert 0.3 < hits(more, "panel").low < 0.6
    assert hits(more, "panel").high == 1.0


def teams(posts: int, *, skill: float, seed: int) -> list[Case]:
    """Cases whose real rate is the forecast's in part and luck in the rest."""
    chance = random.Random(f"teams/{seed}")
    found = []
    for n in range(posts):
        view, luck = chance.gauss(0, 1), chance.gauss(0, 1)
        real = 0.03 * 2 ** (skill * view + luck)
        found.append(case(0.02 * 2**view, min(0.9, real), name=str(n), reach=20_000))
    return found


def test_the_interval_holds_the_hit_rate_that_a_team_would_have_in_the_long_run() -> None:
    """95% intervals from 30 posts, 200 teams: they hold the truth in at least 88%; a right method gives fewer than that in
    one run of a thousand, and intervals that took pairs for independent hold it in about half.
    """
    truth = hits(teams(1_500, skill=1.0, seed=-1), "panel").share
    found = [hits(teams(30, skill=1.0, seed=seed), "panel") for seed in range(200)]
    inside = sum(each.low <= truth <= each.high for each in found)
    assert inside >= 176
    assert sum(each.high - each.low for each in found) / 200 < 0.45


def test_without_skill_the_hit_rate_is_one_half() -> None:
    """From 1,500 posts, whose hit rate has a standard error of 0.01: outside of these bounds in one run of 10,000."""
    assert 0.46 < hits(teams(1_500, skill=0.0, seed=9), "panel").share < 0.54


def test_the_interval_is_wider_than_one_that_takes_pairs_for_independent() -> None:
    for seed in range(5):
        found = hits(teams(30, skill=0.7, seed=seed), "panel")
        naive = 2 * 1.96 * (found.share * (1 - found.share) / found.pairs) ** 0.5
        assert found.high - found.low > 1.5 * naive


def test_coverage_is_counted_kind_by_kind_among_those_that_can_be_seen() -> None:
    cases = [case(0.024, 0.02), case(0.024, 0.5)]
    assert Standing.of(cases, 3, 7).covered == (Covered("like", 1, 2), Covered("share", 0, 2), Covered("reply", 0, 2))


@pytest.mark.parametrize(("posts", "bins"), [(0, 0), (9, 0), (10, 2), (24, 4), (200, 10)])
def test_the_curve_has_as_many_bins_as_the_cases_carry(posts: int, bins: int) -> None:
    found = curve([case(0.001 * (n + 1), 0.002 * (n + 1), name=str(n)) for n in range(posts)])
    assert len(found) == bins
    assert sum(each.cases for each in found) == (posts if bins else 0)
    assert all(each.cases >= 5 for each in found)
    assert [each.real for each in found] == sorted(each.real for each in found)


def test_a_bin_holds_the_means_of_its_cases() -> None:
    low, high = curve([case(0.01, 0.02, name=str(n)) for n in range(5)] + [case(0.1, 0.05, name=str(n)) for n in range(5)])
    assert (low.cases, high.cases) == (5, 5)
    assert [low.forecast, low.real, high.forecast, high.real] == pytest.approx([0.01, 0.02, 0.1, 0.05])


def test_the_biggest_surprises_come_first_in_both_directions() -> None:
    cases = [case(0.02, 0.02 * factor, name=str(factor)) for factor in (0.1, 0.5, 0.9, 1.5, 3, 8, 2)]
    found = surprises(cases)
    assert [each.case.publication.rehearsal for each in found] == ["8", "3", "2", "0.1", "0.5", "0.9"]
    assert found[0].factor == pytest.approx(8, rel=0.01)
    assert found[3].factor == pytest.approx(10, rel=0.05)


def test_a_post_that_nobody_touched_is_far_below_and_not_infinitely_far() -> None:
    (found,) = surprises([case(0.02, 0.0)])
    assert 100 < found.factor < 1_000


def test_a_first_answer_takes_twenty_posts() -> None:
    assert ENOUGH == 20
