"""Every word of the real command tree in every tongue: nothing is missing, and nothing is longer than Discord takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.discord.buttons import LOOKS
from bot.discord.client import Client
from bot.discord.languages import LOCALES, NEAREST, missing, translator
from bot.room import library, open_room, open_store
from bot.settings import Settings

BUTTONS = [look.text for look in LOOKS.values()]
MOST = {"name": 32, "description": 100}  # characters that Discord takes


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    given = {"SOUNDINGBOARD_DATABASE": str(tmp_path / "database"), "SOUNDINGBOARD_CACHE": str(tmp_path / "cache")}
    settings = Settings.read(given, tmp_path / "no-env")
    async with open_store(settings, None) as store, open_room(settings, "null:", store) as room:
        client = Client(room, library(settings), settings, 0)
        yield client
        await client.close()


def parts(payload: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A command as it is sent to Discord, and all that hangs below it."""
    yield payload
    for below in (*payload.get("options", ()), *payload.get("choices", ())):
        yield from parts(below)


async def sent(client: Client) -> list[Mapping[str, Any]]:
    """Everything that has a name, as Discord would get it."""
    commands = [each for sort in discord.AppCommandType for each in client.tree.get_commands(type=sort)]
    payloads = [await each.get_translated_payload(client.tree, translator()) for each in commands]
    return [part for payload in payloads for part in parts(payload)]


async def test_nothing_that_a_member_reads_lacks_a_translation(client: Client) -> None:
    assert missing(client.tree, BUTTONS) == []


async def test_discord_gets_every_text_in_every_tongue_and_none_too_long(client: Client) -> None:
    everything = await sent(client)
    assert {"rehearse", "persona", "Rehearse this post"} <= {part["name"] for part in everything}
    for part in everything:
        for field, most in MOST.items():
            if part.get(field):  # a context menu has no description
                told = part[f"{field}_localizations"]
                assert set(told) == {*LOCALES, *NEAREST}, part["name"]
                assert all(1 <= len(text) <= most for text in (part[field], *told.values())), told


async def test_a_command_without_a_translation_is_reported_in_every_tongue(client: Client) -> None:
    @client.tree.command(name="juggle", description="Keep three drafts in the air")
    @app_commands.describe(height="How high they fly")
    async def juggle(interaction: discord.Interaction[Client], height: int) -> None: ...

    lacking = {"juggle": ("juggle", "Keep three drafts in the air"), "juggle height": ("height", "How high they fly")}
    assert set(missing(client.tree, BUTTONS)) == {
        f"{locale}, {where}: no translation of {english!r}"
        for locale in LOCALES
        for where, texts in lacking.items()
        for english in texts
    }


async def test_a_button_without_a_translation_is_reported_in_every_tongue(client: Client) -> None:
    found = missing(client.tree, [*BUTTONS, "Juggle"])
    assert found == [f"{locale}, buttons: no translation of 'Juggle'" for locale in LOCALES]
