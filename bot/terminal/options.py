"""Options that several commands share, in the one form in which typer wants them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Refused
from bot.settings import Settings

Database = Annotated[Path | None, typer.Option("--database", metavar="FILE", help="Where rehearsals are kept.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the report.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write the report as one HTML file.")]
Markdown = Annotated[Path | None, typer.Option("--markdown", metavar="FILE", help="Also write the report as Markdown.")]
Csv = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write the seats as CSV.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the one sentence only.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours. NO_COLOR in the environment does the same.")]
AllowRemote = Annotated[
    bool, typer.Option("--allow-remote", help="Let drafts be sent to a server on another machine; every report then says so.")
]
Which = Annotated[str, typer.Argument(metavar="REHEARSAL", help="Its id or the start of it, or: last.")]


def moment(given: str, option: str, now: datetime) -> datetime:
    """A time as a person writes it; without a zone, that of this machine. Left out, now. Raises Refused."""
    if not given.strip():
        return now
    try:
        found = datetime.fromisoformat(given.strip())
        return (found if found.tzinfo else found.astimezone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"{option} is {given!r}, which is no time; write one such as 2026-11-23T09:00.") from None


def settings() -> Settings:
    """From the environment and the .env file of the current folder."""
    return Settings.read(os.environ, Path(".env"))
