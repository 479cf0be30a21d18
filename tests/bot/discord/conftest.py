"""One team for a test, on a loopback Discord of its own; what the bot must never do fails the test at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.discord import performance, stage
from tests.bot.discord.team import MAY, Team, team
from tests.discord.loopback import Loopback


@pytest.fixture
async def loopback(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A card changes as soon as there is something to show: nobody waits for it in a test, as people and Discord do."""
    monkeypatch.setattr(performance, "CARD_EVERY", 0.01)
    monkeypatch.setattr(stage, "REFRESH", 0.01)
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
