"""Who may speak, when, and what is then said: too close to call unless there is a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.forecast import Forecast, TrackRecord
from evidence.paired import Difference
from evidence.verdict import ALPHA, INVENTED, NOISE, Verdict, judged, levels, surprise, together

PANEL = Difference(0.004, 0.4, 0.001, (), 48, 0, 40, 2)
UNSURE = replace(PANEL, chance=0.3)
RECORD = TrackRecord(812, 1_014, "retweet pairs")
SURE = Forecast(0.95, (1.0, -2.0), "", (), RECORD)
EVEN = replace(SURE, probability=0.5)
LOST = replace(SURE, depth="the drafts are in a language it does not know.")


@pytest.mark.parametrize(
    ("panel", "forecast", "winner", "speaks"),
    [
        (PANEL, None, 0, "panel"), (PANEL, EVEN, 0, "panel"), (PANEL, LOST, 0, "panel"), (PANEL, SURE, 0, "both"),
        (UNSURE, SURE, 0, "ranker"), (UNSURE, EVEN, None, "neither"), (UNSURE, None, None, "neither"), (UNSURE, LOST, None, "neither"),
        (PANEL, SURE.turned, None, "neither"), (PANEL, replace(SURE, probability=0.3), None, "neither"),
        (PANEL, replace(SURE, probability=0.47), 0, "panel"), (replace(PANEL, share=0.01), None, None, "neither"),
        (replace(PANEL, chance=1.0, silent="Too few."), SURE, 0, "ranker"), (replace(UNSURE, mean=-0.004), SURE, 0, "ranker"),
    ],
)  # fmt: skip
def test_each_is_heard_where_it_is_sure_and_not_against_the_other(
    panel: Difference, forecast: Forecast | None, winner: int | None, speaks: str
) -> None:
    found = judged(panel, forecast, "AB")
    assert (found.winner, found.speaks) == (winner, speaks)


def test_the_sentences_say_who_speaks_what_it_rests_on_and_how_often_it_was_right() -> None:
    panel, ranker = judged(PANEL, SURE, "AB").why
    assert panel.startswith("The panel gives A more than B (by 40% of what it gives a draft)")
    assert panel.endswith(INVENTED)
    assert ranker == "The ranker gives A a probability of 95%; forecasts like this were right in 812 of 1,014 retweet pairs."


def test_whoever_does_not_speak_says_why() -> None:
    _, lost = judged(PANEL, LOST, "AB").why
    assert lost == "The ranker does not speak, it is out of its depth: the drafts are in a language it does not know."
    assert judged(PANEL, None, "AB").why[1] == "The ranker does not speak. None was asked."
    assert judged(replace(PANEL, chance=1.0, silent="Too few."), None, "AB").why[0] == "The panel does not speak. Too few."
    assert "which another spelling of the same words can do" in judged(replace(PANEL, share=0.01), None, "AB").why[0]
    assert judged(PANEL, SURE.turned, "AB").why[-1] == "They do not agree, so neither is followed."
    unknown = replace(SURE, record=TrackRecord(0, 0, "retweet pairs"))
    assert judged(PANEL, unknown, "AB").why[1].endswith("how often such forecasts were right is not known yet.")


panels = st.builds(
    Difference,
    st.floats(-1, 1),
    st.floats(0, 2),
    st.floats(0, 1),
    st.just(()),
    st.just(48),
    st.just(0),
    st.just(40),
    st.just(2),
)
forecasts = st.none() | st.builds(
    Forecast, st.floats(0, 1), st.just((0.0, 0.0)), st.sampled_from(["", "too long"]), st.just(()), st.just(RECORD)
)


@given(panels, forecasts)
def test_exchanging_the_drafts_exchanges_the_letters_and_nothing_else(panel: Difference, forecast: Forecast | None) -> None:
    there = judged(panel, forecast, "AB")
    back = judged(replace(panel, mean=-panel.mean), forecast.turned if forecast else None, "BA")
    winner = None if back.winner is None else 1 - back.winner
    assert (there.winner, there.speaks, there.why) == (winner, back.speaks, back.why)


@given(panels, forecasts)
def test_nothing_is_called_that_chance_would_bring_more_often_than_promised(
    panel: Difference, forecast: Forecast | None
) -> None:
    assert judged(panel, forecast, "AB").winner is None or together(panel, forecast, NOISE) <= ALPHA + 1e-12


def test_a_louder_ranker_must_be_surer() -> None:
    assert surprise(SURE, 0.3) < surprise(SURE, 0.6) < surprise(SURE, 1.2)
    assert surprise(replace(SURE, probability=0.74), 0.01) == 1.0


def test_two_sources_at_once_stay_within_the_promise_whatever_they_have_to_do_with_each_other() -> None:
    """Each part of what is allowed is held alone, so their sum holds for any dependence; no chance is drawn here."""
    steps = [n / 2_000 for n in range(1, 2_001)]
    alone = sum(together(replace(PANEL, chance=p), EVEN, NOISE) <= ALPHA for p in steps) / len(steps)
    odds = [replace(SURE, probability=0.5 + n / 4_000) for n in range(1, 2_000)]
    edge = min((f for f in odds if together(UNSURE, f, NOISE) <= ALPHA), key=lambda f: f.probability)
    assert alone + surprise(edge, NOISE) <= ALPHA + 1e-3


def test_with_more_pairs_each_must_be_rarer_and_a_tie_is_broken_by_nothing() -> None:
    assert levels([0.001, 0.5, 0.015]) == (ALPHA / 3, ALPHA / 3, ALPHA / 2)
    assert levels([0.03]) == (ALPHA,)
    assert levels([0.013, 0.013, 0.013]) == (ALPHA / 3,) * 3
    assert levels([0.5, 0.001, 0.015]) == (levels([0.001, 0.5, 0.015])[1], *(levels([0.001, 0.015, 0.5])[:2]))


def test_a_call_needs_somebody_who_makes_it() -> None:
    with pytest.raises(ValueError, match="neither cannot call 1"):
        Verdict(1, "neither", ())
