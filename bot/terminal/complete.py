"""What the shell offers after Tab: names with one-line bios. Silent where the words cannot be read; the command itself says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from audience.errors import Refused
from audience.library import Library
from bot.room import library
from bot.terminal.options import settings


class Named(Protocol):
    @property
    def name(self) -> str: ...


def panels(incomplete: str) -> list[tuple[str, str]]:
    return _offered(lambda words: words.panels, incomplete)


def personas(incomplete: str) -> list[tuple[str, str]]:
    return _offered(lambda words: words.personas, incomplete)


def platforms(incomplete: str) -> list[tuple[str, str]]:
    return _offered(lambda words: words.platforms, incomplete)


def _offered(shelf: Callable[[Library], Mapping[str, Named]], incomplete: str) -> list[tuple[str, str]]:
    try:
        words = library(settings())
    except Refused:
        return []
    return [(key, value.name) for key, value in shelf(words).items() if key.startswith(incomplete)]
