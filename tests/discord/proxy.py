"""The loopback Discord under Discord's own names, for a bot in a process of its own that nobody reached into.

    async with Loopback() as loopback, disguised(loopback, tmp_path) as disguise:
        environment = {"SSL_CERT_FILE": str(disguise.certificate)}
        ...  # start the bot with disguise.proxy as its proxy

The bot asks a proxy for discord.com and is led here; a throw-away certificate says that it has arrived.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.discord.loopback import Loopback

HOSTS = ("discord.com", "gateway.discord.gg", "cdn.discordapp.com")


@dataclass(slots=True)
class Disguise:
    """Where the proxy is, what to trust, whom the bot asked for, and whom of these it should not have."""

    certificate: Path
    inside: int
    proxy: str = ""
    hosts: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one CONNECT, and carry bytes both ways until one side ends."""
        try:
            host = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode().rpartition(":")[0]
            self.hosts.append(host)
            if host not in HOSTS:
                self.strangers.append(host)
                writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
                return
            inner, outer = await asyncio.open_connection("127.0.0.1", self.inside)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(carry(reader, outer), carry(inner, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
    finally:
        sink.close()


@asynccontextmanager
async def disguised(loopback: Loopback, folder: Path) -> AsyncIterator[Disguise]:
    """The loopback behind a proxy; its certificate is written into the folder."""
    authority = trustme.CA()
    certificate = folder / "authority.pem"
    authority.cert_pem.write_to_path(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    disguise = Disguise(certificate, await loopback.serve(context))
    loopback.world.cdn, loopback.world.gateway = "https://cdn.discordapp.com", "wss://gateway.discord.gg/"
    server = await asyncio.start_server(disguise.lead, "127.0.0.1", 0)
    disguise.proxy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield disguise
    finally:
        server.close()
