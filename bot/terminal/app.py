"""The command line, put together from the files in commands/. Knows none of them by name."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import version
from typing import Annotated

import typer

from audience.report import MARK
from bot.terminal import commands


def build() -> typer.Typer:
    """The whole command line; running it raises Refused and Failed for `main` to say."""
    app = typer.Typer(
        name="soundingboard",
        help=f"Rehearse a post before a simulated audience, and learn whether anybody would care. {MARK}",
        epilog='Example: soundingboard rehearse --text "We moved the export button. What else did we move?"',
        rich_markup_mode=None,  # plain help: half as slow, and as narrow as the screen
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_versioned)
    for name in sorted(module.name for module in pkgutil.iter_modules(commands.__path__)):
        importlib.import_module(f"{commands.__name__}.{name}").add(app)
    app.registered_commands.sort(key=lambda command: command.name or "")  # not every file is called what its command is
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"soundingboard {version('soundingboard')}")
        raise typer.Exit


def _versioned(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass
