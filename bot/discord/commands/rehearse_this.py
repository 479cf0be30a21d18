"""Rehearse this post: a message as it stands, by right-click or by the quiet offer in a draft channel."""

from __future__ import annotations

import discord

from audience.draft import Draft
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk, stage_here
from bot.discord.orders import order, rehearse
from bot.discord.press import Interaction, Name


def add(desk: Desk) -> None:
    @desk.tree.context_menu(name="Rehearse this post")
    async def menu(interaction: discord.Interaction[discord.Client], message: discord.Message) -> None:
        await _rehearse(desk, interaction, message)

    async def rehearse_this(interaction: Interaction, name: Name) -> None:
        stage_here(interaction)
        await acknowledge(interaction)
        place = interaction.channel
        assert isinstance(place, discord.TextChannel)  # noqa: S101 - stage_here has refused everything else
        message = await place.fetch_message(int(name.post))
        await _rehearse(desk, interaction, message)
        if interaction.message is not None:
            await interaction.message.delete()

    async def not_a_draft(interaction: Interaction, name: Name) -> None:
        if interaction.message is not None:
            await interaction.message.delete()
        await tell(interaction, "Noted; nothing was read further.")

    desk.buttons["rehearse-this"] = rehearse_this
    desk.buttons["not-a-draft"] = not_a_draft


async def _rehearse(desk: Desk, interaction: Interaction, message: discord.Message) -> None:
    stage_here(interaction)
    await acknowledge(interaction)
    asked = await order(desk, interaction, draft_of(message))
    free = message.thread is None and not message.flags.has_thread and message.type is discord.MessageType.default
    await rehearse(desk, interaction, asked, message.id if free else None)


def draft_of(message: discord.Message) -> Draft:
    """The words of a message and the alt texts of its images; of a message of cards alone, what the first card says."""
    alt = "; ".join(file.description for file in message.attachments if file.description)
    shown = next((embed.description for embed in message.embeds if embed.description), "")
    return Draft.clean(message.content or shown, alt)
