"""record: the numbers that a published post really got."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Refused
from bot.pages.standing import recorded_sentence, track_record
from bot.record import Numbers, enter
from bot.room import open_store
from bot.settings import Settings
from bot.terminal.options import Database, Which, moment, settings
from evidence.outcome import Case, Outcome, Publication
from evidence.standing import ENOUGH

Reach = Annotated[int, typer.Option("--reach", metavar="N", help="How many people were shown it, or how often it was shown.")]
Reactions = Annotated[int, typer.Option("--reactions", metavar="N", help="Likes and whatever else is one tap.")]
Replies = Annotated[int, typer.Option("--replies", metavar="N", help="Comments under it.")]
Shares = Annotated[int, typer.Option("--shares", metavar="N", help="How often it was passed on; 0 where nobody counts that.")]
Taken = Annotated[str, typer.Option("--taken", metavar="TIME", help="When the numbers were read; left out, now.")]


def add(app: typer.Typer) -> None:
    app.command("record", epilog="Example: soundingboard record last --reach 5200 --reactions 61 --replies 9 --shares 4")(
        command
    )


def command(
    which: Which,
    reach: Reach,
    reactions: Reactions,
    replies: Replies,
    shares: Shares = 0,
    taken: Taken = "",
    database: Database = None,
) -> None:
    """Record what a published post really got."""
    now = datetime.now(UTC)
    numbers = Numbers(reach, reactions, replies, shares)
    (frozen, outcome), cases = asyncio.run(_record(which, numbers, settings(), database, moment(taken, "--taken", now), now))
    typer.echo(recorded_sentence(frozen, outcome))
    if cases:  # none where the rehearsal is a server's: its record is its own
        typer.echo(track_record(cases)[-1])
    if len(cases) >= ENOUGH:
        typer.echo("Whether other weights would rank your posts better: soundingboard accuracy --refit")


async def _record(
    which: str, numbers: Numbers, settings: Settings, database: Path | None, taken: datetime, now: datetime
) -> tuple[tuple[Publication, Outcome], tuple[Case, ...]]:
    async with open_store(settings, database) as store:
        name = (await store.load(which)).rehearsal.id
        entered = await enter(store, name, numbers, taken, now)
        if entered is None:
            raise Refused(
                f"The forecast of {name} is not frozen, so there is nothing to judge; say: soundingboard publish {name}"
            )
        return entered, await store.outcomes.cases(None)
