"""A refit learns what there is to learn, is judged on posts that it did not see, and stays away where there is nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from audience.errors import Refused
from evidence.document import fit_document, read_fit
from evidence.forecast import Forecast, TrackRecord
from evidence.outcome import PastPost
from evidence.refit import FEATURES, MOST_POSTS, SHIPPED, Fit, chosen, refit, weighed
from tests.evidence.posted import NOON, Reading, outcome, team


def fitted(posts: int, ranker: float, panel: float, seed: int) -> Fit:
    return refit(team(posts, ranker, panel, seed), Reading(), NOON)


def test_where_the_panel_knew_the_panel_is_given_weight_and_the_fit_is_adopted() -> None:
    fit = fitted(60, 0.0, 1.5, 1)
    assert fit.weights[FEATURES.index("panel")] > 0.8
    assert fit.after > fit.before + 0.2
    assert fit.better
    assert (fit.posts, fit.fitted) == (60, NOON)


def test_where_the_ranker_knows_best_the_shipped_weights_stay() -> None:
    """Of 40 teams whose posts follow the shipped weights about one in forty adopts others by luck; more than six would in
    fewer than one run of ten thousand.
    """
    assert sum(fitted(30, 1.0, 0.0, seed).better for seed in range(40)) <= 6


def test_where_nothing_is_known_a_fit_is_seldom_adopted() -> None:
    """Of 40 teams whose posts follow nothing about four adopt a fit by luck; twelve would in fewer than one run of a thousand."""
    assert sum(fitted(30, 0.0, 0.0, seed).better for seed in range(40)) <= 11


def test_the_posts_held_out_have_no_say_in_how_they_are_ranked() -> None:
    """Where nothing is to be learned, what a fit gets right on its own posts lies above one half and what it gets right on
    others does not: over 40 teams the mean is within 0.06 of one half, three of its standard errors.
    """
    after = [fitted(24, 0.0, 0.0, seed).after for seed in range(40)]
    assert abs(sum(after) / 40 - 0.5) < 0.06


def test_the_same_posts_give_the_same_fit_in_whatever_order() -> None:
    posts = team(30, 0.5, 0.5, 2)
    assert refit(posts, Reading(), NOON) == refit(posts, Reading(), NOON)
    assert refit(posts, Reading(), NOON) == refit(posts[::-1], Reading(), NOON)


def test_few_posts_move_the_weights_less_than_many() -> None:
    few, many = fitted(20, 0.0, 1.5, 5), fitted(200, 0.0, 1.5, 5)
    assert abs(many.weights[1]) > abs(few.weights[1]) > 0
    assert all(abs(weight - start) < 2 for weight, start in zip(few.weights, SHIPPED, strict=True))


def test_what_is_compared_with_is_what_is_in_use() -> None:
    posts = team(40, 0.0, 1.5, 1)
    shipped, good = refit(posts, Reading(), NOON), refit(posts, Reading(), NOON, (0.0, 1.5, 0.0, 0.0))
    assert good.before > shipped.before
    assert good.weights == shipped.weights
    assert not good.better


def test_too_few_outcomes_are_refused_with_their_number() -> None:
    for posts, about in (
        (0, "0 outcomes are too few"),
        (1, "1 outcome is too few"),
        (19, "19 outcomes are too few to fit on; 20"),
    ):
        with pytest.raises(Refused, match=about):
            refit(team(posts, 0.5, 0.5, 1), Reading(), NOON)


def test_posts_that_all_came_out_alike_teach_nothing() -> None:
    posts = [replace(post, outcome=outcome(1000, 20, 0, 0, n)) for n, post in enumerate(team(25, 0.5, 0.5, 1))]
    with pytest.raises(Refused, match="No two of your 25 posts differ beyond luck"):
        refit(posts, Reading(), NOON)


def test_without_a_ranker_the_panel_can_still_be_weighed() -> None:
    fit = refit(team(60, 0.0, 1.5, 1), None, NOON)
    assert fit.before == 0.5  # the ranker alone, where there is none, says nothing
    assert fit.better


def test_posts_of_two_platforms_are_never_a_pair() -> None:
    posts = [replace(post, platform=f"p{n}") for n, post in enumerate(team(25, 0.5, 0.5, 1))]
    with pytest.raises(Refused, match="differ beyond luck"):
        refit(posts, Reading(), NOON)


def test_imported_posts_take_part_without_a_forecast() -> None:
    posts = [replace(post, engagement=None, model="") for post in team(60, 0.0, 0.0, 4)]
    asking = [
        replace(p, text=f"{p.text} Where?", outcome=outcome(2_000, 200, 0, 0, n)) if n % 2 else p for n, p in enumerate(posts)
    ]
    fit = refit(asking, Reading(), NOON)
    assert fit.weights[FEATURES.index("panel")] == 0.0
    assert fit.weights[FEATURES.index("question")] > 0.5
    assert fit.better


def test_of_too_many_posts_those_with_a_forecast_and_then_the_newest_are_taken() -> None:
    rehearsed = team(10, 0.5, 0.5, 1)
    imported = [PastPost(f"old {n}", "square", outcome(day=n)) for n in range(400)]
    found = chosen([*imported, *rehearsed])
    assert len(found) == MOST_POSTS
    assert set(rehearsed) == set(found[:10])
    assert min(p.outcome.published for p in found[10:]) == imported[110].outcome.published


def test_a_fit_knows_on_which_platforms_it_saw_enough_and_how_far_it_sets_apart_what_did_alike() -> None:
    posts = [replace(p, platform="square" if n < 40 else "hall") for n, p in enumerate(team(50, 0.0, 1.5, 1))]
    fit = refit(posts, Reading(), NOON)
    assert fit.platforms == ("square",)
    assert 0.1 < fit.noise < 3


def test_a_fit_comes_back_from_its_document_as_it_was() -> None:
    fit = fitted(30, 0.5, 0.5, 1)
    assert read_fit(json.loads(json.dumps(fit_document(fit)))) == fit


@pytest.mark.parametrize("broken", [{"weights": (1.0, 0.0)}, {"weights": (float("nan"), 0.0, 0.0, 0.0)}, {"after": 1.2}])
def test_a_fit_that_cannot_be_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"no weights|cannot be"):
        replace(fitted(20, 0.5, 0.5, 1), **broken)  # type: ignore[arg-type]


def test_the_teams_own_weights_make_the_forecast_where_they_were_adopted() -> None:
    asked = Forecast(0.5, (0.0, 0.0), "", (), TrackRecord(0, 0, "none"))
    fit = Fit((1.0, 2.0, 0.0, 0.0), NOON, 24, 60, 0.5, 0.7, 0.95)
    texts, views = ("Bees came back.", "Wasps came back."), (0.02, 0.01)
    found = weighed(asked, fit, texts, views)
    assert found.probability == pytest.approx(0.8)  # twice the log ratio of two: 4 to 1
    assert found.record == TrackRecord(42, 60, "pairs of your own posts, each held out in its turn")
    assert found.reasons[0].startswith("Weighed as your own 24 recorded posts ask for")
    assert weighed(asked.turned, fit, texts[::-1], views[::-1]).probability == 1 - found.probability
