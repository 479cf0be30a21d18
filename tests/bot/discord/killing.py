"""One rehearsal whose bot is killed with SIGKILL at chosen moments and started again, and what became of it.

    outcome = await survived(folder, (Moment(calls=9, seconds=0.004),))

Each reader has a persona of its own, so that a question to the model says which seat it is for. Knows no bar.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from audience.library import Library
from audience.reaction import Reaction
from bot.room import BUILT_IN, Staging, Store
from store import open_store
from tests.bot.discord import process
from tests.bot.discord.posts import Key, posted, twice, wanted
from tests.bot.discord.team import DRAFT, MAY, card, has, script
from tests.discord.calls import Call
from tests.discord.faults import Fault, Rule
from tests.discord.loopback import Loopback

SEATS = 12
PATIENCE = 30.0  # seconds; a process on a busy machine takes a few to open
SLOW = "delay = 0.03\n[options]\nreply = 20\n"  # of all that each life does, about half is the model's


@dataclass(frozen=True, slots=True)
class Moment:
    """So many seconds after Discord hears the bot's n-th call: of the first process from the command on, of others at all."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """twice, missing  posts by rehearsal and key
    computed   task and persona of each question that was put again though its answer was kept
    reactions  what was kept in the end; nothing where the first kill came before the rehearsal was
    whole      whether all that was begun ended as a report, in one thread, within Discord's rules
    restart    seconds from the start of the last process to a card that goes on and whose button is answered
    calls      that Discord heard in the last life
    """

    twice: tuple[Key, ...]
    missing: tuple[Key, ...]
    computed: tuple[str, ...]
    reactions: tuple[Reaction, ...]
    whole: bool
    restart: float
    calls: int


async def survived(folder: Path, moments: Collection[Moment], *, ready: float = 0.0) -> Outcome:
    """A rehearsal from the command to its report, in one life more than there are moments.

    `ready` is for how many seconds the bot waits for servers at its start.
    """
    async with Loopback() as loopback, open_store(folder / "kept.db") as store:
        next(role for role in loopback.server.roles.values() if role.name == "soundingboard").permissions = MAY
        ordeal = _Ordeal(folder, loopback, store, ready)
        try:
            for moment in moments:
                await ordeal.killed(moment)
            await ordeal.outlived()
        finally:
            if ordeal.asking:
                ordeal.asking.cancel()
        return await ordeal.outcome()


def drawn(seed: int, calls: int) -> tuple[Moment, ...]:
    """A moment of a rehearsal of so many calls; every fourth time another one in the life that follows."""
    chance = random.Random(f"kill/{seed}")
    return tuple(Moment(chance.randint(1, calls), chance.uniform(0, 0.03)) for _ in range(2 if seed % 4 == 3 else 1))


@dataclass(slots=True)
class _Ordeal:
    folder: Path
    loopback: Loopback
    store: Store
    ready: float
    asking: asyncio.Task[object] | None = None
    computed: list[str] = field(default_factory=list)
    restart: float = 0.0
    calls: int = 0

    async def killed(self, moment: Moment) -> None:
        """One life, to the moment, or to the report where that comes first."""
        if self.asking and await self.staging() is None:
            return
        struck = asyncio.Event()
        async with self.life() as bot:
            if self.asking:
                self.doom(bot, moment, struck)
            else:
                await self.connected()
                self.doom(bot, moment, struck)
                self.ask()
            await self.loopback.until(lambda: struck.is_set() or self.reported(), PATIENCE)
        self.loopback.rest.rules.clear()

    async def outlived(self) -> None:
        """The last life, to the report."""
        before, began = await self.staging(), time.time()
        async with self.life():
            await self.connected()
            if not self.asking:
                self.calls = -len(self.loopback.record)
                self.ask()
            elif before is None:
                return  # nothing was kept, and nobody was told that anything would come
            else:
                self.calls = -len(self.loopback.record)
                self.restart = await self.working(before) - began
            await self.loopback.until(self.reported, PATIENCE)
            await self.settled()
            self.calls += len(self.loopback.record)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[subprocess.Popen[str]]:
        """A process, dead at the end; what it asked its model again is noted."""
        kept, before = await self.reactions(), len(self.notes())
        given = process.environment(
            self.folder, self.folder / "cache", self.loopback.token, script(self.folder, SLOW),
            CALLS=str(self.folder / "calls"), READY=str(self.ready),
        )  # fmt: skip
        with process.started(self.loopback, given) as bot:
            yield bot
        known = {f"{task} {reaction.persona}" for reaction in kept for task in answered(reaction)}
        self.computed += [line for line in self.notes()[before:] if line in known]

    def doom(self, bot: subprocess.Popen[str], moment: Moment, struck: asyncio.Event) -> None:
        """Have it killed at the moment: a rule that no call ever meets counts them."""
        left = moment.calls

        def strike() -> None:
            bot.kill()
            struck.set()

        def hear(_: Call) -> bool:
            nonlocal left
            left -= 1
            if left == 0:
                asyncio.get_running_loop().call_later(moment.seconds, strike)
            return False

        self.loopback.rest.rules.append(Rule(hear, Fault(), 1))

    def ask(self) -> None:
        personas = ", ".join(sorted(Library.read(BUILT_IN).personas)[:SEATS])
        asked = self.loopback.person().command("rehearse", text=DRAFT, personas=personas, seats=SEATS, audience=1_000_000)
        self.asking = asyncio.ensure_future(asked)

    async def connected(self) -> None:
        """Wait for the process to be told of its servers."""
        sessions = len(self.loopback.gateway.sessions)
        await self.loopback.until(lambda: len(self.loopback.gateway.sessions) > sessions, PATIENCE)

    async def working(self, before: Staging) -> float:
        """When the card was brought up to date again, if it was to be, and a press on it answered."""
        calls = len(self.loopback.record)
        await self.loopback.until(lambda: self.loopback.threads and self.loopback.threads[0].messages, PATIENCE)
        shown = card(self.loopback.threads[0])
        pressed = await self.loopback.person("ben").press(shown, "Cancel" if has(shown, "Cancel") else "The silent ones")
        assert pressed.acknowledged is not None, "a button from before the kill was not answered"
        at = time.time()
        if before.state != "shown":
            edits = f"/messages/{shown.id}"
            await self.loopback.until(lambda: self.edits(edits, calls), PATIENCE)
            at = max(at, self.edits(edits, calls)[0])
        return at

    def edits(self, path: str, since: int) -> list[float]:
        return [call.at for call in self.loopback.record[since:] if call.method == "PATCH" and call.path.endswith(path)]

    def reported(self) -> bool:
        return any(has(card(thread), "Revise") for thread in self.loopback.threads if thread.messages)

    async def settled(self) -> None:
        """Wait until the bot has noted that its report is shown."""
        async with asyncio.timeout(PATIENCE):
            while not await self.noted():  # noqa: ASYNC110 - a database tells of nothing
                await asyncio.sleep(0.01)

    async def noted(self) -> bool:
        staging = await self.staging()
        return staging is not None and staging.state == "shown"

    async def staging(self) -> Staging | None:
        found = await self.store.stagings.recent(self.loopback.server.id, 1)
        return found[0][0] if found else None

    async def reactions(self) -> tuple[Reaction, ...]:
        staging = await self.staging()
        return (await self.store.load(staging.rehearsal)).reactions if staging else ()

    def notes(self) -> list[str]:
        path = self.folder / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    async def outcome(self) -> Outcome:
        world, staging, kept = self.loopback.world, await self.staging(), await self.reactions()
        stands = posted(self.loopback.server.channels.values())
        missing = wanted(staging.rehearsal, kept) - set(stands) if staging else set()
        ended = len(self.loopback.threads) == 1 and self.reported() if staging else not stands
        return Outcome(
            twice(stands), tuple(sorted(missing)), tuple(self.computed), kept,
            ended and not world.violations and not world.pings, self.restart, self.calls,
        )  # fmt: skip


def answered(reaction: Reaction) -> tuple[str, ...]:
    """The tasks whose answers a reaction holds; each is asked about one reader once."""
    if reaction.part == "worst":
        return ("worst",)
    return ("ask", "why", "reply") if reaction.reply else ("ask", "why")
