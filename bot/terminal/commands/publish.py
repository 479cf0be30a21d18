"""publish: freeze the forecast of a rehearsal as its post goes out."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from audience.report import Report
from bot.pages.standing import frozen_sentence
from bot.record import publish
from bot.room import open_ranker, open_store
from bot.settings import Settings
from bot.terminal.options import Database, Which, moment, settings
from evidence.outcome import Publication

At = Annotated[str, typer.Option("--at", metavar="TIME", help="When it went out, such as 2026-11-23T09:00; left out, now.")]


def add(app: typer.Typer) -> None:
    app.command("publish", epilog="Example: soundingboard publish last --at 2026-11-23T09:00")(command)


def command(which: Which, at: At = "", database: Database = None) -> None:
    """Freeze the forecast of a rehearsal, because its post is out."""
    now = datetime.now(UTC)
    frozen = asyncio.run(_freeze(which, settings(), database, moment(at, "--at", now), now))
    typer.echo(frozen_sentence(frozen))
    typer.echo(
        f"When its numbers are in, say a few days from now: soundingboard record {frozen.rehearsal} --reach N --reactions N "
        "--replies N --shares N"
    )


async def _freeze(which: str, settings: Settings, database: Path | None, published: datetime, now: datetime) -> Publication:
    async with open_store(settings, database) as store:
        kept = await store.load(which)
        report = Report.of(kept.rehearsal, kept.reactions, kept.timings)
        return await publish(store, open_ranker(settings), report, published, now)
