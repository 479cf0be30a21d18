"""The smallest bot that uses everything the loopback Discord offers: what it is proved with."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import discord
from discord import app_commands

Asked = discord.Interaction[discord.Client]


class Form(discord.ui.Modal, title="Your draft"):
    draft: discord.ui.Label[Any] = discord.ui.Label(
        text="Draft", component=discord.ui.TextInput(custom_id="draft", default="We moved it.", max_length=40)
    )

    async def on_submit(self, interaction: Asked) -> None:
        assert isinstance(self.draft.component, discord.ui.TextInput)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=f"You wrote: {self.draft.component.value}")


def button() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Stop", custom_id="stop:1"))
    view.add_item(discord.ui.Select(custom_id="mark:1", options=[discord.SelectOption(label="Plausible", value="plausible")]))
    return view


class Plain(discord.Client):
    """Five commands, one form, one button, one menu."""

    def __init__(self, *, intents: discord.Intents | None = None, quiet: bool = True) -> None:
        nobody = discord.AllowedMentions.none() if quiet else None
        super().__init__(
            intents=intents or discord.Intents(guilds=True), guild_ready_timeout=0, max_messages=None, allowed_mentions=nobody
        )  # fmt: skip
        self.tree = app_commands.CommandTree(self)
        self.heard: list[int] = []
        self.messages: list[str] = []
        self.resumed = 0
        self.tree.add_command(write)
        self.tree.add_command(stage)
        self.tree.add_command(echo)
        self.tree.add_command(slow)
        self.tree.add_command(app_commands.ContextMenu(name="Quote", callback=quote))

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_resumed(self) -> None:
        self.resumed += 1

    async def on_message(self, message: discord.Message) -> None:
        self.messages.append(message.content)

    async def on_interaction(self, interaction: Asked) -> None:
        self.heard.append(interaction.id)
        given: dict[str, Any] = {**(interaction.data or {})}
        name = given.get("custom_id")
        if name == "stop:1":
            await interaction.response.edit_message(content="Stopped.", view=None)
        elif name == "mark:1":
            await interaction.response.send_message("Marked.", ephemeral=True)


@app_commands.command(description="Opens a form")
async def write(interaction: Asked) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="Opens a thread in which somebody speaks")
async def stage(interaction: Asked, replies: app_commands.Range[int, 1, 40] = 1) -> None:
    await interaction.response.defer(ephemeral=True)
    channel = interaction.channel
    assert isinstance(channel, discord.TextChannel)
    embed = discord.Embed(title="Rehearsal", description="Simulated.").add_field(name="Seats", value="12")
    card = await channel.send("A draft", embed=embed, file=discord.File(BytesIO(b"all of it"), "draft.txt", description="All"))
    thread = await card.create_thread(name="Rehearsal of a draft")
    webhook = await channel.create_webhook(name="Soundingboard")
    for number in range(replies):
        said = await webhook.send(
            f"Reply {number}", username="Ada, beekeeper (simulated)", thread=thread, wait=True, view=button()
        )
    await said.edit(content="Reply, thought over")
    await thread.edit(archived=True)
    await interaction.followup.send("Done.", ephemeral=True)


@app_commands.command(description="Says a file or a text again")
async def echo(interaction: Asked, panel: str = "", file: discord.Attachment | None = None) -> None:
    text = (await file.read()).decode() if file else panel
    await interaction.response.send_message(text, ephemeral=True)


@echo.autocomplete("panel")
async def panels(interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{typed}tomers", value="customers")]


@app_commands.command(description="Answers too late")
async def slow(interaction: Asked) -> None:
    await asyncio.sleep(0.05)
    try:
        await interaction.response.send_message("Too late", ephemeral=True)
    except discord.NotFound as error:
        interaction.extras["refused"] = error.code


async def quote(interaction: Asked, message: discord.Message) -> None:
    await interaction.response.send_message(f"> {message.content}", ephemeral=True)
