"""The bot as a process of its own, on a loopback Discord in this one: for what only a process has, a kill and its own memory.

    python -m tests.bot.discord.process REST GATEWAY     (the rest is read from the environment, as the program reads it)

With LAG=FILE in the environment it notes there, in seconds, the longest that its event loop was held up so far.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import discord
import yarl

from bot.discord import logs
from bot.discord.client import serve
from bot.room import library, open_room, open_store
from bot.settings import Settings
from tests.discord.loopback import Loopback
from tests.discord.rest import PREFIX

ROOT = Path(__file__).parents[3]
TICK = 0.01


async def main(rest: str, gateway: str) -> None:
    discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = rest, yarl.URL(gateway)
    read = Settings.read(os.environ, Path("none"))
    logs.begin(read.log_level, (read.token,))
    async with open_store(read, None) as store, open_room(read, read.model, store) as room:
        watching = asyncio.create_task(_lag(os.environ.get("LAG", "")))
        try:
            await serve(room, library(read), read, ready_timeout=0.0)
        finally:
            watching.cancel()


async def _lag(file: str) -> None:
    """How much later than asked the loop comes back; the longest is written whenever it grows."""
    longest = 0.0
    while file:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        late = time.perf_counter() - began - TICK
        if late > longest:
            longest = late
            Path(file).write_text(f"{longest:.4f}", encoding="ascii")  # noqa: ASYNC240 - a few bytes, while nothing else is measured


def environment(folder: Path, cache: Path, token: str, model: str, **more: str) -> dict[str, str]:
    return {
        **os.environ, "DISCORD_TOKEN": token, "SOUNDINGBOARD_DATABASE": str(folder / "kept.db"),
        "SOUNDINGBOARD_WORDS": str(folder / "words"), "SOUNDINGBOARD_CACHE": str(cache), "HF_HUB_CACHE": str(folder / "hub"),
        "SOUNDINGBOARD_MODEL": model, "SOUNDINGBOARD_MEMBER_QUOTA": "1000", "SOUNDINGBOARD_SERVER_QUOTA": "10000",
        "PYTHONPATH": str(ROOT), **more,
    }  # fmt: skip


@contextmanager
def started(loopback: Loopback, given: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The process, and its end whatever happens; what it says is in its `stderr`, a file in the folder of the database."""
    log = Path(given["SOUNDINGBOARD_DATABASE"]).with_name("bot.log")
    command = [sys.executable, "-m", "tests.bot.discord.process", loopback.address + PREFIX, loopback.world.gateway]
    with log.open("a", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(given), stdout=out, stderr=out, text=True)
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
