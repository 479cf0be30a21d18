"""/rehearse: play a draft to a simulated audience. Without a draft it opens a form, with one it starts."""

from __future__ import annotations

from collections.abc import Mapping

import discord
from discord import app_commands

from audience.draft import Draft
from audience.errors import Refused
from audience.library import Library
from bot.discord import suggestions
from bot.discord.answers import acknowledge
from bot.discord.attachments import text_of
from bot.discord.desk import Desk, stage_here
from bot.discord.forms import rehearse_form
from bot.discord.orders import order, rehearse
from bot.discord.press import Interaction, Name
from bot.order import Order

NOTHING_YET = Draft("nothing yet")


def add(desk: Desk) -> None:
    @desk.tree.command(name="rehearse", description="Play a draft to a simulated audience before you publish it")
    @app_commands.describe(
        text="The draft itself; leave it out for a form with more room",
        file="The draft as a text file in UTF-8",
        panel="Who sits in the audience",
        personas="Single personas instead of a panel, with commas between",
        platform="Where the post would appear",
        audience="How many real people would be shown the post",
        seats="How many simulated readers are played",
        rounds="2 lets the readers see the replies and answer them",
    )
    @app_commands.autocomplete(
        panel=suggestions.panels(desk), personas=suggestions.personas(desk), platform=suggestions.platforms(desk)
    )
    async def command(
        interaction: discord.Interaction[discord.Client],
        text: str | None = None,
        file: discord.Attachment | None = None,
        panel: str = "",
        personas: str = "",
        platform: str = "",
        audience: app_commands.Range[int, 1, 1_000_000_000] = 0,
        seats: app_commands.Range[int, 1, 2_000] = 0,
        rounds: app_commands.Range[int, 1, 2] = 1,
    ) -> None:
        stage_here(interaction)
        draft = await _draft(interaction, text, file)
        asked = await order(
            desk,
            interaction,
            draft,
            panel=panel,
            personas=personas,
            platform=platform,
            audience=audience,
            seats=seats,
            rounds=rounds,
        )
        await (rehearse if draft is not NOTHING_YET else _asked_for_more)(desk, interaction, asked)

    desk.forms["rehearse"] = lambda interaction, name, given: submitted(desk, interaction, name, given)


async def _draft(interaction: Interaction, text: str | None, file: discord.Attachment | None) -> Draft:
    if text is not None and file is not None:
        raise Refused("Give the draft as text or as a file, not both.")
    if text is None and file is None:
        return NOTHING_YET
    await acknowledge(interaction)
    return Draft.clean(await text_of(file) if file is not None else text or "")


async def _asked_for_more(desk: Desk, interaction: Interaction, asked: Order) -> None:
    """The form, with what was said already."""
    words = await desk.words(interaction)
    asked.rehearsal(words, interaction.created_at)  # refused before anybody types a draft
    name = Name("rehearse", more=f"{asked.seats}.{asked.rounds}")
    await interaction.response.send_modal(rehearse_form(name, asked, "", *named(words)))


def named(words: Library) -> tuple[dict[str, str], dict[str, str]]:
    """Panels and platforms as a form lists them: key -> name."""
    return {key: p.name for key, p in words.panels.items()}, {key: p.name for key, p in words.platforms.items()}


async def submitted(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    await acknowledge(interaction)
    audience = given.get("audience", "").replace(",", "").replace(".", "").replace(" ", "")
    if not audience.isdecimal() or not int(audience):
        raise Refused(f"The audience is a whole number of people, not {given.get('audience', '')[:40]!r}; give the form again.")
    seats, _, rounds = name.more.partition(".")
    asked = await order(
        desk, interaction, Draft.clean(given.get("draft", "")), panel=given.get("panel", ""), personas=given.get("personas", ""),
        platform=given.get("platform", ""), audience=int(audience), seats=int(seats) if seats.isdecimal() else 0,
        rounds=2 if rounds == "2" else 1,
    )  # fmt: skip
    await rehearse(desk, interaction, asked)
