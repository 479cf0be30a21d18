"""Where servers are: what stands after `server:` -> addresses, and whether a draft may go there. Sends nothing.

    http://127.0.0.1:8080#MODEL                          one server
    http://127.0.0.1:8080,http://127.0.0.1:8081#MODEL    several as one pool

What is judged is what a name leads to, and only those numbers are spoken to later: a name that changes its mind leads nowhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from audience.language import Failed, Refused

WRITE = "write server:http://127.0.0.1:8080#MODEL"

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Address:
    """One server; `url` has no slash at its end, and no /v1."""

    url: str
    host: str
    port: int

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True, slots=True)
class Named:
    """What a name asks for. No model is the only one that is served."""

    addresses: tuple[Address, ...]
    model: str

    @classmethod
    def read(cls, rest: str) -> Named:
        """Raises Refused for what is no address; what was written there is not repeated where it may hold a password."""
        urls, _, model = rest.partition("#")
        if not urls.strip() or any(sign.isspace() for sign in urls):
            raise Refused(f"server: needs the address of a server after its colon; {WRITE}")
        return cls(tuple(dict.fromkeys(_address(url) for url in urls.split(","))), model.strip())

    def called(self, model: str) -> str:
        """The name that opens the same again."""
        return f"server:{','.join(map(str, self.addresses))}#{model}"


@dataclass(frozen=True, slots=True)
class Found:
    """An address and the numbers its name leads to."""

    address: Address
    numbers: tuple[str, ...]

    @property
    def stays(self) -> bool:
        return all(map(stays, self.numbers))

    @property
    def reached(self) -> str:
        """Where a draft goes, for the foot of a report."""
        return f"{self.address.host}{'' if self.address.url.startswith('https:') else ' without encryption'}"


def _address(url: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused(f"server: is followed by something that is no address; {WRITE}") from None
    if parts.username is not None or parts.password is not None:
        raise Refused("An address of a server must hold no name and no password; put a key into SOUNDINGBOARD_SERVER_KEY.")
    if parts.scheme not in {"http", "https"} or not host or parts.query:
        raise Refused(f"{url[:200]!r} is no address of a server; {WRITE}")
    path = parts.path.rstrip("/").removesuffix("/v1")
    return Address(f"{parts.scheme}://{parts.netloc}{path}", host, port or (443 if parts.scheme == "https" else 80))


def stays(number: str) -> bool:
    """Whether what is sent to this number never leaves the machine."""
    found = ipaddress.ip_address(number.partition("%")[0])
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


async def resolved(host: str, port: int) -> tuple[str, ...]:
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows))


async def find(address: Address, remote: bool, resolve: Resolve = resolved) -> Found:
    """Raises Refused where anything it leads to is another machine and that was not allowed, Failed for a name nobody knows."""
    try:
        found = Found(address, tuple(await resolve(address.host, address.port)))
    except (OSError, UnicodeError):
        raise Failed(f"Nobody here knows a machine called {address.host!r}; look at the address of the server.") from None
    if not remote and not found.stays:
        raise Refused(
            f"{address} is not on this machine, so the draft would leave it; name a server on 127.0.0.1, or say --allow-remote."
        )
    return found
