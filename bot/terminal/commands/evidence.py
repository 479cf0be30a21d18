"""evidence: fit the ranker anew, score it on pairs whose outcome is known, and hold simulated replies beside real ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audience.errors import Refused
from bot.judging import judged, opening, varied
from bot.room import open_ranker, train_ranker
from bot.terminal.options import AllowRemote, settings
from bot.terminal.outputs import refused_at_once
from bot.terminal.shelves import group
from bot.terminal.stage import tell
from evidence.pair_file import parquet_rows, read_pairs

if TYPE_CHECKING:
    from evidence.judging import Judged

Outcomes = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where retweet_pairs.parquet and upworthy_arms.parquet lie.")]
Into = Annotated[Path, typer.Option("--into", metavar="FILE", help="Where the ranker is written.")]
PairFile = Annotated[Path, typer.Option("--pairs", metavar="FILE", help="Parquet or CSV: a, b, a_won and, if you like, group.")]
PanelToo = Annotated[bool, typer.Option("--panel-too", help="Also play every text to the panel; takes long.")]
Model = Annotated[str, typer.Option("--model", metavar="NAME", help="Which model plays the panel.")]
Real = Annotated[Path, typer.Option("--replies", metavar="FILE", help="Parquet of real replies: statement, reply.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
COLUMNS = ("accuracy", "low", "high", "top10", "top30", "top50", "ece", "log_loss")


def add(app: typer.Typer) -> None:
    line = "Say what the ranker is and what it was fitted on."
    evidence = group("Fit and judge what numbers rest on.", "soundingboard evidence score --pairs pairs.csv", described, line)
    evidence.command("train", epilog="Example: soundingboard evidence train outcomes --into ranker.safetensors")(train)
    evidence.command("score", epilog="Example: soundingboard evidence score --pairs pairs.parquet --json")(score)
    evidence.command("spread", epilog="Example: soundingboard evidence spread --replies reply_pairs.parquet")(spread)
    app.add_typer(evidence, name="evidence")


def described() -> None:
    typer.echo(f"{open_ranker(settings()).name}; its data, splits, figures and limits: docs/ranker.md")


def train(folder: Outcomes, into: Into = Path("ranker.safetensors")) -> None:
    """Fit the ranker from public outcomes: half an hour on two cores."""
    refused_at_once(into)
    typer.echo(f"Wrote {train_ranker(folder, into, settings(), tell).name} to {into}.")


def score(
    pairs: PairFile, panel_too: PanelToo = False, model: Model = "understudy:", allow_remote: AllowRemote = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Score the ranker, and bets on length, on pairs whose outcome is known."""
    hall_of = opening(settings(), model, remote=allow_remote) if panel_too else None
    found = asyncio.run(judged(read_pairs(pairs), open_ranker(settings()).probability, hall_of, tell))
    if as_json:
        _print(found.document)
    else:
        _table(found)


def spread(replies: Real, model: Model = "understudy:", allow_remote: AllowRemote = False, as_json: AsJson = False) -> None:
    """Compare the variety of simulated replies with that of real ones."""
    real = [(row["statement"], row["reply"]) for row in parquet_rows(replies, ("statement", "reply", "split")) if _held(row)]
    if len(real) < 2:
        raise Refused(f"{replies} holds {len(real)} replies; give a parquet file with the columns statement and reply.")
    found = asyncio.run(varied(real, settings(), opening(settings(), model, remote=allow_remote), tell))
    if as_json:
        _print(found)
        return
    typer.echo(f"{'':<18}{'simulated':>12}{'real':>12}")
    for name, value in found["simulated"].items():
        typer.echo(f"{name.replace('_', ' '):<18}{value:>12.3g}{found['real'][name]:>12.3g}")
    typer.echo("Simulated replies of invented readers, beside real ones to other posts.")


def _held(row: Mapping[str, Any]) -> bool:
    """Where a file says what was learned from, only the rest is used."""
    return bool(row.get("statement") and row.get("reply")) and row.get("split", "val") == "val"


def _table(found: Judged) -> None:
    typer.echo(f"{found.n:,} pairs; a coin has an accuracy of 0.5 and a log loss of 0.693")
    typer.echo(f"{'':<8}" + "".join(f"{name:>10}" for name in COLUMNS))
    for name, row in found.scores.items():
        typer.echo(f"{name:<8}" + "".join(f"{getattr(row, column):>10.3f}" for column in COLUMNS))


def _print(document: Mapping[str, object]) -> None:
    typer.echo(json.dumps(document, indent=2))
