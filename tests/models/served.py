"""How tests open a model that a loopback server plays: with a clock of their own, and nothing heard before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from audience.errors import Failed, Refused
from models.backends import server
from models.serving.client import Patience
from models.shelf import Shelf
from tests.models import tiny
from tests.models.loopback import Loopback

KEYS = ("ada", "ben", "cem", "dov")
TWO = tiny.MENU[:2]


@dataclass(slots=True)
class Clock:
    """Time that passes when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self) -> Patience:
        return Patience(connect=2, answer=2, sleep=self.sleep, clock=lambda: self.now)


@asynccontextmanager
async def opened(
    shelf: Shelf, clock: Clock, *servers: Loopback, model: str = "tiny", patience: Patience | None = None
) -> AsyncIterator[server.Served]:
    """The model, and nothing heard by its servers yet."""
    rest = f"{','.join(each.url for each in servers)}#{model}"
    async with server.opened(rest, shelf, patience or clock.patience()) as found:
        for each in servers:
            each.heard.clear()
        yield found


async def complaint(shelf: Shelf, rest: str) -> str:
    with pytest.raises((Refused, Failed)) as caught:
        async with server.opened(rest, shelf, Clock().patience()):
            pass
    assert "\n" not in str(caught.value)
    return str(caught.value)
