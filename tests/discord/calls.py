"""One call to the loopback Discord: what was asked, of what, with which files, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.discord.world import File, World

# What a route gives back: the status, and the JSON, or nothing.
Given = tuple[int, Any]
Carries = Callable[["World", "Call"], Awaitable[Given]]


@dataclass(slots=True)
class Call:
    """`path` is readable and holds no token; `body` is the JSON, also where files came with it."""

    method: str
    template: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: tuple[File, ...] = ()
    at: float = 0.0
    status: int = 0
    given: Any = None
    authorised: str = field(default="", repr=False)

    def id(self, part: str) -> int:
        return int(self.parts[part]) if self.parts[part].isdecimal() else 0

    def asked(self, name: str) -> int | None:
        """A number from the query."""
        value = self.query.get(name)
        return None if value is None else int(value)

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status}"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    carry: Carries
