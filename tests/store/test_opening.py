"""Opening: what is not ours is refused in one sentence and stays as it is; what is ours is migrated once."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import aiosqlite
import pytest

from audience.errors import Failed
from store import MIGRATIONS, open_store
from store.opening import MARK, _leave_no_journal, read_migrations
from tests import made

BROKEN = "CREATE TABLE half (number INTEGER);\nINSERT INTO half VALUES (1);\nCREATE TABEL other (number INTEGER);\n"


def plain(path: Path, *statements: str) -> list[tuple[object, ...]]:
    """What another program does with the file; gives the rows of the last statement."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        found: list[tuple[object, ...]] = []
        for statement in statements:
            found = connection.execute(statement).fetchall()
        return found


def foreign(path: Path) -> None:
    plain(path, "CREATE TABLE songs (name TEXT)", "INSERT INTO songs VALUES ('Nightingale')")


def foreign_in_use(path: Path) -> None:
    """In write-ahead mode, and its program was killed: the song is only in the log, which any ordinary visit empties."""
    grown = path.with_name("grown.db")
    with closing(sqlite3.connect(grown, isolation_level=None)) as connection:
        for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE songs (name TEXT)", "INSERT INTO songs VALUES ('Lark')"):
            connection.execute(statement)
        shutil.copy(grown, path)
        shutil.copy(f"{grown}-wal", f"{path}-wal")


def foreign_half_written(path: Path) -> None:
    """Its program was killed in the middle of a commit: the journal holds what the file must be put back to."""
    grown = path.with_name("grown.db")
    foreign(grown)
    with closing(sqlite3.connect(grown, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO songs VALUES (?)", [("Wren" * 500,)] * 100)
        shutil.copy(grown, path)
        shutil.copy(f"{grown}-journal", f"{path}-journal")
        connection.execute("ROLLBACK")


def marked_by_another(path: Path) -> None:
    plain(path, "PRAGMA application_id = 1234")


def text(path: Path) -> None:
    path.write_text("Dear diary, this is no database.\n" * 100, encoding="utf-8")


def short_text(path: Path) -> None:
    path.write_text("hi", encoding="utf-8")


def torn(path: Path) -> None:
    """The beginning of a database of ours, and then nonsense."""
    plain(path, f"PRAGMA application_id = {MARK}", "CREATE TABLE a (b TEXT)")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))


def newer(path: Path) -> None:
    plain(path, f"PRAGMA application_id = {MARK}", "CREATE TABLE moods (name TEXT)", "PRAGMA user_version = 4711")


NOT_FOR_US: list[tuple[Callable[[Path], None], str]] = [
    (foreign, "another program"),
    (foreign_in_use, "another program"),
    (foreign_half_written, "left half written"),
    (marked_by_another, "another program"),
    (text, "not a SQLite database"),
    (short_text, "not a SQLite database"),
    (torn, "is damaged"),
    (newer, "newer Soundingboard"),
]


