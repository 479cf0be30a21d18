"""A team: a loopback Discord, the real client on it with everything of ours behind it, and members who use it.

`team(...)` opens it; what it must never see (a call that Discord does not describe, one that could ping somebody) fails at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.discord.client import Client
from bot.room import Kept, Room, Staging, library, open_room, open_store
from bot.settings import Settings
from tests.discord import shapes
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback
from tests.discord.people import Person
from tests.discord.world import BOT_MAY, Channel, Message, bits

DRAFT = "We moved the export button. Forty of you told us. What else did we move?"
FEW = "fatou, jasna, abel"
LOUD: dict[str, Any] = {
    "personas": FEW,
    "seats": 6,
    "audience": 1_000_000,
}  # so many people behind each seat that every seat speaks
MAY = BOT_MAY | bits("manage_threads")


@dataclass(frozen=True, slots=True)
class Team:
    loopback: Loopback
    client: Client
    room: Room

    def person(self, name: str = "ada") -> Person:
        return self.loopback.person(name)

    @property
    def threads(self) -> list[Channel]:
        return self.loopback.threads

    async def told(self, who: str, command: str, /, **given: Any) -> Answer:
        """A command and its whole answer."""
        return await (await self.person(who).command(command, **given)).settled()

    async def pressed(self, who: str, message: Message | Answer, button: str) -> Answer:
        """A button and its whole answer."""
        return await (await self.person(who).press(message, button)).settled()

    async def begun(self, who: str = "ada", text: str = DRAFT, **given: Any) -> Channel:
        """A rehearsal from the command to its card, in its thread."""
        before = len(self.threads)
        await self.told(who, "rehearse", text=text, **{**LOUD, **given})
        return await self.opened(before)

    async def opened(self, before: int) -> Channel:
        """The thread that comes after so many others, once its card is in it."""
        await self.loopback.until(lambda: len(self.threads) > before and self.threads[-1].messages, 10)
        return self.threads[-1]

    async def rehearsed(self, who: str = "ada", text: str = DRAFT, **given: Any) -> Channel:
        """A rehearsal from the command to the report, in its thread."""
        thread = await self.begun(who, text, **given)
        await self.shown(thread)
        return thread

    async def shown(self, thread: Channel, button: str = "Revise") -> Message:
        """The card, once it is the report."""
        await self.loopback.until(lambda: thread.messages and has(card(thread), button), 20)
        await self.state(thread, "shown")
        return card(thread)

    async def state(self, thread: Channel, wanted: str) -> Staging:
        """The staging of a thread, once it is in that state."""
        async with asyncio.timeout(10):
            while (staging := await self.room.store.stagings.of_thread(thread.id)) is None or staging.state != wanted:  # noqa: ASYNC110 - a database tells of nothing
                await asyncio.sleep(0.01)
        return staging

    async def kept(self, thread: Channel) -> Kept:
        """What is kept of the rehearsal in a thread."""
        staging = await self.room.store.stagings.of_thread(thread.id)
        assert staging is not None
        return await self.room.store.load(staging.rehearsal)


@asynccontextmanager
async def team(
    folder: Path, loopback: Loopback, *, model: str = "null:", cache: Path | None = None, **settings: object
) -> AsyncIterator[Team]:
    given = {
        "DISCORD_TOKEN": loopback.token, "SOUNDINGBOARD_DATABASE": str(folder / "kept.db"), "SOUNDINGBOARD_WORDS": str(folder / "words"),
        "SOUNDINGBOARD_CACHE": str(cache or folder / "cache"), "HF_HUB_CACHE": str(folder / "hub"), "SOUNDINGBOARD_MEMBER_QUOTA": "1000",
        **{f"SOUNDINGBOARD_{name.upper()}": str(value) for name, value in settings.items()},
    }  # fmt: skip
    read = Settings.read(given, folder / "none")
    async with open_store(read, None) as store, open_room(read, model, store) as room:
        client = Client(room, library(read), read, 0.0)
        async with loopback.connected(client):
            yield Team(loopback, client, room)


def script(folder: Path, text: str) -> str:
    """The name of a model that plays this script."""
    path = folder / "script.toml"
    path.write_text(text, encoding="utf-8")
    return f"scripted:{path}"


def hide(channel: Channel, person: Person) -> None:
    """Take a channel out of a member's sight; the bot is told."""
    channel.overwrites[person.id] = (0, bits("view_channel"))
    person.world.dispatch("CHANNEL_UPDATE", shapes.channel(channel), channel.server)


def card(thread: Channel) -> Message:
    return thread.messages[0]


def replies(thread: Channel) -> list[Message]:
    return thread.messages[1:]


def has(message: Message | Answer, button: str) -> bool:
    parts = message.parts if isinstance(message, Message) else message.message.parts if message.message else []
    return any(part.get("label") == button for part in parts)


def buttons(message: Message) -> list[str]:
    """The labels of the buttons on a message, in order."""
    return [str(part["label"]) for part in message.parts if part["type"] == 2]
