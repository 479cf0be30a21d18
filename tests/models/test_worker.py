"""The worker: one thread, shared batches, callers who go away, and a way out that never hangs."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import pytest

from audience.errors import Failed, Refused
from models.worker import More, Play, Ticket, Worker

Doubling = Ticket[int, int]


class Doubler:
    """Plays doublings, keeps the batches it saw, and holds each batch until it may go on."""

    def __init__(self, *, open_gate: bool = True) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[str] = set()
        self.started, self.gate = threading.Event(), threading.Event()
        if open_gate:
            self.gate.set()

    def load(self) -> Play[int, int]:
        return self.play

    def play(self, tickets: Sequence[Doubling], _: More[int, int]) -> None:
        self.batches.append([ticket.job for ticket in tickets])
        self.threads.add(threading.current_thread().name)
        self.started.set()
        self.gate.wait(20)
        for ticket in tickets:
            if ticket.wanted:
                ticket.settle(2 * ticket.job)


async def test_everybody_who_waits_shares_the_batch_and_one_thread() -> None:
    doubler = Doubler()
    async with Worker(doubler.load, "doubler") as worker:
        assert await asyncio.gather(*(worker.submit(n) for n in range(40))) == [2 * n for n in range(40)]
        assert await worker.submit(100) == 200
    assert doubler.batches == [list(range(40)), [100]]
    assert doubler.threads == {"doubler"}


async def test_jobs_that_come_while_a_batch_is_played_are_the_next_batch() -> None:
    doubler = Doubler(open_gate=False)
    async with Worker(doubler.load, "doubler") as worker:
        first = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(doubler.started.wait)
        rest = [asyncio.create_task(worker.submit(n)) for n in (2, 3)]
        await asyncio.sleep(0)
        rest.append(asyncio.create_task(worker.submit(4)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        doubler.gate.set()
        assert await asyncio.gather(first, *rest) == [2, 4, 6, 8]
    assert doubler.batches == [[1], [2, 3, 4]]


async def test_a_caller_who_went_away_is_skipped_and_the_others_are_answered() -> None:
    doubler = Doubler(open_gate=False)
    async with Worker(doubler.load, "doubler") as worker:
        first = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(doubler.started.wait)
        gone, stays = asyncio.create_task(worker.submit(2)), asyncio.create_task(worker.submit(3))
        await asyncio.sleep(0)
        gone.cancel()
        doubler.gate.set()
        assert list(await asyncio.gather(first, stays)) == [2, 6]
        with pytest.raises(asyncio.CancelledError):
            await gone
    assert doubler.batches == [[1], [3]]


async def test_those_who_come_can_join_the_batch_and_fail_with_it() -> None:
    """And the job that stops is left in the queue for the thread."""
    started, gate = threading.Event(), threading.Event()

    def play(tickets: Sequence[Doubling], more: More[int, int]) -> None:
        started.set()
        gate.wait(20)
        joined = more()
        assert [ticket.job for ticket in joined] == [2, 3]
        for ticket in (*tickets, joined[0]):
            ticket.settle(2 * ticket.job)
        assert more() == []
        raise ValueError("afterwards")

    async with Worker[int, int](lambda: play, "open") as worker:
        first = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(started.wait)
        second, third = (asyncio.create_task(worker.submit(n)) for n in (2, 3))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gate.set()
        assert tuple(await asyncio.gather(first, second)) == (2, 4)
        with pytest.raises(Failed, match=r"open stopped with ValueError \(afterwards\)"):
            await third
    assert worker._ended.done()


async def test_a_cancelled_ticket_is_seen_from_inside_the_batch() -> None:
    seen: list[bool] = []
    started, gate = threading.Event(), threading.Event()

    def play(tickets: Sequence[Doubling], _: More[int, int]) -> None:
        seen.append(tickets[0].wanted)
        started.set()
        gate.wait(20)
        seen.append(tickets[0].wanted)

    async with Worker[int, int](lambda: play, "watcher") as worker:
        caller = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(started.wait)
        caller.cancel()
        await asyncio.wait([caller])
        gate.set()
    assert seen == [True, False]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("bad shape"), "gave out stopped with ValueError (bad shape)"),
        (MemoryError(), "gave out ran out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"), "ran out of memory"),
        (Failed("The prompt is too long; shorten the draft."), "The prompt is too long; shorten the draft."),
    ],
)
async def test_a_play_that_raises_fails_those_it_left_unanswered_and_the_thread_goes_on(error: Exception, said: str) -> None:
    broken = [True]

    def play(tickets: Sequence[Doubling], _: More[int, int]) -> None:
        tickets[0].settle(0)
        if broken.pop():
            raise error

    async with Worker[int, int](lambda: play, "gave out") as worker:
        answered, *left = await asyncio.gather(*(worker.submit(n) for n in range(3)), return_exceptions=True)
        assert answered == 0
        assert [type(reason) for reason in left] == [Failed, Failed]
        assert said in str(left[0])
        assert left[0] is not left[1]
        broken.append(False)
        assert await worker.submit(7) == 0


async def test_a_ticket_the_play_forgot_fails_with_a_reason() -> None:
    async with Worker[int, int](lambda: lambda *_: None, "forgetful") as worker:
        with pytest.raises(Failed, match="forgetful gave no answer"):
            await worker.submit(1)


async def test_a_ticket_is_settled_once() -> None:
    def play(tickets: Sequence[Doubling], _: More[int, int]) -> None:
        tickets[0].settle(1)
        tickets[0].settle(2)

    async with Worker[int, int](lambda: play, "twice") as worker:
        first, second = await asyncio.gather(worker.submit(1), worker.submit(2), return_exceptions=True)
    assert first == 1
    assert "settled once" in str(second)


@pytest.mark.parametrize("complaint", [Failed("half a file"), Refused("no such folder")])
async def test_a_refusal_while_loading_comes_out_as_it_is(complaint: Exception) -> None:
    def load() -> Play[int, int]:
        raise complaint

    with pytest.raises(type(complaint)) as caught:
        async with Worker(load, "refusing"):
            pass
    assert caught.value is complaint


async def test_any_other_error_while_loading_is_one_sentence() -> None:
    def load() -> Play[int, int]:
        raise OSError("disk\nof lies")

    with pytest.raises(Failed, match=r"^broken stopped with OSError \(disk\); "):
        async with Worker(load, "broken"):
            pass


async def test_leaving_does_not_wait_for_a_batch_that_hangs() -> None:
    doubler = Doubler(open_gate=False)
    began = time.monotonic()
    async with Worker(doubler.load, "hanging") as worker:
        caller = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(doubler.started.wait)
    assert time.monotonic() - began < 3
    with pytest.raises(Failed, match="closed before it answered"):
        await caller
    doubler.gate.set()


async def test_leaving_waits_for_the_thread_where_the_play_looks_at_wanted() -> None:
    started = threading.Event()

    def play(tickets: Sequence[Doubling], _: More[int, int]) -> None:
        started.set()
        while any(ticket.wanted for ticket in tickets):
            time.sleep(0.005)

    async with Worker[int, int](lambda: play, "polite") as worker:
        caller = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(started.wait)
    assert worker._ended.done()
    assert isinstance((await asyncio.gather(caller, return_exceptions=True))[0], Failed)


async def test_a_closed_worker_says_so() -> None:
    async with Worker(Doubler().load, "doubler") as worker:
        pass
    with pytest.raises(Failed, match="doubler is closed"):
        await worker.submit(1)


async def test_nothing_blocks_the_event_loop_while_a_batch_is_played() -> None:
    doubler = Doubler(open_gate=False)
    async with Worker(doubler.load, "doubler") as worker:
        caller = asyncio.create_task(worker.submit(1))
        await asyncio.to_thread(doubler.started.wait)
        began = time.monotonic()
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert time.monotonic() - began < 1
        doubler.gate.set()
        assert await caller == 2


INTERRUPTED = """
import asyncio, time
from models.worker import Worker
def load():
    print("loading", flush=True)
    time.sleep(30)
async def main():
    async with Worker(load, "slow"):
        pass
asyncio.run(main())
"""


def test_an_interrupt_while_loading_gets_out_at_once() -> None:
    child = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "loading\n"
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert errors.strip().endswith("KeyboardInterrupt")
