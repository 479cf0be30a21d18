"""What does a kill cost? The bot as its own process, killed with SIGKILL at seeded moments of a rehearsal, and started again.

    python -m benchmarks.kills [--moments 100] [--together 3]

Each rehearsal of 12 readers is asked for on a loopback Discord of its own, its bot killed within 30 ms of the n-th call that
Discord hears (every fourth one again, in its second life), and started anew. Printed: the kills; messages that stand twice and
messages that are missing; questions that were put to the model again though their answer was kept; rehearsals that did not end
as the unbroken one does; and the seconds from the start of the last process to a card that goes on and whose button is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import heading
from tests.bot.discord.killing import Moment, Outcome, drawn, survived

READY = 2.0  # seconds for which a bot waits for its servers, as it does on Discord


async def main(moments: int, together: int) -> None:
    print(heading("benchmarks.kills"))
    began = time.perf_counter()
    unbroken = await outlived(())
    doomed = [drawn(seed, unbroken.calls) for seed in range(moments)]
    room = asyncio.Semaphore(together)

    async def one(kills: tuple[Moment, ...]) -> Outcome:
        async with room:
            return await outlived(kills)

    outcomes = await asyncio.gather(*map(one, doomed))
    kept = [outcome for outcome in outcomes if outcome.reactions]
    print(f"rehearsals: {len(outcomes)} of {unbroken.calls} calls; kills: {sum(map(len, doomed))}")
    print(f"killed before the rehearsal was kept, so that nobody was told that it would come: {len(outcomes) - len(kept)}")
    print(f"messages posted twice: {sum(len(outcome.twice) for outcome in outcomes)} (bar: 0)")
    print(f"messages missing: {sum(len(outcome.missing) for outcome in outcomes)} (bar: 0)")
    print(f"questions asked again: {sum(len(outcome.computed) for outcome in outcomes)} (bar: 0)")
    other = sum(not outcome.whole for outcome in outcomes) + sum(outcome.reactions != unbroken.reactions for outcome in kept)
    print(f"rehearsals that ended otherwise than an unbroken one: {other} (bar: 0)")
    restarts = sorted(outcome.restart for outcome in kept)
    print(f"restart to a working card: median {statistics.median(restarts):.2f} s, most {restarts[-1]:.2f} s (bar: 5)")
    print(f"all of it: {time.perf_counter() - began:.0f} s")


async def outlived(kills: tuple[Moment, ...]) -> Outcome:
    with TemporaryDirectory() as folder:
        return await survived(Path(folder), kills, ready=READY)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=100)
    parser.add_argument("--together", type=int, default=3, help="rehearsals at once, each with processes of its own")
    given = parser.parse_args()
    asyncio.run(main(given.moments, given.together))
