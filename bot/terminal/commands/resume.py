"""resume: play the seats that are missing in a rehearsal that was stopped."""

from __future__ import annotations

import asyncio

import typer

from bot.terminal import stage
from bot.terminal.options import AllowRemote, Csv, Database, Html, Json, Markdown, NoColor, Quiet, Which, settings
from bot.terminal.outputs import Outputs


def add(app: typer.Typer) -> None:
    app.command("resume", epilog="Example: soundingboard resume last")(command)


def command(
    which: Which = "last",
    allow_remote: AllowRemote = False,
    database: Database = None,
    json: Json = False,
    html: Html = None,
    markdown: Markdown = None,
    csv: Csv = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Play the seats that are missing, same seed and same answers."""
    outputs = Outputs(json, html, markdown, csv, quiet, no_color)
    return asyncio.run(stage.resume(which, settings(), database, outputs, remote=allow_remote))
