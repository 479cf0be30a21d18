"""What a command line says of an order: the options that more than one command takes, and the words of a draft file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from audience.draft import MOST_CHARACTERS, decoded
from audience.errors import Refused
from bot.terminal.complete import panels, personas, platforms

MOST_BYTES = 40 * MOST_CHARACTERS  # read at most this much: a draft is a post, not a disk
MOST_NAME = 200  # characters of a file name that are said again

Panels = Annotated[
    list[str] | None,
    typer.Option("--panel", metavar="NAME", autocompletion=panels, help="Who sits in the audience; repeatable."),
]
Personas = Annotated[
    list[str] | None,
    typer.Option("--persona", metavar="NAME", autocompletion=personas, help="Seat single personas instead; repeatable."),
]
PlatformName = Annotated[
    str, typer.Option("--platform", metavar="NAME", autocompletion=platforms, help="Where the post would appear.")
]
Audience = Annotated[
    int,
    typer.Option("--audience", metavar="N", help="How many real people would be shown the post; the tally is scaled to it."),
]
Seats = Annotated[int, typer.Option("--seats", metavar="N", help="How many readers are played.")]
Replies = Annotated[int, typer.Option("--replies", metavar="N", help="At most so many replies are written out.")]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Which model plays; see: soundingboard models.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same readers, same chance.")]


def draft_text(given: str) -> str:
    if not given:
        raise Refused('Give the draft: a file, - for standard input, or --text "the words".')
    if given == "-":
        return decoded(sys.stdin.buffer.read(MOST_BYTES), "standard input")
    name = given if len(given) <= MOST_NAME else f"{given[:MOST_NAME]}…"  # somebody gave the draft itself
    try:
        with Path(given).open("rb") as file:
            raw = file.read(MOST_BYTES)
    except IsADirectoryError:
        raise Refused(f"{name} is a folder; give the file with the draft in it.") from None
    except OSError as error:
        raise Refused(f"{name} cannot be read ({error.strerror}); give the file with the draft, or --text.") from None
    return decoded(raw, name)
