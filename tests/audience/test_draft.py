"""The draft: what is taken out of it, what stays, and what is refused with which sentence."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audience.draft import LINE, MOST_WORDS, Draft, decoded, lines
from audience.errors import Refused

ODD = "ae\u0301é\u0302 \t\n\r\x01\x85\u3000\u200b\u200c\u200d\u200e\u202e\u2067\ufeff\u00ad\u061c\u2060مه👩👧\u212a\u037e-"
RAW = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=["Cs"])), max_size=24)
INVISIBLE = ("\u200b", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u200f", "\u061c", "\u202a", "\u202e", "\u2066", "\u2069")
FAMILY = "👩\u200d👩\u200d👧"
PERSIAN = "می\u200cخواهم"


def cleaned(raw: str) -> str:
    return Draft.clean(f"a {raw} z").text


@given(RAW)
@example("e\u200b\u0301")
@example("م\u200d\x85")
@example("ب \u200d\u200dب")
@example("\u212a\u200dم")
@example("a\u200d\u0301\u200dم")
def test_cleaning_what_is_clean_changes_nothing(raw: str) -> None:
    once = Draft.clean(f"word{raw}")
    again = Draft.clean(once.text)
    assert (again.text, again.removed) == (once.text, 0)


@given(RAW)
def test_a_clean_draft_is_composed_trimmed_and_holds_nothing_unseen(raw: str) -> None:
    text = Draft.clean(f"{raw} word {raw}").text
    assert text == unicodedata.normalize("NFC", text) == text.strip()
    assert not any(sign in text for sign in (*INVISIBLE, "\r", "\x01", "\x85", "\n\n\n", " \n"))


@pytest.mark.parametrize("sign", INVISIBLE, ids=ascii)
def test_zero_width_and_direction_marks_are_removed_and_counted(sign: str) -> None:
    draft = Draft.clean(f"pay{sign}pal is {sign}here")
    assert (draft.text, draft.removed) == ("paypal is here", 2)


@pytest.mark.parametrize("kept", [FAMILY, PERSIAN, "क\u094d\u200dष"], ids=ascii)
def test_joiners_that_hold_an_emoji_family_or_a_script_together_are_kept(kept: str) -> None:
    draft = Draft.clean(f"ok {kept} ok")
    assert (draft.text, draft.removed) == (f"ok {kept} ok", 0)


@pytest.mark.parametrize("raw", ["pay\u200dpal", "pay\u200c\u200dpal", "\u200dpaypal\u200c"], ids=ascii)
def test_joiners_that_join_plain_letters_are_removed(raw: str) -> None:
    assert Draft.clean(raw).text == "paypal"


def test_line_ends_become_one_sort_and_empty_lines_at_most_one() -> None:
    assert Draft.clean("one\r\ntwo\rthree  \n\n\n\nfour\n").text == "one\ntwo\nthree\n\nfour"


def test_the_alt_text_is_cleaned_like_the_draft() -> None:
    assert Draft.clean("words", " a\u200bhive\r\n").alt == "ahive"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "The draft is empty; give the text of the post."),
        (" \t\r\n\u3000\u200b", "The draft is empty; give the text of the post."),
        ("https://a.example www.b.example", "The draft is only links; add the words a reader would see around them."),
        ("!? 👩 ... ---", "The draft has no words, only signs; a reader needs something to read."),
    ],
)
def test_a_draft_with_nothing_to_read_is_refused_with_its_reason(raw: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        Draft.clean(raw)
    assert str(refusal.value) == sentence


def test_a_million_words_are_refused_with_their_number() -> None:
    with pytest.raises(Refused, match=r"has 1,000,000 words .* at most 5,000 words and 40,000 characters"):
        Draft.clean("bee " * 1_000_000)


@pytest.mark.parametrize("words", [MOST_WORDS, MOST_WORDS + 1])
def test_the_limit_of_words_is_the_last_number_that_is_taken(words: int) -> None:
    if words > MOST_WORDS:
        with pytest.raises(Refused, match="5,001 words"):
            Draft.clean("bee " * words)
    else:
        assert Draft.clean("bee " * words).words == words


def test_one_endless_word_is_refused_by_its_characters() -> None:
    with pytest.raises(Refused, match="40,001 characters"):
        Draft.clean("b" * 40_001)


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n", b"PK\x03\x04zip", b"%PDF-1.7", b"text\x00text"], ids=ascii)
def test_a_binary_file_is_refused_by_name(raw: bytes) -> None:
    with pytest.raises(Refused, match=r"^draft\.md is a binary file, not text; save"):
        decoded(raw, "draft.md")


def test_a_latin_1_file_is_refused_with_the_byte_the_place_and_the_cure() -> None:
    with pytest.raises(Refused, match=r"^draft\.md is not UTF-8 \(byte 0xe9 at position 3\); save it .* iconv"):
        decoded("café".encode("latin-1"), "draft.md")


@given(st.binary(max_size=40))
def test_whatever_the_bytes_a_file_is_text_or_refused(raw: bytes) -> None:
    text = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in raw or raw.startswith((b"\x89PNG", b"PK\x03\x04", b"%PDF")) or text.decode(errors="replace").encode() != text:
        with pytest.raises(Refused, match=r"^here is "):
            decoded(raw, "here")
    else:
        assert decoded(raw, "here").encode() == text


@given(RAW.filter(lambda raw: "\x00" not in raw))
def test_a_mark_at_the_start_of_a_file_is_no_text(raw: str) -> None:
    assert decoded(b"\xef\xbb\xbf" + f"a{raw}".encode(), "here") == f"a{raw}"


def test_links_are_not_counted_as_words_and_joined_words_are_one() -> None:
    assert Draft.clean("It's a well-known hive: https://bees.example/one_two www.bees.example").words == 4


@given(st.lists(st.integers(1, 4 * LINE), max_size=8))
def test_each_line_of_text_fills_as_many_lines_as_it_is_long(lengths: list[int]) -> None:
    text = "\n\n".join("b" * length for length in lengths)
    assert lines(text) == sum(-(-length // LINE) for length in lengths)


def test_half_characters_from_a_command_line_are_taken_out() -> None:
    draft = Draft.clean("caf\udce9 by the station", "a \udcff picture")
    assert (draft.text, draft.alt, draft.removed) == ("caf by the station", "a  picture", 1)
