"""Attachments: files that members give, refused by size before a byte of them is read. Knows no command."""

from __future__ import annotations

import discord

from audience.draft import MOST_CHARACTERS, decoded
from audience.errors import Refused

MOST_BYTES = 4 * MOST_CHARACTERS  # a character of UTF-8 has at most four


async def text_of(file: discord.Attachment) -> str:
    """The text of a file in UTF-8. Raises Refused where it is too large or no text."""
    if file.size > MOST_BYTES:
        raise Refused(
            f"{file.filename[:80]} has {file.size / 1_000_000:.1f} MB; give a text file of at most {MOST_BYTES // 1_000} kB."
        )
    try:
        raw = await file.read()
    except (discord.NotFound, discord.Forbidden):
        raise Refused(f"{file.filename[:80]} is no longer on Discord; attach it again.") from None
    return decoded(raw, file.filename[:80])
