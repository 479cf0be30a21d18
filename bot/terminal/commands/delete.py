"""delete: remove a rehearsal for good."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Failed
from audience.rehearsal import Rehearsal
from bot.pages.figures import flat
from bot.room import open_store
from bot.settings import Settings
from bot.terminal.options import Database, Which, settings

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def add(app: typer.Typer) -> None:
    app.command("delete", epilog="Example: soundingboard delete 7f3k2mq9 --yes")(command)


def command(which: Which, database: Database = None, yes: Yes = False) -> None:
    """Delete a rehearsal, its draft and its replies for good."""
    found = asyncio.run(_found(which, settings(), database))
    # Asked outside of any event loop, which would keep Ctrl-C from whoever is asked.
    if not yes and not typer.confirm(f"Delete {found.id}, “{flat(found.draft.text)[:60]}”?"):
        raise Failed(f"Nothing was deleted; {found.id} is still kept.")
    asyncio.run(_delete(found.id, settings(), database))
    typer.echo(f"Deleted {found.id}; nothing of it is kept.")


async def _found(which: str, settings: Settings, database: Path | None) -> Rehearsal:
    async with open_store(settings, database) as store:
        return (await store.load(which)).rehearsal


async def _delete(name: str, settings: Settings, database: Path | None) -> None:
    async with open_store(settings, database) as store:
        await store.delete(name)
