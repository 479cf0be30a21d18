"""/settings: what this server takes where nobody says otherwise; for managers."""

from __future__ import annotations

from dataclasses import replace

import discord
from discord import app_commands

from audience.errors import Refused
from bot.discord import suggestions
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk, managing, server
from bot.order import GENERAL, PLATFORM
from bot.room import ServerChoices

OFF = "Draft channels are off for this Soundingboard; whoever runs it can set SOUNDINGBOARD_DRAFT_CHANNELS=on."


def add(desk: Desk) -> None:
    @desk.tree.command(name="settings", description="What this server takes where nobody says otherwise (managers)")
    @app_commands.describe(
        panel="The panel that sits where none is named",
        platform="The platform where none is named",
        audience="How many real people a post is shown to",
        seats="How many simulated readers are played",
        draft_channel="Switch the quiet offer for new drafts on or off in a channel",
        keep_days="Days after which a rehearsal is deleted here; 0 takes the bot's own number",
    )
    @app_commands.rename(draft_channel="draft-channel", keep_days="keep-days")
    @app_commands.autocomplete(panel=suggestions.panels(desk), platform=suggestions.platforms(desk))
    @app_commands.default_permissions(manage_guild=True)
    async def settings(
        interaction: discord.Interaction[discord.Client],
        panel: str = "",
        platform: str = "",
        audience: app_commands.Range[int, 1, 1_000_000_000] = 0,
        seats: app_commands.Range[int, 1, 2_000] = 0,
        draft_channel: discord.TextChannel | None = None,
        keep_days: app_commands.Range[int, 0, 3_650] | None = None,
    ) -> None:
        managing(interaction)
        await acknowledge(interaction)
        words, servers, here = await desk.words(interaction), desk.stage.room.store.servers, server(interaction)
        before = await servers.choices(here)
        if seats > desk.stage.settings.most_seats:
            raise Refused(f"A rehearsal here has at most {desk.stage.settings.most_seats:,} readers.")
        now = replace(
            before,
            panel=words.panel(panel).key if panel else before.panel,
            platform=words.platform(platform).key if platform else before.platform,
            audience=audience or before.audience,
            seats=seats or before.seats,
            retention=before.retention if keep_days is None else keep_days,
            draft_channels=_switched(desk, before, draft_channel),
        )
        if now != before:
            await servers.choose(here, now)
        await tell(interaction, _told(desk, now))


def _switched(desk: Desk, before: ServerChoices, channel: discord.TextChannel | None) -> tuple[int, ...]:
    if channel is None:
        return before.draft_channels
    if not desk.stage.settings.draft_channels:
        raise Refused(OFF)
    others = tuple(each for each in before.draft_channels if each != channel.id)
    return others if channel.id in before.draft_channels else (*others, channel.id)


def _told(desk: Desk, now: ServerChoices) -> str:
    drafts = ", ".join(f"<#{channel}>" for channel in now.draft_channels) or "none"
    days = now.retention or desk.stage.settings.retention
    s = desk.stage.settings
    return (
        f"Panel: `{now.panel or GENERAL}`. Platform: `{now.platform or PLATFORM}`. Audience: {now.audience or 1_000:,} people. "
        f"Readers: {now.seats or 48}.\nDraft channels: {drafts}.\n"
        f"Rehearsals are deleted after {f'{days:,} days' if days else 'nobody knows how long: never by themselves'}.\n"
        f"Quotas: {s.member_quota:,} an hour for a member, {s.server_quota:,} a day for the server; at most {s.most_seats:,} "
        f"readers and {s.most_minutes:,} minutes a rehearsal. Model: {desk.stage.room.model.name}."
    )
