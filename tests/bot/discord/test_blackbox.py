"""The bot as whoever runs it has it: `python -m bot`, a process of its own, Discord under its own names behind a proxy.

Nothing is patched. A throw-away certificate says who Discord is, and the loopback stands behind the proxy's door.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.discord.apologies import wanted
from store import open_store
from tests.bot.discord.team import DRAFT, FEW, MAY, card, has, replies
from tests.discord.loopback import Loopback
from tests.discord.proxy import HOSTS, Disguise, disguised
from tests.discord.world import APPLICATION, File, bits

ROOT = Path(__file__).parents[3]
SEEN = 30.0  # seconds; a process on a busy machine takes a few to open


@dataclass(frozen=True, slots=True)
class Outside:
    """A folder of the bot's own, and the Discord that it finds by its usual names."""

    folder: Path
    loopback: Loopback
    disguise: Disguise

    @property
    def environment(self) -> Mapping[str, str]:
        ours = {
            "DATABASE": self.folder / "kept.db", "WORDS": self.folder / "words", "CACHE": self.folder / "cache",
            "MODEL": "null:", "PROXY": self.disguise.proxy, "LOG_LEVEL": "DEBUG",
        }  # fmt: skip
        return {
            **os.environ, "DISCORD_TOKEN": self.loopback.token, "SSL_CERT_FILE": str(self.disguise.certificate),
            "HF_HUB_CACHE": str(self.folder / "hub"), **{f"SOUNDINGBOARD_{name}": str(value) for name, value in ours.items()},
        }  # fmt: skip

    @property
    def secrets(self) -> set[str]:
        """What lets anybody speak in the bot's name."""
        world = self.loopback.world
        webhooks, interactions = world.webhooks.values(), world.interactions.values()
        return {self.loopback.token, *(one.token for one in webhooks), *(one.token for one in interactions)}

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        """The program, in a folder where no settings lie."""
        self.folder.mkdir(exist_ok=True)
        environment = {**self.environment, "PYTHONPATH": str(ROOT)}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *arguments, cwd=self.folder, env=environment, stdout=pipe, stderr=pipe
        )

    async def said(self, *arguments: str) -> str:
        """A command that must succeed; what it printed."""
        process = await self.start(*arguments)
        out, err = await process.communicate()
        assert process.returncode == 0, (out + err).decode()
        return out.decode()

    async def noted(self) -> None:
        """Wait until the bot has noted that its report is shown: then it waits for no answer of Discord's."""
        async with asyncio.timeout(SEEN), open_store(self.folder / "kept.db") as store:
            while await store.stagings.unfinished():  # noqa: ASYNC110 - a database tells of nothing
                await asyncio.sleep(0.01)

    def written(self) -> bytes:
        """Every byte of every file that the program left behind."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    async with Loopback() as loopback, disguised(loopback, tmp_path) as disguise:
        yield Outside(tmp_path / "home", loopback, disguise)
        assert disguise.strangers == []
        assert loopback.violations == []
        assert loopback.pings == []


@asynccontextmanager
async def serving(outside: Outside) -> AsyncIterator[list[bytes]]:
    """The bot while it serves; when it has ended, all that it said, in the list."""
    process, said = await outside.start("bot"), list[bytes]()
    hearing = asyncio.create_task(process.communicate())
    try:
        await outside.loopback.until(lambda: hearing.done() or outside.loopback.gateway.sessions, SEEN)
        yield said
    finally:
        if not hearing.done():
            process.send_signal(signal.SIGTERM)
        said.extend(await hearing)
    assert process.returncode == 0, said


async def test_a_whole_rehearsal_through_a_proxy_leaves_no_secret_anywhere(outside: Outside) -> None:
    loopback = outside.loopback
    async with serving(outside) as said:
        ada = loopback.person()
        draft = File("draft.txt", DRAFT.encode())
        await ada.command("rehearse", file=draft, personas=FEW, seats=6, audience=1_000_000)
        await loopback.until(lambda: any(has(card(t), "Revise") for t in loopback.threads if t.messages), SEEN)
        thread = loopback.threads[0]
        assert len(replies(thread)) == 6
        assert all("(simulated)" in message.name for message in replies(thread))
        assert "people who are shown this" in card(thread).text
        await outside.noted()
    assert len(outside.loopback.webhooks(loopback.general)) == 1
    assert b" DEBUG " in said[1]
    assert b"Traceback" not in said[1]
    whole = b"".join([*said, outside.written()])
    assert DRAFT.encode() in whole
    assert not [secret for secret in outside.secrets if secret.encode() in whole]
    assert set(outside.disguise.hosts) == set(HOSTS)


async def test_the_invitation_asks_for_exactly_what_the_bot_uses(outside: Outside) -> None:
    link = await outside.said("bot", "--invite")
    assert link.startswith("https://discord.com/oauth2/authorize?")
    assert f"client_id={APPLICATION}" in link
    assert f"permissions={wanted().value}" in link


async def test_the_doctor_looks_into_a_channel_and_says_what_is_lacking(outside: Outside) -> None:
    general = outside.loopback.general
    next(role for role in outside.loopback.server.roles.values() if role.name == "soundingboard").permissions = MAY
    assert "TO DO" not in await outside.said("doctor", "--channel", str(general.id))
    general.overwrites[APPLICATION] = (0, bits("manage_webhooks"))
    process = await outside.start("doctor", "--channel", str(general.id))
    out, err = await process.communicate()
    assert (process.returncode, err) == (1, b"")
    assert b"Manage Webhooks" in out
