"""A Discord for tests, on 127.0.0.1: the real client of discord.py talks to it, nothing changed but three addresses.

    async with Loopback() as loopback, loopback.connected(client):
        ada = loopback.person("ada")
        answer = await ada.command("rehearse", draft="We moved the export button.")

It holds itself to Discord's rules (`limits`, `ordering`, `refusals`), fails when told to (`fail`, `gateway`), and notes what it
should never see in `violations` and `pings`. It does not know the bot.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Self

import discord
import yarl
from aiohttp import web

from tests.discord import faults, spec
from tests.discord.building import Building
from tests.discord.calls import Call
from tests.discord.faults import Fault, Rule
from tests.discord.gateway import Gateway
from tests.discord.pace import Pace
from tests.discord.people import Person
from tests.discord.rest import PREFIX, Rest
from tests.discord.world import APPLICATION, FORUM, TEXT, TOKEN, Channel, Json, Message, Server, Webhook, World, bits

MIB = 1024 * 1024


class Loopback(Building):
    """One server, Harbour, with the channels general, ideas (a forum) and quiet (which the bot does not see); in it the bot,
    ada and ben, who are anybody, and mia, who manages it.
    """

    application = APPLICATION
    token = TOKEN

    def __init__(self, *, pace: float = 0.0, clock: Callable[[], float] = time.time, checked: bool | None = None) -> None:
        """`pace` 1 limits calls as Discord does, 0.1 ten times as fast, 0 never; `checked` holds calls against Discord's
        description, by default where it is there.
        """
        self.world = World(clock, self._dispatch, self._changed)
        self.gateway = Gateway(self.world)
        self.rest = Rest(self.world, Pace(self.world, time.monotonic, pace), spec.there() if checked is None else checked)
        self._change = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.server = self.add_server("Harbour")
        self.general = self.add_channel("general")
        self.ideas = self.add_channel("ideas", FORUM)
        self.quiet = self.add_channel("quiet")
        self.forbid(self.quiet, "view_channel")
        self.add_member("ada")
        self.add_member("ben")
        self.add_member("mia", may=bits("manage_guild", "manage_messages", "manage_channels", "manage_webhooks"))

    def _dispatch(self, event: str, given: Json, server: Server | None) -> None:
        self.gateway.dispatch(event, given, server)

    def _changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    # Serving.

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * MIB)
        app.router.add_route("*", "/{path:.*}", self.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handle_signals=False)
        await self._runner.setup()
        port = await self.serve()
        self.address = f"http://127.0.0.1:{port}"
        self.world.cdn, self.world.gateway = self.address, f"ws://127.0.0.1:{port}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.close()
        if self._runner:
            await self._runner.cleanup()

    async def serve(self, disguise: ssl.SSLContext | None = None) -> int:
        """Open one more port, with a certificate where one is given; gives its number."""
        assert self._runner is not None
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=disguise).start()
        return int(self._runner.addresses[-1][1])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.gateway.handle(request)
        return await self.rest.handle(request)

    @contextmanager
    def addresses(self) -> Iterator[None]:
        """Let discord.py find this Discord where it looks for the real one."""
        route, socket, asset = discord.http.Route, discord.gateway.DiscordWebSocket, discord.asset.Asset
        before = (route.BASE, socket.DEFAULT_GATEWAY, asset.BASE)
        route.BASE, socket.DEFAULT_GATEWAY, asset.BASE = self.address + PREFIX, yarl.URL(self.world.gateway), self.address
        try:
            yield
        finally:
            route.BASE, socket.DEFAULT_GATEWAY, asset.BASE = before

    @asynccontextmanager
    async def connected(self, client: discord.Client, seconds: float = 10.0) -> AsyncIterator[discord.Client]:
        """The client, logged in and ready; at the end it is closed, and what ended it early is raised."""
        with self.addresses():
            running = asyncio.create_task(client.start(TOKEN))
            try:
                await self.until(lambda: running.done() or client.is_ready(), seconds)
                if not running.done():
                    yield client
            finally:
                await client.close()
                await running

    # What happened.

    @property
    def record(self) -> list[Call]:
        """Every call, in order."""
        return self.rest.record

    @property
    def violations(self) -> list[str]:
        """What Discord describes otherwise, does not know, or has no address for: of the bot, or of this loopback."""
        return self.world.violations

    @property
    def pings(self) -> list[str]:
        """Calls that made a message and did not say that nobody is to be pinged."""
        return self.world.pings

    def calls(self, pattern: str) -> list[Call]:
        """The calls of a pattern such as `POST /channels/*/messages`."""
        return list(filter(faults.asking(pattern), self.record))

    async def until(self, condition: Callable[[], object], seconds: float = 10.0, every: float = 0.01) -> None:
        """Wait until this is true; it is asked again at every change here, and `every` so many seconds for what changes in the bot."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                last = "\n".join(map(str, self.record[-8:]))
                raise AssertionError(f"This did not come true within {seconds} s. The last calls:\n{last}")
            waiting = asyncio.ensure_future(self._change.wait())
            await asyncio.wait({waiting}, timeout=every)
            waiting.cancel()

    def thread(self, id: int | str) -> Channel:
        found = self.world.channel(int(id))
        assert found is not None, f"there is no thread {id}"
        return found

    @property
    def threads(self) -> list[Channel]:
        """Every thread of every server, oldest first."""
        return [thread for server in self.world.servers.values() for thread in self.world.threads(server)]

    def webhooks(self, channel: Channel) -> list[Webhook]:
        return [one for one in self.world.webhooks.values() if one.channel is channel]

    # Trouble, and time.

    def fail(self, when: faults.Asked, how: Fault | None = None, *, times: int = 1) -> Rule:
        """Let the next calls of this pattern fail; see `faults` for patterns and for what can happen."""
        rule = Rule(faults.asking(when), how or faults.status(500), times)
        self.rest.rules.append(rule)
        return rule

    @property
    def pace(self) -> float:
        return self.rest.pace.scale

    @pace.setter
    def pace(self, scale: float) -> None:
        self.rest.pace.scale = scale
        self.rest.pace.windows.clear()

    def pass_time(self, seconds: float) -> None:
        """Let so much time have passed for Discord: answers come too late, tokens end."""
        self.world.ahead += seconds

    # Who and what is in it.

    def person(self, name: str = "ada", server: Server | None = None) -> Person:
        home = server or self.server
        member = next(one for one in home.members.values() if one.user.name == name)
        first = next(channel for channel in home.channels.values() if channel.type == TEXT)
        return Person(self.world, member, self.until, first)

    def message(self, id: int | str) -> Message:
        """A message by its id, wherever it is and whoever sees it."""
        key = int(id)
        every = [c.every[key] for s in self.world.servers.values() for c in s.channels.values() if key in c.every]
        found = self.world.ephemeral.get(key) or next(iter(every), None)
        assert found is not None, f"there is no message {id}"
        return found
