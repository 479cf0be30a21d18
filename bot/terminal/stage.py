"""The stage: opens the room, plays a rehearsal seat by seat, keeps each before it is shown, and hands over the report.

Knows the order of things and nothing of how they look.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from audience.draft import Draft
from audience.errors import Refused
from audience.library import Library
from audience.panel import Panel
from audience.playing import rehearse as rehearse_on
from audience.rehearsal import Reader, Rehearsal
from audience.report import Report
from bot.room import Kept, Room, Store, chosen, library, open_room, open_store
from bot.settings import Settings
from bot.terminal.live import watching
from bot.terminal.outputs import Outputs
from bot.terminal.view import show

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Order:
    """What a writer asked for, by name; nothing in it has been looked up yet."""

    draft: Draft
    panels: tuple[str, ...]
    personas: tuple[str, ...]
    platform: str
    audience: int
    seats: int
    replies: int
    rounds: int
    seed: int

    def panel(self, words: Library) -> Panel:
        if self.personas:
            return Panel.of(words.persona(name).key for name in self.personas)
        return Panel.together(words.panel(name) for name in self.panels or (GENERAL,))

    def rehearsal(self, words: Library, created: datetime) -> Rehearsal:
        """The order with everything looked up and decided but the model, so that what cannot be played is refused before one
        takes its time to load. Raises Refused for a name nobody knows or a number out of range.
        """
        panel, platform = self.panel(words), words.platform(self.platform)
        readers = tuple(Reader(p.key, p.name, p.bio) for p in words.seated(panel).values())
        return Rehearsal(
            new_id(), created, self.draft, panel, readers, platform, "", "", "", words.fingerprint(panel, platform),
            panel.seated(self.seats, self.seed), self.audience, self.replies, self.rounds, self.seed,
        )  # fmt: skip


def new_id() -> str:
    """Eight letters and digits that nobody mistakes for each other."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(8))


async def rehearse(order: Order, model: str | None, settings: Settings, database: Path | None, outputs: Outputs) -> int:
    """Play an order from the start. Returns the exit code."""
    words, taken = library(settings), chosen(model or settings.model, settings)
    wanted = order.rehearsal(words, datetime.now(UTC))
    async with open_store(settings, database) as store:
        if taken.why and not outputs.quiet:
            _tell(f"Model: {taken.name} ({taken.why})")
        async with _opened(settings, taken.name, store) as room:
            rehearsal = replace(
                wanted, model=room.model.name, remark=room.model.remark, depth=room.model.out_of_depth(order.draft)
            )
            await store.begin(rehearsal)
            return await _play(rehearsal, Kept(rehearsal, (), {}, finished=False), words, room, outputs)


async def resume(given: str, settings: Settings, database: Path | None, outputs: Outputs) -> int:
    """Play the seats that are missing. Raises Refused where the words or the model are no longer the same."""
    words = library(settings)
    async with open_store(settings, database) as store:
        kept = await store.load(given)
        rehearsal = kept.rehearsal
        if kept.finished:
            return _deliver(Report.of(rehearsal, kept.reactions, kept.timings), outputs)
        _same_words(rehearsal, words)
        async with _opened(settings, rehearsal.model.rpartition(" ")[0], store) as room:
            if room.model.name != rehearsal.model:
                raise Refused(
                    f"Rehearsal {rehearsal.id} was played on {rehearsal.model}, and here is {room.model.name}: the readers "
                    "would not be the same; rehearse the draft anew."
                )
            return await _play(rehearsal, kept, words, room, outputs)


@asynccontextmanager
async def _opened(settings: Settings, model: str, store: Store) -> AsyncIterator[Room]:
    """The room. Whoever is stopped while the model is still loading is told that nothing has been lost."""
    entered = False
    try:
        async with open_room(settings, model, store) as room:
            entered = True
            yield room
    except asyncio.CancelledError:
        if not entered:
            _tell("Stopped while the model was loading; no reader had been asked.")
        raise


def _same_words(rehearsal: Rehearsal, words: Library) -> None:
    panel, platform = _panel_now(rehearsal.panel, words), rehearsal.platform.key
    known = all(key in words.personas for key, _ in panel.shares) and platform in words.platforms
    if not known or words.fingerprint(panel, words.platform(platform)) != rehearsal.fingerprint:
        raise Refused(
            f"The words have changed since rehearsal {rehearsal.id} was begun (prompts, personas, panel or platform): the "
            "readers would not be the same; rehearse the draft anew."
        )


def _panel_now(panel: Panel, words: Library) -> Panel:
    """The panel with the words it has today: what is kept of it are its seats. One of single personas has none."""
    keys = panel.key.split("+")
    return Panel.together(words.panels[key] for key in keys) if all(key in words.panels for key in keys) else panel


async def _play(rehearsal: Rehearsal, kept: Kept, words: Library, room: Room, outputs: Outputs) -> int:
    """Each reaction is kept before it is shown. Stopped half-way, it says what is kept and how to go on."""
    reactions = {(r.part, r.seat): r for r in kept.reactions}
    started = time.perf_counter()
    try:
        with watching(rehearsal, kept.reactions, outputs) as seen:
            playing = rehearse_on(
                rehearsal, words.script, words.seated(rehearsal.panel), room.model, room.likeness, kept.reactions
            )
            async with aclosing(playing) as coming:
                async for reaction in coming:
                    await room.store.save(rehearsal.id, reaction)
                    reactions[reaction.part, reaction.seat] = reaction
                    seen(reaction)
    except asyncio.CancelledError:
        _tell(_stopped(await room.store.load(rehearsal.id)))
        raise
    timings = _timings(time.perf_counter() - started, len(rehearsal.seats), room.opening, kept.timings)
    await room.store.finish(rehearsal.id, timings)
    return _deliver(Report.of(rehearsal, tuple(reactions.values()), timings), outputs)


def _deliver(report: Report, outputs: Outputs) -> int:
    outputs.deliver(report, show)
    return 0 if report.tally.rows else 1


def _timings(seconds: float, seats: int, opening: float, before: Mapping[str, float]) -> dict[str, float]:
    whole = seconds + before.get("seconds", 0.0)
    return {"opening": round(opening, 3), "seconds": round(whole, 3), "readers_per_second": round(seats / whole, 2)}


def _stopped(kept: Kept) -> str:
    """Counted in the store: the last reaction may have been kept and not shown any more."""
    heard, whole, name = sum(r.part == "first" for r in kept.reactions), len(kept.rehearsal.seats), kept.rehearsal.id
    return f"Stopped. {heard} of {whole} readers are kept as {name}; go on with: soundingboard resume {name}"


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
