"""Answers: what a member who asked gets to see, and nobody else. Knows no command."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.discord.press import Interaction


async def acknowledge(interaction: Interaction) -> None:
    """Say within a second that we heard; the answer follows."""
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)


async def tell(
    interaction: Interaction, text: str = "", *, embeds: Sequence[discord.Embed] = (), view: ui.View | None = None,
    files: Sequence[discord.File] = (),
) -> None:  # fmt: skip
    """The answer, in the place of the acknowledgement where there was one."""
    content, shown = text or None, list(embeds)
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content, embeds=shown, view=view, attachments=list(files))
    elif view is None:
        await interaction.response.send_message(content, embeds=shown, files=list(files), ephemeral=True)
    else:
        await interaction.response.send_message(content, embeds=shown, files=list(files), view=view, ephemeral=True)
