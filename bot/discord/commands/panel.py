"""/panel: who can sit in the audience; panels of the server's own."""

from __future__ import annotations

import json
from dataclasses import replace

import discord
from discord import app_commands

from audience.errors import Refused
from audience.library import Library
from bot.discord import suggestions
from bot.discord.answers import acknowledge, tell
from bot.discord.cards import panel_card
from bot.discord.desk import Desk, managing, server
from bot.discord.listing import listed
from bot.discord.persona_files import key_of


def add(desk: Desk) -> None:
    group = app_commands.Group(name="panel", description="Who sits in the audience")
    _reading(desk, group)
    _making(desk, group)
    _choosing(desk, group)
    desk.tree.add_command(group)


def _reading(desk: Desk, group: app_commands.Group) -> None:

    @group.command(name="list", description="All panels, the server's own first")
    async def list_all(interaction: discord.Interaction[discord.Client]) -> None:
        words, own = await desk.words(interaction), await desk.stage.words.own(server(interaction), "panels")
        await tell(interaction, listed("panels", {k: f"{p.name}: {p.bio}" for k, p in words.panels.items()}, own))

    @group.command(name="show", description="One panel and who sits in it")
    @app_commands.describe(panel="Which panel")
    @app_commands.autocomplete(panel=suggestions.panels(desk))
    async def show(interaction: discord.Interaction[discord.Client], panel: str) -> None:
        words = await desk.words(interaction)
        await tell(interaction, embeds=[panel_card(words.panel(panel), words)])


def _making(desk: Desk, group: app_commands.Group) -> None:
    @group.command(name="make", description="Make a panel of this server's own from personas")
    @app_commands.describe(
        name="What it is called", personas="Who sits in it, with shares: marek 2, abel, yoshiko 3", bio="One line about it"
    )
    @app_commands.autocomplete(personas=suggestions.personas(desk))
    async def make(interaction: discord.Interaction[discord.Client], name: str, personas: str, bio: str = "") -> None:
        await acknowledge(interaction)
        words, here = await desk.words(interaction), server(interaction)
        key = key_of(name)
        if key in words.panels and key not in await desk.stage.words.own(here, "panels"):
            raise Refused(f"There is a built-in panel called {key!r}; choose another name.")
        seats = shares(personas, words)
        lines = [f"name = {json.dumps(name[:80])}", f"bio = {json.dumps((bio or 'A panel of our own.')[:200])}", "[seats]"]
        text = "\n".join([*lines, *(f"{persona} = {share:g}" for persona, share in seats.items())])
        await desk.stage.words.keep(here, "panels", key, text, interaction.user.id)
        words = await desk.words(interaction)
        await tell(interaction, f"Panel {key!r} is kept for this server.", embeds=[panel_card(words.panel(key), words)])


def _choosing(desk: Desk, group: app_commands.Group) -> None:
    @group.command(name="delete", description="Delete a panel of this server's own")
    @app_commands.describe(panel="Which panel")
    @app_commands.autocomplete(panel=suggestions.panels(desk))
    async def delete(interaction: discord.Interaction[discord.Client], panel: str) -> None:
        await acknowledge(interaction)
        here, key = server(interaction), panel.casefold()
        own = await desk.stage.words.own(here, "panels")
        if key not in own:
            raise Refused(
                f"{panel[:40]!r} is no panel of this server's own; its own are {', '.join(sorted(own)) or 'none yet'}."
            )
        servers = desk.stage.room.store.servers
        if (choices := await servers.choices(here)).panel == key:  # or whoever names none would be refused from now on
            await servers.choose(here, replace(choices, panel=""))
        await desk.stage.words.remove_panel(here, key)
        await tell(interaction, f"Panel {key!r} is deleted. Rehearsals that it played are kept.")

    @group.command(name="default", description="The panel that this server takes where none is named (managers)")
    @app_commands.describe(panel="Which panel")
    @app_commands.autocomplete(panel=suggestions.panels(desk))
    async def default(interaction: discord.Interaction[discord.Client], panel: str) -> None:
        managing(interaction)
        key = (await desk.words(interaction)).panel(panel).key
        servers = desk.stage.room.store.servers
        await servers.choose(server(interaction), replace(await servers.choices(server(interaction)), panel=key))
        await tell(interaction, f"Where nobody names a panel, {key!r} sits from now on.")


def shares(personas: str, words: Library) -> dict[str, float]:
    """Shares out of words such as: marek 2, abel. Raises Refused for a name nobody knows, or a share that is no number."""
    found: dict[str, float] = {}
    for part in (part.split() for part in personas.replace(";", ",").split(",") if part.strip()):
        key = words.persona(part[0]).key
        share = part[1].removeprefix("x") if len(part) == 2 else "1" if len(part) == 1 else ""
        if not share.isdecimal() or not 0 < int(share) <= 1_000:
            raise Refused(f"{' '.join(part)[:60]!r} is no persona with a share; write them as: marek 2, abel, yoshiko 3.")
        found[key] = found.get(key, 0) + int(share)
    return found
