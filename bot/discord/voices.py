"""Voices: the webhooks under which personas speak, one a channel, owned by the application. Their tokens stay in memory.

Knows no rehearsal.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass

import aiohttp
import discord

from audience.rehearsal import Reader
from bot.discord.names import avatar, shown
from bot.discord.patience import patiently

OURS = "Soundingboard"
ASKED = 2.0  # seconds that Discord has to say who is called like a persona


@dataclass(frozen=True, slots=True)
class Voice:
    """A persona as a thread shows it."""

    name: str
    avatar: str


class Voices:
    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._webhooks: dict[int, discord.Webhook | None] = {}
        self._locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._voices: dict[tuple[int, str, str], Voice] = {}

    async def webhook(self, channel: int) -> discord.Webhook | None:
        """The webhook of a channel, made where there is none; None where we may not have one."""
        async with self._locks[channel]:
            if channel not in self._webhooks:
                self._webhooks[channel] = await patiently(lambda _: self._found(channel), "Looking for our webhook")
            return self._webhooks[channel]

    def forget(self, channel: int) -> None:
        """The webhook is gone, or our right to it has changed: look again when it is next wanted."""
        self._webhooks.pop(channel, None)

    async def voice(self, server: int, reader: Reader, seat: int) -> Voice:
        """The name of a persona, unlike that of any member of the server whom Discord finds under it."""
        key = (server, reader.persona, reader.name)
        if key not in self._voices:
            members = await self._called(server, reader.first_name)
            self._voices[key] = Voice(shown(reader.name, members, seat), avatar(reader.persona))
        return self._voices[key]

    async def _found(self, channel: int) -> discord.Webhook | None:
        place = self._client.get_channel(channel) or await self._client.fetch_channel(channel)
        if not isinstance(place, discord.TextChannel):
            return None
        try:
            own = [
                w
                for w in await place.webhooks()
                if w.token and w.user and self._client.user and w.user.id == self._client.user.id
            ]
            return own[0] if own else await place.create_webhook(name=OURS, reason="Replies stand under the names of personas")
        except discord.Forbidden:
            return None
        except discord.HTTPException as error:
            if error.code == 30007:  # the channel has as many webhooks as Discord allows
                return None
            raise

    async def _called(self, server: int, name: str) -> list[str]:
        guild = self._client.get_guild(server)
        if guild is None:
            return []
        try:
            async with asyncio.timeout(ASKED):
                found = await guild.query_members(query=name, limit=20, cache=False)
        except (OSError, aiohttp.ClientError, discord.ClientException):  # it is asked over the gateway, which may just be away
            return []
        return [known for member in found for known in {member.name, member.display_name}]
