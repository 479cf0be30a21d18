"""The answers of a form as a persona file: what comes out is read back by the same parser as any other file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import INVISIBLE
from audience.errors import Refused
from audience.persona import Persona
from bot.discord.persona_files import filled, key_of
from bot.room import BUILT_IN

TEMPLATE = (BUILT_IN / "new-persona.md").read_text(encoding="utf-8")
ANSWERS = {
    "name": "Marek, night nurse", "bio": 'Works nights in Gdańsk; says "no" a lot.', "interests": "trams, tea, quiet",
    "annoys": "slogans, hype", "writes": "Short, tired.\nWho pays $5 for that?\n- fine",
}  # fmt: skip


def read(text: str) -> Persona:
    return Persona.parse("marek", text, "a form", ("linkedin",))


def test_a_form_fills_the_file_of_a_persona() -> None:
    persona = read(filled(TEMPLATE, ANSWERS))
    assert (persona.name, persona.bio) == ("Marek, night nurse", 'Works nights in Gdańsk; says "no" a lot.')
    assert (persona.interests, persona.annoys, persona.writes) == (
        ("trams", "tea", "quiet"),
        ("slogans", "hype"),
        "Short, tired.",
    )
    assert len(persona.examples) == 2
    assert persona.repertoire == read(TEMPLATE).repertoire


def test_what_a_form_does_not_ask_stays_as_it_was() -> None:
    own = filled(TEMPLATE, ANSWERS).replace('other = "lurks"', 'linkedin = "talks"\nother = "never"')
    again = read(filled(own, {**ANSWERS, "name": "Marek, day nurse"}))
    assert again.name == "Marek, day nurse"
    assert again.habits == {"linkedin": "talks", "other": "never"}


line = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@given(st.tuples(line, line, line, line, line))
def test_whatever_is_typed_gives_a_file_that_holds_it_or_a_clear_refusal(typed: tuple[str, ...]) -> None:
    answers = dict(zip(("name", "bio", "interests", "annoys", "writes"), typed, strict=True))
    try:
        persona = read(filled(TEMPLATE, answers))
    except Refused:
        return
    assert persona.name == seen(typed[0])
    assert persona.bio == seen(typed[1])


def seen(text: str) -> str:
    """As a reader sees it: signs that show nothing are no part of a name."""
    return " ".join(INVISIBLE.sub("", text).split())


@pytest.mark.parametrize(
    ("name", "key"), [("Marek, night nurse", "marek"), ("Night Nurses & co", "night-nurses-co"), ("A" * 60, "a" * 40)]
)
def test_a_name_gives_a_short_name(name: str, key: str) -> None:
    assert key_of(name) == key


def test_a_name_without_plain_letters_is_refused_with_an_example() -> None:
    with pytest.raises(Refused, match=r"gives no short name.*Marek"):
        key_of("марек")
