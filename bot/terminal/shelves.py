"""What personas, panels and platforms have in common on the command line: list, show, check. Knows no single one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

import typer

from audience.library import Library
from bot.room import BUILT_IN, library
from bot.terminal.options import settings

Name = Annotated[str, typer.Argument(metavar="NAME")]


class Shown(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def words(self) -> str: ...


Thing = TypeVar("Thing", bound=Shown)


def shelf(
    sort: str,
    things: Callable[[Library], Mapping[str, Thing]],
    named: Callable[[Library, str], Thing],
    remark: Callable[[Thing], str],
) -> typer.Typer:
    """A command with the sub-commands show and check; by itself it lists. `sort` is the folder and the plural."""

    def listed() -> None:
        words = library(settings())
        for key, thing in things(words).items():
            own = "" if words.origins[f"{sort}/{key}"].is_relative_to(BUILT_IN) else "  (your own)"
            typer.echo(f"{key:<26}{thing.name}: {remark(thing)}{own}")

    def show(name: Name) -> None:
        words = library(settings())
        found = named(words, name)
        typer.echo(f"# {words.origins[f'{sort}/{name.casefold()}']}\n{found.words.rstrip()}")

    def check() -> None:
        words, own = library(settings()), settings().words
        typer.echo(f"{len(things(words))} {sort}, all well formed. Your own are read from {Path(own, sort)}.")

    app = group(f"List, show and check {sort}.", f"soundingboard {sort} show NAME", listed, f"List the {sort}.")
    app.command("show", help=f"Show one of the {sort} as its file stands.", epilog=f"Example: soundingboard {sort} show NAME")(
        show
    )
    app.command("check", help=f"Read all {sort} and say what is wrong.", epilog=f"Example: soundingboard {sort} check")(check)
    return app


def group(help_line: str, example: str, listed: Callable[[], None], list_line: str) -> typer.Typer:
    """A command with sub-commands, one of which is `list`, and which lists by itself too."""
    app = typer.Typer(help=help_line, invoke_without_command=True, epilog=f"Example: {example}")

    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            listed()

    app.callback()(alone)
    app.command("list", help=list_line, epilog=f"Example: {' '.join(example.split()[:2])} list")(listed)
    return app
