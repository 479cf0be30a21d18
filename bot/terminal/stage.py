"""The stage: opens the room, plays a rehearsal seat by seat, keeps each before it is shown, and hands over the report.

Knows the order of things and nothing of how they look.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from audience.errors import Refused
from audience.library import Library
from audience.rehearsal import Rehearsal
from audience.report import Report
from bot.order import Order, same_model, same_words, timings
from bot.record import track
from bot.room import Choice, Kept, Room, Store, library, open_room, open_store
from bot.settings import Settings
from bot.terminal.live import watching
from bot.terminal.outputs import Outputs
from bot.terminal.overhearing import Overheard
from bot.terminal.view import show


async def rehearse(
    order: Order, taken: Choice, settings: Settings, database: Path | None, outputs: Outputs, *, remote: bool = False
) -> int:
    """Play an order from the start. Returns the exit code."""
    words = library(settings)
    wanted = order.rehearsal(words, datetime.now(UTC))
    async with open_store(settings, database) as store:
        if taken.why and not outputs.quiet:
            tell(f"Model: {taken.name} ({taken.why})")
        async with opened(settings, taken.name, store, remote=remote) as room:
            rehearsal = replace(
                wanted, model=room.model.name, remark=room.model.remark, depth=room.model.out_of_depth(order.draft)
            )
            return await _deliver(await begun(rehearsal, words, room, outputs), store, outputs)


async def resume(given: str, settings: Settings, database: Path | None, outputs: Outputs, *, remote: bool = False) -> int:
    """Play the seats that are missing. Raises Refused where the words or the model are no longer the same."""
    words = library(settings)
    async with open_store(settings, database) as store:
        kept = await store.load(given)
        rehearsal = kept.rehearsal
        if kept.finished:
            return await _deliver(Report.of(rehearsal, kept.reactions, kept.timings), store, outputs)
        same_words(rehearsal, words)
        async with opened(settings, rehearsal.model.rpartition(" ")[0], store, remote=remote) as room:
            same_model(rehearsal, room.model.name)
            async with _stoppable(rehearsal.id, store):
                report = await _played(kept, words, room, outputs)
            return await _deliver(report, store, outputs)


@asynccontextmanager
async def opened(settings: Settings, model: str, store: Store, *, remote: bool = False) -> AsyncIterator[Room]:
    """The room. Whoever is stopped while the model is still loading is told that nothing has been lost."""
    entered = False
    try:
        async with open_room(settings, model, store, remote=remote) as room:
            entered = True
            if remote:
                tell(room.model.remark)
            yield room
    except asyncio.CancelledError:
        if not entered:
            tell("Stopped while the model was loading; no reader had been asked.")
        raise


async def begun(rehearsal: Rehearsal, words: Library, room: Room, outputs: Outputs) -> Report:
    """Keep a rehearsal and play it from the start."""
    async with _stoppable(rehearsal.id, room.store):
        await room.store.begin(rehearsal)
        return await _played(Kept(rehearsal, (), {}, finished=False), words, room, outputs)


@asynccontextmanager
async def _stoppable(id: str, store: Store) -> AsyncIterator[None]:
    """Whoever is stopped here is told what is kept and how to go on, from the moment a rehearsal may be in the file."""
    try:
        yield
    except asyncio.CancelledError:
        # What was being written is written first: the file's calls are taken in turns, and this one comes after it.
        with suppress(Refused):  # stopped before it was kept
            tell(_stopped(await store.load(id)))
        raise


async def _played(kept: Kept, words: Library, room: Room, outputs: Outputs) -> Report:
    """Each reaction is kept before it is shown."""
    rehearsal, started = kept.rehearsal, time.perf_counter()
    reactions = {(r.part, r.seat): r for r in kept.reactions}
    with watching(rehearsal, kept.reactions, outputs) as watch:
        aloud = replace(room, model=Overheard(room.model, watch.heard))
        async with aclosing(aloud.play(rehearsal, words, kept.reactions)) as coming:
            async for reaction in coming:
                reactions[reaction.part, reaction.seat] = reaction
                watch.seen(reaction)
    taken = timings(time.perf_counter() - started, len(rehearsal.seats), room.opening, kept.timings)
    await room.store.finish(rehearsal.id, taken)
    return Report.of(rehearsal, tuple(reactions.values()), taken)


async def _deliver(report: Report, store: Store, outputs: Outputs) -> int:
    outputs.deliver(report, await track(store, None, report.rehearsal.model), show)
    return 0 if report.tally.rows else 1


def _stopped(kept: Kept) -> str:
    """Counted in the store: the last reaction may have been kept and not shown any more."""
    heard, whole, name = sum(r.part == "first" for r in kept.reactions), len(kept.rehearsal.seats), kept.rehearsal.id
    return f"Stopped. {heard} of {whole} readers are kept as {name}; go on with: soundingboard resume {name}"


def tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
