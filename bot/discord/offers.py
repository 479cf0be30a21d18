"""Offers: in a channel that a manager chose, each new draft gets a quiet offer to rehearse it. The only reader of messages."""

from __future__ import annotations

import discord

from audience.draft import Draft
from audience.errors import Refused
from bot.discord import buttons
from bot.discord.apologies import missing
from bot.discord.edge import told
from bot.discord.stage import Stage

LEAST_WORDS = 8  # fewer are talk about drafts
TIDY = 3_600.0  # seconds after which an offer that nobody took goes away
OFFER = "Rehearse this draft before a simulated audience?"


async def offer_for(message: discord.Message, stage: Stage) -> None:
    """Offer once, without a sound; nothing for answers, bots and everything that is no draft."""
    if (
        message.guild is None
        or message.author.bot
        or message.reference is not None
        or message.type is not discord.MessageType.default
    ):
        return
    choices = await stage.room.store.servers.choices(message.guild.id)
    if message.channel.id not in choices.draft_channels or not _is_draft(message.content):
        return
    if missing(message.channel.permissions_for(message.guild.me)):
        return
    locale = str(message.guild.preferred_locale)

    async def send(sentence: str) -> None:
        view = buttons.offer(message.id, locale)
        await message.reply(sentence, view=view, silent=True, mention_author=False, delete_after=TIDY)

    await told(OFFER, send)


def _is_draft(text: str) -> bool:
    try:
        return Draft.clean(text).words >= LEAST_WORDS
    except Refused:
        return False
