"""Fitting: embeds that hold Discord's limits whatever they are given, and never lose words without saying so.

Knows sizes and no report. Every text that is given to a card is written for Discord already: see neutral.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from audience.report import MARK
from bot.discord.neutral import neutral, seen

if TYPE_CHECKING:
    import discord

TITLE, NAME, VALUE, DESCRIPTION, FOOT, WHOLE, FIELDS = 256, 256, 1_024, 4_096, 2_048, 6_000, 25
LONGEST_ID = 80  # characters of an id in the foot
ACCENT = 0xC2553A  # the accent of the page, between its light and its dark form, so that it stands out on both themes
QUIET = 0x8A8174

Field = tuple[str, str]  # heading and text


def card(
    title: str, description: str, fields: Sequence[Field] = (), *, id: str = "", inline: Sequence[Field] = (), color: int = ACCENT,
    mark: str = MARK,
) -> discord.Embed:  # fmt: skip
    """An embed with a mark at its foot; empty fields are left out. Raises ValueError where the parts are over the limits."""
    import discord

    embed = discord.Embed(title=title or None, description=description or None, color=color)
    for heading, text in inline:
        embed.add_field(name=heading, value=text or "…", inline=True)
    for heading, text in fields:
        if text:
            embed.add_field(name=heading, value=text, inline=False)
    embed.set_footer(text=foot(mark, id))
    if len(embed) > WHOLE or len(embed.fields) > FIELDS or any(len(f.value or "") > VALUE for f in embed.fields):
        raise ValueError(
            f"the card {title!r} has {len(embed):,} characters in {len(embed.fields)} fields, more than Discord takes"
        )
    return embed


def foot(mark: str, id: str) -> str:
    """A foot is shown as plain text, so nothing in it needs an escape."""
    plain = " ".join(seen(id).split())
    short = plain if len(plain) <= LONGEST_ID else f"{plain[: LONGEST_ID - 1]}…"
    return f"{mark} · {short}" if short else mark


def line(text: str, most: int = 300) -> str:
    """Text that others wrote, harmless and on one line."""
    return neutral(" ".join(text.split()), most)


def bullets(lines: Iterable[str], most: int, each: int = 300) -> str:
    """As many lines as fit, each a point of a list; the last says how many did not."""
    return fitted([f"- {line(text, each)}" for text in lines], most)


def prose(sentences: Iterable[str], most: int, each: int = 400) -> str:
    """As many sentences as fit, each on a line of its own."""
    return fitted([line(text, each) for text in sentences], most)


def joined(words: Iterable[str], most: int, between: str = ", ") -> str:
    """Names or short phrases in one run, as many as fit."""
    shown = [line(each, 60) for each in words]
    for many in range(len(shown), 0, -1):
        rest = f" and {len(shown) - many:,} more" if many < len(shown) else ""
        if len(told := f"{between.join(shown[:many])}{rest}") <= most:
            return told
    return ""


def fitted(rows: Sequence[str], most: int, where: str = " in the exported report") -> str:
    """Rows that are written for Discord already; whole ones only, and where the others are found."""
    kept: list[str] = []
    room = most
    for number, row in enumerate(rows):
        rest = len(rows) - number - 1
        if len(row) + 1 > room - (len(_left_out(rest + 1, where)) if rest else 0):
            return "\n".join([*kept, _left_out(rest + 1, where)])
        kept.append(row)
        room -= len(row) + 1
    return "\n".join(kept)


def _left_out(many: int, where: str) -> str:
    return f"-# and {many:,} more{where}"
