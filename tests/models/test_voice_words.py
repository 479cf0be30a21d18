"""What the voice is told and what it may say: control words, minds, the gist of a post, and every reason to leave words out."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from audience.language import Line
from models.voice.control import ANYONE, Control, prompt
from models.voice.fitness import copied, off_the_subject
from models.voice.gist import gist
from models.voice.loading import foul
from models.voice.minds import controls
from models.voice.speaking import CANDIDATES
from tests import made
from tests.models.voiced import FITNESS, PROMPT, rank


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("Why?", "3 words; asks"),
        ("No, that is not what we were told at the time of it.", "12 words; disagrees; own story"),
        ("yeah i had one of those, lol", "6 words; agrees; own story; jokes; no full stop; lowercase"),
        ("I hate it. " * 14, "30 words; annoyed"),
    ],
)
def test_control_words_are_read_off_a_reply(reply: str, told: str) -> None:
    assert str(replace(Control.of("A post.", reply, rank), mind=(), opens="")) == told


@pytest.mark.parametrize(
    ("reply", "opens"), [("Yeah, no.", "yeah"), ('"It\'s late."', "it"), ("Jonathanson said so.", ""), ("1985!", ""), ("", "")]
)
def test_the_word_it_opens_with_is_told_where_many_could_open_so(reply: str, opens: str) -> None:
    assert Control.of("A post.", reply or "...", rank).opens == opens


def test_what_is_on_the_mind_are_words_the_post_does_not_hold_and_nobodys_name() -> None:
    assert Control.of("The price.", "What about the prices, the hours, the bees, Anna?", rank).mind == ("bees", "hours")


def test_what_is_taken_up_are_words_of_the_post_in_either_number() -> None:
    assert Control.of("About the hours and the price.", "Which hour? And about the prices?", rank).on == ("hours", "price")
    assert Control.of("About the price.", "Somebody asked Price about it.", rank).on == ("price",)


def test_an_example_says_all_some_or_none_of_the_words_of_its_reply_and_the_same_each_time() -> None:
    whole = Control.of("About the price of bees.", "What price? The hours of buses and bees.", rank)
    told = [whole.taught(f"{n}", "reply") for n in range(400)]
    assert told == [whole.taught(f"{n}", "reply") for n in range(400)]
    assert 30 < sum(control is None for control in told) < 90  # 60 on the mean; beyond by less than one in ten thousand
    assert {len(control.mind) for control in told if control} == {len(control.on) for control in told if control} == {0, 1, 2}


def test_an_example_of_a_known_reader_says_at_least_who_or_that_it_is_a_reader() -> None:
    whole = Control.of("About the price of bees.", "What price?", rank, "night nurse")
    told = [whole.taught(f"{n}", "reply") for n in range(400)]
    assert {control.who for control in told if control} == {"night nurse", ANYONE}
    assert None not in told
    assert any(str(control) == "night nurse" for control in told)


def test_the_post_comes_first_and_a_prompt_without_control_words_says_none() -> None:
    assert (
        prompt("We moved\nthe button.", Control("6 words", ("asks",), ("button",), ("price",), "who", "bus driver"))
        == "Post: We moved the button.\nReader: bus driver; 6 words; asks; on: button; mind: price; opens: who\nReply:"
    )
    assert prompt("We moved it.", None) == "Post: We moved it.\nReply:"


def test_a_persona_sets_who_speaks_and_the_manner_of_four_one_takes_up_a_word_and_of_all_two_ask() -> None:
    found = controls(replace(PROMPT, angle="agrees"), ["price", "bees"], CANDIDATES, random.Random(1))
    assert {control.who for control in found} == {"beekeeper"}
    assert ["agrees" in control.manners for control in found] == [True, True, True, False] * 8
    assert [n for n, control in enumerate(found) if "asks" in control.manners] == [3, 19]
    assert [bool(control.on) for control in found] == [False, True, False, False] * 8
    assert {word for control in found for word in control.on} <= {"price", "bees"}
    assert not any(control.mind or control.opens for control in found)


def test_nobody_is_told_to_joke() -> None:
    found = controls(replace(PROMPT, angle="jokes"), [], 8, random.Random(1))
    assert not any("jokes" in control.manners for control in found)


def test_every_candidate_is_as_long_as_one_of_the_personas_own_lines_and_styled_as_often() -> None:
    lines = ("ok so the bus was late, again", "Fine by me...", "$reader no", '"$quote" again')
    persona = replace(PROMPT.persona, name="Ada", examples=lines, repertoire={"asks": ("where to!",), "warm": ("Thanks.",)})
    found = controls(replace(PROMPT, persona=persona), [], 60, random.Random(1))
    assert {control.who for control in found} == {ANYONE}
    assert {control.length for control in found} == {"3 words", "6 words"}
    styled = [control for control in found if "exclaims" in control.manners]
    assert 2 < len(styled) < 25  # one line of six
    assert not any("lowercase" in control.manners for control in found)


@pytest.mark.parametrize(
    ("post", "read"),
    [
        ("We moved it. #news #wow https://example.org", "We moved it."),
        ("#news", "#news"),
        ("So. " + "It was long. " * 60 + "Who asked? Thanks.", "So." + " It was long." * 29 + " Who asked?"),
        ("word " * 100, ("word " * 80).strip()),
    ],
)
def test_the_voice_reads_a_post_without_tags_and_of_a_long_one_its_beginning_and_its_question(post: str, read: str) -> None:
    assert gist(post) == read


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("What did you move it for?", ""),
        ("Hm.", "too short"),
        ("They should all be killed for it.", "harm"),
        ("I thought the same about my aunt's dicks.", "a body"),
        ("See https://example.org for more of it.", "an address or markup"),
        ("}languag wro79{=ya", "an address or markup"),
        ("Upvote this before it goes.", "talk of a forum"),
        ("It was better in the movie, I think.", "another world"),
        ("We are excited to hear what you think.", "the brand's own voice"),
        ("So Forty of you told us. What else did", "a copy of the draft"),
        ("Yes, we moved all of it.", "the brand's own voice"),
        ('The word "export" is not in the post.', "untrue of the draft"),
        ('The word "price" is not in the post.', ""),
        ("Have a look at the naked truth.", "harm"),
        ("it is what it is what it is what it is.", "a loop"),
        ("I'd have kept the old one, I'd have kept the old one.", "a loop"),
        ("I moved the button once once, and it still breaks.", "a loop"),
        ("It is really really late, and I know that that helps.", ""),
        ("I would have moved it to the", "no end"),
        ("I have had mine since 2016, I think.", "a number that nobody gave"),
        ("I think that the button is the best part.", "a habit"),
        ("That is what Jonathanson always said to us.", "somebody's name"),
        ("Das haben wir doch schon alles einmal gehabt, oder nicht?", "another language"),
    ],
)
def test_what_may_not_be_shown_has_a_reason(words: str, why: str) -> None:
    assert FITNESS.complaint(words, PROMPT) == why


def test_what_is_never_said_is_not_said_where_the_draft_speaks_of_it_either() -> None:
    assert off_the_subject("Think of suicide too.", "A line for those who think of suicide.") == "harm"
    assert off_the_subject("I'd rather take my own life than suffer in silence.", "Suffering in silence?") == "harm"
    assert off_the_subject("Some days I want to die.", "A line for those who want to die.") == "harm"
    assert off_the_subject("They took my life savings.", "Half a life at one desk.") == ""
    assert off_the_subject("Who was killed?", "Two were killed in the storm.") == ""


def test_a_card_may_bring_up_a_film_and_never_harm() -> None:
    card = replace(PROMPT.persona, words="Ada kept bees in a movie about a murder.")
    seen = replace(PROMPT, persona=card)
    assert FITNESS.complaint("It was better in the movie, I think.", seen) == ""
    assert FITNESS.complaint("There was a murder in it, I think.", seen) == "harm"


def test_a_number_that_somebody_in_the_thread_gave_may_be_said() -> None:
    heard = replace(PROMPT, thread=(Line("Ada", "It cost me 45 euros."),))
    assert FITNESS.complaint("You paid 45 for that?", heard) == ""
    assert FITNESS.complaint("You paid 46 for that?", heard) == "a number that nobody gave"


def test_what_is_foul_is_told_by_the_library() -> None:
    assert foul("what an asshole")
    assert foul('What do you mean by "asshole"?')
    assert not foul("what a lovely day")


def test_the_longest_run_of_copied_words_is_counted() -> None:
    assert copied("So you moved the export button again", made.DRAFT.text) == 4
    assert copied("", made.DRAFT.text) == 0
