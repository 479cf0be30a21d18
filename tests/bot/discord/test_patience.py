"""Patience: what is tried again, what is not, and how long."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import pytest

from audience.errors import Failed
from bot.discord import patience
from bot.discord.patience import patiently


class Answer:
    """As much of an HTTP answer as an error of the library looks at."""

    def __init__(self, status: int) -> None:
        self.status, self.reason = status, "made up"


def refused(status: int) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound, 500: discord.DiscordServerError, 503: discord.DiscordServerError}
    return kinds.get(status, discord.HTTPException)(Answer(status), "made up")  # type: ignore[arg-type]  # all it reads


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES", (0.001,))


PASSING = [
    refused(500), refused(503), refused(429), discord.RateLimited(0.001), aiohttp.ServerDisconnectedError(), ConnectionResetError(),
    TimeoutError(),
]  # fmt: skip


@pytest.mark.parametrize("error", PASSING, ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}".strip())
async def test_what_passes_is_tried_again(error: Exception) -> None:
    tried: list[int] = []

    async def call(attempt: int) -> str:
        tried.append(attempt)
        if attempt < 3:
            raise error
        return "done"

    assert await patiently(call, "A call") == "done"
    assert tried == [0, 1, 2, 3]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_what_discord_refuses_for_good_is_raised_at_once(status: int) -> None:
    tried: list[int] = []

    async def call(attempt: int) -> None:
        tried.append(attempt)
        raise refused(status)

    with pytest.raises(discord.HTTPException):
        await patiently(call, "A call")
    assert tried == [0]


async def test_an_outage_that_lasts_ends_in_a_sentence() -> None:
    async def call(attempt: int) -> None:
        raise refused(503)

    with pytest.raises(Failed, match=r"Opening the thread failed: Discord has not answered.*try again later"):
        await patiently(call, "Opening the thread", longest=0.05)


async def test_a_long_limit_is_waited_out_for_as_long_as_discord_says() -> None:
    clock = asyncio.get_running_loop().time
    began, heard = clock(), list[float]()

    async def call(attempt: int) -> float:
        if attempt == 0:
            raise discord.RateLimited(0.08)
        return clock() - began

    assert await patiently(call, "A call", told=heard.append) >= 0.08
    assert heard == [0.08]


async def test_a_call_that_hangs_is_given_up_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ANSWER", 0.02)

    async def call(attempt: int) -> int:
        if attempt == 0:
            await asyncio.sleep(30)
        return attempt

    async with asyncio.timeout(1):
        assert await patiently(call, "A call") == 1
