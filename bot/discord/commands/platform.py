"""/platform: where a post would appear, and how seldom anybody reacts there."""

from __future__ import annotations

import discord
from discord import app_commands

from audience.platform import Platform
from audience.reaction import KIND
from bot.discord import suggestions
from bot.discord.answers import tell
from bot.discord.cards import platform_card
from bot.discord.desk import Desk
from bot.discord.listing import listed
from bot.pages.figures import percent


def add(desk: Desk) -> None:
    group = app_commands.Group(name="platform", description="Where a post would appear")

    @group.command(name="list", description="All platforms")
    async def list_all(interaction: discord.Interaction[discord.Client]) -> None:
        words = await desk.words(interaction)
        await tell(interaction, listed("platforms", {k: _told(p) for k, p in words.platforms.items()}, ()))

    @group.command(name="show", description="One platform, its base rates and where they come from")
    @app_commands.describe(platform="Which platform")
    @app_commands.autocomplete(platform=suggestions.platforms(desk))
    async def show(interaction: discord.Interaction[discord.Client], platform: str) -> None:
        await tell(interaction, embeds=[platform_card((await desk.words(interaction)).platform(platform))])

    desk.tree.add_command(group)


def _told(platform: Platform) -> str:
    """The share of those shown a post who do anything at all that the writer would notice."""
    seen = sum(rate for kind, rate in platform.rates.items() if not KIND[kind].silent)
    return f"{platform.name}: of those shown a post, {percent(seen)} react; up to {platform.limit:,} characters"
