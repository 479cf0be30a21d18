"""Benching: real prompts, a model that answers at once, and a clock that goes as the test wants it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from audience.errors import Failed
from audience.language import Option, Prompt, Sampling
from audience.library import Library
from bot.benching import DRAFT, LONG, OFTEN, REPLIES, SEATS, bench, rehearsal, watched, weighed, written
from bot.room import BUILT_IN, Hall
from bot.settings import Settings
from models import open_embedder
from models.backends.null import Null
from models.shelf import Shelf

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class Noted(Null):
    """Remembers what it was asked; has no words where it is `mute`, and no opinion where it is `dull`."""

    def __init__(self, *, mute: bool = False, dull: bool = False) -> None:
        self.mute, self.dull = mute, dull
        self.asked: list[Prompt] = []

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        self.asked.append(prompt)
        if self.dull:
            raise Failed("it has no opinion")
        return await super().weigh(prompt, options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        self.asked.append(prompt)
        if self.mute:
            raise Failed("it has no words")
        return await super().write(prompt, sampling)


def ticking(step: float) -> Iterator[float]:
    return (n * step for n in count())


@asynccontextmanager
async def hall(model: Noted, folder: Path) -> AsyncIterator[Hall]:
    async with open_embedder(Shelf(folder, folder)) as embedder:
        yield Hall(Library.read(BUILT_IN), model, embedder)


async def test_readers_are_asked_as_a_rehearsal_asks_them(tmp_path: Path) -> None:
    async with hall(model := Noted(), tmp_path) as place:
        heard, took = await weighed(place, rehearsal(DRAFT, SEATS, place, NOW), ticking(0.1).__next__)
    assert heard == SEATS
    assert took > 0
    tasks = [prompt.task for prompt in model.asked]
    assert set(tasks) <= {"ask", "why", "worst"}
    for task in ("ask", "why"):
        read = [prompt for prompt in model.asked if prompt.task == task and prompt.draft == DRAFT]
        assert len(read) >= 2 * SEATS, "each menu is put in both orders"
        assert any(prompt.draft is None for prompt in model.asked if prompt.task == task), "and about a post without content"


async def test_nobody_waits_long_for_a_slow_model(tmp_path: Path) -> None:
    async with hall(Noted(), tmp_path) as place:
        heard, _ = await weighed(place, rehearsal(DRAFT, SEATS, place, NOW), ticking(LONG / 3).__next__)
    assert 0 < heard < SEATS


async def test_replies_are_asked_for_at_once_and_from_different_angles(tmp_path: Path) -> None:
    async with hall(model := Noted(), tmp_path) as place:
        many, took = await written(place, rehearsal(DRAFT, SEATS, place, NOW), ticking(2.0).__next__)
    assert (many, took) == (REPLIES, 2.0)
    assert {prompt.task for prompt in model.asked} == {"reply"}
    assert len({prompt.angle for prompt in model.asked}) > 1


async def test_a_model_that_says_nothing_is_not_measured(tmp_path: Path) -> None:
    async with hall(Noted(mute=True), tmp_path) as place:
        with pytest.raises(Failed, match="wrote no reply, so there is nothing to measure: it has no words"):
            await written(place, rehearsal(DRAFT, SEATS, place, NOW), ticking(1).__next__)
    async with hall(Noted(dull=True), tmp_path) as place:
        with pytest.raises(Failed, match="could not weigh a reader: it has no opinion"):
            await weighed(place, rehearsal(DRAFT, SEATS, place, NOW), ticking(1).__next__)


async def test_a_bench_says_what_was_measured_and_when(tmp_path: Path) -> None:
    given = {"SOUNDINGBOARD_CACHE": str(tmp_path), "SOUNDINGBOARD_WORDS": str(tmp_path)}
    pace = await bench("null:", Settings.read(given, tmp_path / "none"), Library.read(BUILT_IN), NOW, ticking(0.01).__next__)
    assert (pace.opens, pace.date) == ("null:", "2026-11-30")
    assert pace.weighed > 0
    assert pace.replies == pytest.approx(REPLIES / 0.01)
    assert pace.bytes > 10**6


async def test_memory_is_looked_at_meanwhile() -> None:
    async with watched() as memory:
        await asyncio.sleep(2 * OFTEN)
    assert memory.most > 10**7
