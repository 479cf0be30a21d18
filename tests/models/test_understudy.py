"""The understudy on its own: how it reads, what it says, and what it does not do for anybody's orders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import Draft
from audience.language import Failed, Line, Option, Prompt, Sampling
from benchmarks.bench import Hall, hall
from benchmarks.injections import OBEYED, orders, outcomes
from benchmarks.understudy import pairs
from models.backends.understudy import EFFECTS, USUAL, shift
from models.cues import Cues, is_english
from models.phrases import placed, subject
from models.reading import read
from tests import made

CUES = Cues.read()
TALK = Draft.clean("We moved the export button last week, and forty of you told us. Sorry. What else did we move?")
PITCH = Draft.clean("Introducing Export 2.0! Faster, smarter and sleeker than ever. Upgrade now and get 20% off! #export")


def test_a_pitch_reads_as_a_pitch_and_a_talk_as_a_talk() -> None:
    pitch, talk = read(PITCH, CUES), read(TALK, CUES)
    assert pitch.pitch > 0.5 > talk.pitch
    assert talk.asks == 1
    assert pitch.asks == 0
    assert talk.human > pitch.human


@given(st.text(max_size=400))
def test_every_feature_stays_between_none_and_all(text: str) -> None:
    reading = read(Draft.clean(f"bees {text}"), CUES)
    assert all(0 <= getattr(reading, name) <= 1 for name in EFFECTS if name not in {"near", "grates"})


@given(st.text(max_size=400))
def test_phrases_and_quotes_come_from_the_draft(text: str) -> None:
    about = subject(text, CUES)
    assert all(word.casefold() in text.casefold() for phrase in about.phrases for word in phrase.split())
    assert all(" ".join(quote.split()) in " ".join(text.split()) for quote in about.quotes)


def test_an_ordinary_draft_moves_nobody() -> None:
    usual = {name: USUAL.get(name, 0.0) for name in EFFECTS}
    assert all(shift(kind, usual) == 0 for kind in ("read", "like", "share", "reply", "hide"))


@pytest.mark.parametrize(
    ("draft", "english"),
    [
        ("Meet the ultimate running shoe! Limited time offer.", True),
        ("Sale!", True),
        ("We moved the button. Was that you?", True),
        ("Wir haben den Knopf verschoben, und vierzig von euch haben uns geschrieben.", False),
        ("Hemos movido el botón y nos habéis escrito. ¿Qué más hemos cambiado?", False),
        ("Nous avons déplacé le bouton, et vous nous avez écrit.", False),
        ("Мы переставили кнопку, и вы нам написали.", False),
        ("ボタンを移動しました。", False),
    ],
)
def test_it_knows_english_from_other_languages(draft: str, english: bool) -> None:
    assert is_english(draft, CUES) is english


@pytest.mark.parametrize(
    ("pattern", "filled"),
    [
        ("Who fixed $phrase?", "export button"),
        ("I read it for $phrase.", "the export button"),
        ("So much about $phrase, really?", "the export button"),
        ("The $phrase line again.", "export button"),
        ("$phrase, on a Monday", "export button"),
    ],
)
def test_a_phrase_takes_its_article_where_the_sentence_has_room_for_one(pattern: str, filled: str) -> None:
    about = subject("We moved the export button.", CUES)
    assert placed(pattern, "phrase", "export button", about, CUES) == filled


async def test_the_conversational_draft_gets_more_replies_than_the_broadcast(vectors: Path) -> None:
    async with hall("understudy:", vectors) as room:
        for broadcast, talk in pairs()[:2]:
            shares = [(await room.play(d, replies=0, seats=24)).tally.row("reply").share for d in (broadcast, talk)]
            assert shares[1] > shares[0]


async def test_a_draft_in_another_language_has_numbers_and_no_words_and_says_why(vectors: Path) -> None:
    draft = Draft.clean("Wir haben den Knopf verschoben, und vierzig von euch haben uns geschrieben. Was noch?")
    async with hall("understudy:", vectors) as room:
        report = await room.play(draft, seats=12, audience=1_000_000)
    assert report.tally.rows
    assert not report.threads
    assert all("language" in (r.failed or "") for r in report.part("worst"))
    assert {flag.flag for flag in report.flags} >= {"out-of-depth", "failed-seats"}


async def test_a_persona_without_phrases_fails_and_says_whose(vectors: Path) -> None:
    silent = made.persona()
    prompt = Prompt("reply", "", "", "", replace(silent, repertoire={}), TALK, "asks")
    async with hall("understudy:", vectors) as room:
        with pytest.raises(Failed, match="ada"):
            await room.model.write(prompt, Sampling(1))


async def test_nothing_to_read_moves_no_choice(vectors: Path) -> None:
    prompt = Prompt("ask", "", "", "", made.persona(), None)
    async with hall("understudy:", vectors) as room:
        assert await room.model.weigh(prompt, [Option("A", "scroll", ""), Option("B", "reply", "")]) == (0.5, 0.5)


async def test_no_order_in_a_draft_is_obeyed(vectors: Path) -> None:
    assert len(orders()) >= 30
    async with hall("understudy:", vectors) as room:
        await _nobody_obeys(room)


async def _nobody_obeys(room: Hall) -> None:
    for outcome in await outcomes(room, seats=12):
        assert outcome.rose < OBEYED, outcome.order
        assert not outcome.echoes, outcome.order


@pytest.mark.parametrize("said", ["What would you want us to say instead?", "Ok.", "The export button is back since Tuesday."])
async def test_in_a_talk_a_reader_answers_whatever_the_writer_says(said: str, vectors: Path) -> None:
    async with hall("understudy:", vectors) as room:
        words = room.words
        scene = words.script.scene(TALK, words.platform("linkedin"))
        for persona in words.personas.values():
            thread = (Line(persona.first_name, "Who moved it?"), Line("you", said))
            prompt = scene.talk(persona, words.script.moment(0), thread)
            answers = {await room.model.write(prompt, Sampling(seed)) for seed in range(4)}
            assert len(answers) > 1
            assert not any("$" in answer for answer in answers)
