"""What others wrote does nothing in Discord and is read as it was written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.neutral import JOINER, neutral, seen

PIECES = (
    "@everyone", "@here", "<@123456789012345678>", "<@!1>", "<@&2>", "<#3>", "</rehearse:4>", "<:wave:5>", "<a:wave:5>", "<t:0:R>",
    "<id:browse>", ":smile:", "https://evil.example/x", "HTTP://EVIL.example", "<https://evil.example>", "discord://-/channels/1",
    "steam://run", "mailto:a@b.example", "evil.example", "www.evil.example", "discord.gg/abc", "discord.com/invite/abc",
    "[click](https://evil.example)", "[click](<https://evil.example>)", "# head", "### head", "-# small", "> said", ">>> said", "- item",
    "* item", "1. one", "12) twelve", "**bold**", "__under__", "_em_", "~~gone~~", "||hidden||", "`code`", "```\nblock\n```", "\\", "\\*",
    "\n", "\r\n", "\u2028", "\n\n\n\n", " ", "\t", "\u202e", "\u200b", "\u2060", "\ufeff", "\u3164", "\U000e0041", "\ue000", "\ud800",
    "👩‍👩‍👧", "❤️", "שלום", "é", "3.5", "12:30", "e.g.", "a_b_c", "x" * 40,
)  # fmt: skip
WILD = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join)
ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")  # Discord's own rule

# What Discord makes something of, looked for after everything that is escaped has been taken out.
ALIVE = (
    r"@(?:everyone|here)", r"<", r"[*_`~|]", r"[\[\]]", r":\S", r"\.[^\W\d_]", r"(?m)^\s*#", r"(?m)^\s*-", r"(?m)^\s*>", r"(?m)^\s*\d+[.)]",
)  # fmt: skip
ALIVE_ON_THE_SERVER = (
    r"@(?:everyone|here)",
    r"<@[!&]?\d+>",
    r"[a-z]://",
    r"discord\.gg",
    r"discord\.com",
    r"\w\.(?:example|gg)\b",
)


def shown(text: str) -> str:
    """What a reader sees of a message."""
    return ESCAPE.sub(r"\1", text).replace(JOINER, "")


@given(WILD)
def test_nothing_in_it_is_alive(text: str) -> None:
    harmless = neutral(text)
    left = ESCAPE.sub("\ufffc", harmless)
    assert [sign for sign in ALIVE if re.search(sign, left)] == []
    assert [sign for sign in ALIVE_ON_THE_SERVER if re.search(sign, harmless, re.IGNORECASE)] == []


@given(WILD)
def test_it_is_read_as_it_was_written(text: str) -> None:
    assert shown(neutral(text, 10_000)) == (seen(text) or "…")


@given(WILD, st.integers(1, 60))
def test_it_is_as_long_as_allowed_and_never_empty(text: str, most: int) -> None:
    harmless = neutral(text, most)
    assert 1 <= len(harmless) <= most
    assert harmless.strip()


@given(WILD, st.integers(1, 60))
def test_what_is_cut_says_so_and_ends_between_two_signs(text: str, most: int) -> None:
    whole, cut = neutral(text, 10_000), neutral(text, most)
    if cut != whole:
        assert cut.endswith("…")
        assert shown(whole).startswith(shown(cut[:-1]))
        assert not re.search(r"(?<!\\)(?:\\\\)*\\$", cut[:-1])


@pytest.mark.parametrize(
    ("written", "harmless"),
    [
        ("Hello @everyone", f"Hello @{JOINER}everyone"),
        ("see https://a.example/b", r"see https\://a\.example/b"),
        ("# big", r"\# big"),
        ("1. one\n2. two", "1\\. one\n2\\. two"),
        ("half-done, 3.5 of 7", "half-done, 3.5 of 7"),
        ("one\r\n\r\n\r\n\r\ntwo", "one\n\ntwo"),
        ("wa\u200bit\u202e", "wait"),
        ("", "…"),
        ("\u200b \n", "…"),
    ],
)
def test_each_sign_is_disarmed_in_its_own_way(written: str, harmless: str) -> None:
    assert neutral(written) == harmless


@pytest.mark.parametrize(("most", "cut"), [(14, "One word…"), (9, "One word…"), (8, "One…"), (3, "On…")])
def test_a_cut_comes_between_two_words_where_there_are_two(most: int, cut: str) -> None:
    assert neutral("One word, another", most) == cut


def test_a_long_word_is_cut_in_two_rather_than_lost() -> None:
    assert neutral(f"see {'x' * 200}", 100) == f"see {'x' * 95}…"


def test_a_family_stays_together() -> None:
    assert neutral("👩‍👩‍👧 ❤️") == "👩‍👩‍👧 ❤️"
