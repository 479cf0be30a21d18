"""panels: list, show and check who sits together."""

from __future__ import annotations

import typer

from audience.library import Library
from bot.terminal.shelves import shelf


def add(app: typer.Typer) -> None:
    app.add_typer(shelf("panels", lambda words: words.panels, Library.panel, lambda panel: panel.bio), name="panels")
