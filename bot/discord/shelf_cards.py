"""Shelf cards: a persona, a panel or a platform as a member looks it up. Knows no rehearsal and no store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audience.library import Library
from audience.panel import Panel
from audience.persona import Persona
from audience.platform import Platform
from audience.reaction import KIND
from bot.discord.fitting import bullets, card, fitted, line
from bot.discord.marks import believed, in_order, told
from bot.discord.neutral import neutral
from bot.pages.figures import named, percent

if TYPE_CHECKING:
    import discord

INVENTED = "Invented: no real person is meant."
GUESSED = "Base rates are the starting point of a simulation, and no forecast."


def persona_card(persona: Persona, record: Mapping[str, int] | None = None) -> discord.Embed:
    """`record` is how often each mark was given to this persona, over all rehearsals of the server."""
    fields = (
        ("Cares about", bullets(persona.interests, 600, 120)),
        ("Annoyed by", bullets(persona.annoys, 600, 120)),
        ("Buys", neutral(persona.brands, 400)),
        ("Writes", neutral(persona.writes, 400)),
        ("Would write", bullets(persona.examples, 700, 240)),
        ("Habits", bullets((f"{platform}: {habit}" for platform, habit in persona.habits.items()), 400, 60)),
        ("Languages", line(", ".join(persona.languages), 150)),
        ("The team's marks", _record(record or {})),
    )
    life = f"\n\n{neutral(persona.life, 900)}" if persona.life else ""
    return card(line(persona.name, 200), f"{neutral(persona.bio, 500)}{life}", fields, mark=INVENTED)


def panel_card(panel: Panel, library: Library) -> discord.Embed:
    """The personas of a panel, those with most seats first, each with its share of them."""
    whole = sum(share for _, share in panel.shares)
    ranked = sorted(panel.shares, key=lambda seat: (-seat[1], seat[0]))
    rows = [f"{percent(share / whole)} {line(_name(library, persona), 80)}" for persona, share in ranked]
    half = -(-len(rows) // 2)
    description = f"{neutral(panel.bio, 700)}\n-# {named('persona', len(rows))}; key {line(panel.key, 80)}"
    columns = [("Seats", rows)] if len(rows) < 8 else [("Seats", rows[:half]), ("and", rows[half:])]
    shown = tuple((heading, fitted(part, 1_000)) for heading, part in columns)
    return card(line(panel.name, 200), description, inline=shown, mark=INVENTED)


def platform_card(platform: Platform) -> discord.Embed:
    """How a platform is told to readers, its limits, and its base rates with the source of each."""
    rates = [f"**{KIND[k].label}** {percent(rate)}: {line(platform.sources[k], 150)}" for k, rate in platform.rates.items()]
    fields = (
        ("Limits", f"{platform.limit:,} characters, {platform.fold:,} of them before “more”\n{neutral(platform.source, 500)}"),
        ("What people do who are shown a post, before they have read it", fitted(rates, 1_000)),
    )
    return card(line(platform.name, 200), neutral(platform.framing, 1_200), fields, mark=GUESSED)


def _name(library: Library, persona: str) -> str:
    return library.personas[persona].name if persona in library.personas else persona


def _record(record: Mapping[str, int]) -> str:
    counts = in_order(record)
    if not counts:
        return ""
    return told(counts) if believed(record) else f"{told(counts)}\nNo longer believed by this team."
