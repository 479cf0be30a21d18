"""history: the rehearsals that are kept, newest first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.pages.figures import flat
from bot.room import Summary, open_store
from bot.settings import Settings
from bot.terminal.options import Database, settings

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many, newest first.")]


def add(app: typer.Typer) -> None:
    app.command("history", epilog="Example: soundingboard history --limit 5")(command)


def command(database: Database = None, limit: Limit = 20) -> None:
    """List the rehearsals that are kept, newest first."""
    found = asyncio.run(_recent(settings(), database, limit))
    for row in found:
        state = "" if row.finished else f" (stopped at {row.played} of {row.seats}; soundingboard resume {row.id})"
        typer.echo(
            f"{row.id}  {row.created:%Y-%m-%d %H:%M}  {row.panel}, {row.platform}, {row.model.rpartition(' ')[0]}  “{flat(row.opening)}”{state}"
        )
    if not found:
        typer.echo('No rehearsal is kept yet; start with: soundingboard rehearse --text "your draft"')


async def _recent(settings: Settings, database: Path | None, limit: int) -> tuple[Summary, ...]:
    async with open_store(settings, database) as store:
        return await store.recent(limit)
