"""Orders: what a member asked for becomes a rehearsal on the stage. Every way to ask for one ends here."""

from __future__ import annotations

from functools import partial

from audience.draft import Draft
from audience.errors import Refused
from audience.panel import SEATS
from audience.rehearsal import AUDIENCE, REPLIES, Rehearsal
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk, server, stage_here
from bot.discord.press import Interaction
from bot.order import GENERAL, PLATFORM, Order
from bot.room import Staging

ON_ITS_WAY = "Your audience is taking its seats for rehearsal `{id}`; its thread opens in a moment. Every reader is simulated."
HEARD_BEFORE = "That was asked before; it is on its way."


async def order(
    desk: Desk, interaction: Interaction, draft: Draft, *, panel: str = "", personas: str = "", platform: str = "",
    audience: int = 0, seats: int = 0, rounds: int = 1,
) -> Order:  # fmt: skip
    """What was named, else what the server chose, else what the terminal takes too."""
    choices = await desk.stage.room.store.servers.choices(server(interaction))
    chosen = tuple(name.strip().casefold() for name in personas.replace(";", ",").split(",") if name.strip())
    if gone := set(chosen) & (await desk.words(interaction)).retired:
        raise Refused(f"The persona {min(gone)!r} is retired; bring it back with /persona edit, or take another.")
    most = desk.stage.settings.most_seats
    return Order(
        draft, (panel.casefold() or choices.panel or GENERAL,), chosen, platform.casefold() or choices.platform or PLATFORM,
        audience or choices.audience or AUDIENCE, seats or min(choices.seats or SEATS, most), REPLIES, rounds, 1,
    )  # fmt: skip


async def rehearse(desk: Desk, interaction: Interaction, asked: Order, source: int | None = None) -> None:
    """Look everything up, keep it and play it."""
    wanted = asked.rehearsal(await desk.words(interaction), interaction.created_at)
    await begin(desk, interaction, wanted, source=source)


async def begin(
    desk: Desk, interaction: Interaction, wanted: Rehearsal, *, source: int | None = None, before: str = ""
) -> None:
    channel = stage_here(interaction) if not before else None
    await acknowledge(interaction)
    staging = Staging(
        rehearsal=wanted.id, server=server(interaction), channel=channel or await _same_channel(desk, before),
        asker=interaction.user.id, interaction=interaction.id, asked=interaction.created_at, source=source, before=before,
        locale=str(interaction.guild_locale or ""),
    )  # fmt: skip
    new = await desk.stage.keep(wanted, staging)
    await tell(interaction, ON_ITS_WAY.format(id=wanted.id) if new else HEARD_BEFORE)
    if new:
        await desk.stage.perform(staging, partial(tell, interaction))  # last, so that its bad news is not written over


async def _same_channel(desk: Desk, before: str) -> int:
    """A second rehearsal of a draft stands in the channel of the first: its buttons are pressed inside a thread."""
    return (await desk.stage.room.store.stagings.get(before)).channel
