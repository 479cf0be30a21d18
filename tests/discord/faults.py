"""How a call can go wrong, and which calls shall: by a pattern or a question, so many times.

A pattern is a method and a path where `*` stands for one part: `POST /webhooks/*/*`, `PATCH /channels/*/messages/*`.
Tokens are never in a path: in their place stands `:token`.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.discord.calls import Call
from tests.discord.refusals import Refusal
from tests.discord.world import Json

Asked = str | Callable[[Call], bool]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of an answer, or after it."""

    status: int = 0  # 0: the call is carried out
    body: Json | None = None
    retry_after: float | None = None
    everywhere: bool = False
    cut: str = ""  # the connection ends "before" the call is carried out, or "after" it
    seconds: float = 0.0  # nothing happens for this long; then all goes on

    def response(self) -> web.Response:
        if self.retry_after is not None:
            return limited_response(self.retry_after, everywhere=self.everywhere)
        if self.body is None:
            return web.Response(status=self.status, text="upstream connect error", headers={"Content-Type": "text/plain"})
        raw = json.dumps(self.body).encode()
        return web.Response(status=self.status, body=raw, content_type="application/json")


def limited_response(retry_after: float, *, everywhere: bool = False) -> web.Response:
    """The 429 of Discord itself, which says by `Via` that it is no block of the network before it."""
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": everywhere}
    response = web.Response(status=429, body=json.dumps(body).encode(), content_type="application/json")
    response.headers["Via"] = "1.1 google"
    response.headers["Retry-After"] = str(int(retry_after) + 1)
    response.headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    return response


def status(number: int) -> Fault:
    """An answer of the network in front of Discord: no JSON in it."""
    return Fault(number)


def limited(retry_after: float, *, everywhere: bool = False) -> Fault:
    return Fault(429, retry_after=retry_after, everywhere=everywhere)


def refused(code: int, status: int | None = None) -> Fault:
    """Discord's refusal of this number: 50013 is Missing Permissions, 10003 Unknown Channel."""
    refusal = Refusal(code, status=status)
    return Fault(refusal.status, refusal.body)


def cut() -> Fault:
    """The connection is reset and nothing was carried out."""
    return Fault(cut="before")


def lost() -> Fault:
    """The call is carried out, then the connection is reset: nobody hears of it."""
    return Fault(cut="after")


def hang(seconds: float) -> Fault:
    return Fault(seconds=seconds)


def reset(request: web.BaseRequest) -> None:
    """End the connection as a crash would: with RST, not with a goodbye."""
    transport = request.transport
    if transport is not None:
        plug = transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


@dataclass(slots=True)
class Rule:
    """One promise of trouble; `left` counts how often it still comes, `met` how often it came."""

    when: Callable[[Call], bool]
    how: Fault
    left: int
    met: int = 0

    def meets(self, call: Call) -> bool:
        if self.left <= 0 or not self.when(call):
            return False
        self.left, self.met = self.left - 1, self.met + 1
        return True


def asking(when: Asked) -> Callable[[Call], bool]:
    """A question from a pattern; a question stays what it is."""
    if callable(when):
        return when
    method, _, path = when.partition(" ")
    pattern = re.compile("/".join("[^/]+" if part == "*" else re.escape(part) for part in path.split("/")))
    return lambda call: call.method == method and pattern.fullmatch(call.path) is not None
