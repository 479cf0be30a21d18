"""The edge of the command tree: whatever a command, a button, a form or a thread under way raises ends here, as one sentence.

Knows no command.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import aiohttp
import discord

from bot.discord.apologies import sorry

LOG = logging.getLogger(__name__)
UNREACHABLE = (discord.DiscordException, aiohttp.ClientError, OSError)


async def attended(doing: Awaitable[None], tell: Callable[[str], Awaitable[None]]) -> None:
    """Do it, or tell why not. Cancelling passes through."""
    try:
        await doing
    except Exception as error:  # noqa: BLE001 (the edge: one sentence for the person, the trace in the log)
        await told(sorry(error), tell)


async def told(sentence: str, tell: Callable[[str], Awaitable[None]]) -> None:
    """Tell it where somebody can still be reached; an apology that does not arrive is noted and no second trouble."""
    try:
        await tell(sentence)
    except UNREACHABLE as error:
        LOG.info("nobody could be told %r (%s)", sentence, type(error).__name__)
