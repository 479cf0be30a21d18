"""Figures and sentences: what every face says of a report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import CONTROL, INVISIBLE
from audience.report import Report
from bot.pages import words
from tests import made
from tests.bot.pages import hostile


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"), (1e-6, "under 0.01%"), (0.0001, "0.01%"), (0.0058, "0.58%"), (0.001, "0.1%"), (0.012, "1.2%"), (0.0995, "10%"),
        (0.93, "93%"), (0.996, "99.6%"), (0.9999, "over 99.9%"), (1, "100%"),
    ],
)  # fmt: skip
def test_a_share_is_said_with_two_figures(share: float, said: str) -> None:
    assert words.percent(share) == said


@given(st.floats(0, 1))
def test_a_percentage_is_within_its_rounding_of_the_share(share: float) -> None:
    said = words.percent(share)
    if said.startswith("under"):
        assert 0 < share < 0.0001
    elif said.startswith("over"):
        assert 0.999 < share < 1
    else:
        assert float(said.rstrip("%")) / 100 == pytest.approx(share, rel=0.05, abs=0.00005)


@given(st.floats(0, 1), st.floats(0, 1))
def test_only_nobody_is_nought_and_only_everybody_is_all(one: float, other: float) -> None:
    for share in (one, other):
        assert (words.percent(share) == "0%") == (share == 0)
        assert (words.percent(share) == "100%") == (share == 1)


def test_a_small_chance_of_one_person_is_not_nobody() -> None:
    assert (words.people(0.0), words.people(0.3), words.people(0.8), words.people(923.0)) == ("0", "under 1", "1", "920")


def test_a_span_is_in_people_and_says_one_number_where_both_ends_are_the_same() -> None:
    assert words.span(0.0, 0.002, 1000) == "0 to 2"
    assert words.span(0.0021, 0.0024, 1000) == "2"


def test_words_are_counted_in_their_own_number() -> None:
    assert [words.named("reply", 1), words.named("reply", 2), words.named("seat", 1_200)] == [
        "1 reply",
        "2 replies",
        "1,200 seats",
    ]


@given(hostile.MARKED)
def test_plain_text_holds_nothing_unseen_and_can_be_written_as_utf8(text: str) -> None:
    kept = words.plain(text)
    assert not INVISIBLE.search(kept)
    assert not CONTROL.search(kept)
    kept.encode()
    assert "\n" not in words.flat(text)


def test_the_conversation_says_lines_of_reply_who_answers_and_what_is_left_open() -> None:
    report = made.report()
    told = words.conversation_sentences(report)
    c = report.conversation
    assert f"{c.ratio:.1f} lines of reply for each line of the draft" in told[0]
    assert "1,000 people" in told[0]
    assert "Ada, beekeeper (0.65%)" in told[2]
    assert told[3] == "They ask, and the draft leaves it open: “What does <b>it</b> cost?” (Ada, price)."


def test_silence_gives_each_reason_with_its_seats() -> None:
    report = made.report()
    reason, seats, _ = report.silence.reasons[0]
    assert reason == "pitch"
    assert words.silence_lines(report) == (f"{seats} of {report.silence.seats}: it read as an advertisement (Ada, Cem, Ben)",)


def test_every_flag_comes_with_value_threshold_and_reason() -> None:
    report = made.report()
    assert len(words.flag_lines(report)) == len(report.flags)
    for line, flag in zip(words.flag_lines(report), report.flags, strict=True):
        assert line == f"{flag.flag}: {flag.value:g} (threshold {flag.threshold:g}): {flag.reason}"


def test_a_seat_that_fails_is_named_with_its_reason_and_left_out_of_the_basis() -> None:
    report = made.report()
    assert words.failed_lines(report) == ("Seat 2, Ben, beekeeper, first round: the model ran out of memory",)
    assert words.basis(report.tally) == "From 5 of 6 seats; 1 failed and is in no number."


def test_an_unfinished_rehearsal_says_how_many_seats_are_missing() -> None:
    of = made.rehearsal()
    assert words.unfinished(made.report()) == ""
    assert words.unfinished(Report.of(of, made.reactions(of)[:4], {})).startswith("Unfinished: 2 of 6 seats are missing")
    assert words.unfinished(Report.of(of, made.reactions(of)[:5], {})).startswith("Unfinished: 1 of 6 seats is missing")


def test_how_it_was_made_names_model_seed_base_rates_with_sources_fingerprint_and_timings() -> None:
    report = made.report()
    told = dict(words.made_lines(report))
    assert told["Model"] == f"{report.rehearsal.model}. {report.rehearsal.remark}"
    assert told["Seed"] == "7"
    assert told["Base rate, reply"] == "0.65%, guess"
    assert told["Words"] == "fingerprint 0123456789abcdef"
    assert told["Timings"] == "1.5 seconds of playing"
    assert {f"Base rate, {line.label}" for line in words.tally_lines(report.tally, 1)} <= set(told)


def test_a_rehearsal_of_which_nobody_could_be_played_says_so() -> None:
    of = made.rehearsal()
    failed = [replace(r, probabilities=(), kind="", reason="", reply=None, failed="no memory") for r in made.reactions(of)[:6]]
    report = Report.of(of, failed, {})
    assert words.conversation_sentences(report)[0].startswith("Nobody could be played")
    assert words.silence_sentence(report) == "No seat could be played, so nobody was asked why."
    assert all(line.stop is None for line in words.persona_lines(report))
