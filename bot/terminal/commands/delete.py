"""delete: remove a rehearsal for good, or all posts that were imported."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Failed, Refused
from audience.rehearsal import Rehearsal
from bot.pages.figures import flat, named
from bot.room import open_store
from bot.settings import Settings
from bot.terminal.options import Database, settings

Which = Annotated[str, typer.Argument(metavar="REHEARSAL", help="Its id or the start of it, or: last.")]
Imported = Annotated[bool, typer.Option("--imported", help="Instead of a rehearsal, every post that came from CSV files.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add(app: typer.Typer) -> None:
    app.command("delete", epilog="Example: soundingboard delete 7f3k2mq9 --yes")(command)


def command(which: Which = "", imported: Imported = False, database: Database = None, yes: Yes = False) -> None:
    """Delete a rehearsal and all that hangs on it for good."""
    if bool(which) == imported:
        raise Refused("Say which REHEARSAL to delete, or --imported for every post that came from CSV files.")
    if imported:
        _delete_imported(database, yes)
        return
    found = asyncio.run(_found(which, settings(), database))
    # Asked outside of any event loop, which would keep Ctrl-C from whoever is asked.
    if not yes and not typer.confirm(f"Delete {found.id}, “{flat(found.draft.text)[:60]}”?"):
        raise Failed(f"Nothing was deleted; {found.id} is still kept.")
    asyncio.run(_delete(found.id, settings(), database))
    typer.echo(f"Deleted {found.id}; nothing of it is kept, its frozen forecast and recorded numbers neither.")


def _delete_imported(database: Path | None, yes: bool) -> None:
    if not yes and not typer.confirm("Delete every post that was imported?"):
        raise Failed("Nothing was deleted; the imported posts are still kept.")
    typer.echo(f"Deleted {named('imported row', asyncio.run(_forget(settings(), database)))}; nothing of them is kept.")


async def _forget(settings: Settings, database: Path | None) -> int:
    async with open_store(settings, database) as store:
        return await store.outcomes.forget_imported(None)


async def _found(which: str, settings: Settings, database: Path | None) -> Rehearsal:
    async with open_store(settings, database) as store:
        return (await store.load(which)).rehearsal


async def _delete(name: str, settings: Settings, database: Path | None) -> None:
    async with open_store(settings, database) as store:
        await store.delete(name)
