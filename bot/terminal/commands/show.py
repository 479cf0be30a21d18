"""show: the report of a rehearsal that is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from audience.report import Report
from bot.record import track
from bot.room import open_store
from bot.settings import Settings
from bot.terminal.options import Csv, Database, Html, Json, Markdown, NoColor, Quiet, Which, settings
from bot.terminal.outputs import Outputs
from bot.terminal.view import show


def add(app: typer.Typer) -> None:
    app.command("show", epilog="Example: soundingboard show last --html report.html")(command)


def command(
    which: Which = "last",
    database: Database = None,
    json: Json = False,
    html: Html = None,
    markdown: Markdown = None,
    csv: Csv = None,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> None:
    """Show the report of a rehearsal that is kept."""
    outputs = Outputs(json, html, markdown, csv, quiet, no_color)
    report, told = asyncio.run(kept_report(which, settings(), database))
    outputs.deliver(report, told, show)


async def kept_report(which: str, settings: Settings, database: Path | None) -> tuple[Report, tuple[str, ...]]:
    """The report of a rehearsal, made again from what was kept, and how often its like was right."""
    async with open_store(settings, database) as store:
        kept = await store.load(which)
        told = await track(store, None, kept.rehearsal.model)
    return Report.of(kept.rehearsal, kept.reactions, kept.timings), told
