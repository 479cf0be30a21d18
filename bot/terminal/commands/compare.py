"""compare: play two or more drafts to the same readers and say which does better, or that it is too close to call."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from audience.draft import Draft
from audience.errors import Refused
from audience.panel import SEATS
from audience.rehearsal import AUDIENCE, REPLIES
from bot.order import PLATFORM, Order
from bot.terminal.comparing import compare, compare_kept
from bot.terminal.options import AllowRemote, Database, Html, Json, Markdown, NoColor, Quiet, settings
from bot.terminal.ordering import Audience, Model, Panels, Personas, PlatformName, Replies, Seats, Seed, draft_text
from bot.terminal.outputs import Outputs

LONGEST_ID = 8
Given = Annotated[
    list[str], typer.Argument(metavar="DRAFT DRAFT...", help="Text files with the drafts, or ids of rehearsals that are kept.")
]


def add(app: typer.Typer) -> None:
    app.command("compare", epilog="Example: soundingboard compare a.md b.md --panel customers --html both.html")(command)


def command(
    given: Given,
    panel: Panels = None,
    persona: Personas = None,
    platform: PlatformName = PLATFORM,
    audience: Audience = AUDIENCE,
    seats: Seats = SEATS,
    replies: Replies = REPLIES,
    model: Model = None,
    allow_remote: AllowRemote = False,
    seed: Seed = 1,
    database: Database = None,
    json: Json = False,
    html: Html = None,
    markdown: Markdown = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Play drafts to the same readers and say which does better."""
    outputs = Outputs(json, html, markdown, None, quiet, no_color)
    if all(map(_kept, given)):
        return asyncio.run(compare_kept(given, settings(), database, outputs))
    if given.count("-") > 1:
        raise Refused("Only one of the drafts can come from standard input; give the others as files.")
    drafts = [Draft.clean(draft_text(name)) for name in given]
    if panel and persona:
        raise Refused("Give --panel or --persona, not both: a panel already says who sits in it.")
    orders = [
        Order(draft, tuple(panel or ()), tuple(persona or ()), platform, audience, seats, replies, 1, seed) for draft in drafts
    ]
    return asyncio.run(compare(orders, model, settings(), database, outputs, remote=allow_remote))


def _kept(name: str) -> bool:
    """Whether this may be the id of a rehearsal: no file of that name is here, and ids look like it."""
    return name.isalnum() and len(name) <= LONGEST_ID and not Path(name).exists()
