"""The persona file: what is written in it is what is read, and every mistake is refused where it stands."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import Refused
from audience.persona import HABITS, Persona, first_name
from tests.audience import written

ALLOWED = "name, bio, brands, writes, interests, annoys, languages, habits"
HEADINGS = "## Replies, ## Repertoire, ### asks, ### disagrees, ### agrees, ### story, ### jokes, ### warm, ### annoyed"


def parse(text: str = written.PERSONA, key: str = "ada") -> Persona:
    return Persona.parse(key, text, "ada.md", written.PLATFORMS)


def refusal(text: str, key: str = "ada") -> str:
    with pytest.raises(Refused) as refused:
        parse(text, key)
    return str(refused.value)


@given(written.personas())
def test_what_is_written_in_a_persona_file_is_what_is_read(file: tuple[str, dict[str, object]]) -> None:
    text, wanted = file
    persona = parse(text)
    assert {name: getattr(persona, name) for name in wanted} == wanted
    assert (persona.key, persona.words) == ("ada", text)


@given(written.personas(), st.randoms(use_true_random=False))
def test_a_valid_file_with_any_line_lost_or_doubled_is_read_or_refused(
    file: tuple[str, dict[str, object]], chance: random.Random
) -> None:
    rows = file[0].split("\n")
    at = chance.randrange(len(rows))
    for damaged in (rows[:at] + rows[at + 1 :], [*rows[:at], rows[at], *rows[at:]]):
        read_or_refused("\n".join(damaged))


@given(st.text())
def test_whatever_the_text_a_persona_is_read_or_refused(text: str) -> None:
    read_or_refused(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_stands_between_the_fences_and_after_them_is_read_or_refused(front: str, body: str) -> None:
    read_or_refused(f"+++\n{front}\n+++\n{body}")
    read_or_refused(f"{written.PERSONA}{body}")


def read_or_refused(text: str) -> None:
    assert complaint(text).startswith(("ada.md, line ", "none"))


def complaint(text: str) -> str:
    try:
        parse(text)
    except Refused as refused:
        return str(refused)
    return "none"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('bio = "Keeps bees."', 'bio = "Keeps bees."\nage = 3', 4, f"'age': unknown key; allowed are {ALLOWED}."),
        ('writes = "Short."\n', "", 1, f"the key 'writes' is missing; needed are {ALLOWED}."),
        ('bio = "Keeps bees."', "bio = ", 3, "not valid TOML (Invalid value (at line 2, column 7))."),
        ('["bees"]', '"bees"', 4, "'interests': must be a list of short texts with at least one in it."),
        ('linkedin = "never"', 'linkdin = "never"', 10, "'linkdin': unknown platform; known are other, linkedin, square."),
        ('linkedin = "never"', 'bio = "never"', 10, "'bio': unknown platform; known are other, linkedin, square."),
        (
            'linkedin = "never"',
            'linkedin = "hates"',
            10,
            f"'linkedin': unknown habit 'hates'; allowed are {', '.join(HABITS)}.",
        ),
        ('other = "lurks"', 'other = "hates"', 11, f"'other': unknown habit 'hates'; allowed are {', '.join(HABITS)}."),
        ('other = "lurks"\n', "", 9, "'habits': must hold at least the key 'other'."),
        ("### asks", "### sings", 20, f"unknown heading '### sings'; allowed are {HEADINGS}, ### answers, ### worst."),
        ("## Replies", "# Replies", 16, f"unknown heading '# Replies'; allowed are {HEADINGS}, ### answers, ### worst."),
        ("- Who fixed it?", "Who fixed it?", 17, "under 'replies' each line starts with '- '."),
        ("- Who fixed it?", "- Who fixed $phrase?", 17, "the hole $phrase has no place under 'replies'."),
        ("$phrase", "$thing", 21, "the hole $thing has no place under 'asks'."),
        ("$phrase", "$reader", 21, "the hole $reader has no place under 'asks'."),
        ("$phrase", "$ 5", 21, "a '$' stands only before a hole; write '$$' for a plain dollar sign."),
        ("### asks", "- Lost words.", 20, "under 'repertoire' a line stands below one of its headings, such as ### asks."),
        ("+++\nname", "name", 1, "a persona file starts with front matter between two lines of '+++'."),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_what_is_allowed(old: str, new: str, line: int, what: str) -> None:
    assert old in written.PERSONA
    assert refusal(written.PERSONA.replace(old, new, 1)) == f"ada.md, line {line}: {what}"


@given(
    st.from_regex(r"[a-z]{3,10}", fullmatch=True).filter(
        lambda name: name not in {*ALLOWED.split(", "), "other", *written.PLATFORMS}
    )
)
def test_any_unknown_name_is_refused_wherever_it_stands(name: str) -> None:
    assert refusal(written.PERSONA.replace("[habits]", f"{name} = 1\n[habits]")).startswith(
        f"ada.md, line 9: {name!r}: unknown key"
    )
    assert refusal(written.PERSONA.replace("linkedin", name)).startswith(f"ada.md, line 10: {name!r}: unknown platform")
    assert refusal(f"{written.PERSONA}### {name}x\n").startswith(f"ada.md, line 24: unknown heading '### {name}x'")
    assert refusal(f"{written.PERSONA}- ${name}x\n").startswith(f"ada.md, line 24: the hole ${name}x has no place")


@pytest.mark.parametrize("key", ["Ada", "a b", "", "a" * 41, "-ada", "ada\n", "ädä"])
def test_a_file_name_that_nobody_could_type_is_refused(key: str) -> None:
    assert "must be lower-case letters, digits and hyphens, at most 40." in refusal(written.PERSONA, key)


def test_the_habit_elsewhere_is_the_one_for_other() -> None:
    persona = parse()
    assert (persona.habit("linkedin"), persona.habit("square")) == ("never", "lurks")


@pytest.mark.parametrize(
    ("name", "first"),
    [("Marek, lorry driver", "Marek"), ("Ana Lucia, nurse", "Ana"), (", nobody", ", nobody"), ("Bo", "Bo")],
)
def test_the_first_name_stands_before_the_comma(name: str, first: str) -> None:
    assert first_name(name) == first
