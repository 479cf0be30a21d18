"""/rehearsals and /rehearsal: find old ones again, where this member may see their channel."""

from __future__ import annotations

import discord
from discord import app_commands

from audience.errors import Refused
from bot.discord import buttons, suggestions
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk, sees, server
from bot.discord.neutral import neutral
from bot.room import Staging, State, Summary

MOST = 15
LOOKED_AT = 200
STANDS: dict[State, str] = {"waiting": "waiting", "playing": "under way", "shown": "finished", "stopped": "stopped"}


def add(desk: Desk) -> None:
    @desk.tree.command(name="rehearsals", description="The rehearsals of this server, newest first")
    @app_commands.describe(words="Only those with these words in the draft")
    async def rehearsals(interaction: discord.Interaction[discord.Client], words: str = "") -> None:
        await acknowledge(interaction)
        found = await desk.stage.room.store.stagings.recent(server(interaction), LOOKED_AT, words=words)
        seen = [_line(staging, summary) for staging, summary in found if sees(interaction, staging)][:MOST]
        await tell(interaction, "\n".join(seen) or "None found; /rehearse starts one.")

    @desk.tree.command(name="rehearsal", description="One rehearsal: its report, and what can be done with it")
    @app_commands.describe(which="Which rehearsal; left out in a thread, the one of that thread")
    @app_commands.autocomplete(which=suggestions.rehearsals(desk))
    async def rehearsal(interaction: discord.Interaction[discord.Client], which: str = "") -> None:
        await acknowledge(interaction)
        staging = await desk.staging(interaction, which.strip() or await _here(desk, interaction))
        report = await desk.stage.reports.report(staging.rehearsal)
        embed = await desk.stage.reports.card(staging, report, staging.why)
        embed.set_image(url=None)
        where = f"Its thread: <#{staging.thread}>" if staging.thread else "It has no thread yet."
        published = await desk.stage.room.store.outcomes.publication(staging.rehearsal) is not None
        ended = staging.state in {"shown", "stopped"}
        view = buttons.over(staging, published=published) if ended else buttons.under_way(staging)
        await tell(interaction, where, embeds=[embed], view=view)


async def _here(desk: Desk, interaction: discord.Interaction[discord.Client]) -> str:
    staging = await desk.stage.room.store.stagings.of_thread(interaction.channel_id or 0)
    if staging is None:
        raise Refused("Say which rehearsal; begin to type and Discord shows those that fit. /rehearsals lists them.")
    return staging.rehearsal


def _line(staging: Staging, summary: Summary) -> str:
    """Discord shows a thread by its name, and that is how the draft begins."""
    what = f"<#{staging.thread}>" if staging.thread else neutral(summary.opening, 70)
    heard = f"{summary.played} of {summary.seats} readers, {STANDS[staging.state]}"
    return f"- `{summary.id}` <t:{int(staging.asked.timestamp())}:d> {what} ({heard})"
