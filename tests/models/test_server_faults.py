"""Servers that die, stumble, stall, cut or talk nonsense: what each fault comes to, on real sockets."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from audience.errors import Failed
from audience.language import Sampling
from models.shelf import Shelf
from tests.models import tiny
from tests.models.loopback import Scripted, broken_stream, cut_stream, dropped, half, serving, slow, status, text
from tests.models.served import TWO, Clock, complaint, opened


async def test_a_server_that_is_not_there_is_said_at_once(shelf: Shelf) -> None:
    async with serving() as gone:
        url = gone.url
    said = await complaint(shelf, f"{url}#tiny")
    assert (
        said
        == f"The server {url} cannot be reached (connection refused); start it (docs/servers.md says how), or name another model."
    )


async def test_a_server_that_is_still_loading_is_waited_for_two_minutes(shelf: Shelf, clock: Clock) -> None:
    async with serving(loading=9) as one, opened(shelf, clock, one) as model:
        assert await model.write(tiny.reply(), Sampling(1))
        assert clock.slept == [0.5, 1.0, 2.0, *[4.0] * 6]
    async with serving(loading=99) as one:
        said = await complaint(shelf, f"{one.url}#tiny")
    assert "(503: Loading model); look at what it writes where it runs, or name another model." in said


async def test_a_server_that_breaks_at_its_first_question_is_asked_again(shelf: Shelf, clock: Clock) -> None:
    async with serving(faults=[status(503)]) as one, opened(shelf, clock, one):
        assert clock.slept == [0.5]


@pytest.mark.parametrize(
    "fault", [status(500), status(503), text("<html>"), text("{}"), text('{"choices": [null]}'), half, dropped],
    ids=["500", "503", "no JSON", "no choices", "nonsense", "half", "dropped"],
)  # fmt: skip
async def test_one_that_stumbles_is_asked_again_each_time_after_a_longer_wait(shelf: Shelf, clock: Clock, fault: Any) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        one.faults += [fault, fault]
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"
        assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    "fault",
    [
        cut_stream("Who asked for that?", 3),
        broken_stream("data: {"),
        broken_stream('data: {"error": "out of memory"}'),
        broken_stream(""),
    ],
    ids=["half", "no JSON", "an error", "nothing"],
)
async def test_a_stream_that_breaks_off_is_asked_for_again_and_heard_from_its_beginning(
    shelf: Shelf, clock: Clock, fault: Any
) -> None:
    heard = list[str]()
    async with serving() as one, opened(shelf, clock, one) as model:
        one.faults += [fault]
        assert await model.write_aloud(tiny.reply(), Sampling(1), heard.append) == "Who fixed it?"
        assert clock.slept == [0.5]
    assert heard[-3:] == ["Who", "Who fixed", "Who fixed it?"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [(status(500), "broken .500: out of order"), (text("{}"), "no chat completion"), (half, "in the middle of an answer")],
    ids=["500", "nonsense", "half"],
)
async def test_after_so_many_tries_the_seat_fails_with_what_went_wrong(
    shelf: Shelf, clock: Clock, fault: Any, told: str
) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        one.faults += [fault] * 5
        with pytest.raises(Failed, match=told):
            await model.write(tiny.reply(), Sampling(1))
        assert clock.slept == [0.5, 1.0, 2.0, 4.0]
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"


async def test_a_server_that_says_how_long_to_wait_is_given_that_long_but_not_for_ever(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        one.faults.append(status(429, "slow down", Retry_After="7"))
        await model.write(tiny.reply(), Sampling(1))
        assert clock.slept == [7.0]
        one.faults.append(status(429, "slow down", Retry_After="3600"))
        with pytest.raises(Failed, match="overloaded"):
            await model.write(tiny.reply(), Sampling(1))
        assert clock.slept == [7.0]


async def test_a_slow_server_is_not_waited_for_for_ever(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one, patience=replace(clock.patience(), answer=0.2)) as model:
        one.faults.append(slow(5))
        with pytest.raises(Failed, match=r"no answer within 0\.2 s"):
            await model.write(tiny.reply(), Sampling(1))
        assert clock.slept == []


async def test_after_a_server_has_died_nobody_waits_in_vain_until_it_is_looked_for_again(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        await one.stop()
        with pytest.raises(Failed, match="connection refused"):
            await model.write(tiny.reply(), Sampling(1))
        slept = len(clock.slept)
        with pytest.raises(Failed, match=r"connection refused.; look whether it still runs"):
            await model.write(tiny.reply(), Sampling(2))
        assert len(clock.slept) == slept
        clock.now += 31
        with pytest.raises(Failed, match="connection refused"):
            await model.write(tiny.reply(), Sampling(3))
        assert len(clock.slept) > slept


@pytest.mark.parametrize("score", [math.nan, None, "high", 3.0])
async def test_scores_that_are_no_numbers_fail_the_seat(shelf: Shelf, clock: Clock, score: object) -> None:
    def broken(answer: dict[str, Any]) -> None:
        answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"][2]["logprob"] = score

    async with serving() as one, opened(shelf, clock, one) as model:
        one.changed = broken
        with pytest.raises(Failed, match="not numbers"):
            await model.weigh(tiny.ask(), TWO)


LLAMA = "the request exceeds the available context size. try increasing the context size or enable context shift"
VLLM = "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens"


@pytest.mark.parametrize("told", [LLAMA, VLLM])
async def test_a_prompt_that_is_longer_than_the_server_reads_fails_with_what_to_do(
    shelf: Shelf, clock: Clock, told: str
) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        one.faults.append(status(400, told))
        with pytest.raises(Failed, match=r"The prompt is longer than .* reads .*; shorten the draft"):
            await model.weigh(tiny.ask(), TWO)
        assert clock.slept == []


async def test_a_server_that_cuts_a_prompt_and_says_nothing_is_found_out_by_its_count(shelf: Shelf, clock: Clock) -> None:
    async with serving(speaker=Scripted(read=lambda words: min(words, 60))) as one, opened(shelf, clock, one) as model:
        with pytest.raises(Failed, match="read 60 tokens of a prompt of"):
            await model.write(tiny.reply(), Sampling(1))


async def test_a_prompt_that_fills_all_that_the_server_holds_has_been_cut(shelf: Shelf, clock: Clock) -> None:
    pages = {"/api/ps": {"models": [{"name": "tiny", "context_length": 300}]}}
    cuts = Scripted(read=lambda words: min(2 * words, 300))
    async with serving(speaker=cuts, pages=pages) as one, opened(shelf, clock, one) as model:
        with pytest.raises(Failed, match="read 300 tokens"):
            await model.weigh(tiny.ask(), TWO)


async def test_a_count_that_is_another_each_time_is_not_believed(shelf: Shelf, clock: Clock) -> None:
    counts = iter(range(1, 100))
    async with serving(speaker=Scripted(read=lambda _: next(counts))) as one, opened(shelf, clock, one) as model:
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"


async def test_an_answer_that_was_held_back_fails_the_seat(shelf: Shelf, clock: Clock) -> None:
    def filtered(answer: dict[str, Any]) -> None:
        answer["choices"][0]["finish_reason"] = "content_filter"

    async with serving() as one, opened(shelf, clock, one) as model:
        one.changed = filtered
        with pytest.raises(Failed, match="held the answer back"):
            await model.write(tiny.reply(), Sampling(1))


async def test_words_that_were_cut_end_with_a_whole_sentence(shelf: Shelf, clock: Clock) -> None:
    def cut(answer: dict[str, Any]) -> None:
        answer["choices"][0]["finish_reason"] = "length"

    async with serving(speaker=Scripted("Who fixed it? And then the")) as one, opened(shelf, clock, one) as model:
        one.changed = cut
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"
