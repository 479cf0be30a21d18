"""accuracy: how often the team's own forecasts were right, and whether other weights would have been so more often."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from audience.errors import Refused
from bot.pages.standing import fit_sentences, standing_document, standing_sheet, weights_sentence
from bot.record import standing, tried
from bot.room import open_ranker, open_store
from bot.settings import Settings
from bot.terminal.options import Database, NoColor, settings
from bot.terminal.outputs import refused_at_once, write
from bot.terminal.standing import say, show
from evidence.refit import Fit
from evidence.standing import Standing

JsonHere = Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")]
Sheet = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write each post with its forecast as CSV.")]
Refit = Annotated[bool, typer.Option("--refit", help="Try new weights on your posts; adopted only if they rank better.")]
GoBack = Annotated[bool, typer.Option("--go-back", help="Take the weights from before the last refit again.")]


def add(app: typer.Typer) -> None:
    app.command("accuracy", epilog="Example: soundingboard accuracy --csv posts.csv")(command)


def command(
    json: JsonHere = False,
    csv: Sheet = None,
    refit: Refit = False,
    go_back: GoBack = False,
    database: Database = None,
    no_color: NoColor = False,
) -> None:
    """Show how often your own forecasts were right."""
    if refit and go_back:
        raise Refused("Give --refit or --go-back, not both.")
    if csv is not None:
        refused_at_once(csv)
    if refit:
        say(fit_sentences(asyncio.run(_tried(settings(), database))), no_color)
    elif go_back:
        say((weights_sentence(asyncio.run(_gone_back(settings(), database))),), no_color)
    else:
        _deliver(*asyncio.run(_standing(settings(), database)), as_json=json, csv=csv, no_color=no_color)


def _deliver(found: Standing, fit: Fit | None, *, as_json: bool, csv: Path | None, no_color: bool) -> None:
    if csv is not None:
        write(csv, standing_sheet(found))
    if as_json:
        typer.echo(json.dumps(standing_document(found, fit), ensure_ascii=False, indent=2))
    else:
        show(found, fit, no_color)


async def _standing(settings: Settings, database: Path | None) -> tuple[Standing, Fit | None]:
    async with open_store(settings, database) as store:
        return await standing(store, None), await store.outcomes.fit(None)


async def _tried(settings: Settings, database: Path | None) -> Fit:
    async with open_store(settings, database) as store:
        return await tried(store, open_ranker(settings), None, datetime.now(UTC))


async def _gone_back(settings: Settings, database: Path | None) -> Fit | None:
    async with open_store(settings, database) as store:
        await store.outcomes.go_back(None)
        return await store.outcomes.fit(None)
