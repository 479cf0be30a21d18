"""Suggestions: what autocomplete offers while a member types, by name and with one line about each."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from discord import app_commands

from bot.discord.desk import Desk, sees, server
from bot.discord.press import Interaction
from bot.pages.figures import flat

MOST, LONGEST = 25, 100
Suggest = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


def panels(desk: Desk) -> Suggest:
    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        words = await desk.words(interaction)
        return choices({key: f"{panel.name}: {panel.bio}" for key, panel in words.panels.items()}, typed)

    return suggest


def platforms(desk: Desk) -> Suggest:
    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        words = await desk.words(interaction)
        return choices({key: f"{platform.name}: {platform.framing}" for key, platform in words.platforms.items()}, typed)

    return suggest


def personas(desk: Desk) -> Suggest:
    """Several may be named with commas between: what is typed after the last comma is completed."""

    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        offered = (await desk.words(interaction)).offered
        known = {key: f"{persona.name}: {persona.bio}" for key, persona in offered.items()}
        before, comma, last = typed.rpartition(",")
        found = choices(known, last.strip())
        if not comma:
            return found
        kept = f"{before.strip()}, "
        return [
            app_commands.Choice(name=f"{kept}{c.value}"[:LONGEST], value=f"{kept}{c.value}")
            for c in found
            if len(kept + c.value) <= LONGEST
        ]

    return suggest


def rehearsals(desk: Desk) -> Suggest:
    async def suggest(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await desk.stage.room.store.stagings.recent(server(interaction), 100, words=typed)
        seen = [(staging, summary) for staging, summary in found if sees(interaction, staging)][:MOST]
        return [app_commands.Choice(name=_cut(f"{s.id}, {s.created:%d %b}: {s.opening}"), value=s.id) for _, s in seen]

    return suggest


def choices(known: Mapping[str, str], typed: str) -> list[app_commands.Choice[str]]:
    """Those whose key begins so first, then those that hold what was typed anywhere."""
    wanted = typed.casefold()
    fitting = [key for key, told in known.items() if wanted in f"{key} {told}".casefold()]
    ordered: Sequence[str] = sorted(fitting, key=lambda key: (not key.startswith(wanted), key))
    return [app_commands.Choice(name=_cut(known[key]), value=key) for key in ordered[:MOST]]


def _cut(text: str) -> str:
    line = flat(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
