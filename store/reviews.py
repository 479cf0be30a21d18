"""Reviews: what the members of a server make of a rehearsal: a mark on a reply, and a talk with the reader in a seat.

Knows neither which marks there are nor who writes the answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from audience.errors import Refused
from audience.reaction import Part
from store.opening import rows
from store.shared import Shared

MOST_TURNS = 6  # with one reader of one rehearsal; whatever was said before goes into each new prompt

WITHDRAW = "DELETE FROM marks WHERE rehearsal = ? AND part = ? AND seat = ? AND member = ? AND mark = ? RETURNING mark"
MARK = """
    INSERT INTO marks VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (rehearsal, part, seat, member) DO UPDATE SET mark = excluded.mark
"""
MARKS = """
    SELECT part, seat, member, mark FROM marks JOIN rehearsals ON number = rehearsal WHERE id = ? ORDER BY part, seat, member
"""
RECORDS = """
    SELECT persona, mark, count(*) FROM marks JOIN reactions USING (rehearsal, part, seat) JOIN stagings USING (rehearsal)
    WHERE server = ? GROUP BY persona, mark ORDER BY persona, count(*) DESC, mark
"""
SAID = "SELECT 1 FROM turns WHERE interaction = ?"
LAST = "SELECT turn, answer FROM turns WHERE rehearsal = ? AND seat = ? ORDER BY turn DESC LIMIT 1"
SAY = "INSERT INTO turns (rehearsal, seat, turn, member, name, said, interaction) VALUES (?, ?, ?, ?, ?, ?, ?)"
ANSWER = "UPDATE turns SET answer = ? WHERE rehearsal = ? AND seat = ? AND turn = ? RETURNING turn"
TALK = """
    SELECT seat, turn, member, name, said, answer FROM turns JOIN rehearsals ON rehearsals.number = rehearsal
    WHERE id = ? AND seat = ? ORDER BY turn
"""
UNANSWERED = """
    SELECT id, seat, turn, member, name, said, answer FROM turns JOIN rehearsals ON rehearsals.number = rehearsal
    WHERE answer IS NULL ORDER BY turns.number
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one member holds of what one seat did in one part."""

    part: Part
    seat: int
    member: int
    mark: str

    def __post_init__(self) -> None:
        if not self.mark.strip():
            raise Refused(f"The mark on seat {self.seat} is empty; give the one that is meant.")


@dataclass(frozen=True, slots=True)
class Record:
    """How often each mark was given to a persona, the most frequent first."""

    persona: str
    marks: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a member said to the reader in a seat, and the answer. `turn` counts from 1; `name` is what the member is called."""

    seat: int
    turn: int
    member: int
    name: str
    said: str
    answer: str | None

    def __post_init__(self) -> None:
        if not 1 <= self.turn <= MOST_TURNS:
            raise Refused(
                f"A talk with one reader has turns 1 to {MOST_TURNS}, not {self.turn}; start a new rehearsal to go on."
            )


class Reviews:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def mark(self, rehearsal: str, part: Part, seat: int, member: int, mark: str) -> str:
        """Set a member's mark, or change it; the same once more withdraws it. Gives the mark now held, "" for none.

        Raises Refused where the rehearsal is not staged.
        """
        given = Mark(part, seat, member, mark)
        async with self._shared.staging(rehearsal) as (connection, number):
            values = (number, given.part, given.seat, given.member, given.mark)
            if await rows(connection, WITHDRAW, values):
                return ""
            await rows(connection, MARK, values)
        return mark

    async def marks(self, rehearsal: str) -> tuple[Mark, ...]:
        """In the order of part, seat and member; none where the rehearsal is not staged."""
        async with self._shared.alone() as connection:
            return tuple(Mark(*row) for row in await rows(connection, MARKS, (rehearsal,)))

    async def records(self, server: int) -> tuple[Record, ...]:
        """Each persona that was marked, over all rehearsals of the server. A mark on a seat without a reaction is left out."""
        async with self._shared.alone() as connection:
            found = await rows(connection, RECORDS, (server,))
        by_persona = groupby(found, key=lambda row: str(row[0]))
        return tuple(Record(persona, tuple((mark, times) for _, mark, times in them)) for persona, them in by_persona)

    async def say(self, rehearsal: str, seat: int, member: int, name: str, said: str, interaction: int) -> Turn | None:
        """The next turn of the talk with a seat; None where that interaction has said its words already.

        Raises Refused where the reader is still answering, has been talked with often enough, or is not staged.
        """
        async with self._shared.staging(rehearsal) as (connection, number):
            if await rows(connection, SAID, (interaction,)):
                return None
            turn = _next(*await rows(connection, LAST, (number, seat)))
            await rows(connection, SAY, (number, seat, turn, member, name, said, interaction))
        return Turn(seat, turn, member, name, said, None)

    async def answer(self, rehearsal: str, seat: int, turn: int, words: str) -> None:
        """Keep the reader's words, "" where none came. Raises Refused where there is no such turn."""
        async with self._shared.staging(rehearsal) as (connection, number):
            if not await rows(connection, ANSWER, (words, number, seat, turn)):
                raise Refused(f"Nobody has said turn {turn} to seat {seat} of rehearsal {rehearsal!r}; say something first.")

    async def talk(self, rehearsal: str, seat: int) -> tuple[Turn, ...]:
        """In order; empty where nothing was said, or the rehearsal is not staged."""
        async with self._shared.alone() as connection:
            return tuple(Turn(*row) for row in await rows(connection, TALK, (rehearsal, seat)))

    async def unanswered(self) -> tuple[tuple[str, Turn], ...]:
        """Every turn that waits for its answer, of every server, with the id of its rehearsal; the oldest first."""
        async with self._shared.alone() as connection:
            return tuple((rehearsal, Turn(*turn)) for rehearsal, *turn in await rows(connection, UNANSWERED))


def _next(last: Iterable[Any] = (0, "")) -> int:
    turn, answer = last
    if answer is None:
        raise Refused("This reader is still answering; wait for it.")
    if turn >= MOST_TURNS:
        raise Refused(f"You have talked with this reader {MOST_TURNS} times; start a new rehearsal to go on.")
    return int(turn) + 1
