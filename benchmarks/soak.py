"""Does the bot hold? Rehearsals in eight servers at once, on one process, while the gateway breaks and Discord says 429.

    python -m benchmarks.soak [--servers 8] [--rehearsals 200] [--every 100]

One member in each server asks for one rehearsal after the other on a loopback Discord (model null:, 6 to 12 readers). At every
hundredth call of the bot one of these happens in turn: the gateway closes, is cut off, asks to come back, forgets the session;
Discord limits a webhook, or everything; an answer is lost on its way. Printed: what was lost, posted twice or is missing, and the
memory of the bot's process at the start, in the middle and at the end. The start is measured once a fifth has been played.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench import heading
from tests.bot.discord.soaking import soak

WARM = 5  # this part of all rehearsals fills caches and makes the first of everything
AROUND = 5  # rehearsals whose median is taken, for memory comes and goes by a MiB


async def main(servers: int, rehearsals: int, every: int) -> None:
    print(heading("benchmarks.soak"))
    began = time.perf_counter()
    with TemporaryDirectory() as folder:
        soaked = await soak(Path(folder), servers=servers, rehearsals=rehearsals, every=every, ready=2.0)
    print(f"rehearsals promised: {soaked.rehearsals} in {servers} servers; {time.perf_counter() - began:.0f} s")
    print(f"on the way: {soaked.drops} breaks of the gateway, {soaked.limits} times 429; {soaked.again} commands given again")
    print(f"rehearsals lost: {len(soaked.lost)} (bar: 0)")
    print(f"messages posted twice: {len(soaked.twice)}, missing: {len(soaked.missing)} (bar: 0)")
    print(f"calls against Discord's rules: {len(soaked.broken)} (bar: 0)")
    count = len(soaked.memory)
    start, middle, end = (mebibytes(soaked.memory, at) for at in (count // WARM, (count + count // WARM) // 2, count - 1))
    print(f"memory after a warm-up of {count // WARM} rehearsals {start:.1f} MiB, middle {middle:.1f}, end {end:.1f}")
    print(f"growth after the warm-up: {100 * (end / start - 1):+.1f}% (bar: 5%)")


def mebibytes(memory: Sequence[int], at: int) -> float:
    """The median around one rehearsal."""
    near = memory[max(0, at - AROUND // 2) : at + AROUND // 2 + 1]
    return statistics.median(near) / 2**20


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", type=int, default=8)
    parser.add_argument("--rehearsals", type=int, default=200)
    parser.add_argument("--every", type=int, default=100, help="calls from one trouble to the next")
    given = parser.parse_args()
    asyncio.run(main(given.servers, given.rehearsals, given.every))
