"""Stagings as tests need them: a rehearsal of a server, already begun. And what is found in the bytes of a store's files."""

from __future__ import annotations

import asyncio
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from audience.draft import Draft
from store import Staging, Store, open_store
from tests import made

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE, THERE = 1_100_000_000_000_000_001, 1_100_000_000_000_000_002
ANNA, BORIS = 501, 502


def staging(name: str = "made-1", *, server: int = HERE, asked: datetime = NOON, asker: int = ANNA) -> Staging:
    """Its request has an id that no other name has."""
    return Staging(name, server, 71, asker, zlib.crc32(name.encode()), asked)


async def begun(
    store: Store, name: str = "made-1", *, server: int = HERE, asked: datetime = NOON, asker: int = ANNA, draft: str = "We moved."
) -> Staging:  # fmt: skip
    given = staging(name, server=server, asked=asked, asker=asker)
    rehearsal = replace(made.rehearsal(id=name, draft=Draft.clean(draft)), created=asked)
    assert await store.stagings.begin(rehearsal, given)
    return given


def found_in(path: Path, words: set[bytes]) -> set[bytes]:
    """Those of the words that stand anywhere in the file or its log."""
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    return {word for word in words if word in kept}


async def post(path: Path) -> None:
    """Intends post after post and says each key, until it is killed."""
    async with open_store(path) as store:
        await begun(store)
        say("open")
        for number in range(1, 5_000):
            await store.stagings.intend("made-1", f"post {number}")
            say(f"intended-{number}")
            await store.stagings.posted("made-1", f"post {number}", number)
            say(f"posted-{number}")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    asyncio.run(post(Path(sys.argv[1])))
