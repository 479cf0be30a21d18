"""Under the card: cancel, run again, revise, the silent ones, export, delete, go on."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import secrets
from collections.abc import Mapping
from functools import partial

import discord

from audience.document import to_document
from audience.draft import Draft
from audience.errors import Refused
from bot.discord import buttons
from bot.discord.answers import acknowledge, tell
from bot.discord.cards import silent_ones
from bot.discord.clearing import cleared
from bot.discord.desk import Desk
from bot.discord.forms import draft_form
from bot.discord.orders import begin
from bot.discord.press import Interaction, Name
from bot.order import again
from bot.pages.markdown import markdown
from bot.pages.page import html_page
from bot.pages.sheet import csv_sheet

ALL_SURE = "This removes the message and everything that was kept of these rehearsals. It cannot be brought back."
SURE = (
    "This removes the thread, its messages and everything that was kept of this rehearsal, a frozen forecast and its recorded "
    "numbers too. It cannot be brought back."
)


def add(desk: Desk) -> None:
    for verb, pressed in {
        "cancel": _cancel, "again": _again, "revise": _revise, "silent": _silent, "export": _export, "delete": _delete,
        "delete-for-good": _delete_for_good, "keep": _keep, "go-on": _go_on,
    }.items():  # fmt: skip
        desk.buttons[verb] = partial(pressed, desk)
    desk.forms["revised"] = partial(_revised, desk)


async def _cancel(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.owned(interaction, name.rehearsal, "cancel")
    if not desk.stage.cancel(staging.rehearsal, interaction.user.display_name):
        raise Refused("This rehearsal is over already; there is nothing to cancel.")
    await tell(interaction, "Cancelled. What was heard is kept, and Go on takes it up again.")


async def _again(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    old = (await desk.stage.room.store.load(staging.rehearsal)).rehearsal
    words = await desk.words(interaction)
    wanted = again(old, words, interaction.created_at, draft=old.draft, seed=secrets.randbelow(2**31))
    await begin(desk, interaction, wanted, before=staging.rehearsal)


async def _revise(desk: Desk, interaction: Interaction, name: Name) -> None:
    staging = await desk.staging(interaction, name.rehearsal)
    old = (await desk.stage.room.store.load(staging.rehearsal)).rehearsal
    await interaction.response.send_modal(draft_form("Revise the draft", Name("revised", staging.rehearsal), old.draft.text))


async def _revised(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    """The same seats under the same seed, so that what changes is the draft alone."""
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    old = (await desk.stage.room.store.load(staging.rehearsal)).rehearsal
    draft = Draft.clean(given.get("draft", ""), old.draft.alt)
    if draft.text == old.draft.text:
        raise Refused("The draft is the same as before; change it, or press Run again for other chances.")
    wanted = again(old, await desk.words(interaction), interaction.created_at, draft=draft, seed=old.seed)
    await begin(desk, interaction, wanted, before=staging.rehearsal)


async def _silent(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    await tell(interaction, embeds=silent_ones(await desk.stage.reports.report(staging.rehearsal)))


async def _export(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    report = await desk.stage.reports.report(staging.rehearsal)
    track = await desk.stage.reports.track(staging, report)

    def made() -> dict[str, str]:
        document = json.dumps(to_document(report, track), ensure_ascii=False, indent=2)
        return {"html": html_page(report, track), "md": markdown(report, track), "csv": csv_sheet(report), "json": document}

    texts = await asyncio.to_thread(made)
    files = [
        discord.File(io.BytesIO(text.encode()), f"soundingboard-{staging.rehearsal}.{ending}") for ending, text in texts.items()
    ]
    await tell(interaction, "The whole report, marked as simulated in every file.", files=files)


async def _delete(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.owned(interaction, name.rehearsal, "delete")
    await tell(interaction, ALL_SURE if name.more else SURE, view=buttons.sure(staging, name.more))


async def _keep(desk: Desk, interaction: Interaction, name: Name) -> None:
    await interaction.response.edit_message(content="Nothing was deleted.", view=None)


async def _delete_for_good(desk: Desk, interaction: Interaction, name: Name) -> None:
    await interaction.response.edit_message(content="Deleting…", view=None)
    left = await _removed(desk, interaction, name.rehearsal)
    others = [each for each in name.more.split(".") if each]
    for rehearsal in others:
        with contextlib.suppress(Refused):  # that draft of the comparison was deleted before
            await _removed(desk, interaction, rehearsal)
    # Asked from inside the thread that is gone now, nobody may be there to hear it; that is no failure.
    told = f"Rehearsals {', '.join([name.rehearsal, *others])} are" if others else f"Rehearsal {name.rehearsal} is"
    await tell(interaction, f"{told} deleted.{left}")


async def _removed(desk: Desk, interaction: Interaction, rehearsal: str) -> str:
    """One rehearsal with all that was posted of it; what could not be taken away, in a sentence."""
    await desk.owned(interaction, rehearsal, "delete")
    desk.stage.cancel(rehearsal, interaction.user.display_name)
    await desk.stage.ended(rehearsal)
    left = await cleared(desk.stage.thread(await desk.staging(interaction, rehearsal)))
    await desk.stage.room.store.delete(rehearsal)
    return left


async def _go_on(desk: Desk, interaction: Interaction, name: Name) -> None:
    await acknowledge(interaction)
    staging = await desk.owned(interaction, name.rehearsal, "go on with")
    again = await desk.stage.taken_up(staging)
    await tell(interaction, f"Rehearsal {staging.rehearsal} goes on where it was.")
    await desk.stage.perform(again, partial(tell, interaction))
