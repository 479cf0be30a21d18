"""The store: rehearsals kept in one SQLite file. `open_store(path)` gives a Store; everything it takes and gives is a value.

The only place with SQL. Knows no model, no terminal and no Discord.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from audience.errors import Failed
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from store.kept import Kept as Kept
from store.kept import Summary as Summary
from store.kept import chosen, reaction_text, read_kept, read_summary, timings_text, unheard_of
from store.opening import opened, rows, transaction
from store.outcomes import Brought as Brought
from store.outcomes import Outcomes
from store.reviews import Mark as Mark
from store.reviews import Record as Record
from store.reviews import Reviews
from store.reviews import Turn as Turn
from store.servers import OwnWords as OwnWords
from store.servers import ServerChoices as ServerChoices
from store.servers import Servers
from store.servers import Sort as Sort
from store.shared import Shared
from store.stagings import Post as Post
from store.stagings import Staging as Staging
from store.stagings import Stagings
from store.stagings import State as State

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE = 5.0  # seconds to wait for another program that writes

IDS = "SELECT id FROM rehearsals ORDER BY created DESC, number DESC"
SAVE = """
    INSERT INTO reactions (rehearsal, part, document) SELECT number, ?, ? FROM rehearsals WHERE id = ?
    ON CONFLICT (rehearsal, part, seat) DO UPDATE SET document = excluded.document RETURNING seat
"""
FINISH = "UPDATE rehearsals SET timings = ?, finished = 1 WHERE id = ? RETURNING number"
LOAD = "SELECT number, document, timings, finished FROM rehearsals WHERE id = ?"
REACTIONS = "SELECT part, document FROM reactions WHERE rehearsal = ? ORDER BY part, seat"
RECENT = """
    SELECT id, created, draft, panel, platform, model, seats,
        (SELECT count(*) FROM reactions WHERE rehearsal = number AND part = 'first'), finished
    FROM rehearsals ORDER BY created DESC, number DESC LIMIT ?
"""


@asynccontextmanager
async def open_store(path: Path, *, patience: float = PATIENCE, migrations: Path = MIGRATIONS) -> AsyncIterator[Store]:
    """The store at `path`, made where there is none. Raises Failed where it cannot be used, and then changes nothing."""
    async with opened(path, migrations, patience) as connection:
        # SQLite's own folding stops at ASCII. A function is no part of the file, so each connection brings it.
        await connection.create_function("folded", 1, str.casefold, deterministic=True)
        yield Store(connection, path)


class Store:
    """One connection, taken in turns. What a call has written is committed when the call returns.

    Every call raises Failed where the file cannot be read or written.
    """

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._shared = Shared(connection, path)
        self.stagings = Stagings(self._shared)
        self.reviews = Reviews(self._shared)
        self.servers = Servers(self._shared)
        self.outcomes = Outcomes(self._shared)

    async def begin(self, rehearsal: Rehearsal) -> None:
        """Keep a rehearsal of which nothing has been played. Raises Refused where its id is taken."""
        async with self._shared.alone() as connection:
            await self._shared.insert(connection, Kept(rehearsal, (), {}, finished=False))

    async def save(self, rehearsal_id: str, reaction: Reaction) -> None:
        """Keep a reaction, in place of an earlier one of the same part and seat."""
        values = (reaction.part, reaction_text(reaction), rehearsal_id)
        async with self._shared.alone() as connection:
            self._still_there(rehearsal_id, await rows(connection, SAVE, values))

    async def finish(self, rehearsal_id: str, timings: Mapping[str, float]) -> None:
        async with self._shared.alone() as connection:
            self._still_there(rehearsal_id, await rows(connection, FINISH, (timings_text(timings), rehearsal_id)))

    async def load(self, given: str) -> Kept:
        """By id, by at least four characters that begin only one, or "last". Raises Refused where that names none."""
        async with self._shared.alone() as connection, transaction(connection, "BEGIN"):
            name = chosen(given, await self._ids(connection))
            ((number, document, timings, finished),) = await rows(connection, LOAD, (name,))
            reactions = await rows(connection, REACTIONS, (number,))
        return read_kept(
            document, timings, finished, ((part, text) for part, text in reactions), f"{name!r} in {self._shared.path}"
        )

    async def recent(self, limit: int) -> tuple[Summary, ...]:
        """The newest first, at most `limit`."""
        async with self._shared.alone() as connection:
            found = await rows(connection, RECENT, (max(0, limit),))
        return tuple(read_summary(row) for row in found)

    async def delete(self, rehearsal_id: str) -> None:
        """Remove a rehearsal and its words from the file. Raises Refused where it is not kept."""
        async with self._shared.alone() as connection:
            if not await rows(connection, "DELETE FROM rehearsals WHERE id = ? RETURNING id", (rehearsal_id,)):
                raise unheard_of(rehearsal_id, await self._ids(connection))
            await self._shared.scrub(connection, f"Rehearsal {rehearsal_id!r}")

    async def restore(self, kept: Kept) -> None:
        """Take in a rehearsal that was exported, whole or not at all. Raises Refused where its id is taken."""
        reactions = [(reaction.part, reaction_text(reaction)) for reaction in kept.reactions]
        async with self._shared.alone() as connection, transaction(connection):
            number = await self._shared.insert(connection, kept)
            insert = "INSERT INTO reactions (rehearsal, part, document) VALUES (?, ?, ?)"
            await connection.executemany(insert, [(number, *reaction) for reaction in reactions])

    async def _ids(self, connection: aiosqlite.Connection) -> list[str]:
        return [str(row[0]) for row in await rows(connection, IDS)]

    def _still_there(self, id: str, changed: list[sqlite3.Row]) -> None:
        if not changed:
            raise Failed(f"Rehearsal {id!r} is not kept in {self._shared.path}; it may have been deleted, so start a new one.")
