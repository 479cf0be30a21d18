"""Numbers that cannot be are refused by what is wrong with them; a forecast is frozen only if it was one."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta

import pytest

from audience.errors import Refused
from audience.report import Report
from evidence.document import publication_document, read_publication
from evidence.outcome import Case, Expected, Outcome, PastPost, Publication, essence
from tests import made
from tests.evidence.posted import DAY, NOON, Reading, outcome, publication


@pytest.mark.parametrize(
    ("numbers", "about"),
    [
        ((-1, 0, 0), "The number for reach is -1, and nothing is counted below 0"),
        ((0, 0, 0), "nobody was shown has no outcome"),
        ((10, -2, 0), "The number for reactions is -2"),
        ((10, 11, 0), r"The reactions \(11\) are more than the reach \(10\)"),
        ((10, 0, 12), r"The replies \(12\) are more than the reach \(10\)"),
        ((10, 0, 0, 11), r"The shares \(11\) are more"),
        ((math.nan, 0, 0), "nan, which is not whole"),
        ((math.inf, 0, 0), "inf, which is not whole"),
        ((10, 2.5, 0), "which is not whole"),
        ((10, True, 0), "which is not whole"),
        ((10**13, 0, 0), "more than there are people"),
    ],
)
def test_numbers_that_cannot_be_are_refused(numbers: tuple[int, ...], about: str) -> None:
    with pytest.raises(Refused, match=about):
        Outcome(NOON, NOON, *numbers)


def test_dates_that_cannot_be_are_refused() -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001 - that is what is refused
    for published, taken, about in (
        (NOON, NOON - DAY, "before the post was published"), (naive, NOON, "no time zone"), (NOON, naive, "no time zone"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=about):
            Outcome(published, taken, 10, 1, 1)
    with pytest.raises(Refused, match="read in the future"):
        outcome().by(NOON + DAY)
    assert outcome().by(NOON + 2 * DAY) == outcome()


def test_engagement_is_what_was_done_against_who_was_shown_it() -> None:
    assert outcome(1000, 20, 3, 1).rate == pytest.approx(0.024)
    assert outcome(3, 3, 3, 3).rate == 1.0


def test_what_is_frozen_is_the_tally_and_the_ranker_as_they_were() -> None:
    report = made.report()
    frozen = Publication.of(report, Reading(), NOON, NOON + DAY)
    assert {row.kind: row.share for row in frozen.rows} == {row.kind: row.share for row in report.tally.rows}
    assert (frozen.rehearsal, frozen.draft, frozen.platform) == ("made-1", report.rehearsal.draft.text, "square")
    assert (frozen.ranker, frozen.strength, frozen.published) == ("reading/1", 0.0, NOON)
    assert frozen.engagement == pytest.approx(made.RATES["like"] + made.RATES["share"] + made.RATES["reply"])
    without = Publication.of(report, None, NOON, NOON)
    assert (without.ranker, without.strength, without.depth) == ("", None, "")
    with pytest.raises(FrozenInstanceError):
        frozen.strength = 2.0  # type: ignore[misc]


def test_only_a_forecast_that_was_finished_and_made_before_can_be_frozen() -> None:
    of = made.rehearsal()
    whole, half, empty = (Report.of(of, found, {}) for found in (made.reactions(of), made.reactions(of)[:3], ()))
    for report, published, about in (
        (half, NOON, "not finished"), (empty, NOON, "not finished"), (whole, NOON + 2 * DAY, "in the future"),
        (whole, NOON - timedelta(seconds=1), "before it was rehearsed"),
        (whole, NOON.replace(tzinfo=None), "no time zone"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=about):
            Publication.of(report, None, published, NOON + DAY)
    failed = Report.of(of, [replace(r, probabilities=(), failed="out of memory") for r in made.reactions(of)], {})
    with pytest.raises(Refused, match="no forecast that could be frozen"):
        Publication.of(failed, None, NOON, NOON)


def test_a_publication_comes_back_from_its_document_as_it_was() -> None:
    for frozen in (publication(), publication(strength=0.25, day=3), replace(publication(strength=0.1), depth="too long")):
        assert read_publication(publication_document(frozen)) == frozen


@pytest.mark.parametrize("bounds", [(-0.1, 0.0, 0.1), (0.2, 0.1, 0.3), (0.1, 0.4, 0.3), (0.5, 1.1, 1.2), (math.nan, 0.1, 0.2)])
def test_a_share_outside_of_its_interval_cannot_be(bounds: tuple[float, float, float]) -> None:
    low, share, high = bounds
    with pytest.raises(ValueError, match="cannot be"):
        Expected("like", share, low, high)


def test_a_strength_needs_a_ranker_and_a_ranker_a_strength() -> None:
    for broken in ({"ranker": "reading/1"}, {"strength": 0.1}):
        with pytest.raises(ValueError, match="does not go with"):
            replace(publication(), **broken)


def test_words_are_known_again_whatever_a_platform_did_to_their_blanks() -> None:
    assert essence("We moved\r\n\r\n the  button.\u00a0 ") == essence("We moved the button.")
    assert essence("We moved. https://t.co/AbC123") == essence("We moved.")
    assert essence("Caf\u0065\u0301") == essence("Caf\u00e9")
    assert essence("We moved.") != essence("We moved!")


def test_a_past_post_keeps_what_was_forecast_of_it() -> None:
    past = PastPost.of(Case(publication(0.03), outcome()))
    assert (past.text, past.platform, past.model) == ("We moved the export button.", "square", "scripted: v1")
    assert past.engagement == pytest.approx(0.03)
