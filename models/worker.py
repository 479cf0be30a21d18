"""Worker: one thread owns the device; whoever waits when it wakes shares the batch. Knows no model, no torch, no prompt.

Jobs go in by `await worker.submit(job)`; the thread plays them in batches of tickets and settles each ticket once. Stop is
one more job. A caller who went away is normal: the ticket is no longer wanted, and is skipped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, Self, TypeVar

from audience.language import Failed, Refused

LOG = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds that leaving waits for the step under way; the thread is a daemon and holds nobody up after that
MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")

Job = TypeVar("Job")
Result = TypeVar("Result")
Value = TypeVar("Value")


class Ticket(Generic[Job, Result]):
    """One job with its way back to the caller. `wanted`, `settle` and `fail` are for the thread."""

    __slots__ = ("future", "job", "settled")

    def __init__(self, job: Job, future: asyncio.Future[Result]) -> None:
        self.job, self.future, self.settled = job, future, False

    @property
    def wanted(self) -> bool:
        """Whether anybody still waits: false once the caller was cancelled, or has its answer."""
        return not (self.settled or self.future.done())

    def settle(self, result: Result) -> None:
        self._answer(self.future.set_result, result)

    def fail(self, reason: Failed | Refused) -> None:
        self._answer(self.future.set_exception, reason)

    def _answer(self, put: Callable[[Value], None], value: Value) -> None:
        if self.settled:
            raise RuntimeError("a ticket is settled once")
        self.settled = True
        with suppress(RuntimeError):  # the event loop has closed, and the caller went with it
            self.future.get_loop().call_soon_threadsafe(self._put, put, value)

    def _put(self, put: Callable[[Value], None], value: Value) -> None:
        if not self.future.done():
            put(value)


More = Callable[[], Sequence[Ticket[Job, Result]]]
"""Those who have come since it was last asked; never waits."""

Play = Callable[[Sequence[Ticket[Job, Result]], More[Job, Result]], None]
"""Plays a batch on the device: settles or fails every ticket that is still wanted, and looks at `wanted` between steps. What it
takes from the second argument joins the batch.
"""


class Worker(Generic[Job, Result]):
    """`load` runs on the thread and returns the function that plays a batch; `name` is what complaints call the model."""

    def __init__(self, load: Callable[[], Play[Job, Result]], name: str) -> None:
        self._load, self._name = load, name
        self._queue: SimpleQueue[list[Ticket[Job, Result]] | None] = SimpleQueue()  # None is the job that stops
        self._gathered: list[Ticket[Job, Result]] = []  # of this turn of the event loop, handed over together
        self._open: set[Ticket[Job, Result]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        """Start the thread and wait until it has loaded. Raises what `load` raised, as Refused or Failed."""
        loop = asyncio.get_running_loop()
        loaded: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[None] = loop.create_future()
        Thread(target=self._run, args=(Ticket(None, loaded), Ticket(None, self._ended)), name=self._name, daemon=True).start()
        try:
            await loaded
        except BaseException:
            self._close()  # a thread that is still loading stops when it is done, and nobody waits for it
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self._close()
        await asyncio.wait([self._ended], timeout=PATIENCE)

    async def submit(self, job: Job) -> Result:
        """The result of the job. Raises Failed with the reason where there is none."""
        if self._closed:
            raise Failed(f"{self._name} is closed; open it again to ask it.")
        loop = asyncio.get_running_loop()
        ticket: Ticket[Job, Result] = Ticket(job, loop.create_future())
        if not self._gathered:
            loop.call_soon(self._hand_over)
        self._gathered.append(ticket)
        self._open.add(ticket)
        try:
            return await ticket.future
        finally:
            self._open.discard(ticket)

    def _hand_over(self) -> None:
        self._queue.put(self._gathered)
        self._gathered = []

    def _close(self) -> None:
        self._closed = True
        self._queue.put(None)
        for ticket in self._open:
            if not ticket.future.done():
                ticket.future.set_exception(Failed(f"{self._name} was closed before it answered; ask again."))

    # What follows runs on the thread.

    def _run(self, loaded: Ticket[None, None], ended: Ticket[None, None]) -> None:
        plays: list[Play[Job, Result]] = []
        complaint = self._attempt(lambda: plays.append(self._load()))
        if complaint is None:
            loaded.settle(None)
            while batch := self._waiting():
                self._play(plays[0], batch)
        else:
            loaded.fail(complaint)
        plays.clear()  # the model is freed before anybody hears that the thread is done
        ended.settle(None)

    def _waiting(self) -> list[Ticket[Job, Result]]:
        """Everybody who waits by now, and at least one; empty when it is time to stop."""
        batch: list[Ticket[Job, Result]] = []
        while not batch:
            more = self._queue.get()
            with suppress(Empty):
                while more is not None:
                    batch += more
                    more = self._queue.get_nowait()
            if more is None:
                return []
            batch = [ticket for ticket in batch if ticket.wanted]
        return batch

    def _play(self, play: Play[Job, Result], batch: Sequence[Ticket[Job, Result]]) -> None:
        playing = list(batch)

        def more() -> Sequence[Ticket[Job, Result]]:
            come = self._come()
            playing[:] = [*(ticket for ticket in playing if ticket.wanted), *come]
            return come

        complaint = self._attempt(lambda: play(batch, more))
        reason = complaint or f"{self._name} gave no answer; ask again."
        for ticket in playing:
            if ticket.wanted:
                ticket.fail(Failed(str(reason)))

    def _come(self) -> list[Ticket[Job, Result]]:
        """Everybody who has come by now. The job that stops stays in the queue; nobody comes after it."""
        come: list[Ticket[Job, Result]] = []
        with suppress(Empty):
            while (more := self._queue.get_nowait()) is not None:
                come += more
            self._queue.put(None)
        return [ticket for ticket in come if ticket.wanted]

    def _attempt(self, do: Callable[[], None]) -> Failed | Refused | None:
        try:
            do()
        except (Failed, Refused) as complaint:
            return complaint
        except BaseException as error:  # the edge of the thread; libraries written in Rust panic past Exception
            LOG.info("%s stopped", self._name, exc_info=True)
            return Failed(reason(error, self._name))
        return None


def out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(sign in str(error).casefold() for sign in MEMORY)


def reason(error: BaseException, name: str) -> str:
    """One sentence for a person: what the device thread stopped with."""
    if out_of_memory(error):
        return f"{name} ran out of memory; take a smaller model or a shorter draft, or close other programs."
    first = next(iter(str(error).splitlines()), "")
    return f"{name} stopped with {type(error).__name__} ({first[:200]}); ask again, and take another model if it stays."
