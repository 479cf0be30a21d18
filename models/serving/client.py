"""Client: one server, one request at a time for each of its slots, and every way in which a request can go wrong.

Three ways out: an answer; Trouble, after which another try or another server may do; Failed, after which none will. Nothing
is read from the environment, no redirect is followed, no more is read than an answer can be long, and the key is in no sentence.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from audience.language import Failed, Heard
from models.serving.address import Address
from models.serving.answers import NoAnswer, Said, read
from models.serving.streaming import EVENTS, LONGEST, gathered

CHAT = "/v1/chat/completions"
TOO_LONG = re.compile(
    r"context.{0,30}(?:length|size|window|exceed)|exceed\w*.{0,40}context|(?:prompt|input|request).{0,30}too (?:long|large)",
    re.IGNORECASE | re.DOTALL,
)
SEVERAL = 16  # requests at once, to a server that does not say how many it has room for


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, in seconds, and whose clock says so."""

    connect: float = 10.0
    answer: float = 300.0  # a reader of a large model on a CPU may take minutes
    waits: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)  # before each further try
    loading: tuple[float, ...] = (0.5, 1.0, 2.0, *(4.0,) * 30)  # the same for one that is being opened and may still load
    longest: float = 60.0  # that a server may ask for
    rest: float = 30.0  # for which one that is gone is left alone
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        if min(self.connect, self.answer, *self.waits, *self.loading, self.longest, self.rest) <= 0:
            raise ValueError(f"patience must be positive: {self}")


class Trouble(Exception):
    """No answer this time. `gone`: nobody else need ask there; `again`: the same server is worth another try, after `wait`;
    `broke`: it took the question and fell over it, which some do over a field they do not know.
    """

    def __init__(self, told: str, *, gone: bool = False, again: bool = True, wait: float = 0.0, broke: bool = False) -> None:
        super().__init__(told)
        self.gone, self.again, self.wait, self.broke = gone, again, wait, broke


class Declined(Failed):
    """The server understood and will not: a field it does not know, a model it does not have."""


class Client:
    def __init__(self, address: Address, session: aiohttp.ClientSession, key: str, patience: Patience) -> None:
        self.address, self.patience = address, patience
        self.window: int | None = None  # tokens it reads and writes at most, where it says
        self._session, self._key = session, key
        self._room = asyncio.Semaphore(SEVERAL)

    def __str__(self) -> str:
        return f"The server {self.address}"

    def make_room(self, slots: int) -> None:
        """From now on so many requests at once: more would wait in the server, and its waiting would count as slowness."""
        self._room = asyncio.Semaphore(max(1, slots))

    async def get(self, path: str) -> Mapping[str, Any]:
        """What is told there; nothing where there is no such page."""
        status, retry, body = await self._sent("GET", path)
        if status in {401, 403, 429} or not (200 <= status < 300 or 400 <= status < 500):
            raise self._complaint(status, retry, body)
        found = _parsed(body) if status == 200 else None
        return found if isinstance(found, dict) else {}

    async def look(self, path: str) -> Mapping[str, Any]:
        """The same, of a page that only some servers have: whatever goes wrong, nothing is told."""
        try:
            return await self.get(path)
        except (Trouble, Failed):
            return {}

    async def ask(self, asked: Mapping[str, Any], heard: Heard | None = None) -> Said:
        """`heard` hears the words while they come, where they are asked for in pieces."""
        async with self._room:
            status, retry, body = await self._sent("POST", CHAT, asked, heard)
        if status != 200:
            raise self._complaint(status, retry, body)
        try:
            return read(_parsed(body))
        except NoAnswer as why:
            raise Trouble(f"{self} answered with something that is {why}") from None

    async def _sent(
        self, method: str, path: str, asked: Mapping[str, Any] | None = None, heard: Heard | None = None
    ) -> tuple[int, str, bytes]:
        url = f"{self.address.url}{path}"
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            async with self._session.request(method, url, json=asked, headers=key, allow_redirects=False) as answer:
                pieces = heard is not None and answer.content_type == EVENTS and answer.status == 200
                body = await (gathered(answer, heard) if pieces and heard else _whole(answer))
                return answer.status, answer.headers.get("Retry-After", ""), body
        except aiohttp.ConnectionTimeoutError:
            raise Trouble(f"{self} cannot be reached within {self.patience.connect:g} s", gone=True) from None
        except TimeoutError:
            told = f"{self} gave no answer within {self.patience.answer:g} s"
            raise Trouble(told, gone=True, again=False) from None
        except aiohttp.ClientConnectorError as error:
            raise Trouble(f"{self} cannot be reached ({_why(error)})", gone=True) from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError):
            raise Trouble(f"{self} broke off in the middle of an answer") from None
        except aiohttp.ClientError as error:
            raise Trouble(f"{self} answered with something that is no HTTP ({type(error).__name__})") from None

    def _complaint(self, status: int, retry: str, body: bytes) -> Exception:
        """What an answer with this status is."""
        said = self._words(body)
        if status >= 400 and TOO_LONG.search(said):
            return Failed(too_long(self.address, said))
        if status == 429 or status >= 500:
            wait = float(retry) if retry.isdecimal() else 0.0
            told = f"{self} is overloaded or broken ({status}: {said})"
            return Trouble(told, wait=wait, again=wait <= self.patience.longest, broke=status == 500)
        if 300 <= status < 400:
            return Failed(f"{self} sends elsewhere, and nothing is sent after it; name the address it means.")
        if status in {401, 403}:
            return Failed(self._locked())
        return Declined(f"{self} will not answer ({status}: {said}); look into what it writes where it runs.")

    def _locked(self) -> str:
        wrong = "does not take the key in" if self._key else "wants a key; put it into"
        return f"{self} {wrong} SOUNDINGBOARD_SERVER_KEY."

    def _words(self, body: bytes) -> str:
        """What a server says is wrong, in one line; some repeat the key they were given."""
        found = _parsed(body)
        for name in ("error", "message", "detail"):
            found = found.get(name, found) if isinstance(found, dict) else found
        told = found if isinstance(found, str) else body.decode(errors="replace")
        flat = " ".join("".join(sign if sign.isprintable() else " " for sign in told).split())
        return (flat.replace(self._key, "[the key]") if self._key else flat)[:200] or "no reason"


def too_long(address: Address, why: str) -> str:
    return f"The prompt is longer than {address} reads ({why}); shorten the draft, or start the server with a larger context."


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    """All of the body. What does not end is no answer."""
    found = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        found += chunk
        if len(found) > LONGEST:
            raise aiohttp.ClientPayloadError("longer than any answer")
    return bytes(found)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _why(error: aiohttp.ClientConnectorError) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted here"
    if isinstance(error.os_error, ConnectionRefusedError):
        return "connection refused"
    return error.os_error.strerror or type(error.os_error).__name__
