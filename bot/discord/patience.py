"""Patience: calls to Discord that are tried again while Discord is down, slow or asks us to wait.

Knows no draft and no thread. What Discord refuses for good (4xx) is raised at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from audience.errors import Failed

LOG = logging.getLogger(__name__)
ANSWER = 90.0  # seconds for one call; the library itself waits out short limits within it
LONGEST = 1_800.0  # seconds of trying before a call is given up
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # then the last again and again
PASSING = (discord.RateLimited, discord.HTTPException, aiohttp.ClientError, OSError)  # TimeoutError is an OSError

Value = TypeVar("Value")


async def patiently(
    call: Callable[[int], Awaitable[Value]], what: str, *, longest: float = LONGEST, told: Callable[[float], None] | None = None
) -> Value:
    """The answer to `call(attempt)`. `told` hears how many seconds each wait will take.

    Raises what Discord refuses for good, and Failed where it has not answered within `longest` seconds.
    """
    clock = asyncio.get_running_loop().time
    end, attempt = clock() + longest, 0
    while True:
        try:
            async with asyncio.timeout(ANSWER):
                return await call(attempt)
        except PASSING as error:
            pause = _pause(error, attempt)
            LOG.info("%s: %s; once more in %.1f s", what, type(error).__name__, pause)
            if clock() + pause > end:
                raise Failed(
                    f"{what} failed: Discord has not answered for {longest / 60:.0f} minutes; try again later."
                ) from error
        if told:
            told(pause)
        attempt += 1
        await asyncio.sleep(pause)


def _pause(error: Exception, attempt: int) -> float:
    """Seconds until the next try. Raises the error itself where trying again cannot help."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
        raise error
    return PAUSES[min(attempt, len(PAUSES) - 1)]
