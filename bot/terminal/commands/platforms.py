"""platforms: list, show and check where a post may appear, and how seldom anybody reacts there."""

from __future__ import annotations

import typer

from audience.library import Library
from audience.platform import Platform
from bot.pages.figures import percent
from bot.terminal.shelves import shelf


def add(app: typer.Typer) -> None:
    app.add_typer(shelf("platforms", lambda words: words.platforms, Library.platform, _rates), name="platforms")


def _rates(platform: Platform) -> str:
    rates = platform.rates
    return f"{percent(rates['like'])} like, {percent(rates['reply'])} reply; at most {platform.limit:,} characters"
