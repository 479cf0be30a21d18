"""rehearse: play a draft to a simulated audience and show what came back."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from audience.draft import Draft
from audience.errors import Refused
from audience.panel import SEATS
from audience.rehearsal import AUDIENCE, REPLIES
from bot.order import PLATFORM, Order
from bot.room import chosen
from bot.terminal.first_run import offer_voice
from bot.terminal.options import AllowRemote, Csv, Database, Html, Json, Markdown, NoColor, Quiet, settings
from bot.terminal.ordering import Audience, Model, Panels, Personas, PlatformName, Replies, Seats, Seed, draft_text
from bot.terminal.outputs import Outputs
from bot.terminal.stage import rehearse, tell

Given = Annotated[str, typer.Argument(metavar="DRAFT", help="A text file with the draft, or - for standard input.")]
Text = Annotated[str | None, typer.Option("--text", metavar="WORDS", help="The draft itself, in place of a file.")]
Rounds = Annotated[int, typer.Option("--rounds", metavar="N", help="2 lets readers see the replies and answer them.")]
Offline = Annotated[bool, typer.Option("--offline", help="Fetch nothing and offer nothing to fetch.")]
Alt = Annotated[str, typer.Option("--alt", metavar="WORDS", help="Alt text of the post's image.")]


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
    allow_remote: AllowRemote = False,
    offline: Offline = False,
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
    draft = Draft.clean(text if text is not None else draft_text(given), alt)
    if panel and persona:
        raise Refused("Give --panel or --persona, not both: a panel already says who sits in it.")
    order = Order(draft, tuple(panel or ()), tuple(persona or ()), platform, audience, seats, replies, rounds, seed)
    found = settings()
    taken = chosen(model or found.model, found)
    if not (offline or quiet):  # who wants one sentence is asked nothing
        offer_voice(taken.name, found, tell)
    return asyncio.run(rehearse(order, taken, found, database, outputs, remote=allow_remote))
