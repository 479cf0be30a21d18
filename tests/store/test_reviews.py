"""Reviews: one mark a member and seat, records over a server's rehearsals, and talks that take turns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from audience.errors import Refused
from audience.reaction import Reaction
from store import Mark, Record, Store, Turn, open_store
from tests.store.staged import ANNA, BORIS, HERE, THERE, begun, found_in


async def test_the_same_mark_again_withdraws_it_and_another_changes_it(store: Store) -> None:
    await begun(store)
    given = [await store.reviews.mark("made-1", "first", 1, ANNA, mark) for mark in ("true", "true", "true", "flat", "true")]
    assert given == ["true", "", "true", "flat", "true"]
    assert await store.reviews.marks("made-1") == (Mark("first", 1, ANNA, "true"),)


async def test_each_member_part_and_seat_has_a_mark_of_its_own(store: Store) -> None:
    for name in ("made-1", "other-1"):
        await begun(store, name)
    marks = (Mark("first", 1, ANNA, "true"), Mark("first", 1, BORIS, "flat"), Mark("first", 2, ANNA, "true"), Mark("worst", 1, ANNA, "flat"))  # fmt: skip
    for mark in reversed(marks):
        await store.reviews.mark("made-1", mark.part, mark.seat, mark.member, mark.mark)
    assert await store.reviews.marks("made-1") == marks
    assert await store.reviews.marks("other-1") == ()


async def test_an_empty_mark_is_refused(store: Store) -> None:
    await begun(store)
    with pytest.raises(Refused, match="mark on seat 1 is empty"):
        await store.reviews.mark("made-1", "first", 1, ANNA, " ")


async def test_many_marks_at_once_are_all_held(path: Path, store: Store) -> None:
    await begun(store)
    async with open_store(path) as other:
        sides = (store, other) * 20
        await asyncio.gather(*(side.reviews.mark("made-1", "first", 1, n, "true") for n, side in enumerate(sides, 1)))
    assert [mark.member for mark in await store.reviews.marks("made-1")] == list(range(1, 41))


async def test_records_count_the_marks_of_each_persona_over_one_servers_rehearsals(store: Store) -> None:
    for name, server in (("here-1", HERE), ("here-2", HERE), ("there-3", THERE)):
        await begun(store, name, server=server)
        for seat, persona in ((1, "ada"), (2, "ben"), (3, "cem")):
            await store.save(name, Reaction(seat, persona, reply="Hm."))
    for name, seat, member, mark in (
        ("here-1", 1, ANNA, "flat"), ("here-1", 1, BORIS, "true"), ("here-2", 1, ANNA, "true"), ("here-2", 2, ANNA, "flat"),
        ("there-3", 3, ANNA, "true"), ("here-2", 9, ANNA, "true"),
    ):  # fmt: skip
        await store.reviews.mark(name, "first", seat, member, mark)
    assert await store.reviews.records(HERE) == (Record("ada", (("true", 2), ("flat", 1))), Record("ben", (("flat", 1),)))
    assert await store.reviews.records(THERE) == (Record("cem", (("true", 1),)),)
    await store.delete("here-2")
    assert await store.reviews.records(HERE) == (Record("ada", (("flat", 1), ("true", 1))),)


async def test_a_talk_goes_turn_by_turn_and_is_kept(store: Store) -> None:
    await begun(store)
    first = await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 901)
    assert first == Turn(2, 1, ANNA, "Anna", "Why?", None)
    await store.reviews.answer("made-1", 2, 1, "Because.")
    assert await store.reviews.say("made-1", 2, BORIS, "Boris", "And now?", 902) == Turn(2, 2, BORIS, "Boris", "And now?", None)
    await store.reviews.say("made-1", 3, ANNA, "Anna", "You too?", 903)
    assert await store.reviews.talk("made-1", 2) == (
        Turn(2, 1, ANNA, "Anna", "Why?", "Because."), Turn(2, 2, BORIS, "Boris", "And now?", None),
    )  # fmt: skip
    assert await store.reviews.talk("made-1", 4) == ()


async def test_words_that_come_twice_are_said_once(store: Store) -> None:
    await begun(store)
    assert await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 901)
    assert await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 901) is None
    await store.reviews.answer("made-1", 2, 1, "Because.")
    assert await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 901) is None
    assert len(await store.reviews.talk("made-1", 2)) == 1


async def test_a_reader_that_is_still_answering_is_waited_for(store: Store) -> None:
    await begun(store)
    said = await asyncio.gather(
        *(store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 900 + n) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(one, Turn) for one in said) == 1
    assert {str(one) for one in said if isinstance(one, Refused)} == {"This reader is still answering; wait for it."}
    await store.reviews.answer("made-1", 2, 1, "")
    assert await store.reviews.say("made-1", 2, ANNA, "Anna", "Nothing?", 999)


async def test_after_six_turns_a_reader_has_said_enough(store: Store) -> None:
    await begun(store)
    for turn in range(1, 7):
        assert await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 900 + turn)
        await store.reviews.answer("made-1", 2, turn, "Because.")
    with pytest.raises(Refused, match=r"^You have talked with this reader 6 times; start a new rehearsal to go on\.$"):
        await store.reviews.say("made-1", 2, ANNA, "Anna", "Why?", 907)
    assert await store.reviews.say("made-1", 3, ANNA, "Anna", "Why?", 908)
    with pytest.raises(Refused, match="turns 1 to 6, not 7"):
        Turn(2, 7, ANNA, "Anna", "Why?", None)


async def test_what_waits_for_an_answer_is_given_in_the_order_in_which_it_was_said(store: Store) -> None:
    for name, server in (("here-1", HERE), ("there-2", THERE)):
        await begun(store, name, server=server)
    for name, seat, interaction in (("there-2", 5, 903), ("here-1", 2, 901), ("here-1", 1, 902)):
        await store.reviews.say(name, seat, ANNA, "Anna", "Why?", interaction)
    await store.reviews.answer("here-1", 2, 1, "Because.")
    assert [(name, turn.seat) for name, turn in await store.reviews.unanswered()] == [("there-2", 5), ("here-1", 1)]


async def test_a_review_of_what_is_not_staged_is_refused(store: Store) -> None:
    await begun(store, "made-1")
    for call in (
        store.reviews.mark("gone-1", "first", 1, ANNA, "true"),
        store.reviews.say("gone-1", 1, ANNA, "Anna", "Why?", 901),
        store.reviews.answer("gone-1", 1, 1, "Because."),
    ):
        with pytest.raises(Refused, match="'gone-1' is not kept"):
            await call
    with pytest.raises(Refused, match="Nobody has said turn 1 to seat 1"):
        await store.reviews.answer("made-1", 1, 1, "Because.")
    assert (await store.reviews.marks("gone-1"), await store.reviews.talk("gone-1", 1)) == ((), ())


async def test_marks_and_talks_go_with_their_rehearsal_to_the_last_byte(path: Path, store: Store) -> None:
    for interaction, name in enumerate(("gone-1", "made-2"), 901):
        await begun(store, name, draft=f"Quixotic {name}.")
        await store.save(name, Reaction(1, "ada", reply=f"Zanzibar {name}"))
        await store.reviews.mark(name, "first", 1, ANNA, f"Kumquat {name}")
        await store.reviews.say(name, 1, ANNA, f"Anna {name}", f"Hullabaloo {name}", interaction)
        await store.reviews.answer(name, 1, 1, f"Gobbledegook {name}" * 40)
    words = {f"{word} gone-1".encode() for word in ("Quixotic", "Zanzibar", "Kumquat", "Anna", "Hullabaloo", "Gobbledegook")}
    assert found_in(path, words) == words
    await store.delete("gone-1")
    assert found_in(path, words | {b"gone-1"}) == set()
    assert (await store.reviews.marks("gone-1"), await store.reviews.unanswered()) == ((), ())
    assert len(await store.reviews.marks("made-2")) == len(await store.reviews.talk("made-2", 1)) == 1
