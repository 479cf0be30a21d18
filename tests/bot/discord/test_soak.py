"""A short soak: two servers at once while the gateway breaks and Discord says 429. The long one is `python -m benchmarks.soak`."""

from __future__ import annotations

from pathlib import Path

from tests.bot.discord.soaking import soak


async def test_rehearsals_in_two_servers_come_through_drops_and_limits_whole(tmp_path: Path) -> None:
    soaked = await soak(tmp_path, servers=2, rehearsals=6, every=15)
    assert (soaked.rehearsals, len(soaked.memory)) == (6, 6)
    assert (soaked.lost, soaked.twice, soaked.missing) == ((), (), ())
    assert soaked.broken == ()
    assert soaked.drops >= 2
    assert soaked.limits >= 2
    assert min(soaked.memory) > 0
