"""Bringing: posts with their numbers from a CSV export. What was guessed of it is shown before anything is kept."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import typer

from audience.errors import Failed, Refused, unknown
from bot.pages.figures import flat, named
from bot.pages.standing import opening
from bot.room import Brought, library, open_store
from bot.settings import Settings
from evidence.cells import Order
from evidence.columns import FIELDS, OF_PLATFORM
from evidence.columns import platform as guessed_platform
from evidence.importing import Plan, Posts

ORDERS: dict[str, Order] = {each: each for each in get_args(Order) if each}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; an empty text leaves it to the guess."""

    file: Path
    platform: str
    columns: str
    dates: str
    yes: bool


def bring(wanted: Wanted, settings: Settings, database: Path | None) -> None:
    """Look the file over, show what would be kept, ask, keep. Raises Refused and Failed."""
    if wanted.dates and wanted.dates not in ORDERS:
        raise unknown("order of dates", wanted.dates, ORDERS)
    now = datetime.now(UTC)
    plan = Plan.of(wanted.file, wanted.columns, ORDERS.get(wanted.dates, ""))
    platform = _platform(wanted, plan, settings)
    _show(plan, platform, now)
    if not wanted.yes:
        _ask(wanted.file, plan.rows)
    posts = Posts(plan, platform, now)
    brought = asyncio.run(_keep(posts, settings, database))
    _told(brought, posts)


def _platform(wanted: Wanted, plan: Plan, settings: Settings) -> str:
    """By name, or by what its columns are called. Some platforms can be brought from and not be rehearsed for."""
    known = {*library(settings).platforms, *OF_PLATFORM}
    if wanted.platform:
        if wanted.platform.casefold() not in known:
            raise unknown("platform", wanted.platform, known)
        return wanted.platform.casefold()
    if not (found := guessed_platform(plan.sheet.header)):
        raise Refused(f"Nothing in {wanted.file} says which platform it is from; say it, such as --platform linkedin.")
    return found


def _show(plan: Plan, platform: str, now: datetime) -> None:
    """What each column is taken for, and the first posts as they would be kept."""
    order = f", dates {plan.first}" if plan.first else ""
    typer.echo(
        f"{plan.sheet.path}: {named('row', plan.rows)}, {plan.sheet.encoding}{order}; taken for an export of {platform}."
    )
    for field in FIELDS:
        column = repr(flat(plan.columns.name(field))) if field in plan.columns.places else "no column, taken as 0"
        typer.echo(f"  {field:<10} {column}")
    typer.echo("The first posts, as they would be kept (dates without a zone are read as UTC):")
    for post in plan.sample(platform, now):
        o = post.outcome
        typer.echo(f"  {opening(post.text)}")
        numbers = f"reach {o.reach:,}, reactions {o.reactions:,}, replies {o.replies:,}, shares {o.shares:,}"
        typer.echo(f"    {o.published:%Y-%m-%d %H:%M}, {numbers}")


def _ask(file: Path, many: int) -> None:
    if not sys.stdin.isatty():
        raise Refused("Nothing is kept yet: look at what each column is taken for, then give the same with --yes.")
    if not typer.confirm(f"Keep {'it' if many == 1 else f'these {many:,} rows'}?"):
        raise Failed(f"Nothing of {file} was kept; correct the guess with --columns.")


async def _keep(posts: Posts, settings: Settings, database: Path | None) -> Brought:
    async with open_store(settings, database) as store:
        return await store.outcomes.bring(None, posts.platform, posts)


def _told(brought: Brought, posts: Posts) -> None:
    typer.echo(f"Kept {named('post', brought.kept)}; they serve a refit and no figure of your record.")
    if brought.outcomes:
        typer.echo(
            f"{named('outcome', brought.outcomes)} belong to posts whose forecast is frozen; see: soundingboard accuracy"
        )
    if brought.known:
        typer.echo(f"{named('row', brought.known)} were known already with the very same numbers, and are kept once.")
    if posts.unusable:
        typer.echo(f"{named('row', posts.unusable)} could not be used; the first:")
        for why in posts.why:
            typer.echo(f"  {flat(why)}")
