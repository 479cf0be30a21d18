"""models: which there are and what is usable here and now; fetching one; measuring how fast it plays; teaching the voice."""

from __future__ import annotations

import asyncio
import json as json_text
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.benching import bench as bench_one
from bot.room import VOICE, chosen, fetch, free_memory, keep_pace, known_models, library, machine, offers, teach_voice
from bot.settings import Settings
from bot.terminal.model_table import as_row, document, model_table, paced, remarks
from bot.terminal.options import Json, settings
from bot.terminal.outputs import refused_at_once
from bot.terminal.stage import tell

Name = Annotated[str, typer.Argument(metavar="NAME", help="smollm2, or ORG/NAME as on the model hub.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", help="Models; left out, those that auto may take.")]
Replies = Annotated[Path, typer.Argument(metavar="FILE", help="Parquet of real replies: statement, reply, split.")]
Into = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="Where what was learned is written.")]
Most = Annotated[int, typer.Option("--most", metavar="N", min=100, help="How many training pairs are learned from.")]


def add(app: typer.Typer) -> None:
    models = typer.Typer(
        help="List the models, fetch one, measure how fast it plays here.", invoke_without_command=True,
        epilog="Example: soundingboard models get Qwen/Qwen3-1.7B",
    )  # fmt: skip
    models.callback()(alone)
    models.command("list", epilog="Example: soundingboard models list --json")(listed)
    models.command("get", epilog="Example: soundingboard models get smollm2")(get)
    models.command("bench", epilog="Example: soundingboard models bench local:smollm2 understudy:")(bench)
    models.command("teach", epilog="Example: soundingboard models teach reply_pairs.parquet --into taught")(teach)
    app.add_typer(models, name="models")


def alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        listed()


def listed(json: Json = False) -> None:
    """List the models: what each needs, how it played here, what auto takes."""
    given = settings()
    rows, free, taken = known_models(given), free_memory(), chosen("auto", given)
    if json:
        found = {
            "machine": machine(), "free_bytes": free, "known": document(rows, free),
            "offers": [{"name": o.name, "usable": o.usable, "why": o.why, "pace": as_row(o.pace)} for o in offers(given)],
            "auto": {"name": taken.name, "why": taken.why},
        }  # fmt: skip
        typer.echo(json_text.dumps(found, indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    Console().print(model_table(rows, free), f"\nFree now: {free / 1e9:.1f} GB of memory, on {machine()}.", highlight=False)
    typer.echo("\n".join(remarks(rows)) + "\n")
    for offer in offers(given):
        typer.echo(f"{'usable' if offer.usable else 'not yet':<9}{offer.name:<36}{offer.why}")
    typer.echo(f"\nauto takes {taken.name} ({taken.why})")


def get(name: Name) -> None:
    """Fetch a model; what was broken off goes on where it was."""
    path = asyncio.run(fetch(name, settings(), typer.echo, watched=sys.stderr.isatty()))
    opens = name if name.startswith("local:") else f"local:{name}"
    if opens == f"local:{VOICE}":
        typer.echo(f"{name} is ready in {path}; the understudy speaks with it from now on.")
    else:
        typer.echo(f"{name} is ready in {path}; use it with: --model {opens}; how fast: soundingboard models bench {opens}")


def bench(names: Names = None, json: Json = False) -> None:
    """Measure readers and replies a second here, and keep that for auto."""
    given = settings()
    wanted = names or [offer.name for offer in offers(given) if offer.usable and offer.speaks] or [chosen("auto", given).name]
    found = []
    for name in wanted:
        pace = asyncio.run(bench_one(chosen(name, given).name, given, library(given), datetime.now(UTC)))
        keep_pace(given, pace)
        found.append(as_row(pace))
        if not json:
            typer.echo(paced(pace))
    if json:
        typer.echo(json_text.dumps({"machine": machine(), "paces": found}, indent=2, ensure_ascii=False))
    else:
        _closing(given)


def _closing(given: Settings) -> None:
    taken = chosen("auto", given)
    typer.echo(f"Measured on {machine()}. auto takes {taken.name} ({taken.why})")


def teach(replies: Replies, into: Into = Path("taught"), most: Most = 40_000) -> None:
    """Teach smollm2 to reply: two and a half hours on two cores."""
    refused_at_once(into / "voice" if into.exists() else into)
    typer.echo(f"Wrote the voice {teach_voice(replies, into, most, settings(), tell)} to {into}.")
