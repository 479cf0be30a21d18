"""/platform: where a post would appear, and how seldom anybody reacts there."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.discord import suggestions
from bot.discord.answers import tell
from bot.discord.cards import platform_card
from bot.discord.desk import Desk
from bot.discord.listing import listed


def add(desk: Desk) -> None:
    group = app_commands.Group(name="platform", description="Where a post would appear")

    @group.command(name="list", description="All platforms")
    async def list_all(interaction: discord.Interaction[discord.Client]) -> None:
        words = await desk.words(interaction)
        await tell(interaction, listed("platforms", {k: f"{p.name}: {p.framing}" for k, p in words.platforms.items()}, ()))

    @group.command(name="show", description="One platform, its base rates and where they come from")
    @app_commands.describe(platform="Which platform")
    @app_commands.autocomplete(platform=suggestions.platforms(desk))
    async def show(interaction: discord.Interaction[discord.Client], platform: str) -> None:
        await tell(interaction, embeds=[platform_card((await desk.words(interaction)).platform(platform))])

    desk.tree.add_command(group)