@pytest.mark.parametrize(("make", "sentence"), NOT_FOR_US, ids=[make.__name__ for make, _ in NOT_FOR_US])
async def test_what_is_not_for_us_is_refused_and_not_one_byte_is_changed(
    make: Callable[[Path], None], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "kept #1?.db"
    make(path)
    before = written(path)
    with pytest.raises(Failed, match=sentence) as failure:
        async with open_store(path):
            pass
    assert written(path) == before
    assert_one_sentence(failure.value, path)


async def test_a_newer_database_keeps_even_its_log(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with open_store(path):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 4711")
        shutil.copytree(tmp_path, tmp_path / "killed")  # as a kill would leave it: the note is only in the log
        plain(path, "PRAGMA user_version = 1")
    path = tmp_path / "killed" / "kept.db"
    before = written(path)
    with pytest.raises(Failed, match="newer"):
        async with open_store(path):
            pass
    assert written(path) == before
    assert plain(path, "PRAGMA user_version") == [(4711,)]


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("I am a file.", encoding="utf-8")
    return folder / "file" / "kept.db"


def beside_a_file(folder: Path) -> Path:
    return below_a_file(folder).parent / "deeper" / "kept.db"


def a_folder(folder: Path) -> Path:
    (folder / "kept.db").mkdir()
    return folder / "kept.db"


@pytest.mark.parametrize("place", [below_a_file, beside_a_file, a_folder], ids=lambda place: place.__name__)
async def test_where_no_file_can_be_written_one_sentence_says_so(place: Callable[[Path], Path], tmp_path: Path) -> None:
    path = place(tmp_path)
    with pytest.raises(Failed, match="cannot be opened") as failure:
        async with open_store(path):
            pass
    assert_one_sentence(failure.value, path)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may write to every file, so root steps down."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("rights", [0o777, 0o555], ids=["file", "file and folder"])
async def test_what_may_only_be_read_fails_at_opening_not_at_the_first_save(rights: int) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        path = Path(name) / "kept.db"
        async with open_store(path) as store:
            await store.begin(made.rehearsal())
        path.chmod(0o444)
        path.parent.chmod(rights)
        before = path.read_bytes()
        with as_nobody(), pytest.raises(Failed, match="cannot be written"):
            async with open_store(path):
                pass
        assert path.read_bytes() == before
        path.parent.chmod(0o700)


async def test_many_who_open_a_new_file_at_once_all_get_in(tmp_path: Path) -> None:
    """Without the second look in _write_ahead, 15 of 90 such openings failed when it was tried."""

    async def look(path: Path) -> int:
        async with open_store(path) as store:
            return len(await store.recent(1))

    for attempt in range(5):
        assert await asyncio.gather(*(look(tmp_path / f"{attempt}.db") for _ in range(6))) == [0] * 6


async def test_a_new_file_is_marked_without_a_journal_that_a_kill_would_leave(tmp_path: Path) -> None:
    path, journal = tmp_path / "kept.db", tmp_path / "kept.db-journal"
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        for expected in (True, False):
            await connection.execute_fetchall("BEGIN IMMEDIATE")
            await connection.execute_fetchall(f"PRAGMA application_id = {MARK}")
            assert journal.exists() == expected  # True shows that SQLite would write one
            await connection.rollback()
            await _leave_no_journal(connection)


async def test_a_locked_file_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    async with open_store(path):
        pass
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Failed, match="locked by another program") as failure:
            async with open_store(path, patience=0.05):
                pass
    assert_one_sentence(failure.value, path)


@pytest.mark.parametrize("file", [b"", None], ids=["empty", "absent"])
async def test_an_empty_or_absent_file_becomes_a_database_of_ours(file: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "kept.db"
    if file is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(file)
    async with open_store(path) as store:
        assert await store.recent(10) == ()
    assert plain(path, "PRAGMA application_id") == [(MARK,)]
    assert plain(path, "PRAGMA journal_mode") == [("wal",)]


async def test_a_database_without_tables_or_marks_is_as_good_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    plain(path, "CREATE TABLE gone (number INTEGER)", "DROP TABLE gone")
    assert path.stat().st_size > 0
    async with open_store(path) as store:
        assert await store.recent(10) == ()


async def test_the_settings_that_our_promises_rest_on_are_on(tmp_path: Path) -> None:
    async with open_store(tmp_path / "kept.db", patience=1.25) as store:
        for pragma, value in {
            "journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 1250, "secure_delete": 1, "synchronous": 2, "temp_store": 2,
        }.items():  # fmt: skip
            ((found,),) = await store._shared.connection.execute_fetchall(f"PRAGMA {pragma}")
            assert (pragma, found) == (pragma, value)


async def test_migrations_run_in_order_and_once(tmp_path: Path) -> None:
    path, folder = tmp_path / "kept.db", tmp_path / "steps"
    folder.mkdir()
    (folder / "0002_second.sql").write_text("INSERT INTO steps VALUES ('second; of two');\n", encoding="utf-8")
    (folder / "0001_first.sql").write_text("CREATE TABLE steps (\n    name TEXT\n);\n-- done\n", encoding="utf-8")
    for _ in range(2):
        async with open_store(path, migrations=folder):
            assert plain(path, "SELECT name FROM steps") == [("second; of two",)]
    (folder / "0003_third.sql").write_text("INSERT INTO steps VALUES ('third')", encoding="utf-8")
    async with open_store(path, migrations=folder):
        pass
    assert plain(path, "SELECT name FROM steps") == [("second; of two",), ("third",)]
    assert plain(path, "PRAGMA user_version") == [(3,)]


async def test_a_broken_migration_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path, folder = tmp_path / "kept.db", tmp_path / "steps"
    shutil.copytree(MIGRATIONS, folder)
    number = len(read_migrations(MIGRATIONS)) + 1
    (folder / f"{number:04}_broken.sql").write_text(BROKEN, encoding="utf-8")
    async with open_store(path) as store:
        await store.begin(made.rehearsal())
    before = plain(path, "SELECT sql FROM sqlite_schema")
    with pytest.raises(Failed, match=f"Migration {number:04}_broken.sql failed"):
        async with open_store(path, migrations=folder):
            pass
    assert plain(path, "SELECT sql FROM sqlite_schema") == before
    async with open_store(path) as store:  # still of the version before
        assert (await store.load("last")).rehearsal == made.rehearsal()


def test_our_migrations_are_numbered_from_one_without_a_gap() -> None:
    numbers = [step.number for step in read_migrations(MIGRATIONS)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


async def test_what_goes_wrong_in_the_body_is_not_taken_for_a_fault_of_the_database(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        async with open_store(tmp_path / "kept.db"):
            raise ConnectionResetError


def written(path: Path) -> dict[str, bytes]:
    """The bytes of the file, its log and its journal. The index of the log (-shm) holds nothing that is kept."""
    files = (path.with_name(path.name + ending) for ending in ("", "-wal", "-journal"))
    return {file.name: found for file in files if file.exists() and (found := file.read_bytes())}


def assert_one_sentence(failure: Failed, path: Path) -> None:
    said = str(failure)
    assert said.count(str(path)) == 1
    assert said.endswith(".")
    assert "\n" not in said
    assert ". " not in said.replace(str(path), "")
