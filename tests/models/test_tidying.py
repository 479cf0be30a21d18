"""What a model wrote, and what a reader is shown of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import Failed
from models.tidying import tidied


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ('"Who fixed it?"', "Who fixed it?"),
        ("“Who fixed it?”", "Who fixed it?"),
        ('"Yes" and "no"', '"Yes" and "no"'),
        ("Ada: Who fixed it?", "Who fixed it?"),
        ("Ada, beekeeper: Who fixed it?", "Who fixed it?"),
        ('Comment: "Who fixed it?"', "Who fixed it?"),
        ("- Who fixed it?", "Who fixed it?"),
        ("1. Who fixed it?", "Who fixed it?"),
        ("3 of them broke. I counted.", "3 of them broke. I counted."),
        ("Who fixed it? #bees #honey", "Who fixed it?"),
        ("Who fixed bug #12 then?", "Who fixed bug #12 then?"),
        ("<think>She would sneer.</think>\n\nWho fixed it?", "Who fixed it?"),
        ("She would sneer.\n</think>\nWho fixed it?", "Who fixed it?"),
        ("<Thinking>a</Thinking>Who?<think>b", "Who?"),
        ("[THINK]a[/THINK]Who?", "Who?"),
        ("Who\x05 fixed\ufffd it?", "Who fixed it?"),
        ("Who?\n\n\nYou?", "Who?\nYou?"),
        ("\U0001f41d\U0001f41d", "\U0001f41d\U0001f41d"),
        ("I can't help laughing at this.", "I can't help laughing at this."),
        ("Sorry, but I can't be the only one.", "Sorry, but I can't be the only one."),
    ],
)
def test_wrappings_come_off_and_words_stay(raw: str, words: str) -> None:
    assert tidied(raw, "Ada", cut=False) == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("Who fixed it? I was goi", "Who fixed it?"),
        ("It costs 3.50 now. And the", "It costs 3.50 now."),
        ("I was going to the stat", "I was going to the…"),
        ("Unendlichkeits", "Unendlichkeits…"),
        ("Done!", "Done!"),
    ],
)
def test_a_reply_cut_by_the_limit_loses_its_half_sentence(raw: str, words: str) -> None:
    assert tidied(raw, "Ada", cut=True) == words


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "said nothing"),
        (" \n", "said nothing"),
        ("<think>What would Ada say? She", "only reasoned"),
        ("<think>all of it</think>", "only reasoned"),
        ("#bees #honey", "nothing but marks"),
        ("...", "nothing but marks"),
        ("I'm sorry, but I can't assist with that.", "refused to play Ada"),
        ("As an AI language model, I do not keep bees.", "refused to play Ada"),
    ],
)
def test_what_is_no_reply_fails_with_its_reason(raw: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        tidied(raw, "Ada", cut=False)


@given(st.text(alphabet='ab "“”#:-1.<>/\nthink\x00é', max_size=60), st.booleans())
def test_words_are_never_empty_and_tidying_them_again_changes_nothing(raw: str, cut: bool) -> None:
    try:
        words = tidied(raw, "Ada", cut=cut)
    except Failed:
        return
    assert words.strip() == words != ""
    assert "<think>" not in words
    assert tidied(words, "Ada", cut=False) == words
