"""delete: remove a rehearsal for good."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.room import open_store
from bot.settings import Settings
from bot.terminal.options import Database, Which, settings

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add(app: typer.Typer) -> None:
    app.command("delete", epilog="Example: soundingboard delete 7f3k2mq9 --yes")(command)


def command(which: Which, database: Database = None, yes: Yes = False) -> None:
    """Delete a rehearsal, its draft and its replies for good."""
    typer.echo(f"Deleted {asyncio.run(_delete(which, settings(), database, yes=yes))}; nothing of it is kept.")


async def _delete(which: str, settings: Settings, database: Path | None, *, yes: bool) -> str:
    async with open_store(settings, database) as store:
        found = (await store.load(which)).rehearsal
        if not yes:
            typer.confirm(f"Delete {found.id}, “{found.draft.text[:60]}”?", abort=True)
        await store.delete(found.id)
    return found.id
