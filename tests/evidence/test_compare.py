"""Two to six drafts: what is refused, the mirror, and a ranking that shows its ties."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import Draft
from audience.errors import Refused
from audience.report import Report
from evidence.compare import MOST, TOO_CLOSE, Pair, Place, check, compare, ranking
from evidence.refit import Fit
from evidence.verdict import LETTERS, NO_RANKER, Verdict
from tests import made
from tests.evidence.posted import NOON
from tests.evidence.weighing import A, B, C, compared, leaning, moment, report, uneven

WHY = ("one", "two")


def nowhere(text: str) -> str:
    return ""


def test_a_draft_that_every_persona_gives_more_is_called_by_the_panel() -> None:
    found = compared(uneven(1, 0.2), uneven(2))
    assert (found.verdict, found.pairs[0].verdict.speaks) == ("A", "panel")
    assert (found.ranker, found.without) == ("", NO_RANKER)


def test_two_drafts_that_differ_by_chance_are_too_close_to_call() -> None:
    found = compared(uneven(1), uneven(2))
    assert found.verdict == TOO_CLOSE
    assert found.places == (Place(1, 2, (0, 1)),)


def test_the_ranker_is_asked_for_the_platform_and_its_reasons_come_along() -> None:
    found = compared(uneven(1), uneven(2), leaning(b=4.0))
    forecast = found.pairs[0].forecast
    assert forecast is not None
    assert (found.verdict, found.pairs[0].verdict.speaks, forecast.reasons) == ("B", "ranker", ("It names a date.",))
    assert (found.ranker, found.without) == ("leaning: v1", "")


def test_a_platform_is_known_where_the_teams_own_posts_were_and_their_noise_is_what_counts() -> None:
    reports = [report(uneven(1), A), report(uneven(2), B, id="made-2")]
    ranker = leaning(b=4.0, only="elsewhere")
    fit = Fit((1.0, 0.0, 0.0, 0.0), NOON, 24, 60, 0.5, 0.7, 0.95, (made.platform().key,))
    asked = partial(compare, reports, moment, ranker)
    assert asked().verdict == TOO_CLOSE
    assert asked(fit=fit).verdict == "B"
    assert asked(fit=replace(fit, platforms=("x",))).verdict == TOO_CLOSE
    assert asked(fit=replace(fit, noise=3.0)).verdict == TOO_CLOSE


@pytest.mark.parametrize("more", [0.0, 0.05, 0.2])
def test_the_order_of_the_drafts_never_matters(more: float) -> None:
    reports = [report(uneven(1, more), A), report(uneven(2), B), report(uneven(3, more / 2), C)]
    ranker = leaning(a=0.2, b=1.7, c=-1.0)
    seen = set()
    for order in permutations(range(3)):
        found = compare([reports[n] for n in order], moment, ranker)
        winners = {
            frozenset((order[p.first], order[p.second])): p.winner if p.winner is None else order[p.winner] for p in found.pairs
        }
        chances = {frozenset((order[p.first], order[p.second])): (p.panel.chance, abs(p.panel.mean)) for p in found.pairs}
        places = tuple((p.best, p.worst, frozenset(order[n] for n in p.drafts)) for p in found.places)
        seen.add((frozenset(winners.items()), frozenset(chances.items()), places))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("drafts", "complaint"),
    [
        ([A], "needs two drafts"), ([], "needs two drafts"), ([A, B, A], "Draft A and draft C are the same text"),
        ([Draft.clean(f"Draft number {n}.") for n in range(MOST + 1)], "at most 6 drafts, not 7"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_before_anybody_is_asked(drafts: list[Draft], complaint: str) -> None:
    with pytest.raises(Refused, match=complaint):
        check([(draft.text, draft.alt) for draft in drafts], nowhere)


def test_drafts_in_two_languages_are_refused_and_one_of_an_unknown_language_is_not() -> None:
    def tongue(text: str) -> str:
        return {"uno": "Spanish", "one": "English"}.get(text, "")

    check([("one", ""), ("?", "")], tongue)
    with pytest.raises(Refused, match="Draft A is in English and draft C in Spanish; compare drafts in one language"):
        check([("one", ""), ("?", ""), ("uno", "")], tongue)


def test_the_same_words_beside_another_picture_are_another_draft() -> None:
    check([(A.text, "a cat"), (A.text, "a dog")], nowhere)


def test_rehearsals_that_were_not_made_alike_are_refused_with_what_differs() -> None:
    one = report(uneven(1), A)
    other = made.rehearsal(tuple(reader.persona for reader in one.rehearsal.readers), 36, draft=B)
    for changed, what in (
        (replace(other, seed=8), "the seed"), (replace(other, seats=other.seats[:-1]), "the seats"),
        (replace(other, model="local:x"), "the model"), (replace(other, platform=replace(other.platform, key="x")), "the platform"),
        (replace(other, fingerprint="x"), "the words of the readers"), (replace(other, audience=9), "the size of the audience"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=f"Drafts A and B were not rehearsed alike: {what} differs"):
            compare([one, Report.of(changed, (), {})], moment, None)


PAIR = compared(uneven(1), uneven(2)).pairs[0]


def pair(first: int, second: int, winner: int | None) -> Pair:
    verdict = Verdict(winner if winner is None else int(winner == second), "neither" if winner is None else "panel", WHY)
    return replace(PAIR, first=first, second=second, verdict=verdict)


@pytest.mark.parametrize(
    ("winners", "places"),
    [
        ((None, None, None), (Place(1, 3, (0, 1, 2)),)),
        ((0, 0, None), (Place(1, 1, (0,)), Place(2, 3, (1, 2)))),
        ((0, 0, 1), (Place(1, 1, (0,)), Place(2, 2, (1,)), Place(3, 3, (2,)))),
        ((None, 0, None), (Place(1, 2, (0,)), Place(1, 3, (1,)), Place(2, 3, (2,)))),
        ((0, 2, 1), (Place(1, 3, (0, 1, 2)),)),
    ],
    ids=["all tied", "one ahead", "all told apart", "only the ends told apart", "a circle"],
)  # fmt: skip
def test_a_ranking_leaves_open_what_the_verdicts_leave_open(winners: tuple[int | None, ...], places: tuple[Place, ...]) -> None:
    pairs = [pair(a, b, winner) for (a, b), winner in zip(((0, 1), (0, 2), (1, 2)), winners, strict=True)]
    assert ranking(3, pairs) == places


@given(st.lists(st.sampled_from(["first", "second", "neither"]), min_size=10, max_size=10))
def test_every_draft_has_places_and_no_two_of_one_place_are_told_apart(calls: list[str]) -> None:
    numbers = [(a, b) for a in range(5) for b in range(a + 1, 5)]
    pairs = [pair(a, b, {"first": a, "second": b}.get(call)) for (a, b), call in zip(numbers, calls, strict=True)]
    places = ranking(5, pairs)
    assert sorted(n for place in places for n in place.drafts) == list(range(5))
    assert all(1 <= place.best <= place.worst <= 5 for place in places)
    assert sum(place.worst == 1 for place in places) <= 1


def test_six_drafts_have_letters() -> None:
    assert len(LETTERS) == MOST == 6
