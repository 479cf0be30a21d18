"""/persona: the readers one can seat; those of the server's own are written by form or brought as a file."""

from __future__ import annotations

import io
from collections.abc import Mapping

import discord
from discord import app_commands

from audience.errors import Refused
from bot.discord import suggestions
from bot.discord.answers import acknowledge, tell
from bot.discord.attachments import text_of
from bot.discord.cards import persona_card
from bot.discord.desk import Desk, server
from bot.discord.forms import persona_form
from bot.discord.listing import listed
from bot.discord.persona_files import filled, key_of
from bot.discord.press import Interaction, Name
from bot.room import BUILT_IN


def add(desk: Desk) -> None:
    group = app_commands.Group(name="persona", description="The simulated readers one can seat")
    _reading(desk, group)
    _writing(desk, group)
    _files(desk, group)
    desk.forms["persona"] = lambda interaction, name, given: submitted(desk, interaction, name, given)
    desk.tree.add_command(group)


def _reading(desk: Desk, group: app_commands.Group) -> None:
    @group.command(name="list", description="All personas, the server's own first")
    async def list_all(interaction: discord.Interaction[discord.Client]) -> None:
        known = {key: f"{p.name}: {p.bio}" for key, p in (await desk.words(interaction)).offered.items()}
        await tell(interaction, listed("personas", known, await desk.stage.words.own(server(interaction), "personas")))

    @group.command(name="show", description="One persona, and whether this team believes what it says")
    @app_commands.describe(persona="Which persona")
    @app_commands.autocomplete(persona=suggestions.personas(desk))
    async def show(interaction: discord.Interaction[discord.Client], persona: str) -> None:
        found = (await desk.words(interaction)).persona(persona)
        records = await desk.stage.room.store.reviews.records(server(interaction))
        record = next((dict(r.marks) for r in records if r.persona == found.key), {})
        await tell(interaction, embeds=[persona_card(found, record)])


def _writing(desk: Desk, group: app_commands.Group) -> None:
    @group.command(name="new", description="Write a persona of this server's own")
    async def new(interaction: discord.Interaction[discord.Client]) -> None:
        await interaction.response.send_modal(persona_form("A new persona", Name("persona"), None))

    @group.command(name="edit", description="Change a persona; a built-in one becomes this server's own")
    @app_commands.describe(persona="Which persona")
    @app_commands.autocomplete(persona=suggestions.personas(desk))
    async def edit(interaction: discord.Interaction[discord.Client], persona: str) -> None:
        found = (await desk.words(interaction)).persona(persona)
        await interaction.response.send_modal(
            persona_form(f"Change {found.first_name}"[:45], Name("persona", more=found.key), found)
        )

    @group.command(name="retire", description="Seat a persona of this server's own no more")
    @app_commands.describe(persona="Which persona")
    @app_commands.autocomplete(persona=suggestions.personas(desk))
    async def retire(interaction: discord.Interaction[discord.Client], persona: str) -> None:
        await acknowledge(interaction)
        own = await desk.stage.words.own(server(interaction), "personas")
        if persona.casefold() not in own:
            raise Refused(
                f"{persona[:40]!r} is no persona of this server's own; its own are {', '.join(sorted(own)) or 'none yet'}."
            )
        await desk.stage.words.retire(server(interaction), persona.casefold())
        await tell(interaction, f"{persona.casefold()!r} is retired; old rehearsals keep it, and /persona edit brings it back.")


def _files(desk: Desk, group: app_commands.Group) -> None:
    @group.command(name="import", description="Bring a persona as a file, checked line by line")
    @app_commands.describe(file="A Markdown file with front matter; /persona export shows the form")
    async def bring(interaction: discord.Interaction[discord.Client], file: discord.Attachment) -> None:
        await acknowledge(interaction)
        key = key_of(file.filename.removesuffix(".md"))
        await desk.stage.words.keep(server(interaction), "personas", key, await text_of(file), interaction.user.id)
        await tell(
            interaction,
            f"Persona {key!r} is kept for this server.",
            embeds=[persona_card((await desk.words(interaction)).persona(key), {})],
        )

    @group.command(name="export", description="Get a persona as a file")
    @app_commands.describe(persona="Which persona")
    @app_commands.autocomplete(persona=suggestions.personas(desk))
    async def export(interaction: discord.Interaction[discord.Client], persona: str) -> None:
        found = (await desk.words(interaction)).persona(persona)
        await tell(
            interaction,
            f"The file of {found.key!r}:",
            files=[discord.File(io.BytesIO(found.words.encode()), f"{found.key}.md")],
        )


async def submitted(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    """Keep what the form says, in the file of the persona that it changes or in a new one."""
    await acknowledge(interaction)
    words = await desk.words(interaction)
    key = name.more or key_of(given.get("name", ""))
    if not name.more and key in words.personas:
        raise Refused(
            f"There is a persona called {key!r} already; change it with /persona edit, or begin with another first name."
        )
    template = words.persona(key).words if name.more else (BUILT_IN / "new-persona.md").read_text(encoding="utf-8")
    await desk.stage.words.keep(server(interaction), "personas", key, filled(template, given), interaction.user.id)
    found = (await desk.words(interaction)).persona(key)
    await tell(interaction, f"Persona {key!r} is kept for this server.", embeds=[persona_card(found, {})])
