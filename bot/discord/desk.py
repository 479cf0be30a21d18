"""Desk: where every command, button and form comes in, and who may do what. A file in commands/ adds itself here.

Knows no single command.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import discord
from discord import app_commands

from audience.errors import Refused
from audience.library import Library
from bot.discord import commands
from bot.discord.answers import tell
from bot.discord.apologies import lacking, missing
from bot.discord.edge import attended
from bot.discord.press import Interaction, Name, Pressed
from bot.discord.stage import Stage
from bot.room import Staging

REMEMBERED = 10_000  # interactions by which a replay after a dropped connection is known
OUTSIDE = "Soundingboard works in the channels of a server, not here; invite it to one and give the command there."
NOT_SERVED = "This Soundingboard serves other servers; ask whoever runs it to add this one to SOUNDINGBOARD_GUILDS."
UNKNOWN = "There is no rehearsal {id!r} here; see /rehearsals."
Submitted = Callable[[Interaction, Name, Mapping[str, str]], Awaitable[None]]


class Desk:
    def __init__(self, tree: app_commands.CommandTree[discord.Client], stage: Stage) -> None:
        self.tree, self.stage = tree, stage
        self.buttons: dict[str, Pressed] = {}
        self.forms: dict[str, Submitted] = {}
        self._heard: OrderedDict[int, None] = OrderedDict()
        for module in sorted(module.name for module in pkgutil.iter_modules(commands.__path__)):
            importlib.import_module(f"{commands.__name__}.{module}").add(self)

    async def admit(self, interaction: Interaction) -> bool:
        """Whether this is to be answered: it came once, from a channel of a server that is served."""
        if interaction.id in self._heard:
            return False
        self._heard[interaction.id] = None
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        served = self.stage.settings.guilds
        why = OUTSIDE if interaction.guild_id is None else NOT_SERVED if served and interaction.guild_id not in served else ""
        if why and interaction.type is not discord.InteractionType.autocomplete:
            await tell(interaction, why)
        return not why

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """A button or a form of ours, whether it was made in this run or in an earlier one."""
        name = Name.read(custom_id)
        if name is None or not await self.admit(interaction):
            return
        await attended(self._done(interaction, name), partial(tell, interaction))

    async def _done(self, interaction: Interaction, name: Name) -> None:
        if interaction.type is discord.InteractionType.modal_submit and name.verb in self.forms:
            await self.forms[name.verb](interaction, name, fields(interaction))
        elif interaction.type is discord.InteractionType.component and name.verb in self.buttons:
            await self.buttons[name.verb](interaction, name)
        else:
            raise Refused("That button is from another version of Soundingboard; use /rehearsal to find what it belonged to.")

    async def words(self, interaction: Interaction) -> Library:
        return await self.stage.words.library(server(interaction))

    async def staging(self, interaction: Interaction, rehearsal: str) -> Staging:
        """The rehearsal of that id, where it is of this server and this member sees its channel. Nobody learns of others."""
        refusal = Refused(UNKNOWN.format(id=rehearsal[:40]))
        try:
            staging = await self.stage.room.store.stagings.get(rehearsal)
        except Refused:
            raise refusal from None
        if staging.server != server(interaction) or not sees(interaction, staging):
            raise refusal
        return staging

    async def owned(self, interaction: Interaction, rehearsal: str, what: str) -> Staging:
        """The same, where this member asked for it or manages the server."""
        staging = await self.staging(interaction, rehearsal)
        if staging.asker != interaction.user.id and not manages(interaction):
            raise Refused(f"Only <@{staging.asker}>, who asked for this rehearsal, or a manager of the server may {what} it.")
        return staging


def server(interaction: Interaction) -> int:
    if interaction.guild_id is None:
        raise Refused(OUTSIDE)
    return interaction.guild_id


def manages(interaction: Interaction) -> bool:
    return interaction.permissions.manage_guild


def managing(interaction: Interaction) -> None:
    """Commands for managers are hidden from others by default only, so it is looked at again when one arrives."""
    if not manages(interaction):
        raise Refused("Only a manager of the server may change that; ask somebody with the permission Manage Server.")


def sees(interaction: Interaction, staging: Staging) -> bool:
    """Whether the member may read its channel, as far as the server's roles say; of one that is gone, who asked, or a manager."""
    if staging.channel == interaction.channel_id:
        return True
    guild, member = interaction.guild, interaction.user
    place = guild.get_channel(staging.channel) if guild else None
    if place is None or not isinstance(member, discord.Member):
        return manages(interaction) or staging.asker == member.id
    return place.permissions_for(member).view_channel


def stage_here(interaction: Interaction) -> int:
    """The channel in which a thread can be opened now. Raises Refused with the reason."""
    place = interaction.channel
    if isinstance(place, discord.Thread):
        where = f"in <#{place.parent_id}>" if isinstance(place.parent, discord.TextChannel) else "in a text channel"
        raise Refused(f"A thread cannot be opened inside a thread; give the command {where}.")
    if not isinstance(place, discord.TextChannel):
        raise Refused("A rehearsal needs a text channel to open its thread in; give the command in one.")
    if lack := missing(interaction.app_permissions):
        raise Refused(lacking(lack, f"<#{place.id}>"))
    return place.id


def fields(interaction: Interaction) -> dict[str, str]:
    """What a form was filled with: the value of each field, the first choice of each menu."""
    found: dict[str, str] = {}
    rows = dict(interaction.data or {}).get("components")
    for each in rows if isinstance(rows, list) else []:
        for field in [each["component"]] if "component" in each else each.get("components", []):
            chosen = field.get("values")
            found[field["custom_id"]] = field.get("value", "") if chosen is None else next(iter(chosen), "")
    return found
