"""How the team's channel feels: the bot as its own process on a loopback Discord in this one, on the same cores.

    python -m benchmarks.channel [--cache FOLDER] [--model local:smollm2] [--seats 16] [--presses 200]

Prints, with the understudy: seconds from the form to the first reply in the thread, and to the report (medians of 5). With the
model, while it generates: seconds until a command or a press is acknowledged, for members of 8 servers (p50, p99, most); and the
longest that the bot's event loop was held up. And the seconds of one rehearsal through Discord, at Discord's own rate limits,
beside those of the same rehearsal played directly. The cache has to hold the model: soundingboard models get smollm2.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from audience.draft import Draft
from benchmarks.bench import hall, heading
from bot.room import BUILT_IN
from tests.bot.discord import process
from tests.bot.discord.team import MAY
from tests.discord.loopback import Loopback
from tests.discord.people import Person
from tests.discord.world import Channel

SAMPLE = BUILT_IN.parent / "samples" / "moved-button.md"
SERVERS = 8
ACTS = ("help", "panel list", "platform list", "rehearsals", "rehearse")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--model", default="local:smollm2")
    parser.add_argument("--seats", type=int, default=16)
    parser.add_argument("--presses", type=int, default=200)
    given = parser.parse_args()
    print(heading("benchmarks.channel"))
    asyncio.run(_first_reply(given.cache))
    asyncio.run(_acknowledged(given.cache, given.model, given.presses))
    asyncio.run(_overhead(given.cache, given.model, given.seats))


@asynccontextmanager
async def _bot(cache: Path, model: str, pace: float) -> AsyncIterator[tuple[Loopback, Path]]:
    """A bot that is ready, and the file in which it notes how long its event loop was held up."""
    with TemporaryDirectory() as name:
        async with Loopback(pace=pace, checked=False) as loopback:
            for server in loopback.world.servers.values():
                next(role for role in server.roles.values() if role.name == "soundingboard").permissions = MAY
            lag = Path(name, "lag")
            given = process.environment(Path(name), cache, loopback.token, model, LAG=str(lag))
            with process.started(loopback, given):
                await loopback.until(lambda: loopback.gateway.sessions, 180)
                yield loopback, lag


async def _first_reply(cache: Path) -> None:
    first, whole = list[float](), list[float]()
    async with _bot(cache, "understudy:", 1.0) as (loopback, _):
        ada = loopback.person()
        for turn in range(6):
            form = await ada.command("rehearse")
            began, threads = time.perf_counter(), len(loopback.threads)
            await ada.submit(form, {"draft": f"{SAMPLE.read_text(encoding='utf-8')} {turn}"})
            await loopback.until(lambda before=threads: len(loopback.threads) > before and _replies(loopback.threads[-1]), 60)  # type: ignore[misc]
            first.append(time.perf_counter() - began)
            await loopback.until(lambda: _shown(loopback.threads[-1]), 120)
            whole.append(time.perf_counter() - began)
    print(
        f"form to first reply, understudy, 48 seats: {statistics.median(first[1:]):.2f} s, at most {max(first[1:]):.2f} s (bar: 3)"
    )
    print(f"form to report, at Discord's rate limits: {statistics.median(whole[1:]):.2f} s")


async def _acknowledged(cache: Path, model: str, presses: int) -> None:
    async with _bot(cache, model, 0.0) as (loopback, lag):
        members = [loopback.person()]
        for number in range(1, SERVERS):
            server = loopback.add_server(f"Server {number}")
            loopback.add_channel("general", server=server)
            loopback.add_member("ada", server=server)
            members.append(loopback.person("ada", server))
        await members[0].command("rehearse", text=SAMPLE.read_text(encoding="utf-8"), seats=200)
        await loopback.until(lambda: loopback.threads and loopback.threads[-1].messages, 60)
        waited = [await _act(member, ACTS[n % len(ACTS)]) for n, member in enumerate(members * (presses // SERVERS))]
        busy = not _shown(loopback.threads[-1])
        held_up = float(lag.read_text(encoding="ascii"))
    cuts = statistics.quantiles(waited, n=100)
    print(
        f"acknowledged while {model} {'generates' if busy else 'HAD ENDED'}, {len(waited)} acts in {SERVERS} servers: p50 {cuts[49]:.3f} s, "
        f"p99 {cuts[98]:.3f} s, at most {max(waited):.3f} s (bar: p99 under 1)"
    )
    print(f"event loop held up at most: {held_up * 1000:.0f} ms (bar: 100)")


async def _act(member: Person, name: str) -> float:
    answer = await member.command(name)
    await asyncio.sleep(0.05)
    return 3.0 if answer.acknowledged is None else answer.acknowledged  # after three seconds Discord gives up


async def _overhead(cache: Path, model: str, seats: int) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    async with hall(model, cache) as room:
        await room.play(Draft.clean("A first one, so that everything is warm."), seats=2, replies=1)
        began = time.perf_counter()
        await room.play(Draft.clean(text), seats=seats)
        direct = time.perf_counter() - began
    async with _bot(cache, model, 1.0) as (loopback, _):
        ada = loopback.person()
        await ada.command("rehearse", text="A first one, so that everything is warm.", seats=2)
        await loopback.until(lambda: loopback.threads and _shown(loopback.threads[-1]), 300)
        began = time.perf_counter()
        await ada.command("rehearse", text=text, seats=seats)
        await loopback.until(lambda: len(loopback.threads) > 1 and _shown(loopback.threads[-1]), 900)
        shown = time.perf_counter() - began
    print(
        f"{model}, {seats} seats: {direct:.1f} s directly, {shown:.1f} s through Discord, overhead "
        f"{100 * (shown - direct) / direct:+.1f}% (bar: 5%)"
    )


def _replies(thread: Channel) -> int:
    return sum("(simulated)" in message.name for message in thread.messages)


def _shown(thread: Channel) -> bool:
    return bool(thread.messages) and any(part.get("label") == "Revise" for part in thread.messages[0].parts)


if __name__ == "__main__":
    main()
