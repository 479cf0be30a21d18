"""Under the card of a post that is out: freeze its forecast, and take the numbers that came."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from audience.errors import Refused
from bot.discord import buttons
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk
from bot.discord.forms import numbers_form
from bot.discord.neutral import neutral
from bot.discord.press import Interaction, Name
from bot.pages.standing import frozen_sentence, recorded_sentence, track_record
from bot.record import Numbers, enter, publish, tried_in_its_time
from bot.room import open_ranker
from evidence.cells import count, moment, order

NEXT = "When its numbers are in, say a few days from now, press *Record numbers*."
NOT_FROZEN = "The forecast of this rehearsal is not frozen, so there is nothing to judge; press Published it first."
TWO_DAYS = "{given!r} could be two days; write it as 2026-11-23 09:00."
NO_TIME = "{given!r} is no time; write one such as 2026-11-23 09:00, or leave it empty for now."


def add(desk: Desk) -> None:
    desk.buttons["published"] = partial(_published, desk)
    desk.buttons["numbers"] = partial(_numbers, desk)
    desk.forms["recorded"] = partial(_recorded, desk)


async def _published(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    report = await desk.stage.reports.report(staging.rehearsal)
    ranker = await asyncio.to_thread(open_ranker, desk.stage.settings)
    now = interaction.created_at
    frozen = await publish(desk.stage.room.store, ranker, report, now, now)
    desk.stage.refresh(staging)
    await tell(interaction, f"{neutral(frozen_sentence(frozen), 1_500)}\n{NEXT}", view=buttons.numbers(staging))


async def _numbers(desk: Desk, interaction: Interaction, name: Name) -> None:
    staging = await desk.staging(interaction, name.rehearsal)
    if await desk.stage.room.store.outcomes.publication(staging.rehearsal) is None:
        raise Refused(NOT_FROZEN)
    await interaction.response.send_modal(numbers_form(Name("recorded", staging.rehearsal)))


async def _recorded(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    await acknowledge(interaction)
    staging, now = await desk.staging(interaction, name.rehearsal), interaction.created_at
    numbers = Numbers(*(_count(field, given.get(field, "")) for field in ("reach", "reactions", "replies", "shares")))
    store = desk.stage.room.store
    entered = await enter(store, staging.rehearsal, numbers, _moment(given.get("taken", ""), now), now)
    if entered is None:
        raise Refused(NOT_FROZEN)
    told = track_record(await store.outcomes.cases(staging.server))
    fitted = await tried_in_its_time(store, partial(open_ranker, desk.stage.settings), staging.server, now)
    desk.stage.refresh(staging)
    await tell(interaction, "\n".join([neutral(recorded_sentence(*entered), 500), *told, *fitted]))


def _count(field: str, given: str) -> int:
    """As it stands in any of the platforms' own pages: 1,234, 1.234, 12K. An empty one is 0."""
    try:
        return count(given)
    except ValueError as error:
        raise Refused(f"For {field}, {error}; write how many there were.") from None


def _moment(given: str, now: datetime) -> datetime:
    """In UTC where it names no zone: Discord tells nobody's."""
    if not given.strip():
        return now
    try:
        first = order([given])
        found = moment(given, first or "day-first")
    except ValueError:
        raise Refused(NO_TIME.format(given=given[:40])) from None
    if first is None:
        raise Refused(TWO_DAYS.format(given=given[:40]))
    return found
