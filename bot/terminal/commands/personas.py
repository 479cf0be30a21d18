"""personas: list, show and check the readers, and start a new one from the template."""

from __future__ import annotations

from typing import Annotated

import typer

from audience.errors import Failed, Refused
from audience.library import Library
from audience.persona import KEY
from bot.room import BUILT_IN
from bot.terminal.options import settings
from bot.terminal.shelves import shelf

Key = Annotated[str, typer.Argument(metavar="NAME", help="A short name in small letters, such as marek.")]


def add(app: typer.Typer) -> None:
    personas = shelf("personas", lambda words: words.personas, Library.persona, lambda persona: persona.bio)
    personas.command("new", epilog="Example: soundingboard personas new marek")(new)
    app.add_typer(personas, name="personas")


def new(name: Key) -> None:
    """Start a persona of your own from the template."""
    if not KEY.fullmatch(name):
        raise Refused(f"A persona's name is small letters, digits and hyphens, at most 40, not {name!r}.")
    path = settings().words / "personas" / f"{name}.md"
    template = (BUILT_IN / "new-persona.md").read_text(encoding="utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(template)
    except FileExistsError:
        raise Refused(f"{path} is there already; choose another name, or edit that file.") from None
    except OSError as error:
        raise Failed(f"{path} cannot be written ({error.strerror}); set SOUNDINGBOARD_WORDS to a folder that can.") from None
    typer.echo(f"Wrote {path}; edit it, then: soundingboard personas check")
