"""Is the understudy worth reading? Twelve pairs of a broadcast and a conversational draft about the same thing.

    python -m benchmarks.understudy [--seeds N]

Prints for how many pairs the conversational draft gets the higher share of replies; whether replies of one rehearsal are
ever identical, and how many nearly; and how often a MiniLM judge, shown one reply, picks its own draft among four. The
pairs stand in benchmarks/pairs.toml; the understudy's table of effects was written before them and not fitted to them.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from audience.draft import Draft
from audience.language import Likeness
from audience.report import Report
from benchmarks.bench import Hall, hall, heading

PAIRS = Path(__file__).with_name("pairs.toml")
AUDIENCE = 20_000  # large enough that each draft hears its dozen replies
ALIKE = 0.9
AMONG = 4


def pairs() -> list[tuple[Draft, Draft]]:
    """(broadcast, conversational), about the same thing."""
    rows = tomllib.loads(PAIRS.read_text(encoding="utf-8"))["pairs"]
    return [(Draft.clean(row["broadcast"]), Draft.clean(row["talk"])) for row in rows]


async def main(seeds: int) -> None:
    print(heading("benchmarks.understudy"))
    async with hall("understudy:") as room:
        await _preference(room)
        await _replies(room, seeds)


async def _preference(room: Hall) -> None:
    won = 0
    for broadcast, talk in pairs():
        shares = [(await room.play(draft, replies=0)).tally.row("reply").share for draft in (broadcast, talk)]
        won += shares[1] > shares[0]
        print(f"  reply share {shares[0]:.3%} broadcast, {shares[1]:.3%} conversational: {talk.text[:48]}...")
    print(f"conversational draft ahead in {won} of {len(pairs())} pairs (bar: 10)")


async def _replies(room: Hall, seeds: int) -> None:
    drafts = [draft for pair in pairs() for draft in pair]
    played = [[await room.play(d, audience=AUDIENCE, seed=seed) for d in drafts] for seed in range(1, seeds + 1)]
    twins = near = couples = 0
    for report in (report for row in played for report in row):
        a, b, c = await _sameness(report, room.likeness)
        twins, near, couples = twins + a, near + b, couples + c
    print(
        f"replies identical within a rehearsal: {twins} (bar: 0); with cosine over {ALIKE}: {near} of {couples} ({near / couples:.2%}, bar: 2%)"
    )
    right, asked = await _judged(played, room.likeness)
    print(f"judge picks the reply's own draft among {AMONG}: {right} of {asked} ({right / asked:.1%}, bar: 70%; chance 25%)")


async def _sameness(report: Report, likeness: Likeness) -> tuple[int, int, int]:
    """Identical pairs; replies that have a near twin; replies."""
    said = [thread.reply.reply or "" for thread in report.threads]
    twins = sum(a == b for a, b in combinations(said, 2))
    near = 0
    for n, words in enumerate(said):
        others = said[:n] + said[n + 1 :]
        near += bool(others) and max(await likeness(words, others)) > ALIKE
    return twins, near, len(said)


async def _judged(played: Sequence[Sequence[Report]], likeness: Likeness) -> tuple[int, int]:
    """The other three drafts come from other pairs, by chance."""
    chance, right, asked = random.Random(1), 0, 0
    for reports in played:
        for n, report in enumerate(reports):
            others = [r.rehearsal.draft.text for m, r in enumerate(reports) if m // 2 != n // 2]
            for thread in report.threads:
                drafts = [report.rehearsal.draft.text, *chance.sample(others, AMONG - 1)]
                near = await likeness(thread.reply.reply or "", drafts)
                right, asked = right + (near[0] == max(near)), asked + 1
    return right, asked


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="rehearsals of each draft")
    asyncio.run(main(parser.parse_args().seeds))
