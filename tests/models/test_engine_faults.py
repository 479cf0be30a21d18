"""The engine where something goes wrong: readers who go away, too little memory, scores that are no numbers, long prompts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.language import Failed
from models.decoding import CPU, NO_NUMBERS, Weighing
from models.engine.running import Engine
from models.engine.steps import ReadOwn
from models.plain import Plain
from tests.models import tiny
from tests.models.asked import ASKED, CHAT, JOBS, TAKEN, answers, engine, heard, model, told


@given(st.sets(st.integers(0, len(JOBS) - 1), max_size=8), st.integers(1, 9))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_those_who_go_away_leave_the_others_their_words(
    llama: Any, alone: list[Any], gone: set[int], voices: int
) -> None:
    found = await answers(engine(llama, voices=voices), JOBS, gone=gone.__contains__)
    stayed = [n for n in range(len(JOBS)) if n not in gone]
    assert told([found[n] for n in stayed]) == [alone[n] for n in stayed]


@pytest.mark.parametrize("most", [1, 3])
async def test_where_memory_is_too_little_fewer_are_played_at_once_and_say_the_same(
    llama: Any, alone: list[Any], most: int
) -> None:
    of = engine(llama)

    def small(ids: Any, _: object) -> None:
        if len(ids) > most:
            raise RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes.")

    heard(of, small)
    assert told(await answers(of, JOBS, [JOBS[:3]])) == [*alone, *alone[:3]]


async def test_a_seat_for_which_memory_is_too_little_fails_alone_with_the_reason(llama: Any, alone: list[Any]) -> None:
    of = engine(llama)
    longest = max(len(of.splitting.split(job.prompt)[1]) for job in JOBS) - 1

    def small(ids: Any, step: object) -> None:
        if isinstance(step, ReadOwn) and ids.shape[1] > longest:
            raise MemoryError

    heard(of, small)
    found = await answers(of, JOBS)
    failed = [str(each) for each in found if isinstance(each, Failed) and "memory" in str(each)]
    assert 0 < len(failed) < len(JOBS)
    assert set(failed) == {"tiny ran out of memory; take a smaller model or a shorter draft, or close other programs."}
    assert all(one in (other, failed[0]) for one, other in zip(told(found), alone, strict=True))


@pytest.mark.parametrize("player", ["engine", "plain"])
async def test_scores_that_are_no_numbers_fail_the_seats_and_choose_nothing(player: str) -> None:
    import torch

    broken = model(TAKEN["llama"]())
    of = engine(broken) if player == "engine" else Plain(broken, CHAT, CPU, "tiny")
    with torch.no_grad():
        (of.layers.last if isinstance(of, Engine) else broken.model.norm).weight[0] = float("nan")
    found = await answers(of, JOBS[::5])
    assert {str(each) for each in found} == {NO_NUMBERS}


async def test_a_prompt_that_is_too_long_fails_alone_and_is_never_cut(llama: Any) -> None:
    long = Weighing(tiny.ask(text="honey and wax " * 900), tuple(tiny.MENU))
    found = await answers(engine(llama), [ASKED[0], long])
    assert isinstance(found[0], tuple)
    assert "reads at most 2,047; shorten the draft" in str(found[1])
