"""How does the team's channel feel? The bot as its own process on a loopback Discord in this one, on the same cores.

    python -m benchmarks.channel [--cache FOLDER] [--model local:smollm2] [--seats 8] [--seconds 60]
                                 [--rounds 5] [--plays 2]

Prints, with the understudy in a process that is warm: seconds from a form sent off to the first reply in the thread. With the
model, while it generates: seconds until a press on a button or a command is acknowledged, for members of 8 servers at once, and
the longest that the bot's event loop was held up. Then a rehearsal in Discord, without Discord's limits and within them, beside the
same rehearsal played directly on the model. Last, with SIGKILL amid the replies: seconds from a start to a card that works.
The cache is the folder that `soundingboard models get smollm2` fills, by default the program's own (SOUNDINGBOARD_CACHE).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from audience.draft import Draft
from benchmarks.bench import hall, heading
from bot.settings import Settings
from tests.bot.discord import process
from tests.bot.discord.killing import Moment, survived
from tests.bot.discord.team import MAY, card, has, replies
from tests.discord.loopback import Loopback
from tests.discord.people import Person
from tests.discord.world import Channel, Server

SAMPLE = Path("samples/moved-button.md")
SERVERS = 8
ACTS = ("Cancel", "help", "Cancel", "rehearse", "Cancel", "panel list")  # the button of somebody else's rehearsal, and commands
OPENED = 300.0  # seconds; a model may take long to open, and a rehearsal on it longer
PACES = {"without Discord's limits": 0.0, "within Discord's limits": 1.0}
AMID_REPLIES = Moment(12, 0.005)
LOOK = 0.5  # seconds between two looks at a rehearsal of a minute
READY = 2.0  # seconds for which a bot waits for its servers, as it does on Discord


@dataclass(frozen=True, slots=True)
class Given:
    cache: Path
    model: str
    seats: int
    seconds: float
    rounds: int
    plays: int


async def main(given: Given) -> None:
    print(heading("benchmarks.channel"))
    await _first_reply(given)
    await _acknowledged(given)
    await _overhead(given)
    await _restart(given)


@asynccontextmanager
async def _bot(
    cache: Path, model: str, pace: float, servers: int = 1, *, watched: bool = True
) -> AsyncIterator[tuple[Loopback, Path]]:
    """A bot that is connected, and the file in which it notes, where it is watched, how long its event loop was held up."""
    with TemporaryDirectory() as name:
        async with Loopback(pace=pace, checked=False) as loopback:
            for number in range(2, servers + 1):
                server = loopback.add_server(f"Harbour {number}")
                loopback.add_channel("general", server=server)
                loopback.add_member("ada", server=server)
                loopback.add_member("ben", server=server)
            for server in loopback.world.servers.values():
                next(role for role in server.roles.values() if role.name == "soundingboard").permissions = MAY
            lag = Path(name, "lag")
            environment = process.environment(Path(name), cache, loopback.token, model, LAG=str(lag) if watched else "")
            with process.started(loopback, environment):
                await loopback.until(lambda: loopback.gateway.sessions, OPENED)
                yield loopback, lag


async def _first_reply(given: Given) -> None:
    taken = list[float]()
    async with _bot(given.cache, "understudy:phrases", 1.0) as (loopback, _):
        for turn in range(given.rounds + 1):
            form = await loopback.person().command("rehearse")
            began = time.perf_counter()
            await loopback.person().submit(form, {"draft": f"{_sample()} {turn}", "audience": "20000"})
            await loopback.until(lambda: replies(loopback.threads[-1]) if len(loopback.threads) > len(taken) else (), OPENED)
            taken.append(time.perf_counter() - began)
            await _shown(loopback, turn)
    _told("from the form to the first reply, understudy, 48 seats", taken[1:], 3)


async def _acknowledged(given: Given) -> None:
    async with _bot(given.cache, given.model, 0.0, SERVERS) as (loopback, lag):
        servers = list(loopback.world.servers.values())
        for server in servers:
            await loopback.person("ada", server).command("rehearse", text=_sample(), seats=200)
        await loopback.until(lambda: len(loopback.threads) == SERVERS and all(t.messages for t in loopback.threads), OPENED)
        end = time.monotonic() + given.seconds
        each = await asyncio.gather(*(_acting(loopback, server, end) for server in servers))
        waited = sorted(seconds for member in each for seconds in member)
        busy = sum(not has(card(thread), "Revise") for thread in loopback.threads)
        held_up = float(lag.read_text(encoding="ascii"))
    print(
        f"acts in {SERVERS} servers at once while {given.model} plays: {len(waited)}; rehearsals not at their end after: {busy}"
    )
    cuts = statistics.quantiles(waited, n=100)
    print(f"acknowledged: p50 {cuts[49]:.3f} s, p99 {cuts[98]:.3f} s (bar: 1), most {waited[-1]:.3f} s")
    print(f"event loop held up at most: {held_up * 1000:.0f} ms (bar: 100)")


async def _acting(loopback: Loopback, server: Server, end: float) -> list[float]:
    """Seconds until each act of one member was acknowledged; what never was counts as the longest Discord waits."""
    ben, waited = loopback.person("ben", server), []
    thread = next(thread for thread in loopback.threads if thread.server is server)
    for act in cycle(ACTS):
        if time.monotonic() > end:
            break
        waited.append(await _act(ben, thread, act))
        await asyncio.sleep(0.2)
    return waited


async def _act(member: Person, thread: Channel, act: str) -> float:
    there = has(card(thread), act)
    answer = await (member.press(card(thread), act) if there else member.command(act if act != "Cancel" else "help"))
    return 3.0 if answer.acknowledged is None else answer.acknowledged


async def _overhead(given: Given) -> None:
    directly = []
    async with hall(given.model, given.cache) as room:
        await room.play(_warming(), seats=2)
        for turn in range(given.plays):
            began = time.perf_counter()
            await room.play(Draft.clean(f"{_sample()} {turn}"), seats=given.seats)
            directly.append(time.perf_counter() - began)
    _told(f"{given.model}, {given.seats} seats, played directly", directly, None)
    for what, pace in PACES.items():
        taken = await _through_discord(given, pace)
        _told(f"the same in Discord, {what}", taken, None)
        print(f"overhead: {100 * (sum(taken) / sum(directly) - 1):+.1f}% (bar: 5%)")


async def _through_discord(given: Given, pace: float) -> list[float]:
    """Seconds from the command to the report, for each draft. Looked at seldom: whoever looks takes turns of the same cores."""
    taken = []
    async with _bot(given.cache, given.model, pace, watched=False) as (loopback, _):
        await loopback.person().command("rehearse", text=_warming().text, seats=2)
        await _shown(loopback, 0)
        for turn in range(given.plays):
            began = time.perf_counter()
            await loopback.person().command("rehearse", text=f"{_sample()} {turn}", seats=given.seats)
            await _shown(loopback, turn + 1)
            taken.append(time.perf_counter() - began)
    return taken


async def _restart(given: Given) -> None:
    taken = []
    for _ in range(given.rounds):
        with TemporaryDirectory() as folder:
            taken.append((await survived(Path(folder), (AMID_REPLIES,), ready=READY)).restart)
    _told("restart after SIGKILL to a working card, scripted model", taken, 5)


async def _shown(loopback: Loopback, turn: int) -> None:
    """Wait for the report of the thread with that number."""
    await loopback.until(lambda: len(loopback.threads) > turn and _report(loopback.threads[turn]), OPENED, LOOK)


def _report(thread: Channel) -> bool:
    return bool(thread.messages) and has(card(thread), "Revise")


def _sample() -> str:
    return SAMPLE.read_text(encoding="utf-8")


def _warming() -> Draft:
    return Draft.clean("A first one, so that everything is warm.")


def _told(what: str, seconds: Sequence[float], bar: float | None) -> None:
    within = "" if bar is None else f" (bar: {bar})"
    print(f"{what}: {statistics.median(seconds):.2f} s{within}, from {min(seconds):.2f} to {max(seconds):.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Settings.read(os.environ, Path(".env")).cache)
    parser.add_argument("--model", default="local:smollm2")
    parser.add_argument("--seats", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60, help="for which members of 8 servers act")
    parser.add_argument("--rounds", type=int, default=5, help="first replies and restarts of which a median is taken")
    parser.add_argument("--plays", type=int, default=2, help="rehearsals by which the overhead is measured, in each way")
    asyncio.run(main(Given(**vars(parser.parse_args()))))
