"""/accuracy: how often this server's own forecasts were right, and whether other weights would have been so more often."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands

from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk, managing, server
from bot.discord.neutral import neutral
from bot.discord.standing_card import standing_card
from bot.pages.standing import fit_sentences, weights_sentence
from bot.record import standing, tried
from bot.room import open_ranker


def add(desk: Desk) -> None:
    @desk.tree.command(name="accuracy", description="How often this server's own forecasts were right")
    @app_commands.describe(weights="Weigh ranker and panel anew on the posts that were recorded (managers)")
    @app_commands.choices(weights=[
        app_commands.Choice(name="Try new weights", value="try"),
        app_commands.Choice(name="Take the earlier ones", value="back"),
    ])  # fmt: skip
    async def accuracy(interaction: discord.Interaction[discord.Client], weights: str = "") -> None:
        if weights:
            managing(interaction)
        await acknowledge(interaction)
        here, outcomes = server(interaction), desk.stage.room.store.outcomes
        if weights == "try":
            ranker = await asyncio.to_thread(open_ranker, desk.stage.settings)
            fit = await tried(desk.stage.room.store, ranker, here, interaction.created_at)
            await tell(interaction, neutral("\n".join(fit_sentences(fit))))
        elif weights == "back":
            await outcomes.go_back(here)
            await tell(interaction, neutral(weights_sentence(await outcomes.fit(here))))
        else:
            found = await standing(desk.stage.room.store, here)
            await tell(interaction, embeds=[standing_card(found, await outcomes.fit(here))])
