"""The bot as a process of its own, on a loopback Discord in this one: for what only a process has, a kill and its own memory.

    python -m tests.bot.discord.process REST GATEWAY     (the rest is read from the environment, as the program reads it)

With LAG=FILE in the environment it notes there, in seconds, the longest that its event loop was held up so far; with CALLS=FILE,
a line for each question about the draft that is put to its model: the task and the persona. READY is how many seconds it waits
for servers at its start, by default as long as the bot does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import discord
import yarl

from audience.draft import Draft
from audience.language import LanguageModel, Option, Prompt, Sampling
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
            heard = replace(room, model=Heard(room.model, Path(calls))) if (calls := os.environ.get("CALLS")) else room
            await serve(heard, library(read), read, ready_timeout=float(os.environ.get("READY", "2.0")))
        finally:
            watching.cancel()


@dataclass(frozen=True, slots=True)
class Heard:
    """A model of which every question about the draft is noted before it is answered, so that a kill cannot hide it."""

    model: LanguageModel
    calls: Path

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def remark(self) -> str:
        return self.model.remark

    def out_of_depth(self, draft: Draft) -> str:
        return self.model.out_of_depth(draft)

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        self._note(prompt)
        return await self.model.weigh(prompt, options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        self._note(prompt)
        return await self.model.write(prompt, sampling)

    def _note(self, prompt: Prompt) -> None:
        if prompt.draft is not None:
            with self.calls.open("a", encoding="utf-8") as file:
                file.write(f"{prompt.task} {prompt.persona.key}\n")


async def _lag(file: str) -> None:
    """How much later than asked the loop comes back; the longest is written whenever it grows."""
    longest = 0.0
    while file:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        late = time.perf_counter() - began - TICK
        if late > longest:
            longest = late
            Path(file).write_text(f"{longest:.4f}", encoding="ascii")


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
