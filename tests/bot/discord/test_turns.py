"""Whose turn it is: round robin over servers, then over their members; a slot is freed however a turn ends."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.turns import Ticket, Turns


async def order_of(asked: list[tuple[int, int]]) -> list[int]:
    """In what order those who ask (server, member) while one plays are called, by the number of their asking."""
    turns = Turns(slots=1)
    first, called = turns.take(999, 999), []
    tickets = [turns.take(*who) for who in asked]

    async def play(ticket: Ticket) -> None:
        async with turns.turn(ticket):
            called.append(tickets.index(ticket))

    async with asyncio.TaskGroup() as group:
        for ticket in tickets:
            group.create_task(play(ticket))
        async with turns.turn(first):
            await asyncio.sleep(0)
    return called


async def test_a_server_that_asks_for_many_does_not_hold_up_another() -> None:
    assert await order_of([(1, 10), (1, 10), (1, 10), (2, 20)]) == [0, 3, 1, 2]


async def test_within_a_server_members_take_turns() -> None:
    assert await order_of([(1, 10), (1, 10), (1, 11)]) == [0, 2, 1]


async def test_a_member_s_own_are_played_in_the_order_they_were_asked_for() -> None:
    assert await order_of([(1, 10)] * 4) == [0, 1, 2, 3]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=12))
def test_the_place_that_is_shown_is_the_place_in_which_one_is_called(asked: list[tuple[int, int]]) -> None:
    async def check() -> None:
        turns = Turns(slots=1)
        turns.take(999, 999)
        tickets = [turns.take(*who) for who in asked]
        places = [turns.place(ticket) for ticket in tickets]
        assert sorted(places) == list(range(1, len(asked) + 1))
        order = await order_of(asked)
        assert [places[number] for number in order] == sorted(places)

    asyncio.run(check())


async def test_one_who_goes_away_while_waiting_leaves_no_gap() -> None:
    turns = Turns(slots=1)
    first, gone, last = turns.take(1, 1), turns.take(1, 2), turns.take(1, 3)

    async def wait() -> None:
        async with turns.turn(gone):
            raise AssertionError("never called")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    assert (turns.place(first), turns.place(last)) == (0, 2)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert turns.place(last) == 1


async def test_a_turn_that_fails_frees_its_slot() -> None:
    turns = Turns(slots=1)
    first, second = turns.take(1, 1), turns.take(1, 2)
    with pytest.raises(ValueError, match="broke"):
        async with turns.turn(first):
            raise ValueError("broke")
    async with asyncio.timeout(1), turns.turn(second):
        assert turns.place(second) == 0


async def test_two_play_at_once_and_a_third_waits() -> None:
    turns = Turns(slots=2)
    tickets = [turns.take(1, member) for member in (1, 2, 3)]
    assert [turns.place(ticket) for ticket in tickets] == [0, 0, 1]
