"""Pool: several servers of one model as one. Who asks which, who takes over for one that is gone, how often anything is tried.

All that one reader is asked goes to one server, which keeps what it has read of them; new readers go where the fewest are.
Nothing here knows what is asked.
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from audience.language import Failed, Heard
from models.serving.address import Found
from models.serving.answers import Said
from models.serving.client import Client, Declined, Patience, Trouble

LOOK = "look whether it still runs, then rehearse the draft again."
MOST_READERS = 10_000  # whose server is remembered


class Pinned(AbstractResolver):
    """Leads to the numbers that were judged, whatever the name means by now."""

    def __init__(self, found: Sequence[Found]) -> None:
        self._known = {URL(each.address.url).raw_host: each.numbers for each in found}

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        rows: list[ResolveResult] = []
        for number in self._known.get(host, ()):
            kind = socket.AF_INET6 if ":" in number else socket.AF_INET
            rows.append(ResolveResult(hostname=host, host=number, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST))
        if not rows:
            raise OSError(f"{host} was not looked up")
        return rows

    async def close(self) -> None:
        """Holds nothing."""


class Pool:
    def __init__(self, clients: Sequence[Client], patience: Patience) -> None:
        self.clients, self._patience = tuple(clients), patience
        self._homes: dict[str, Client] = {}
        self._resting: dict[Client, tuple[float, str]] = {}  # until when, and why

    async def ask(self, reader: str, asked: Mapping[str, Any], heard: Heard | None = None) -> tuple[Client, Said]:
        """The answer, and who gave it; `heard` hears it come, from its beginning at each try. Raises Failed when all were in vain."""
        avoided: set[Client] = set()
        waits = iter(self._patience.waits)
        while True:
            client = self._home(reader, avoided)
            try:
                return client, await client.ask(asked, heard)
            except Trouble as trouble:
                avoided.add(client)
                others = any(other not in avoided for other in self._awake())
                if not others:
                    await self._wait(client, trouble, next(waits, None))
                    avoided.clear()
                elif trouble.gone:
                    self._rest(client, trouble)

    async def _wait(self, client: Client, trouble: Trouble, wait: float | None) -> None:
        """Before everybody is asked again. Raises Failed where that is no use."""
        if wait is None or not trouble.again:
            if trouble.gone and wait is None:
                self._rest(client, trouble)
            raise (Declined if trouble.broke else Failed)(f"{trouble}; {LOOK}")
        await self._patience.sleep(max(wait, trouble.wait))

    def _home(self, reader: str, avoided: set[Client]) -> Client:
        awake = self._awake()
        if not awake:
            raise Failed(f"{next(iter(self._resting.values()))[1]}; {LOOK}")
        fresh = [client for client in awake if client not in avoided] or awake
        home = self._homes.get(reader)
        if home is None or home not in fresh:
            if len(self._homes) >= MOST_READERS:
                self._homes.clear()
            many = Counter(self._homes.values())
            home = self._homes[reader] = min(fresh, key=lambda client: many[client])
        return home

    def _awake(self) -> list[Client]:
        now = self._patience.clock()
        self._resting = {client: rest for client, rest in self._resting.items() if rest[0] > now}
        return [client for client in self.clients if client not in self._resting]

    def _rest(self, client: Client, trouble: Trouble) -> None:
        """Leave one that is gone alone for a while: every reader who waited for it in turn would wait as long."""
        self._resting[client] = (self._patience.clock() + self._patience.rest, str(trouble))


@asynccontextmanager
async def open_clients(found: Sequence[Found], key: str, patience: Patience) -> AsyncIterator[tuple[Client, ...]]:
    """A client each. No proxy, no cookie, no password file of this machine is used."""
    timeout = aiohttp.ClientTimeout(total=patience.answer, sock_connect=patience.connect)
    connector = aiohttp.TCPConnector(resolver=Pinned(found), limit=0)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield tuple(Client(each.address, session, key, patience) for each in found)
