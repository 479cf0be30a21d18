"""Thread: where one rehearsal is shown. Every message is posted once, whatever happens between sending it and noting it.

Before a message is sent, the ledger says that it is meant to be; after, which it became. Where the ledger says "meant" and no
more, the thread itself is looked through for it by the names of its buttons. Knows no reaction and no report.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

import discord
from discord import ui

from bot.discord.patience import patiently
from bot.discord.press import Name
from bot.discord.voices import Voice, Voices
from bot.room import Staging, Store

LOOKED_THROUGH = 200  # messages; more do not stand between a kill and a start
OWN_NAME = "I may not use webhooks here, so the readers speak under my name; allow Manage Webhooks to change that."
THERE_ALREADY = 160_004  # Discord's code for a message that has a thread
NO_MESSAGE = 10_008  # and for one that is gone
NOBODY = discord.AllowedMentions.none()  # the client's own setting does not reach an edit without content
THREAD_KEPT: Final = 10_080  # minutes of quiet after which Discord folds a thread away


class Thread:
    def __init__(self, client: discord.Client, store: Store, voices: Voices, staging: Staging) -> None:
        self.client, self.store, self.voices, self.staging = client, store, voices, staging
        self.held_up: Callable[[float], None] = lambda _: None  # hears for how many seconds Discord lets us open no thread
        self.own_name = False  # whether readers speak under the bot's own name

    @property
    def id(self) -> int:
        if self.staging.thread is None:
            raise LookupError("the thread is not open yet")
        return self.staging.thread

    async def open(self, title: str, starter: Callable[[], Awaitable[int]]) -> None:
        """Open the thread on the message that was rehearsed, or where that is none or gone, on one that `starter` sends."""
        if self.staging.thread is not None:
            return
        on = self.staging.source or await self.once("starter", self.staging.channel, starter)
        try:
            thread = await self._opened(on, title)
        except discord.NotFound as error:
            if error.code != NO_MESSAGE:
                raise
            if self.staging.source is None:
                await self.lost("starter")
            thread = await self._opened(await self.once("starter", self.staging.channel, starter), title)
        self.staging = await self.store.stagings.change(self.staging.rehearsal, thread=thread)

    async def post(self, post: str, embed: discord.Embed, view: ui.View) -> int:
        """A message of the bot's own."""

        async def send() -> int:
            return (await self._place(self.id).send(embed=embed, view=view)).id

        return await self.once(post, self.id, send)

    async def edit(
        self, message: int, embed: discord.Embed, view: ui.View | None, files: Sequence[discord.File] | None = None
    ) -> None:
        """Raises discord.NotFound where the message or the thread is gone. Files that are not given stay as they are."""
        partial = self._place(self.id).get_partial_message(message)
        if files is None:
            await patiently(
                lambda _: partial.edit(embed=embed, view=view, allowed_mentions=NOBODY), "Bringing the card up to date"
            )
        else:
            await patiently(
                lambda _: partial.edit(embed=embed, view=view, attachments=_anew(files), allowed_mentions=NOBODY),
                "Showing the report",
            )

    async def speak(self, post: str, voice: Voice, words: str, view: ui.View) -> int:
        """A message in the voice of a persona, or under the bot's own name where webhooks are not allowed."""

        async def send() -> int:
            webhook = await self.voices.webhook(self.staging.channel)
            if webhook is not None:
                try:
                    return await self._said(webhook, voice, words, view)
                except (discord.NotFound, discord.Forbidden) as error:
                    if error.code == 10003:  # the thread, not the webhook
                        raise
                    self.voices.forget(self.staging.channel)
                    webhook = await self.voices.webhook(self.staging.channel)
                    if webhook is not None:
                        return await self._said(webhook, voice, words, view)
            self.own_name = True
            return (await self._place(self.id).send(f"**{voice.name}**\n{words}", view=view, suppress_embeds=True)).id

        return await self.once(post, self.id, send)

    async def once(self, post: str, where: int, send: Callable[[], Awaitable[int]]) -> int:
        """The id of the message, sent now if it is nowhere yet."""
        known = await self.store.stagings.intend(self.staging.rehearsal, post)
        if known.message is not None:
            return known.message

        async def attempt(number: int) -> int:
            found = None if known.fresh and number == 0 else await self._found(post, where)
            return await send() if found is None else found

        message = await patiently(attempt, f"Posting in {where}")
        await self.store.stagings.posted(self.staging.rehearsal, post, message)
        return message

    async def lost(self, post: str) -> None:
        """The message is gone; it may be posted anew."""
        await self.store.stagings.forget_posts(self.staging.rehearsal, (post,))

    async def _found(self, post: str, where: int) -> int | None:
        since = discord.Object(discord.utils.time_snowflake(self.staging.asked - timedelta(minutes=1)))
        async for message in self._place(where).history(limit=LOOKED_THROUGH, after=since):
            if (self.staging.rehearsal, post) in set(_names(message)):
                return message.id
        return None

    async def _opened(self, on: int, title: str) -> int:
        message = self._place(self.staging.channel).get_partial_message(on)

        async def attempt(_: int) -> int:
            try:
                return (await message.create_thread(name=title, auto_archive_duration=THREAD_KEPT)).id
            except discord.HTTPException as error:
                if error.code != THERE_ALREADY:
                    raise
                return on  # Discord gives a thread the id of its message, and this one we opened before we could note it

        return await patiently(attempt, "Opening the thread", told=self.held_up)

    async def _said(self, webhook: discord.Webhook, voice: Voice, words: str, view: ui.View) -> int:
        message = await webhook.send(
            words, username=voice.name, avatar_url=voice.avatar, thread=discord.Object(self.id), view=view, wait=True,
            suppress_embeds=True,
        )  # fmt: skip
        return message.id

    def _place(self, channel: int) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(channel, guild_id=self.staging.server)


def _names(message: discord.Message) -> list[tuple[str, str]]:
    """Rehearsal and post of each button on a message."""
    rows = [row for row in message.components if isinstance(row, discord.ActionRow)]
    ids = [item.custom_id for row in rows for item in row.children if isinstance(item, discord.Button)]
    return [(name.rehearsal, name.post) for custom_id in ids if custom_id and (name := Name.read(custom_id))]


def _anew(files: Sequence[discord.File]) -> list[discord.File]:
    """The files from their first byte: an earlier try has read them."""
    for file in files:
        file.reset()
    return list(files)
