"""Clearing: a rehearsal's thread and messages taken out of a channel, as far as we may. Knows no row that is kept."""

from __future__ import annotations

import discord

from bot.discord.patience import patiently
from bot.discord.thread import Thread

IN_CHANNEL = ("starter", "comparison")  # posts that stand in the channel and not in the thread
LEFT = " The empty thread stays: Soundingboard may not delete threads here (Manage Threads)."


async def cleared(thread: Thread) -> str:
    """Remove the thread, or where we may not, each message of ours in it; what could not be removed, in a sentence."""
    staging, client = thread.staging, thread.client
    left = ""
    if staging.thread is not None and not await _gone(thread, staging.thread):
        await _emptied(thread)
        left = LEFT
    posts = await thread.store.stagings.posts(staging.rehearsal)
    place = client.get_partial_messageable(staging.channel, guild_id=staging.server)
    for post in IN_CHANNEL:
        if (message := posts.get(post)) is not None:
            await _unless_gone(place.get_partial_message(message))
    return left


async def _gone(thread: Thread, id: int) -> bool:
    try:
        place = await patiently(lambda _: thread.client.fetch_channel(id), "Looking for the thread")
        if isinstance(place, discord.Thread):
            await patiently(lambda _: place.delete(), "Deleting the thread")
    except discord.NotFound:
        return True
    except discord.Forbidden:
        return False
    return True


async def _emptied(thread: Thread) -> None:
    """Our own messages we may always delete; those of our webhook through the webhook."""
    webhook = await thread.voices.webhook(thread.staging.channel)
    posts = await thread.store.stagings.posts(thread.staging.rehearsal)
    place = thread.client.get_partial_messageable(thread.id, guild_id=thread.staging.server)
    for post, message in posts.items():
        if message is None or post in IN_CHANNEL:
            continue
        try:
            if webhook is not None and post != "card":
                await webhook.delete_message(message, thread=discord.Object(thread.id))
                continue
        except discord.NotFound:  # the bot's own, from when it had no webhook
            pass
        await _unless_gone(place.get_partial_message(message))


async def _unless_gone(message: discord.PartialMessage) -> None:
    try:
        await patiently(lambda _: message.delete(), "Deleting a message")
    except (discord.NotFound, discord.Forbidden):
        return
