"""record: the numbers that a published post really got."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Refused
from bot.pages.standing import recorded_sentence, track_record
from bot.record import Numbers, enter, tried_in_its_time
from bot.room import open_ranker, open_store
from bot.settings import Settings
from bot.terminal.options import Database, Which, moment, settings

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
    for sentence in asyncio.run(_record(which, numbers, settings(), database, moment(taken, "--taken", now), now)):
        typer.echo(sentence)


async def _record(
    which: str, numbers: Numbers, settings: Settings, database: Path | None, taken: datetime, now: datetime
) -> tuple[str, ...]:
    """What is known now, in sentences."""
    async with open_store(settings, database) as store:
        name = (await store.load(which)).rehearsal.id
        entered = await enter(store, name, numbers, taken, now)
        if entered is None:
            raise Refused(
                f"The forecast of {name} is not frozen, so there is nothing to judge; say: soundingboard publish {name}"
            )
        cases = await store.outcomes.cases(None)
        told = track_record(cases)[-1:] if cases else ()  # none where the rehearsal is a server's: its record is its own
        return recorded_sentence(*entered), *told, *await tried_in_its_time(store, partial(open_ranker, settings), None, now)
