"""Visits: short calls on Discord without staying connected, for the invitation and for the doctor. Changes nothing there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord

from audience.errors import Failed, Refused
from bot.discord.apologies import WANTED, wanted
from bot.discord.client import NO_INTENT, NOT_ACCEPTED, NOT_GIVEN, intents
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is well, and what it is or what to do about it."""

    what: str
    well: bool
    told: str


async def invitation(settings: Settings) -> str:
    """The address that invites the bot with exactly the permissions it uses."""
    async with _visiting(settings) as client:
        application = client.application_id
        assert application is not None  # noqa: S101 - set by logging in
        return discord.utils.oauth_url(application, permissions=wanted(), scopes=("bot", "applications.commands"))


async def examined(settings: Settings, channel: int | None) -> list[Finding]:
    """Token, intents and the permissions in a channel."""
    try:
        async with _visiting(settings) as client:
            found = [Finding("token", well=True, told=f"Discord knows it as {client.user}"), await _intents(client, settings)]
            if channel is not None:
                found.append(await _channel(client, channel))
            return found
    except (Refused, Failed) as why:
        return [Finding("token", well=False, told=str(why))]


@asynccontextmanager
async def _visiting(settings: Settings) -> AsyncIterator[discord.Client]:
    if not settings.token:
        raise Refused(NOT_GIVEN)
    client = discord.Client(intents=intents(settings), proxy=settings.proxy or None)
    async with client:
        try:
            await client.login(settings.token)
        except discord.LoginFailure:
            raise Refused(NOT_ACCEPTED) from None
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise Failed(
                f"Discord cannot be reached ({type(error).__name__}); check the network, and SOUNDINGBOARD_PROXY."
            ) from None
        yield client


async def _intents(client: discord.Client, settings: Settings) -> Finding:
    if not settings.draft_channels:
        return Finding("intents", well=True, told="none is needed beyond the plain one")
    flags = (await client.application_info()).flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return Finding("intents", well=True, told="message content is on, for the draft channels")
    return Finding("intents", well=False, told=NO_INTENT)


async def _channel(client: discord.Client, id: int) -> Finding:
    """What the bot lacks in one channel, worked out from its roles there."""
    what = f"channel {id}"
    try:
        place = await client.fetch_channel(id)
        if not isinstance(place, discord.TextChannel):
            return Finding(what, well=False, told="it is no text channel of a server; give the id of one")
        place.guild = guild = await client.fetch_guild(place.guild.id)  # that of a channel alone comes without roles
        assert client.user is not None  # noqa: S101 - set by logging in
        member = await guild.fetch_member(client.user.id)
    except (discord.NotFound, discord.Forbidden):
        return Finding(
            what,
            well=False,
            told="the bot does not see it; invite the bot (soundingboard bot --invite), and let it view the channel",
        )
    allowed = place.permissions_for(member)
    lack = [told for name, told in WANTED.items() if not getattr(allowed, name)]
    if lack:
        return Finding(what, well=False, told=f"in #{place.name} it lacks {', '.join(lack)}; allow these to its role")
    return Finding(what, well=True, told=f"in #{place.name} it may do all it needs")
