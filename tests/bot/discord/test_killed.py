"""SIGKILL to the bot's own process, again and again, and a start after each: nothing twice, nothing lost, nothing computed anew.

The full hundred moments are a benchmark: `python -m benchmarks.kills`.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from tests.bot.discord.killing import Moment, Outcome, survived

# An unbroken rehearsal makes 22 calls: before its thread, before its card, before its webhook, amid its replies, at its report.
CALLS = (2, 4, 7, 12, 17, 22)
TOGETHER = 4  # rehearsals at once: a process that starts keeps a core busy, one that waits for its model does not


async def test_a_kill_at_any_moment_costs_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    chance, room = random.Random("killed"), asyncio.Semaphore(TOGETHER)

    async def one(moment: Moment) -> Outcome:
        folder = tmp_path / str(moment.calls)
        folder.mkdir()
        async with room:
            return await survived(folder, [moment])

    outcomes = await asyncio.gather(*(one(Moment(calls, chance.uniform(0, 0.02))) for calls in CALLS))
    for outcome in outcomes:
        assert (outcome.twice, outcome.missing, outcome.computed) == ((), (), ())
        assert outcome.whole
        assert outcome.restart > 0
        assert len(outcome.reactions) == 15
        assert outcome.reactions == outcomes[0].reactions
