"""What survives when the program is killed, and when two programs write at once. Real processes, real SIGKILL."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from store import open_store
from tests.store import saver

ROOT = Path(__file__).parents[2]
SEATS = 2_000  # more than a program saves before it is killed


def saving(path: Path, name: str, seats: int) -> AbstractContextManager[subprocess.Popen[str]]:
    return _waiting(str(path), name, str(seats))


def importing(path: Path, posts: int = 40_000) -> AbstractContextManager[subprocess.Popen[str]]:
    return _waiting(str(path), str(posts))


@contextmanager
def _waiting(*given: str) -> Iterator[subprocess.Popen[str]]:
    """The program in saver.py, waiting to be told to open its store."""
    command = [sys.executable, "-m", "tests.store.saver", *given]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert heard(program) == "here"
            yield program
        finally:
            program.kill()


def heard(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def go(program: subprocess.Popen[str]) -> None:
    assert program.stdin is not None
    program.stdin.write("\n")
    program.stdin.flush()


def killed(program: subprocess.Popen[str], after: float) -> list[str]:
    """Kill it `after` so many seconds, which is the moment itself; hear what it had still said before it died."""
    time.sleep(after)
    program.send_signal(signal.SIGKILL)
    assert program.wait() == -signal.SIGKILL
    assert program.stdout is not None
    return program.stdout.read().split()


@pytest.mark.parametrize("moment", range(15))
async def test_every_seat_that_was_said_to_be_saved_is_whole_after_a_kill(moment: int, tmp_path: Path) -> None:
    chance = random.Random(f"kill/{moment}")
    path = tmp_path / "kept.db"
    with saving(path, "killed-1", SEATS) as program:
        go(program)
        assert heard(program) == "open"
        said = [heard(program) for _ in range(chance.randint(1, 60))]
        said += killed(program, chance.random() * 0.003)  # anywhere within the next saves
    async with open_store(path) as store:
        kept = await store.load("killed-1")
    expected = saver.reactions(saver.rehearsal("killed-1", SEATS))
    assert len(said) <= len(kept.reactions) <= len(said) + 1
    assert kept.reactions == expected[: len(kept.reactions)]
    assert not kept.finished
    assert sound(path)


@pytest.mark.parametrize("moment", range(6))
async def test_a_kill_while_the_file_is_made_leaves_one_that_opens(moment: int, tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    with saving(path, "killed-2", SEATS) as program:
        go(program)
        killed(program, random.Random(f"birth/{moment}").random() * 0.02)  # making the file takes about this long
    async with open_store(path) as store:
        await store.begin(saver.rehearsal("after-1", 3))
        assert (await store.load("after-1")).rehearsal.id == "after-1"
    assert sound(path)


async def test_two_programs_make_one_file_and_write_to_it_at_once(tmp_path: Path) -> None:
    path, seats = tmp_path / "kept.db", 60
    with saving(path, "one-1", seats) as one, saving(path, "other-1", seats) as other:
        go(one)
        go(other)
        for program in (one, other):
            assert [heard(program) for _ in range(seats + 1)] == ["open", *map(str, range(1, seats + 1))]
            assert program.wait() == 0
    async with open_store(path) as store:
        for name in ("one-1", "other-1"):
            assert (await store.load(name)).reactions == saver.reactions(saver.rehearsal(name, seats))


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as plain:
        return bool(plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
