"""Opening a database: what is not ours is refused before a byte of it is written, what is ours is brought up to date.

Knows SQLite and the migrations, and nothing of rehearsals.
"""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from audience.errors import Failed

MARK = 0x536E6442  # the application_id of our databases, "SndB"; never to be changed
ELSEWHERE = "give a path in a folder that you may write to."
SENTENCES = {
    sqlite3.SQLITE_NOTADB: "{path} is not a SQLite database; give another path, or move that file away.",
    sqlite3.SQLITE_CORRUPT: "{path} is damaged ({error}); bring it back from a backup, or move it away to start anew.",
    sqlite3.SQLITE_BUSY: "{path} is locked by another program; wait until that is done, or close it, and try again.",
    sqlite3.SQLITE_FULL: "There is no room left for {path} ({error}); free some and try again.",
    sqlite3.SQLITE_CANTOPEN: "{path} cannot be opened ({error}); " + ELSEWHERE,
    sqlite3.SQLITE_PERM: "{path} cannot be opened ({error}); " + ELSEWHERE,
    sqlite3.SQLITE_READONLY: "{path} cannot be written ({error}); " + ELSEWHERE,
    sqlite3.SQLITE_READONLY_ROLLBACK: "{path} was left half written by a program that was stopped; open it once with that "
    "program, or give another path.",
}


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    statements: tuple[str, ...]


@asynccontextmanager
async def opened(path: Path, migrations: Path, patience: float) -> AsyncIterator[aiosqlite.Connection]:
    """A connection to our database at `path`, made or migrated as needed. Raises Failed with one sentence."""
    steps = await asyncio.to_thread(read_migrations, migrations)
    async with AsyncExitStack() as stack:
        with told(path):
            place, full = await asyncio.to_thread(_place, path)
            if full:
                await _look_over(place, path, steps, patience)
            # isolation_level None: a transaction begins where we say BEGIN, and one statement alone commits by itself.
            plain = aiosqlite.connect(place, timeout=patience, isolation_level=None)
            connection = await stack.enter_async_context(plain)
            await _prepare(connection, path, steps)
        yield connection


@contextmanager
def told(path: Path, what: str = "Reading or writing") -> Iterator[None]:
    """Turns what SQLite and the system complain about into Failed, in one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        known = SENTENCES.get(code) or SENTENCES.get(code & 0xFF)
        sentence = known or "{what} failed in {path} ({error}); check the disk that it is on, or bring it back from a backup."
        raise Failed(sentence.format(what=what, path=path, error=error)) from error
    except OSError as error:
        raise Failed(f"{path} cannot be opened ({error.strerror}); {ELSEWHERE}") from error


@asynccontextmanager
async def transaction(connection: aiosqlite.Connection, begin: str = "BEGIN IMMEDIATE") -> AsyncIterator[None]:
    """All or nothing, also for whoever is cancelled in the middle."""
    try:
        await rows(connection, begin)
        yield
        await connection.commit()
    finally:
        # Undoes nothing after the commit. The call is queued before it first waits, behind whatever statement is still
        # running, so that not even a second cancellation leaves the transaction open.
        await connection.rollback()


async def rows(
    connection: aiosqlite.Connection, sql: str, values: Sequence[object] | Mapping[str, object] = ()
) -> list[sqlite3.Row]:
    """Run one statement to its end, in one step of the connection's thread."""
    return list(await connection.execute_fetchall(sql, values))


async def one(connection: aiosqlite.Connection, sql: str) -> Any:
    return (await rows(connection, sql))[0][0]


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """The files 0001_....sql and on, in the order of their numbers."""
    files = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return tuple(Migration(int(f.name[:4]), f.name, tuple(_statements(f.read_text(encoding="utf-8")))) for f in files)


def _statements(sql: str) -> Iterator[str]:
    """One by one: SQLite's way to run a whole script would first commit the transaction that it belongs in."""
    held = ""
    for line in sql.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""
    if held.strip():
        yield held


def _place(path: Path) -> tuple[Path, bool]:
    """The full path, in a folder that is there now, and whether a file that is not empty is there too."""
    place = path.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "it is there and is not a file")
    return place, place.exists() and place.stat().st_size > 0


async def _look_over(place: Path, path: Path, steps: Sequence[Migration], patience: float) -> None:
    """Through a connection that cannot write: an ordinary one would finish the work that another program left undone.

    Not by reading the file ourselves: closing it again would drop the locks of any store this process has open on it.
    """
    async with aiosqlite.connect(f"{place.as_uri()}?mode=ro", uri=True, timeout=patience) as connection:
        await _recognise(connection, path, steps)


async def _recognise(connection: aiosqlite.Connection, path: Path, steps: Sequence[Migration]) -> bool:
    """Whether the database bears our mark; an empty one bears none. Raises Failed for a foreign or a newer one."""
    mark, version = await one(connection, "PRAGMA application_id"), await one(connection, "PRAGMA user_version")
    if mark == MARK:
        if version > max((step.number for step in steps), default=0):
            raise Failed(f"{path} was written by a newer Soundingboard (migration {version:04}); update this one.")
        return True
    if mark or version or await one(connection, "SELECT count(*) FROM sqlite_schema"):
        raise Failed(f"{path} is a database of another program; give another path.")
    return False


async def _prepare(connection: aiosqlite.Connection, path: Path, steps: Sequence[Migration]) -> None:
    for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", "temp_store = MEMORY"):
        await rows(connection, f"PRAGMA {pragma}")
    if await one(connection, "PRAGMA journal_mode") != "wal":
        await _leave_no_journal(connection)
    async with transaction(connection):
        known = await _recognise(connection, path, steps)
        # Also over a mark that is there: BEGIN IMMEDIATE is content with a file that may only be read, a change is not.
        await rows(connection, f"PRAGMA application_id = {MARK}")
        if known:
            await connection.rollback()
    await _write_ahead(connection)
    for step in steps:
        with told(path, f"Migration {step.name}"):
            await _migrate(connection, step)


async def _leave_no_journal(connection: aiosqlite.Connection) -> None:
    """Until there is a write-ahead log we change one page, which is whole or absent; a journal beside it would, after a
    kill, keep connections that cannot write from reading the file.
    """
    with suppress(sqlite3.OperationalError):  # another program has just put the new file into write-ahead mode
        await rows(connection, "PRAGMA journal_mode = MEMORY")


async def _write_ahead(connection: aiosqlite.Connection, tries: int = 5) -> None:
    """SQLite does not wait for its turn here, so where another program does the same we wait for it and look again."""
    try:
        await rows(connection, "PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries:
            raise
        async with transaction(connection):
            pass
        await _write_ahead(connection, tries - 1)


async def _migrate(connection: aiosqlite.Connection, step: Migration) -> None:
    """The step and the note that it ran, together; nothing where another program was quicker."""
    async with transaction(connection):
        if await one(connection, "PRAGMA user_version") < step.number:
            for statement in step.statements:
                await rows(connection, statement)
            await rows(connection, f"PRAGMA user_version = {step.number}")
