"""import: take in a rehearsal that was exported as JSON. (A module cannot be called import.)"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from audience.document import read_document
from audience.draft import decoded
from audience.errors import Refused
from bot.room import Kept, open_store
from bot.settings import Settings
from bot.terminal.options import Database, settings

MOST_BYTES = 64 * 2**20

File = Annotated[Path, typer.Argument(metavar="FILE", help="A JSON document written by export or by --json.")]


def add(app: typer.Typer) -> None:
    app.command("import", epilog="Example: soundingboard import rehearsal.json")(command)


def command(file: File, database: Database = None) -> None:
    """Take in a rehearsal that was exported as JSON."""
    kept = _read(file)
    asyncio.run(_restore(kept, settings(), database))
    typer.echo(f"Took in rehearsal {kept.rehearsal.id}; see it with: soundingboard show {kept.rehearsal.id}")


def _read(file: Path) -> Kept:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refused(f"{file} is too large to be a rehearsal ({file.stat().st_size:,} bytes).")
        document = json.loads(decoded(file.read_bytes(), str(file)))
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}); give a file written by export --json.") from None
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file} is no JSON document ({error}); give a file written by export --json.") from None
    rehearsal, reactions, timings = read_document(document, str(file))
    return Kept(rehearsal, reactions, timings, finished=bool(timings))


async def _restore(kept: Kept, settings: Settings, database: Path | None) -> None:
    async with open_store(settings, database) as store:
        await store.restore(kept)
