"""Benching: how fast a model plays on this machine, with the real prompts: readers weighed as a rehearsal weighs them, replies
written as it has them written. Stops where the rate is known. Knows no screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import cycle

from audience.draft import Draft
from audience.errors import Failed
from audience.language import Sampling
from audience.library import Library
from audience.persona import ANGLES
from audience.playing import rehearse
from audience.rehearsal import Rehearsal
from bot.order import GENERAL, PLATFORM, Order
from bot.room import Hall, Pace, open_hall
from bot.settings import Settings

SEATS, REPLIES = 24, 6
LONG = 15.0  # seconds of weighing after which no more readers are waited for
OFTEN = 0.02  # seconds between two looks at how much memory is taken
DRAFT = Draft.clean(
    "We moved the export button last Tuesday. Forty of you told us within a day, two of you in verse. It is back where it was, "
    "and it will stay there until we can show you a better place. What else did we move that you still look for?"
)
FIRST = Draft.clean("The bakery on the corner opens an hour later from Monday. Who is there at six?")  # builds the kernels

Clock = Callable[[], float]


@dataclass
class Memory:
    """The most bytes that this process was seen to hold."""

    most: int = 0


async def bench(name: str, settings: Settings, words: Library, now: datetime, clock: Clock = time.perf_counter) -> Pace:
    """Play readers of the general panel on that model. Raises Refused and Failed where it cannot be opened, or plays nothing."""
    began = clock()
    async with watched() as memory, open_hall(settings, name, words) as hall:
        await weighed(hall, rehearsal(FIRST, 1, hall, now), clock)
        loading = clock() - began
        wanted = rehearsal(DRAFT, SEATS, hall, now)
        readers, took = await weighed(hall, wanted, clock)
        replies, took_words = await written(hall, wanted, clock)
        model = hall.model.name if " " in hall.model.name else f"{hall.model.name} unmarked"
        remark = hall.model.remark
    return Pace(model, readers / took, replies / took_words, loading, memory.most, f"{now:%Y-%m-%d}", remark)


def rehearsal(draft: Draft, seats: int, hall: Hall, now: datetime) -> Rehearsal:
    order = Order(draft, (GENERAL,), (), PLATFORM, audience=1_000, seats=seats, replies=0, rounds=1, seed=1)
    return replace(order.rehearsal(hall.words, now), model=hall.model.name)


async def weighed(hall: Hall, wanted: Rehearsal, clock: Clock) -> tuple[int, float]:
    """How many readers were weighed, and in how many seconds."""
    began, heard = clock(), 0
    seated = hall.words.seated(wanted.panel)
    async with aclosing(rehearse(wanted, hall.words.script, seated, hall.model, hall.likeness)) as coming:
        async for reaction in coming:
            if reaction.failed is not None:
                raise Failed(f"{hall.model.name} could not weigh a reader: {reaction.failed}")
            heard += 1
            if heard == len(wanted.seats) or clock() - began > LONG:
                break
    return heard, clock() - began


async def written(hall: Hall, wanted: Rehearsal, clock: Clock) -> tuple[int, float]:
    """How many replies were written at once, and in how many seconds."""
    script, seats = hall.words.script, wanted.seats[:REPLIES]
    scene = script.scene(wanted.draft, wanted.platform)
    asked = [
        (scene.reply(hall.words.persona(seat.persona), script.moment(seat.turn), angle), Sampling(seat.seed))
        for seat, angle in zip(seats, cycle(ANGLES), strict=False)
    ]
    began = clock()
    came = await asyncio.gather(*(hall.model.write(*one) for one in asked), return_exceptions=True)
    for one in came:
        if isinstance(one, BaseException) and not isinstance(one, Failed):
            raise one
    if all(isinstance(one, Failed) for one in came):
        raise Failed(f"{hall.model.name} wrote no reply, so there is nothing to measure: {came[0]}")
    return len(came), clock() - began


@asynccontextmanager
async def watched() -> AsyncIterator[Memory]:
    memory = Memory()
    looking = asyncio.create_task(_look(memory))
    try:
        yield memory
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _look(memory: Memory) -> None:
    import psutil  # type: ignore[import-untyped]  # it brings no types

    process = psutil.Process()
    while True:
        memory.most = max(memory.most, int(process.memory_info().rss))
        await asyncio.sleep(OFTEN)
