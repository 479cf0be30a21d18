"""rehearse: play a draft to a simulated audience and show what came back."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from audience.draft import MOST_CHARACTERS, Draft, decoded
from audience.errors import Refused
from audience.panel import SEATS
from audience.rehearsal import AUDIENCE, REPLIES
from bot.order import PLATFORM, Order
from bot.terminal.complete import panels, personas, platforms
from bot.terminal.options import Csv, Database, Html, Json, Markdown, NoColor, Quiet, settings
from bot.terminal.outputs import Outputs
from bot.terminal.stage import rehearse

MOST_BYTES = 40 * MOST_CHARACTERS  # read at most this much: a draft is a post, not a disk
MOST_NAME = 200  # characters of a file name that are said again

Given = Annotated[str, typer.Argument(metavar="DRAFT", help="A text file with the draft, or - for standard input.")]
Text = Annotated[str | None, typer.Option("--text", metavar="WORDS", help="The draft itself, in place of a file.")]
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
Rounds = Annotated[int, typer.Option("--rounds", metavar="N", help="2 lets readers see the replies and answer them.")]
Alt = Annotated[str, typer.Option("--alt", metavar="WORDS", help="Alt text of the post's image.")]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Which model plays; see: soundingboard models.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same readers, same chance.")]


def add(app: typer.Typer) -> None:
    app.command(
        "rehearse", epilog="Example: soundingboard rehearse draft.md --panel customers --platform linkedin --audience 5000"
    )(command)


def command(
    given: Given = "",
    text: Text = None,
    panel: Panels = None,
    persona: Personas = None,
    platform: PlatformName = PLATFORM,
    audience: Audience = AUDIENCE,
    seats: Seats = SEATS,
    replies: Replies = REPLIES,
    rounds: Rounds = 1,
    alt: Alt = "",
    model: Model = None,
    seed: Seed = 1,
    database: Database = None,
    json: Json = False,
    html: Html = None,
    markdown: Markdown = None,
    csv: Csv = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Play a draft to a simulated audience and show what came back."""
    outputs = Outputs(json, html, markdown, csv, quiet, no_color)
    if given and text is not None:
        raise Refused("Give the draft as a file or with --text, not both.")
    draft = Draft.clean(text if text is not None else _read(given), alt)
    if panel and persona:
        raise Refused("Give --panel or --persona, not both: a panel already says who sits in it.")
    order = Order(draft, tuple(panel or ()), tuple(persona or ()), platform, audience, seats, replies, rounds, seed)
    return asyncio.run(rehearse(order, model, settings(), database, outputs))


def _read(given: str) -> str:
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
