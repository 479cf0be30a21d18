"""Shared: the one connection that all parts of the store take in turns, and the acts that more than one of them needs.

Knows where a rehearsal is put and how what was deleted is scrubbed; nothing of what a part keeps.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from audience.errors import Failed, Refused
from store.kept import Kept, rehearsal_text, timings_text
from store.opening import rows, told, transaction

BEGIN = """
    INSERT INTO rehearsals (document, timings, finished) VALUES (?, ?, ?)
    ON CONFLICT (id) DO NOTHING RETURNING number
"""
STAGED = "SELECT rehearsal FROM stagings JOIN rehearsals ON number = rehearsal WHERE id = ?"


class Shared:
    """What a call has written is committed when the call returns."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self._turn = asyncio.Lock()  # or a save would fall into the transaction of a restore

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[aiosqlite.Connection]:
        """The connection, until the block ends. Raises Failed where the file cannot be used."""
        async with self._turn:
            with told(self.path):
                try:
                    yield self.connection
                except UnicodeEncodeError:
                    raise Refused("These words hold half a character; take it out and try again.") from None

    @asynccontextmanager
    async def staging(self, rehearsal: str) -> AsyncIterator[tuple[aiosqlite.Connection, int]]:
        """The connection in a transaction, and the number of a rehearsal that is staged. Raises Refused where none is."""
        async with self.alone() as connection, transaction(connection):
            found = await rows(connection, STAGED, (rehearsal,))
            if not found:
                raise not_staged(rehearsal)
            yield connection, int(found[0][0])

    async def insert(self, connection: aiosqlite.Connection, kept: Kept) -> int:
        """The number that the rehearsal now has. Raises Refused where its id is taken. Its reactions are not put in."""
        values = (rehearsal_text(kept.rehearsal), timings_text(kept.timings), kept.finished)
        found = await rows(connection, BEGIN, values)
        if not found:
            raise Refused(
                f"Rehearsal {kept.rehearsal.id!r} is already kept in {self.path}; delete that one first, or leave it as it is."
            )
        return int(found[0][0])

    async def scrub(self, connection: aiosqlite.Connection, what: str) -> None:
        """secure_delete alone now and then leaves the copy that was made when a page was split, so the file is rebuilt;
        then the log, which still holds the old pages, is emptied into it.
        """
        try:
            await rows(connection, "VACUUM")
            ((busy, *_),) = await rows(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
            why = "another program is reading it" if busy else ""
        except sqlite3.OperationalError as error:
            why = str(error)
        if why:
            raise Failed(f"{what} is deleted, but words of it may stay in {self.path} until the next delete: {why}.")


def not_staged(rehearsal: str) -> Refused:
    """Hints at no other id: that might be one of another server."""
    return Refused(f"Rehearsal {rehearsal!r} is not kept; it may have been deleted, so start a new one.")
