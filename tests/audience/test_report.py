"""The report: what is computed from a rehearsal and its reactions, and silence first where silence is the result."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import Draft
from audience.reaction import PASSING, Reaction
from audience.report import FEW, MANY, MARK, Report, count, headline
from audience.tally import Row, Tally
from tests import made


def counted(share: float, low: float, high: float, audience: int = 1000) -> Tally:
    rows = [Row(kind, rate, rate, rate, rate * audience) for kind, rate in made.RATES.items() if kind != "reply"]
    return Tally((*rows, Row("reply", share, low, high, share * audience)), (), 6, 0)


@pytest.mark.parametrize(
    ("share", "low", "opening", "ending"),
    [
        (MANY, 0.002, "A conversation could start: of 1,000 people", "about 5 reply (2 to 20)."),
        (MANY * 0.99, 0.002, "Mostly silence with a few answers: of 1,000 people", "about 5 reply (2 to 20)."),
        (FEW, 0.001, "Mostly silence with a few answers: of 1,000 people", "about 1 reply (1 to 20)."),
        (FEW * 0.99, 0.001, "Silence, most likely: of 1,000 people", "perhaps nobody replies (1 to 20)."),
        (0.02, 0.0009, "Silence, most likely: of 1,000 people", "about 20 might reply (1 to 20)."),
        (0.0, 0.0, "Silence, most likely: of 1,000 people", "perhaps nobody replies (0 to 20)."),
    ],
)
def test_the_headline_opens_with_silence_where_silence_is_the_result(
    share: float, low: float, opening: str, ending: str
) -> None:
    said = headline(made.rehearsal(), counted(share, low, 0.02))
    assert said.startswith(opening)
    assert said.endswith(ending)
    assert "about 880 scroll past, 100 read it and move on, 12 tap like, and" in said


def test_where_nobody_could_be_played_there_is_no_forecast() -> None:
    of = made.rehearsal()
    report = Report.of(of, [Reaction(s.number, s.persona, failed="gone") for s in of.seats], {})
    assert report.headline == "No forecast: not one reader could be played."
    assert report.complete


@pytest.mark.parametrize(
    ("people", "words"), [(0.4, "0"), (12.4, "12"), (99.6, "100"), (123, "120"), (1_256, "1,300"), (987_654, "990,000")]
)
def test_numbers_of_people_are_no_more_exact_than_they_are_known(people: float, words: str) -> None:
    assert count(people) == words


@given(st.floats(0, 1e12))
def test_a_number_said_is_within_a_twentieth_of_the_number_meant(people: float) -> None:
    assert abs(int(count(people).replace(",", "")) - people) <= max(0.5, people / 20)


@given(st.randoms(use_true_random=False), st.sampled_from([1, 2]))
def test_the_order_in_which_reactions_came_changes_nothing(chance: random.Random, rounds: int) -> None:
    of = made.rehearsal(rounds=rounds)
    came = made.reactions(of)
    assert Report.of(of, chance.sample(came, len(came)), {}) == Report.of(of, came, {})


def test_the_worst_readings_are_in_no_forecast() -> None:
    of = made.rehearsal()
    first = [r for r in made.reactions(of) if r.part == "first"]
    with_worst, without = Report.of(of, made.reactions(of), {}), Report.of(of, first, {})
    assert with_worst.part("worst")
    assert (with_worst.tally, with_worst.conversation, with_worst.silence) == (
        without.tally,
        without.conversation,
        without.silence,
    )


def test_a_failed_seat_is_counted_apart_and_is_no_silence() -> None:
    report = made.report()
    assert (report.tally.seats, report.tally.failed) == (6, 1)
    assert report.silence.seats == 5
    assert sum(seats for _, seats, _ in report.silence.reasons) == 5


def test_a_report_is_complete_when_every_seat_of_the_first_part_is_there() -> None:
    of = made.rehearsal()
    assert made.report().complete
    assert not Report.of(of, made.reactions(of)[:5], {}).complete


def test_reasons_for_silence_stand_with_the_most_frequent_first_and_up_to_three_personas() -> None:
    of = made.rehearsal(("ada", "ben", "cem", "dee"), 8)
    shares = tuple(made.RATES.items())
    silences = ["pitch", "not-mine", "pitch", "not-mine", "pitch", "pitch", "enough", "not-mine"]
    report = Report.of(of, [Reaction(s.number, s.persona, "first", shares, "scroll", why, silence=why)
                            for s, why in zip(of.seats, silences, strict=True)], {})  # fmt: skip
    assert [(why, seats) for why, seats, _ in report.silence.reasons] == [("pitch", 4), ("not-mine", 3), ("enough", 1)]
    assert all(0 < len(who) <= 3 and len(set(who)) == len(who) for _, _, who in report.silence.reasons)


@pytest.mark.parametrize("draft_lines", [1, 2, 4])
def test_the_conversation_is_measured_in_lines_of_reply_per_line_of_draft(draft_lines: int) -> None:
    of = replace(made.rehearsal(), draft=Draft("\n".join(["Look at the bees."] * draft_lines)))
    first = list(made.reactions(of))
    first[0] = replace(first[0], reply="b" * 150)  # three lines
    talk = Report.of(of, first, {}).conversation
    assert (talk.lines_per_reply, talk.draft_lines) == (3, draft_lines)
    assert talk.ratio == pytest.approx(talk.replies * 3 / draft_lines)
    assert talk.ratio_low <= talk.ratio <= talk.ratio_high
    assert talk.replies == pytest.approx(1000 * made.RATES["reply"])


def test_who_would_answer_stands_with_the_likeliest_first() -> None:
    of = made.rehearsal(tuple("abcdefg"), 7)
    rows = [
        Reaction(s.number, s.persona, "first", (("scroll", 1 - s.number / 50), ("reply", s.number / 50)), "scroll")
        for s in of.seats
    ]
    answerers = Report.of(of, rows, {}).conversation.answerers
    assert [persona for persona, _ in answerers] == ["g", "f", "e", "d", "c"]
    assert answerers[0][1] == pytest.approx(7 / 50)


def test_the_second_round_is_scaled_to_those_who_stayed() -> None:
    report = made.report(rounds=2)
    gone = report.tally.row(PASSING.key).share + report.tally.row("hide").share
    assert report.stayed == round(1000 * (1 - gone))
    assert report.second is not None
    assert report.second.row("reply").expected == pytest.approx(report.second.row("reply").share * report.stayed)
    assert made.report().second is None


def test_threads_hold_each_reply_with_its_answers_and_what_answers_nobody_stands_apart() -> None:
    of = made.rehearsal(rounds=2)
    shares = tuple(made.RATES.items())
    aside = Reaction(4, of.seats[3].persona, "second", shares, "reply", angle="jokes", reply="Bees.")
    report = Report.of(of, [*made.reactions(of), aside], {})
    assert [(thread.reply.seat, [a.seat for a in thread.answers]) for thread in report.threads] == [(1, [3])]
    assert report.afterthoughts == (aside,)


def test_the_label_says_that_nobody_real_was_asked() -> None:
    assert MARK.startswith("Simulated")
    assert "No real reader" in MARK
