"""Press: a button whose name holds all it needs to know, so that one from before a restart works like one from now.

A name is `sb:VERB:REHEARSAL:POST[:MORE]`. POST says which message of the rehearsal the button stands on, by which a message is
found again that was sent just before a kill. Knows no verb.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot.discord.languages import label

Interaction = discord.Interaction[discord.Client]
Pressed = Callable[[Interaction, "Name"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Name:
    """What the custom id of a button or a form says."""

    verb: str
    rehearsal: str = "-"
    post: str = "-"
    more: str = ""

    def __str__(self) -> str:
        return f"sb:{self.verb}:{self.rehearsal}:{self.post}:{self.more}"

    @classmethod
    def read(cls, custom_id: str) -> Name | None:
        parts = custom_id.split(":", maxsplit=4)
        return cls(*parts[1:]) if len(parts) == 5 and parts[0] == "sb" else None


@dataclass(frozen=True, slots=True)
class Look:
    """How a button looks; `style` is one of Discord's."""

    text: str
    emoji: str = ""
    style: discord.ButtonStyle = discord.ButtonStyle.secondary


class Press(ui.DynamicItem[ui.Button[ui.View]], template=r"sb:.{1,97}"):
    """Every button of ours. What it does is looked up when it is pressed."""

    def __init__(self, button: ui.Button[ui.View]) -> None:
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: ui.Item[ui.View], match: re.Match[str]) -> Press:
        return cls(item) if isinstance(item, ui.Button) else cls(ui.Button(custom_id=match[0]))


def row(looks: Sequence[tuple[Name, Look]], locale: str) -> ui.View:
    """A view of buttons, five a row. It is never remembered: its buttons are told apart by their names alone."""
    view = ui.View(timeout=None)
    for name, look in looks:
        view.add_item(
            Press(ui.Button(label=label(look.text, locale), emoji=look.emoji or None, style=look.style, custom_id=str(name)))
        )
    return view
