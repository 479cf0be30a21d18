"""Shelf cards: a persona, a panel or a platform as a member looks it up. Knows no rehearsal and no store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from audience.library import Library
from audience.panel import Panel
from audience.persona import Persona
from audience.platform import Platform
from audience.reaction import KIND
from bot.discord.fitting import bullets, card, fitted, joined, line
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
        ("Cares about", joined(persona.interests, 500, "; ")),
        ("Annoyed by", joined(persona.annoys, 500, "; ")),
        ("Buys", neutral(persona.brands, 400)),
        ("Writes", neutral(persona.writes, 400)),
        ("Would write", bullets(persona.examples, 700, 240)),
        ("Habits", joined((f"{platform}: {habit}" for platform, habit in persona.habits.items()), 400, "; ")),
        ("Languages", joined(persona.languages, 150)),
        ("The team's marks", _record(record or {})),
    )
    life = f"\n\n{neutral(persona.life, 900)}" if persona.life not in {"", persona.bio} else ""
    return card(line(persona.name, 200), f"{neutral(persona.bio, 500)}{life}", fields, mark=INVENTED)


def panel_card(panel: Panel, library: Library) -> discord.Embed:
    """The personas of a panel, those with most seats first, each with its share of them."""
    whole = sum(share for _, share in panel.shares)
    rows = []
    for share in sorted({share for _, share in panel.shares}, reverse=True):
        names = sorted(_name(library, persona) for persona, own in panel.shares if own == share)
        rows.append(f"**{percent(share / whole)}{' each' if len(names) > 1 else ''}** {joined(names, 1_800, ' · ')}")
    about = f"{neutral(panel.bio, 700)}\n-# {named('persona', len(panel.shares))}; key {line(panel.key, 80)}"
    seats = fitted(rows, 3_000, " shares")
    return card(line(panel.name, 200), f"{about}\n\n**Shares of the seats**\n{seats}", mark=INVENTED)


def platform_card(platform: Platform) -> discord.Embed:
    """How a platform is told to readers, its base rates with the source of each, and its limits."""
    rates = [(f"{KIND[k].label}: {percent(rate)}", line(platform.sources[k], 300)) for k, rate in platform.rates.items()]
    limits = f"{platform.limit:,} characters, {platform.fold:,} of them before “more”\n{neutral(platform.source, 500)}"
    about = f"{neutral(platform.framing, 1_200)}\n\n**What people do who are shown a post, before they have read it**"
    return card(line(platform.name, 200), about, (*rates, ("Limits", limits)), mark=GUESSED)


def _name(library: Library, persona: str) -> str:
    return library.personas[persona].name if persona in library.personas else persona


def _record(record: Mapping[str, int]) -> str:
    counts = in_order(record)
    if not counts:
        return ""
    return told(counts) if believed(record) else f"{told(counts)}\nNo longer believed by this team."
