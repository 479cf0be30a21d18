"""Listing: many things with a line each, in the room that one message has."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.discord.neutral import neutral
from bot.pages.figures import flat

ROOM = 1_900  # characters, below Discord's 2,000
LINE = 130


def listed(what: str, things: Mapping[str, str], own: Collection[str]) -> str:
    """The server's own first; where not all fit, how many are left and how to find them."""
    ordered = sorted(things, key=lambda key: (key not in own, key))
    lines = [f"- `{key}`{' (your own)' if key in own else ''} {neutral(flat(things[key]), LINE)}" for key in ordered]
    shown: list[str] = []
    while lines and sum(len(line) + 1 for line in (*shown, lines[0])) < ROOM:
        shown.append(lines.pop(0))
    if lines:
        shown.append(f"and {len(lines)} more {what}; begin to type a name and Discord shows those that fit.")
    return "\n".join(shown) or f"There are no {what} yet."
