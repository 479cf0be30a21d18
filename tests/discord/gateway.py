"""The gateway of the loopback Discord: greets, lets bots identify or resume, tells them what happens, and breaks when told to."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord import shapes
from tests.discord.faults import reset
from tests.discord.world import APPLICATION, TOKEN, Json, Server, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 8, 9, 10, 11
GUILDS, MEMBERS, PRESENCES, MESSAGES, CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 9, 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | CONTENT
INTENTS = {"MESSAGE": MESSAGES, "GUILD": GUILDS, "CHANNEL": GUILDS, "THREAD": GUILDS}


@dataclass(slots=True)
class Line:
    """One connection: what is to be sent over it goes out in order."""

    socket: web.WebSocketResponse
    request: web.BaseRequest
    compressed: bool
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    session: Session | None = None

    def say(self, op: int, given: Any = None, event: str | None = None, sequence: int | None = None) -> None:
        self.waiting.put_nowait(json.dumps({"op": op, "d": given, "t": event, "s": sequence}))

    async def send(self) -> None:
        """Send whatever comes up, until the connection ends."""
        packer = zlib.compressobj()
        while True:
            text = await self.waiting.get()
            try:
                if self.compressed:
                    await self.socket.send_bytes(packer.compress(text.encode()) + packer.flush(zlib.Z_SYNC_FLUSH))
                else:
                    await self.socket.send_str(text)
            except ConnectionError:
                return


@dataclass(slots=True)
class Session:
    """What one bot was told, so that it can be told again; it outlives the connection."""

    id: str
    intents: int
    told: list[tuple[int, str, Json]] = field(default_factory=list)
    line: Line | None = None

    def tell(self, event: str, given: Json, *, unheard: bool = False) -> None:
        """`unheard`: it happened, but nothing of it comes through until the bot resumes."""
        sequence = len(self.told) + 1
        self.told.append((sequence, event, given))
        if self.line and not unheard:
            self.line.say(DISPATCH, given, event, sequence)


@dataclass(slots=True)
class Gateway:
    """`allowed` are the privileged intents that the application was granted; `silent` answers nothing and tells nothing."""

    world: World
    allowed: int = 0
    heartbeat: float = 41.25  # seconds
    silent: bool = False
    refusing: int = 0
    lines: list[Line] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)
    connections: int = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One connection, from its beginning to its end."""
        self.connections += 1
        if self.refusing > 0:
            self.refusing -= 1
            reset(request)
            return web.Response(status=503)
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        line = Line(socket, request, request.query.get("compress") == "zlib-stream")
        self.lines.append(line)
        sending = asyncio.create_task(line.send())
        line.say(HELLO, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": []})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self.hear(line, json.loads(message.data))
        finally:
            sending.cancel()
            self.gone(line)
        return socket

    def gone(self, line: Line) -> None:
        self.lines.remove(line)
        if line.session and line.session.line is line:
            line.session.line = None
        self.world.changed()

    async def hear(self, line: Line, message: Json) -> None:
        op: int = message["op"]
        given: Any = message.get("d")
        self.heard.append(message)
        if self.silent:
            return
        if op == HEARTBEAT:
            line.say(ACK)
        elif op == IDENTIFY:
            await self.identify(line, given)
        elif op == RESUME:
            self.resume(line, given)
        elif op == REQUEST_MEMBERS:
            self.members(line, given)
        self.world.changed()

    async def identify(self, line: Line, given: Json) -> None:
        if given["token"] != TOKEN:
            await line.socket.close(code=4004, message=b"Authentication failed.")
            return
        if given["intents"] & PRIVILEGED & ~self.allowed:
            await line.socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        session = Session(f"session{len(self.sessions)}", given["intents"])
        self.sessions[session.id] = session
        session.line, line.session = line, session
        self.world.reads_content = bool(given["intents"] & CONTENT)
        session.tell("READY", self.ready(session))
        for server in self.world.servers.values():
            session.tell("GUILD_CREATE", shapes.server_event(self.world, server))

    def ready(self, session: Session) -> Json:
        return {
            "v": 10, "user": shapes.own_user(self.world.bot), "session_id": session.id, "session_type": "normal",
            "guilds": [{"id": str(server), "unavailable": True} for server in self.world.servers], "private_channels": [],
            "resume_gateway_url": self.world.gateway, "application": {"id": str(APPLICATION), "flags": 0}, "_trace": [],
            "relationships": [], "presences": [], "user_settings": {}, "geo_ordered_rtc_regions": [],
        }  # fmt: skip

    def resume(self, line: Line, given: Json) -> None:
        """Tell again what was missed; a session that is not known is to begin anew."""
        session = self.sessions.get(given["session_id"])
        if session is None or given["token"] != TOKEN:
            line.say(INVALID, given=False)
            return
        for sequence, event, missed in session.told[given["seq"] :]:
            line.say(DISPATCH, missed, event, sequence)
        session.line, line.session = line, session
        session.tell("RESUMED", {"_trace": []})

    def members(self, line: Line, given: Json) -> None:
        """Members by the beginning of their names, or by their ids; all of them only with the intent."""
        server, session = self.world.servers[int(given["guild_id"])], line.session
        query, ids = given.get("query"), [int(one) for one in given.get("user_ids") or ()]
        if session is None or (query == "" and not session.intents & MEMBERS):
            return
        named = [m for m in server.members.values() if query is not None and m.name.lower().startswith(query.lower())]
        found = [server.members[one] for one in ids if one in server.members] or named
        most = given.get("limit") or len(found)
        session.tell("GUILD_MEMBERS_CHUNK", {
            "guild_id": str(server.id), "members": [shapes.member(one) for one in found[:most]], "chunk_index": 0,
            "chunk_count": 1, "not_found": [], "nonce": given.get("nonce"),
        })  # fmt: skip

    def dispatch(self, event: str, given: Json, server: Server | None = None) -> None:
        """Tell every bot that wants to hear of it."""
        needed = INTENTS.get(event.partition("_")[0], 0)
        for session in self.sessions.values():
            if needed & session.intents == needed:
                session.tell(event, self.censored(session, event, given), unheard=self.silent)

    def censored(self, session: Session, event: str, given: Json) -> Json:
        """Words of others are hidden from a bot without the intent, unless it is named in them."""
        named = f"<@{APPLICATION}>" in given.get("content", "")
        if not event.startswith("MESSAGE_") or session.intents & CONTENT or named or "author" not in given:
            return given
        return given if given["author"]["id"] == str(APPLICATION) else shapes.hidden(given)

    async def drop(self, code: int | None = 4000) -> None:
        """End every connection with this code; without one, as if a cable was cut."""
        for line in list(self.lines):
            if code is None:
                reset(line.request)
            else:
                await line.socket.close(code=code)

    def reconnect(self) -> None:
        """Ask every bot to come back and resume."""
        for line in self.lines:
            line.say(RECONNECT)

    def forget(self) -> None:
        """Let every session be unknown from now on."""
        self.sessions.clear()
        for line in self.lines:
            line.say(INVALID, given=False)

    async def close(self) -> None:
        for line in list(self.lines):
            await line.socket.close(code=WSCloseCode.GOING_AWAY)
