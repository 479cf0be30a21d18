"""Client: the connection to Discord, and the supervision that brings it back. Nothing that a member does is decided here."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import discord
from discord import app_commands

from audience.errors import Failed, Refused
from audience.library import Library
from bot.discord.answers import tell
from bot.discord.apologies import sorry
from bot.discord.desk import Desk
from bot.discord.edge import told
from bot.discord.languages import translator
from bot.discord.offers import offer_for
from bot.discord.press import Interaction
from bot.discord.stage import Stage
from bot.room import Room
from bot.settings import Settings

LOG = logging.getLogger(__name__)
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds before another try to reach Discord; then the last again and again
RATE_LIMIT = 60.0  # seconds of a limit that the library waits out by itself; of longer ones the person who asked is told
NOT_GIVEN = (
    "There is no token: make an application on https://discord.com/developers/applications, copy the token from its page Bot, "
    "and put DISCORD_TOKEN=... into a file .env in this folder."
)
NOT_ACCEPTED = "Discord refuses the token in DISCORD_TOKEN; reset it on the page Bot of your application and copy the new one."
NO_INTENT = (
    "SOUNDINGBOARD_DRAFT_CHANNELS is on, and the application may not read messages; switch on Message Content Intent on its "
    "page Bot, or take the setting out."
)


class Tree(app_commands.CommandTree[discord.Client]):
    """Every command comes in by the desk's door, and what goes wrong in one leaves by it."""

    desk: Desk

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        return await self.desk.admit(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        if interaction.type is not discord.InteractionType.autocomplete:
            await told(sorry(error), lambda sentence: tell(interaction, sentence))


class Client(discord.Client):
    """One connection with its stage. It is not opened twice: after a failure another takes its place."""

    def __init__(self, room: Room, words: Library, settings: Settings, ready_timeout: float) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody speaks aloud here
        super().__init__(
            intents=intents(settings), allowed_mentions=discord.AllowedMentions.none(), proxy=settings.proxy or None,
            max_ratelimit_timeout=RATE_LIMIT, guild_ready_timeout=ready_timeout, max_messages=None,
        )  # fmt: skip
        self.settings = settings
        self.stage = Stage(self, room, words, settings)
        self.tree = Tree(
            self, allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
        )
        self.desk = self.tree.desk = Desk(self.tree, self.stage)

    async def setup_hook(self) -> None:
        tongues = translator()
        await self.tree.set_translator(tongues)
        await self._sync(tongues)

    async def close(self) -> None:
        await self.stage.close()
        await super().close()

    async def on_ready(self) -> None:
        LOG.info("ready in %d servers", len(self.guilds))
        await self.stage.resume()

    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type in {discord.InteractionType.modal_submit, discord.InteractionType.component}:
            await self.desk.pressed(interaction, str(dict(interaction.data or {}).get("custom_id", "")))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.stage.left(guild.id)

    async def on_message(self, message: discord.Message) -> None:
        await offer_for(message, self.stage)

    async def _sync(self, tongues: app_commands.Translator) -> None:
        """Tell Discord our commands, only where they have changed: a day has 200 of them."""
        guilds = [discord.Object(guild) for guild in self.settings.guilds]
        payloads = [await command.get_translated_payload(self.tree, tongues) for command in self.tree.get_commands()]
        told = json.dumps([payloads, self.settings.guilds, self.application_id], sort_keys=True)
        mark = hashlib.sha256(told.encode()).hexdigest()
        noted = self.settings.cache / "commands"
        if await asyncio.to_thread(_read, noted) == mark and await self._known(guilds):
            return
        for guild in guilds:
            self.tree.copy_global_to(guild=guild)
            await self.tree.sync(guild=guild)
        if not guilds:
            await self.tree.sync()
        await asyncio.to_thread(_write, noted, mark)

    async def _known(self, guilds: Sequence[discord.Object]) -> bool:
        """Whether Discord still has every command: somebody may have taken them away since they were told."""
        ours = {command.name for command in self.tree.get_commands()}
        theirs = [await self.tree.fetch_commands(guild=guild) for guild in guilds or (None,)]
        return all({command.name for command in each} == ours for each in theirs)


def intents(settings: Settings) -> discord.Intents:
    """Servers alone; messages only where a team lets us watch its draft channels."""
    watching = settings.draft_channels
    return discord.Intents(guilds=True, guild_messages=watching, message_content=watching)


async def serve(room: Room, words: Library, settings: Settings, *, ready_timeout: float = 2.0) -> None:
    """Stay connected until cancelled. Raises Refused where only a person can help: no token, a wrong one, an intent."""
    if not settings.token:
        raise Refused(NOT_GIVEN)
    attempt = 0
    while True:
        client = Client(room, words, settings, ready_timeout)
        why = await _connected(client, settings.token)
        attempt = 0 if client.stage.resumed else attempt
        pause = PAUSES[min(attempt, len(PAUSES) - 1)]
        attempt += 1
        LOG.warning("Discord cannot be reached (%s); next try in %.0f s", why, pause)
        await asyncio.sleep(pause)


async def _connected(client: Client, token: str) -> str:
    """Run until the connection ends for good; why it did."""
    try:
        async with client:
            await client.start(token)
    except discord.LoginFailure:
        raise Refused(NOT_ACCEPTED) from None
    except discord.PrivilegedIntentsRequired:
        raise Refused(NO_INTENT) from None
    except discord.ConnectionClosed as error:
        if error.code == 4004:
            raise Refused(NOT_ACCEPTED) from None
        return f"it closed the connection with code {error.code}"
    except (discord.DiscordException, aiohttp.ClientError, OSError, Failed) as error:
        return f"{type(error).__name__}: {error}"
    except AttributeError as error:
        if "sequence" not in str(error):  # the library trips over a first connection that is refused, and only over that
            raise
        return f"the gateway refused the connection ({error})"
    return "the connection was closed"


def _read(path: Path) -> str:
    return path.read_text(encoding="ascii") if path.is_file() else ""


def _write(path: Path, mark: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(mark, encoding="ascii")
