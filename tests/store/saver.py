"""A program that saves reactions one by one and says which, for tests that kill it or let two of them run at once.

    python -m tests.store.saver DATABASE REHEARSAL SEATS
    python -m tests.store.saver DATABASE POSTS

It says "here" and waits for a line; opens the store, says "open"; then says each seat once save() has returned.
Of posts, which it brings in one go, it says "done" at the end.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from evidence.outcome import PastPost
from store import open_store
from tests import made
from tests.evidence.posted import outcome


def rehearsal(name: str, seats: int) -> Rehearsal:
    return made.rehearsal(id=name, seats=seats)


def reactions(of: Rehearsal) -> tuple[Reaction, ...]:
    """One a seat, each with words by which it can be told from every other."""
    words = " ".join(["and then the bees came back to the station"] * 8)
    return tuple(
        Reaction(
            s.number, s.persona, "first", tuple(made.RATES.items()), "reply", "asked", "asks", f"{of.id} {s.number} {words}"
        )
        for s in of.seats
    )


async def play(path: Path, name: str, seats: int) -> None:
    say("here")
    await asyncio.to_thread(sys.stdin.readline)
    async with open_store(path) as store:
        say("open")
        of = rehearsal(name, seats)
        await store.begin(of)
        for reaction in reactions(of):
            await store.save(name, reaction)
            say(str(reaction.seat))


async def bring(path: Path, posts: int) -> None:
    say("here")
    await asyncio.to_thread(sys.stdin.readline)
    async with open_store(path) as store:
        say("open")
        await store.outcomes.bring(
            None, "square", (PastPost(f"Bees {n}.", "square", outcome(day=-(n % 900))) for n in range(posts))
        )
        say("done")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    database, *given = sys.argv[1:]
    asyncio.run(play(Path(database), given[0], int(given[1])) if len(given) == 2 else bring(Path(database), int(given[0])))
