"""Team words: the personas and panels that a server made for itself, over the built-in ones, and seen by no other server.

Knows the store and the library; no command and no Discord.
"""

from __future__ import annotations

from audience.errors import Refused
from audience.library import Library
from bot.room import OwnWords, Sort, Store

MOST_OWN = 200  # personas and panels of a server's own
MOST_TEXT = 20_000  # characters of one


class TeamWords:
    def __init__(self, store: Store, built_in: Library) -> None:
        self._store, self._built_in = store, built_in
        self._read: dict[int, Library] = {}

    async def library(self, server: int) -> Library:
        """Everything a server may seat; personas it retired stay readable, since old rehearsals need them."""
        if server not in self._read:
            self._read[server] = _joined(self._built_in, await self._store.servers.own_words(server))
        return self._read[server]

    async def own(self, server: int, sort: Sort) -> frozenset[str]:
        return frozenset(w.key for w in await self._store.servers.own_words(server) if w.sort == sort and not w.retired)

    async def keep(self, server: int, sort: Sort, key: str, text: str, by: int) -> None:
        """Check and keep. Raises Refused naming line and key, and then nothing has changed."""
        if len(text) > MOST_TEXT:
            raise Refused(f"That file has {len(text):,} characters; the most is {MOST_TEXT:,}.")
        own = await self._store.servers.own_words(server)
        if len(own) >= MOST_OWN and (sort, key) not in {(w.sort, w.key) for w in own}:
            raise Refused(
                f"This server has {len(own)} personas and panels of its own, which is the most; delete or retire one."
            )
        others = tuple(w for w in own if (w.sort, w.key) != (sort, key))
        library = _joined(self._built_in, (*others, OwnWords(sort, key, text, retired=False, by=by)))
        await self._store.servers.keep_words(server, sort, key, text, by)
        self._read[server] = library

    async def retire(self, server: int, key: str) -> None:
        await self._store.servers.retire(server, "personas", key)
        self._read.pop(server, None)

    async def remove_panel(self, server: int, key: str) -> None:
        await self._store.servers.remove_words(server, "panels", key)
        self._read.pop(server, None)


def _joined(built_in: Library, own: tuple[OwnWords, ...]) -> Library:
    personas = {words.key: words.text for words in own if words.sort == "personas"}
    panels = {words.key: words.text for words in own if words.sort == "panels"}
    retired = [words.key for words in own if words.sort == "personas" and words.retired]
    return built_in.joined(personas, panels, retired) if own else built_in
