"""What a kill costs: the bot as its own process, killed with SIGKILL at seeded moments of a rehearsal, and started again.

    python -m benchmarks.kills [--moments 100] [--model null:]

For each moment: the rehearsal is asked for on a loopback Discord, the process is killed within a few milliseconds of the n-th
call that Discord hears (n drawn so that every phase is met, from the thread to the report), and started again. Printed: replies
posted twice, replies missing, seats computed twice (kept, and asked of the model again), and the seconds from the start of the
new process to a card that is shown anew.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sqlite3
import statistics
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import heading
from tests.bot.discord import process
from tests.bot.discord.team import DRAFT, LOUD, MAY
from tests.discord.loopback import Loopback
from tests.discord.world import Channel

MOST_CALLS = 30  # the calls of such a rehearsal, from the thread to the report


@dataclass(frozen=True, slots=True)
class Outcome:
    twice: int
    missing: int
    recomputed: int
    restart: float
    finished: bool


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--model", default="null:")
    given = parser.parse_args()
    print(heading("benchmarks.kills"))
    outcomes = [asyncio.run(killed(seed, given.model)) for seed in range(given.moments)]
    for name in ("twice", "missing", "recomputed"):
        print(f"{name}: {sum(getattr(o, name) for o in outcomes)} in {len(outcomes)} kills (bar: 0)")
    print(f"rehearsals that did not come to their report: {sum(not o.finished for o in outcomes)} (bar: 0)")
    seconds = [o.restart for o in outcomes if o.restart] or [0.0]
    print(f"kills with something left to go on with: {sum(o.restart > 0 for o in outcomes)}")
    print(f"restart to a working card: {statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s (bar: 5)")


async def killed(seed: int, model: str) -> Outcome:
    chance = random.Random(f"kill/{seed}")
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with Loopback() as loopback:
            role = next(role for role in loopback.server.roles.values() if role.name == "soundingboard")
            role.permissions = MAY
            given = process.environment(folder, folder / "cache", loopback.token, model)
            with process.started(loopback, given) as first:
                await loopback.until(lambda: loopback.gateway.sessions, 30)
                before = len(loopback.record)
                asked = asyncio.create_task(loopback.person().command("rehearse", text=DRAFT, **LOUD))
                moment = before + chance.randint(2, MOST_CALLS)
                await _reached(loopback, moment)
                await asyncio.sleep(chance.random() * 0.01)
                first.send_signal(signal.SIGKILL)
                first.wait()
            asked.cancel()
            _watch(folder)
            began, calls = time.perf_counter(), len(loopback.record)
            with process.started(loopback, given):
                restart = await _card_again(loopback, folder, calls, began)
                finished = await _finished(loopback, folder)
            return _outcome(folder, loopback.threads, restart, finished)


async def _reached(loopback: Loopback, moment: int) -> None:
    """The moment, or the end of the rehearsal where that comes first."""
    quiet = time.monotonic() + 5
    await loopback.until(lambda: len(loopback.record) >= moment or time.monotonic() > quiet, 6)


async def _finished(loopback: Loopback, folder: Path) -> bool:
    """Whether the rehearsal, if it had been kept at all, has come to its report."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if _states(folder) in ([], ["shown"]) and loopback.gateway.connections:
            return True
        await asyncio.sleep(0.02)
    return False


def _read(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'kept.db'}?mode=ro", uri=True, timeout=5)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def _states(folder: Path) -> list[str]:
    return [str(state) for (state,) in _read(folder, "SELECT state FROM stagings")]


def _watch(folder: Path) -> None:
    """From now on the database counts each seat that is saved again as it was: the same seat gives the same words."""
    with closing(sqlite3.connect(folder / "kept.db", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE again (seat INTEGER)")
        connection.execute(
            "CREATE TRIGGER saved_again AFTER UPDATE ON reactions WHEN old.document = new.document OR old.reply IS NOT NULL "
            "BEGIN INSERT INTO again VALUES (new.seat); END"
        )


async def _card_again(loopback: Loopback, folder: Path, calls: int, began: float) -> float:
    """Seconds until the new process shows the card anew; 0 where nothing was left to go on with."""
    if _states(folder) in ([], ["shown"]):
        return 0.0
    await loopback.until(lambda: any("/messages" in c.path and c.method in {"PATCH", "POST"} for c in loopback.record[calls:]), 30)
    return time.perf_counter() - began


def _outcome(folder: Path, threads: list[Channel], restart: float, finished: bool) -> Outcome:
    after = _read(folder, "SELECT part, seat FROM reactions WHERE reply IS NOT NULL")
    expected = {f"{part}.{seat}" for part, seat in after if part != "worst"}
    said = Counter(
        part["custom_id"].split(":")[3]
        for thread in threads for message in thread.messages for part in message.parts
        if str(part.get("custom_id", "")).startswith("sb:answer:")
    )  # fmt: skip
    cards = sum(len([m for m in thread.messages if any(p.get("label") == "Revise" for p in m.parts)]) for thread in threads)
    twice = sum(count - 1 for count in said.values()) + max(0, cards - 1) + max(0, len(threads) - 1)
    recomputed = len(_read(folder, "SELECT seat FROM again"))
    return Outcome(twice, len(expected - set(said)), recomputed, restart, finished)


if __name__ == "__main__":
    main()
