"""Many rehearsals in several servers at once, on one bot in a process of its own, with trouble on the way; what came of them.

    soaked = await soak(folder, servers=8, rehearsals=200, every=100)

Trouble comes by the count of calls, not by the clock, so that a slow machine meets as much of it as a fast one.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it brings no types

from store import Store, open_store
from tests.bot.discord import process
from tests.bot.discord.posts import Key, keys, posted, twice, wanted
from tests.bot.discord.team import DRAFT, FEW, MAY, card, has
from tests.discord.calls import Call
from tests.discord.faults import Fault, Rule, limited, lost
from tests.discord.loopback import Loopback
from tests.discord.world import Channel, Server

PACE = 0.05  # of Discord's own waits: enough that they come, and not so much that nobody waits for the end
PATIENCE = 60.0  # seconds for one rehearsal among others
TRIES = 5  # commands, where Discord says that the application did not respond


@dataclass(frozen=True, slots=True)
class Soaked:
    """rehearsals     that were promised to whoever asked
    lost           of these, the ones that did not become a report
    twice, missing posts by rehearsal and key
    again          commands that had to be given once more, since the gateway was down
    drops, limits  how often the gateway broke, and how often Discord said 429
    memory         the bot's resident bytes after each rehearsal, in the order in which they ended
    broken         what the bot did against Discord's rules
    """

    rehearsals: int
    lost: tuple[str, ...]
    twice: tuple[Key, ...]
    missing: tuple[Key, ...]
    again: int
    drops: int
    limits: int
    memory: tuple[int, ...]
    broken: tuple[str, ...]


async def soak(folder: Path, *, servers: int, rehearsals: int, every: int, ready: float = 0.0) -> Soaked:
    """`every` so many calls something goes wrong."""
    async with Loopback(pace=PACE) as loopback, open_store(folder / "kept.db") as store:
        places = [loopback.server, *(loopback.add_server(f"Harbour {n}") for n in range(2, servers + 1))]
        for place in places[1:]:
            loopback.add_channel("general", server=place)
            loopback.add_member("ada", server=place)
        for place in places:
            next(role for role in place.roles.values() if role.name == "soundingboard").permissions = MAY
        given = process.environment(folder, folder / "cache", loopback.token, "null:", READY=str(ready))
        with process.started(loopback, given) as bot:
            await loopback.until(lambda: loopback.gateway.sessions, PATIENCE)
            soaking = _Soaking(loopback, store, psutil.Process(bot.pid))
            loopback.rest.rules.append(Rule(soaking.troubled(every), Fault(), 1))
            each = [rehearsals // servers + (n < rehearsals % servers) for n in range(servers)]
            await asyncio.gather(*(soaking.served(*one) for one in zip(places, each, strict=True)))
            return await soaking.outcome()


@dataclass(slots=True)
class _Soaking:
    loopback: Loopback
    store: Store
    bot: psutil.Process
    promised: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    again: int = 0
    drops: int = 0
    breaking: set[asyncio.Task[None]] = field(default_factory=set)

    async def served(self, server: Server, many: int) -> None:
        """A server in which one rehearsal is asked for after the other."""
        chance = random.Random(f"soak/{server.name}")
        for number in range(many):
            rehearsal = await self.asked(server, f"{DRAFT} ({number})", chance.choice((6, 9, 12)))
            self.promised.append(rehearsal)
            try:
                await self.loopback.until(partial(self.shown, server, rehearsal), PATIENCE)
            except AssertionError:
                self.lost.append(rehearsal)
            self.memory.append(self.bot.memory_info().rss)

    async def asked(self, server: Server, text: str, seats: int) -> str:
        """The id of a rehearsal that was promised. A person whose command was not answered gives it again."""
        ada = self.loopback.person("ada", server)
        for _ in range(TRIES):
            answer = await ada.command("rehearse", text=text, personas=FEW, seats=seats, audience=1_000_000)
            if answer.acknowledged is not None:
                await answer.settled(lambda seen: "taking its seats" in seen.text, PATIENCE)
                found = re.search(r"`(\w{8})`", answer.text)
                assert found is not None, answer.text
                return found[1]
            self.again += 1
        raise AssertionError(f"{TRIES} commands in a row were not answered")

    def shown(self, server: Server, rehearsal: str) -> bool:
        return any(has(card(thread), "Revise") for thread in self.threads(server, rehearsal))

    def threads(self, server: Server, rehearsal: str) -> list[Channel]:
        found = self.loopback.world.threads(server)
        return [thread for thread in found if thread.messages and (rehearsal, "card") in keys(card(thread))]

    def troubled(self, every: int) -> Callable[[Call], bool]:
        """A rule that no call meets; it counts them, and lets the next thing go wrong."""
        coming, heard = cycle(self.troubles()), 0

        def hear(_: Call) -> bool:
            nonlocal heard
            heard += 1
            if heard % every == 0:
                task = asyncio.ensure_future(next(coming)())
                self.breaking.add(task)
                task.add_done_callback(self.breaking.discard)
            return False

        return hear

    def troubles(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        async def dropped() -> None:
            self.drops += 1
            await self.loopback.gateway.drop()

        async def cut() -> None:
            self.drops += 1
            await self.loopback.gateway.drop(None)

        async def called_back() -> None:
            self.drops += 1
            self.loopback.gateway.reconnect()

        async def forgotten() -> None:
            self.drops += 1
            self.loopback.gateway.forget()

        async def slowed() -> None:
            self.loopback.fail("POST /webhooks/*/*", limited(0.3), times=2)

        async def stopped() -> None:
            self.loopback.fail("POST /channels/*/messages", limited(0.3, everywhere=True))

        async def unheard() -> None:
            self.loopback.fail("POST /webhooks/*/*", lost())

        return (dropped, slowed, called_back, unheard, cut, stopped, forgotten)

    async def outcome(self) -> Soaked:
        every = [channel for server in self.loopback.world.servers.values() for channel in server.channels.values()]
        stands, due = posted(every), set[Key]()
        for rehearsal in self.promised:
            due |= wanted(rehearsal, (await self.store.load(rehearsal)).reactions)
        limits = sum(call.status == 429 for call in self.loopback.record)
        broken = (*self.loopback.violations, *self.loopback.pings)
        return Soaked(
            len(self.promised), tuple(self.lost), twice(stands), tuple(sorted(due - set(stands))), self.again, self.drops,
            limits, tuple(self.memory), broken,
        )  # fmt: skip
