"""doctor: is everything there that the bot needs, and what to do where it is not."""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Failed, Refused
from bot.room import chosen, library, open_room, open_store
from bot.settings import Settings
from bot.terminal.options import AllowRemote, Database, settings

LEAST_FREE = 500_000_000  # bytes; a year of a busy team takes less

Channel = Annotated[int | None, typer.Option("--channel", metavar="ID", help="Look at the permissions in this channel too.")]


def add(app: typer.Typer) -> None:
    app.command("doctor", epilog="Example: soundingboard doctor --channel 123456789012345678")(command)


def command(channel: Channel = None, allow_remote: AllowRemote = False, database: Database = None) -> int:
    """Check token, intents, permissions, database, model and disk."""
    return asyncio.run(_examine(settings(), channel, database, allow_remote))


async def _examine(given: Settings, channel: int | None, database: Path | None, remote: bool) -> int:
    from bot.discord.visits import Finding, examined

    found = await examined(given, channel)
    for what, look in (("words", partial(_words, given)), ("database and model", partial(_room, given, database, remote))):
        try:
            found.append(Finding(what, well=True, told=await look()))
        except (Refused, Failed) as why:
            found.append(Finding(what, well=False, told=str(why)))
    free = shutil.disk_usage(_standing(database or given.database)).free
    found.append(Finding("disk", free >= LEAST_FREE, f"{free / 1e9:.1f} GB free where rehearsals are kept"))
    for finding in found:
        typer.echo(f"{'well ' if finding.well else 'TO DO'}  {finding.what}: {finding.told}")
    return 0 if all(finding.well for finding in found) else 1


async def _words(given: Settings) -> str:
    words = await asyncio.to_thread(library, given)
    return f"{len(words.personas)} personas, {len(words.panels)} panels, {len(words.platforms)} platforms"


async def _room(given: Settings, database: Path | None, remote: bool) -> str:
    taken = chosen(given.model, given)
    async with open_store(given, database) as store, open_room(given, taken.name, store, remote=remote) as room:
        kept = len(await store.recent(1_000_000))
        return f"{kept} rehearsals kept; {room.model.name} opened in {room.opening:.1f} s"


def _standing(path: Path) -> Path:
    """The nearest folder that is there."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())
