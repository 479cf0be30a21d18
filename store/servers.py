"""Servers: what each has chosen, and its own personas and panels as texts. No call gives one server what is another's.

Knows neither how such a text is read nor what a choice does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from audience.errors import Failed, Refused
from store.opening import rows
from store.shared import Shared

Sort = Literal["personas", "panels"]

CHOOSE = "INSERT INTO servers (server, choices) VALUES (?, ?) ON CONFLICT (server) DO UPDATE SET choices = excluded.choices"
RETENTIONS = "SELECT server, retention FROM servers WHERE retention > 0 ORDER BY server"
OWN_WORDS = "SELECT sort, key, text, retired, by FROM own_words WHERE server = ? ORDER BY sort, key"
KEEP_WORDS = """
    INSERT INTO own_words VALUES (?, ?, ?, ?, 0, ?)
    ON CONFLICT (server, sort, key) DO UPDATE SET text = excluded.text, retired = 0, by = excluded.by
"""
RETIRE = "UPDATE own_words SET retired = 1 WHERE server = ? AND sort = ? AND key = ? RETURNING key"
REMOVE_WORDS = "DELETE FROM own_words WHERE server = ? AND sort = ? AND key = ? RETURNING key"


@dataclass(frozen=True, slots=True)
class ServerChoices:
    """What a server has chosen; an empty text or a zero leaves the choice to the program.

    audience   people in the forecast
    seats      of a panel
    retention  days for which rehearsals are kept
    """

    panel: str = ""
    platform: str = ""
    audience: int = 0
    seats: int = 0
    draft_channels: tuple[int, ...] = ()
    retention: int = 0

    def __post_init__(self) -> None:
        for name in ("audience", "seats", "retention"):
            if getattr(self, name) < 0:
                raise Refused(f"The {name} of a server cannot be {getattr(self, name)}; give 0 or more.")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """The text of a persona or panel of the team's own. A retired one is kept for the rehearsals that it took part in."""

    sort: Sort
    key: str
    text: str
    retired: bool
    by: int


class Servers:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def choices(self, server: int) -> ServerChoices:
        async with self._shared.alone() as connection:
            found = await rows(connection, "SELECT choices FROM servers WHERE server = ?", (server,))
        return _read(found[0][0], f"What server {server} chose in {self._shared.path}") if found else ServerChoices()

    async def choose(self, server: int, choices: ServerChoices) -> None:
        """In place of all that it had chosen."""
        async with self._shared.alone() as connection:
            await rows(connection, CHOOSE, (server, json.dumps(asdict(choices), ensure_ascii=False)))

    async def retentions(self) -> tuple[tuple[int, int], ...]:
        """Each server that has chosen how long rehearsals are kept, and the days."""
        async with self._shared.alone() as connection:
            return tuple((server, days) for server, days in await rows(connection, RETENTIONS))

    async def own_words(self, server: int) -> tuple[OwnWords, ...]:
        """The retired ones too; panels first, by key."""
        async with self._shared.alone() as connection:
            found = await rows(connection, OWN_WORDS, (server,))
        return tuple(OwnWords(sort, key, text, bool(retired), by) for sort, key, text, retired, by in found)

    async def keep_words(self, server: int, sort: Sort, key: str, text: str, by: int) -> None:
        """New, in place of what had that key, or back from retirement."""
        async with self._shared.alone() as connection:
            await rows(connection, KEEP_WORDS, (server, sort, key, text, by))

    async def retire(self, server: int, sort: Sort, key: str) -> None:
        """Raises Refused where the server has no such words."""
        await self._each(RETIRE, server, sort, key)

    async def remove_words(self, server: int, sort: Sort, key: str) -> None:
        """For good. Raises Refused where the server has no such words."""
        await self._each(REMOVE_WORDS, server, sort, key)

    async def _each(self, sql: str, server: int, sort: Sort, key: str) -> None:
        async with self._shared.alone() as connection:
            if not await rows(connection, sql, (server, sort, key)):
                raise Refused(f"This server has no {sort.removesuffix('s')} of its own called {key!r}; look at its list.")


def _read(text: str, where: str) -> ServerChoices:
    try:
        found: dict[str, Any] = json.loads(text)
        chosen: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
        return ServerChoices(**chosen)
    except (TypeError, ValueError, AttributeError) as error:
        raise Failed(f"{where} is damaged ({type(error).__name__}: {error}); choose again, or bring back a backup.") from error
