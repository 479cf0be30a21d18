"""Turns: who is played next where many wait for one device. Round robin over servers, then over their members.

Knows no rehearsal and no Discord.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SLOTS = 2  # rehearsals that share the device at once: one's words are written while the other's readers are weighed


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the queue; the lower the number, the longer it has waited."""

    server: int
    member: int
    number: int
    called: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Served:
    """When each server, and each of its members, was last called: those who were not come first."""

    count: int = 0
    servers: dict[int, int] = field(default_factory=dict)
    members: dict[tuple[int, int], int] = field(default_factory=dict)

    def next_of(self, waiting: list[Ticket]) -> Ticket:
        return min(
            waiting,
            key=lambda t: (self.servers.get(t.server, 0), self.members.get((t.server, t.member), 0), t.number),
        )

    def call(self, ticket: Ticket) -> None:
        self.count += 1
        self.servers[ticket.server] = self.members[ticket.server, ticket.member] = self.count

    def copy(self) -> _Served:
        return _Served(self.count, dict(self.servers), dict(self.members))


class Turns:
    """`moved` is called whenever somebody's place may have changed."""

    def __init__(self, slots: int = SLOTS, moved: Callable[[], None] = lambda: None) -> None:
        self._free, self._moved = slots, moved
        self._slots, self._numbered = slots, 0
        self._waiting: list[Ticket] = []
        self._served = _Served()

    def take(self, server: int, member: int) -> Ticket:
        """A place at the end of the member's own queue; give it up by entering `turn`, and leaving it."""
        self._numbered += 1
        ticket = Ticket(server, member, self._numbered)
        self._waiting.append(ticket)
        self._call()
        return ticket

    @asynccontextmanager
    async def turn(self, ticket: Ticket) -> AsyncIterator[None]:
        """Wait to be called, and free the slot at the end, however it ends."""
        try:
            await ticket.called.wait()
            yield
        finally:
            if ticket.called.is_set():
                self._free += 1
            else:
                self._waiting.remove(ticket)
            self._call()

    def place(self, ticket: Ticket) -> int:
        """How many are called before this one and itself: 1 is next, 0 is being played."""
        if ticket not in self._waiting:
            return 0
        served, left = self._served.copy(), list(self._waiting)
        for place in range(1, len(left) + 1):
            called = served.next_of(left)
            if called is ticket:
                return place
            served.call(called)
            left.remove(called)
        raise AssertionError("a ticket that waits is called at last")

    def _call(self) -> None:
        while self._free and self._waiting:
            ticket = self._served.next_of(self._waiting)
            self._waiting.remove(ticket)
            self._served.call(ticket)
            self._free -= 1
            ticket.called.set()
        if self._free == self._slots:
            self._served = _Served()  # nobody plays and nobody waits: there is no past to be fair about
        self._moved()
