"""import: take in a rehearsal that was exported as JSON, or posts with their numbers as CSV. (No module can be called import.)"""

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
from bot.terminal.bringing import Wanted, bring
from bot.terminal.complete import platforms
from bot.terminal.options import Database, settings

MOST_BYTES = 64 * 2**20
SHEETS = {".csv", ".tsv", ".tab"}

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A rehearsal as JSON, or a CSV export of posts and numbers from elsewhere.")
]
PlatformName = Annotated[
    str, typer.Option("--platform", metavar="NAME", autocompletion=platforms, help="CSV: where the posts were published.")
]
ColumnNames = Annotated[
    str, typer.Option("--columns", metavar="FIELD=NAME,...", help="CSV: corrects the guess; text, published, reach, reactions, replies, shares.")
]  # fmt: skip
Dates = Annotated[
    str, typer.Option("--dates", metavar="ORDER", help="CSV: day-first or month-first, where the file leaves it open.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="CSV: keep the posts without asking.")]


def add(app: typer.Typer) -> None:
    app.command("import", epilog="Example: soundingboard import posts.csv --platform linkedin")(command)


def command(
    file: File,
    platform: PlatformName = "",
    columns: ColumnNames = "",
    dates: Dates = "",
    yes: Yes = False,
    database: Database = None,
) -> None:
    """Take in a rehearsal from JSON, or posts from CSV."""
    if platform or columns or dates or file.suffix.casefold() in SHEETS:
        bring(Wanted(file, platform, columns, dates, yes), settings(), database)
        return
    kept = _read(file)
    asyncio.run(_restore(kept, settings(), database))
    typer.echo(f"Took in rehearsal {kept.rehearsal.id}; see it with: soundingboard show {kept.rehearsal.id}")


def _read(file: Path) -> Kept:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refused(f"{file} is too large to be a rehearsal ({file.stat().st_size:,} bytes).")
        document = json.loads(decoded(file.read_bytes(), str(file)))
    except OSError as error:
        raise Refused(
            f"{file} cannot be read ({error.strerror}); give a file written by export --json, or a CSV file."
        ) from None
    except (ValueError, RecursionError) as error:
        raise Refused(f"{file} is no JSON document ({error}); give a file written by export --json, or a .csv file.") from None
    rehearsal, reactions, timings = read_document(document, str(file))
    return Kept(rehearsal, reactions, timings, finished=bool(timings))


async def _restore(kept: Kept, settings: Settings, database: Path | None) -> None:
    async with open_store(settings, database) as store:
        await store.restore(kept)
