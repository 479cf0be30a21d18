"""Under each reply: what the team thinks of it, and the talk with its reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from audience.errors import Refused
from audience.reaction import Part
from bot.discord.answers import acknowledge, tell
from bot.discord.desk import Desk
from bot.discord.forms import answer_form
from bot.discord.marks import Mark
from bot.discord.marks import mark as mark_of
from bot.discord.press import Interaction, Name
from bot.pages.figures import flat

PARTS: Mapping[str, Part] = {"first": "first", "second": "second"}
TOLD = "Your words are on their way to the reader; the answer comes in the thread."
REPEATED = "That was said before; the answer comes in the thread."


def add(desk: Desk) -> None:
    desk.buttons["mark"] = partial(_mark, desk)
    desk.buttons["answer"] = partial(_ask, desk)
    desk.forms["answered"] = partial(_answered, desk)


async def _mark(desk: Desk, interaction: Interaction, name: Name) -> None:
    """One mark a member and reply: the same again withdraws it, another takes its place."""
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    part, seat = _place(name)
    held = await desk.stage.room.store.reviews.mark(staging.rehearsal, part, seat, interaction.user.id, mark_of(name.more).key)
    desk.stage.refresh(staging)
    await tell(interaction, _marked(mark_of(held)) if held else "You withdrew your mark.")


def _marked(mark: Mark) -> str:
    return f"You marked this reply as {mark.label.lower()}: {mark.told}. Press {mark.emoji} again to withdraw it."


async def _ask(desk: Desk, interaction: Interaction, name: Name) -> None:
    staging = await desk.staging(interaction, name.rehearsal)
    kept = await desk.stage.room.store.load(staging.rehearsal)
    seat = kept.rehearsal.seats[_seat(name, len(kept.rehearsal.seats)) - 1]
    form = answer_form(Name("answered", name.rehearsal, str(seat.number)), kept.rehearsal.reader(seat.persona).first_name)
    await interaction.response.send_modal(form)


async def _answered(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    await acknowledge(interaction)
    staging = await desk.staging(interaction, name.rehearsal)
    kept = await desk.stage.room.store.load(staging.rehearsal)
    seat = _seat(name, len(kept.rehearsal.seats))
    if not (said := given.get("said", "").strip()):
        raise Refused("There is nothing to say yet; write a sentence to the reader.")
    who = flat(interaction.user.display_name)[:80]
    turn = await desk.stage.room.store.reviews.say(staging.rehearsal, seat, interaction.user.id, who, said, interaction.id)
    await tell(interaction, TOLD if turn else REPEATED)
    if turn is not None:
        desk.stage.answer(staging, turn, partial(tell, interaction))


def _place(name: Name) -> tuple[Part, int]:
    part, _, seat = name.post.partition(".")
    if part not in PARTS or not seat.isdecimal():
        raise Refused("That button is from another version of Soundingboard; use /rehearsal to find what it belonged to.")
    return PARTS[part], int(seat)


def _seat(name: Name, seats: int) -> int:
    """The seat in the name of a button: first.7, talk.7.2 or, in a form, 7."""
    number = next((part for part in name.post.split(".") if part.isdecimal()), "0")
    if not 1 <= int(number) <= seats:
        raise Refused("That reader does not sit in this rehearsal; use /rehearsal to find it again.")
    return int(number)
