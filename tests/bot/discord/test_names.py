"""Personas speak under names that say what they are, and that nobody takes for a member."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.names import MOST, SUFFIX, avatar, shown, skeleton

NAMES = st.one_of(
    st.text(max_size=90),
    st.sampled_from(
        ["Abel, apprentice", "АbеI", "Discord", "ｃｌｙｄｅ", "Dіsсord Nitro", "", "🐝", "a\u202eb", "Reader 7", "x" * 200]
    ),
)


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("Abel, electrician's apprentice", (), "Abel, electrician's apprentice (simulated)"),
        ("  Abel ,\u200b  cook ", (), "Abel , cook (simulated)"),
        ("Abel, " + "x" * 80, (), "Abel (simulated)"),
        ("Abel, cook", ("Abel Smith", "Mabel"), "Abel, cook (simulated)"),
        ("Abel, cook", ("abel",), "Reader 7 (simulated)"),
        ("Abel, cook", ("АbеI",), "Reader 7 (simulated)"),  # two Cyrillic letters and a capital i
        ("Abel, cook", ("Àbël!",), "Reader 7 (simulated)"),
        ("Abel, cook", ("Abel (simulated)",), "Reader 7 (simulated)"),
        ("Abel, cook", ("Abel, plumber",), "Reader 7 (simulated)"),
        ("Abel, cook", ("ABEL COOK",), "Abel (simulated)"),
        ("Abel, discord moderator", (), "Abel (simulated)"),
        ("Clyde, cook", (), "Reader 7 (simulated)"),
        ("ＤＩＳＣＯＲＤ, cook", (), "Reader 7 (simulated)"),
        ("🐝, beekeeper", (), "Reader 7 (simulated)"),
        ("", (), "Reader 7 (simulated)"),
        ("Abel, cook", ("Abel", "Reader 7"), "Reader 7-2 (simulated)"),
    ],
)
def test_a_persona_is_called(name: str, members: tuple[str, ...], said: str) -> None:
    assert shown(name, members, 7) == said


@given(NAMES, st.lists(NAMES, max_size=5), st.integers(0, 2_000))
def test_discord_takes_every_name_and_every_name_says_that_it_is_simulated(name: str, members: list[str], seat: int) -> None:
    said = shown(name, members, seat)
    assert 1 <= len(said) <= MOST
    assert said == said.strip() == unicodedata.normalize("NFKC", said).replace("...", "…")
    assert said.endswith(SUFFIX)
    assert not any(word in said.casefold() for word in ("discord", "clyde", "@", "#", ":", "`"))
    assert not any(unicodedata.category(sign)[0] == "C" for sign in said)


@given(NAMES, st.lists(NAMES, max_size=5), st.integers(0, 2_000))
def test_no_name_looks_like_a_member(name: str, members: list[str], seat: int) -> None:
    own = shown(name, members, seat).removesuffix(SUFFIX)
    looks = {skeleton(member) for member in members} - {""}
    assert not {skeleton(own), skeleton(own.split(",", maxsplit=1)[0])} & looks


@given(NAMES)
def test_a_member_who_takes_the_name_takes_it_away(name: str) -> None:
    said = shown(name, (), 7)
    assert shown(name, [said.removesuffix(SUFFIX)], 7) != said


def test_the_picture_is_the_same_each_time_and_one_of_six() -> None:
    pictures = {avatar(f"persona-{n}") for n in range(100)}
    assert len(pictures) == 6
    assert avatar("abel") == avatar("abel") == "https://cdn.discordapp.com/embed/avatars/2.png"
