"""SIGKILL to the bot's own process, again and again, and a start after each: nothing twice, nothing lost, nothing computed anew.

The full hundred moments are a benchmark: `python -m benchmarks.kills`.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.bot.discord.killing import Moment, Outcome, survived

# An unbroken rehearsal makes 22 calls: before its thread, before its card, before its webhook, amid its replies, at its report.
CALLS = ((2,), (4,), (7,), (12, 9), (17,), (22,))
TOGETHER = 4  # rehearsals at once: a process that starts keeps a core busy, one that waits for its model does not


async def test_a_kill_at_any_moment_costs_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    chance, room = random.Random("killed"), asyncio.Semaphore(TOGETHER)

    async def one(name: str, calls: tuple[int, ...]) -> Outcome:
        folder = tmp_path / name
        folder.mkdir()
        async with room:
            return await survived(folder, [Moment(n, chance.uniform(0, 0.02)) for n in calls])

    unbroken, *broken = await asyncio.gather(one("unbroken", ()), *(one(f"calls-{calls[0]}", calls) for calls in CALLS))
    assert unbroken.whole
    assert len(unbroken.reactions) == 15
    for outcome in broken:
        assert (outcome.twice, outcome.missing, outcome.computed) == ((), (), ())
        assert outcome.whole
        assert outcome.reactions == unbroken.reactions
        assert 0 < outcome.restart < 5
