"""Questions: which sentences ask, what they ask for, and whether the draft shows a sign of the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.questions import GAPS, Question, questions_in


def only(reply: str, draft: str = "We moved the export button.") -> Question:
    (question,) = questions_in(reply, "ada", draft)
    return question


@pytest.mark.parametrize(
    ("reply", "gap", "answered"),
    [
        ("How much does it cost?", "price", "It is €4 a month."),
        ("What's the fee?", "price", "No charge for anybody."),
        ("When is this?", "when", "Thursday at the hall."),
        ("how long does it take?", "when", "Back on 3 March, or Mar 3."),
        ("Where do I find it?", "where", "It is in Lisbon."),
        ("Who signed off on that?", "who", "I did it myself."),
        ("Has anybody tested it?", "proof", "It saves 12 hours."),
        ("Can I join?", "next", "Sign up by mail."),
    ],
)
def test_a_question_is_open_until_the_draft_shows_a_sign_of_the_answer(reply: str, gap: str, answered: str) -> None:
    assert only(reply) == Question(reply, "ada", gap, open=True)
    assert only(reply, answered) == Question(reply, "ada", gap, open=False)


def test_a_question_about_nothing_usual_is_open_whatever_the_draft_says() -> None:
    assert only("Do bees like it?", "It is €4 on Thursday in Lisbon.") == Question("Do bees like it?", "ada", "", open=True)


def test_only_the_sentences_that_ask_are_questions() -> None:
    found = questions_in("I like it. What does it cost? Fine!\nAnd when?? No.", "ada", "Words.")
    assert [question.words for question in found] == ["What does it cost?", "And when??"]


@pytest.mark.parametrize("reply", ["", "No question here.", "?", "...?"])
def test_a_reply_that_asks_nothing_has_no_questions(reply: str) -> None:
    assert questions_in(reply, "ada", "Words.") == ()


@given(st.text(), st.text())
def test_whatever_is_said_every_question_is_a_part_of_it_that_ends_in_a_question_mark(reply: str, draft: str) -> None:
    for question in questions_in(reply, "ada", draft):
        assert question.words in reply
        assert question.words.endswith("?")
        assert question.gap in {"", *(gap.key for gap in GAPS)}
        assert question.open or question.gap
