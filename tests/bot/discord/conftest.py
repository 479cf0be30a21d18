"""One team for a test, on a loopback Discord of its own; what the bot must never do fails the test at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.discord.team import MAY, Team, team
from tests.discord.loopback import Loopback


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback() as found:
        role = next(role for role in found.server.roles.values() if role.name == "soundingboard")
        role.permissions = MAY
        yield found
        assert found.violations == []
        assert found.pings == []


@pytest.fixture
async def us(tmp_path: Path, loopback: Loopback) -> AsyncIterator[Team]:
    async with team(tmp_path, loopback) as found:
        yield found
