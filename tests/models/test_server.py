"""server: what it asks of real HTTP servers on loopback, what it makes of their answers, and several of them as one."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from audience.errors import Failed
from audience.language import Sampling
from models.backends import server
from models.serving.answers import chosen, counted
from models.serving.client import Patience
from models.serving.manner import harmless
from models.shelf import Shelf
from tests.models import tiny
from tests.models.loopback import Loopback, Scripted, dropped, serving, status
from tests.models.served import KEYS, TWO, Clock, complaint, opened

# What is asked, and what is made of the answer.


async def test_chances_are_those_of_the_labels_with_and_without_what_stands_before_a_word(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        assert await model.weigh(tiny.ask(), TWO) == pytest.approx((0.7 / 0.9, 0.2 / 0.9))


async def test_a_label_that_is_not_shown_is_less_likely_than_the_least_that_is(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        found = await model.weigh(tiny.ask(), tiny.MENU[:3])
        assert found[2] == pytest.approx(0.025 / 0.925)  # half of the least, 0.05, of which as much is left


async def test_labels_of_which_none_is_shown_fail_the_seat_and_are_not_taken_for_no_opinion(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        with pytest.raises(Failed, match="puts none of the letters"):
            await model.weigh(tiny.ask(), tiny.MENU[3:])


async def test_system_words_come_first_then_the_draft_then_the_reader(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, opened(shelf, clock, one) as model:
        await model.weigh(tiny.ask(), TWO)
        turns = one.heard[0]["messages"]
    assert [turn["role"] for turn in turns] == ["system", "user"]
    assert turns[1]["content"].startswith(tiny.ask().shared)
    assert turns[1]["content"].endswith(tiny.ask().own)


async def test_words_come_tidied_and_are_drawn_as_the_sampling_says(shelf: Shelf, clock: Clock) -> None:
    async with serving(speaker=Scripted('"Who fixed it?"')) as one, opened(shelf, clock, one) as model:
        assert await model.write(tiny.reply(), Sampling(5, tokens=30, temperature=0.4, top_p=0.9, top_k=7)) == "Who fixed it?"
        await model.write(tiny.reply(), Sampling(5, attempt=1))
    asked, again = one.heard
    assert (asked["max_tokens"], asked["temperature"], asked["top_p"], asked["top_k"]) == (30, 0.4, 0.9, 7)
    assert asked["seed"] != again["seed"]


async def test_words_are_heard_while_they_come_and_are_the_same_as_in_one(shelf: Shelf, clock: Clock) -> None:
    heard = list[str]()
    async with serving(speaker=Scripted('"Who fixed <b>it</b>?"')) as one, opened(shelf, clock, one) as model:
        assert await model.write_aloud(tiny.reply(), Sampling(5), heard.append) == await model.write(tiny.reply(), Sampling(5))
        aloud, quiet = one.heard
    assert heard == ['"Who', '"Who fixed', '"Who fixed <b>it</b>?"']
    assert {**aloud, "stream": False} == {**quiet, "stream_options": {"include_usage": True}}


async def test_private_reasoning_is_not_heard_while_it_comes(shelf: Shelf, clock: Clock) -> None:
    heard = list[str]()
    async with (
        serving(speaker=Scripted("<think> let me see </think> Who fixed it?")) as one,
        opened(shelf, clock, one) as model,
    ):
        assert await model.write_aloud(tiny.reply(), Sampling(5), heard.append) == "Who fixed it?"
    assert [words for words in heard if words] == ["Who", "Who fixed", "Who fixed it?"]


@pytest.mark.parametrize("given", [{"streams": False}, {"refuses": frozenset({"stream_options"})}], ids=["in one", "refuses"])
async def test_a_server_that_knows_no_pieces_gives_its_words_in_one(shelf: Shelf, clock: Clock, given: dict[str, Any]) -> None:
    heard = list[str]()
    async with serving(**given) as one, opened(shelf, clock, one) as model:
        assert await model.write_aloud(tiny.reply(), Sampling(5), heard.append) == "Who fixed it?"
    assert heard == []


async def test_signs_of_a_turn_in_a_draft_reach_the_server_broken() -> None:
    for sign in ("<|im_end|>", "<｜User｜>", "[INST]", "</s>", "<start_of_turn>", "</think>"):
        assert sign not in harmless(f"Buy now {sign} and like it")
    assert harmless("a <b> c [1] 2 < 3 | 4") == "a <b> c [1] 2 < 3 | 4"


async def test_reasoning_is_asked_to_stay_out_and_never_reaches_a_reader(shelf: Shelf, clock: Clock) -> None:
    def thinks(answer: dict[str, Any]) -> None:
        answer["choices"][0]["message"] |= {"reasoning_content": "I must sound like Ada.", "content": "<think>hm</think>Why?"}

    async with serving() as one, opened(shelf, clock, one) as model:
        one.changed = thinks
        assert await model.write(tiny.reply(), Sampling(1)) == "Why?"
        assert one.heard[0]["chat_template_kwargs"] == {"enable_thinking": False}


async def test_a_model_that_only_reasons_fails_the_seat_with_that_reason(shelf: Shelf, clock: Clock) -> None:
    def silent(answer: dict[str, Any]) -> None:
        answer["choices"][0]["message"] = {"role": "assistant", "content": None, "reasoning": "Let me see."}

    async with serving() as one, opened(shelf, clock, one) as model:
        one.changed = silent
        with pytest.raises(Failed, match="only reasoned"):
            await model.write(tiny.reply(), Sampling(1))


async def test_a_model_that_cannot_be_kept_from_reasoning_gets_room_for_it_and_is_asked_by_draws(
    shelf: Shelf, clock: Clock
) -> None:
    def thinks(answer: dict[str, Any]) -> None:
        answer["choices"][0]["message"]["reasoning_content"] = "Hm."

    async with serving(changed=thinks) as one, opened(shelf, clock, one) as model:
        await model.write(tiny.reply(), Sampling(1, tokens=30))
        assert one.heard[0]["max_tokens"] == 1030
        assert "no log-probabilities" in model.remark


@pytest.mark.parametrize(
    ("refused", "left"), [("chat_template_kwargs", "top_k"), ("top_k", "seed"), ("system turn", "messages")]
)
async def test_what_a_server_does_not_take_is_left_out_from_then_on(
    shelf: Shelf, clock: Clock, refused: str, left: str
) -> None:
    async with serving(refuses=frozenset({refused})) as one, opened(shelf, clock, one) as model:
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"
        assert len(one.heard) == 1
        assert refused not in one.heard[0]
        assert left in one.heard[0]


@pytest.mark.parametrize(("most", "asked"), [(1000, 100), (20, 20), (5, 5)])
async def test_as_many_log_probabilities_are_asked_for_as_the_server_gives(
    shelf: Shelf, clock: Clock, most: int, asked: int
) -> None:
    async with serving(most=most) as one, opened(shelf, clock, one) as model:
        await model.weigh(tiny.ask(), TWO)
        assert one.heard[0]["top_logprobs"] == asked


# Without log-probabilities.


@pytest.mark.parametrize(("refuses", "told"), [(frozenset(), "constrained"), (frozenset({"response_format"}), "free")])
async def test_without_log_probabilities_choices_are_drawn_counted_and_smoothed_and_the_remark_says_so(
    shelf: Shelf, clock: Clock, refuses: frozenset[str], told: str
) -> None:
    async with serving(most=0, refuses=refuses) as one, opened(shelf, clock, one) as model:
        found = await model.weigh(tiny.ask(), tiny.MENU[:3])
        assert f"no log-probabilities, so every chance is a count of 8 {told} draws" in model.remark
        assert model.name.endswith("-drawn")
        assert len({asked["seed"] for asked in one.heard}) == 8
        assert found[0] > found[1] > found[2] > 0
        assert sum(found) == pytest.approx(1)
        assert await model.weigh(tiny.ask(), tiny.MENU[:3]) == found


def test_a_choice_is_read_as_json_and_as_it_comes() -> None:
    told = ['{"answer": "B"}', "B", " b", "B. read on", "**B**", "Answer: B", "<think>A?</think> B", "Banana", "", '"B"', "[1]"]
    found = [chosen(words, TWO) for words in told]
    assert found == ["B", "B", None, "B", "B", "B", "B", None, None, "B", None]


def test_draws_that_give_no_label_are_no_answer() -> None:
    assert counted(["A", "A", None], TWO) == pytest.approx((2.5 / 3, 0.5 / 3))
    with pytest.raises(Failed, match="with something else"):
        counted(["A", None, None], TWO)


# Several as one.


async def test_readers_spread_over_a_pool_and_each_stays_with_one_server(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, serving() as two, opened(shelf, clock, one, two) as model:
        for _ in range(3):
            await asyncio.gather(*(model.weigh(tiny.ask(key), TWO) for key in KEYS))
        assert (len(one.heard), len(two.heard)) == (6, 6)
        assert not readers(one) & readers(two)
        assert "a pool of 2 servers" in model.remark


def readers(of: Loopback) -> set[str]:
    return {key for key in KEYS for asked in of.heard if f"You are {key.title()}" in asked["messages"][1]["content"]}


async def test_what_a_server_that_dies_had_to_do_the_others_do(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, serving() as two, opened(shelf, clock, one, two) as model:
        before = await asyncio.gather(*(model.weigh(tiny.ask(key), TWO) for key in KEYS))
        one.faults += [dropped] * 2
        asked = [asyncio.create_task(model.weigh(tiny.ask(key), TWO)) for key in KEYS]
        await one.stop()
        assert await asyncio.gather(*asked) == before
        assert await asyncio.gather(*(model.weigh(tiny.ask(key), TWO) for key in KEYS)) == before
        assert readers(two) == set(KEYS)
        assert clock.slept == []


async def test_a_server_of_a_pool_that_only_breaks_leaves_its_readers_to_the_others(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one, serving() as two, opened(shelf, clock, one, two) as model:
        one.faults += [status(500)] * 9
        assert len(await asyncio.gather(*(model.weigh(tiny.ask(key), TWO) for key in KEYS))) == 4
        assert clock.slept == []


async def test_a_pool_opens_without_those_that_are_not_there_and_says_so(shelf: Shelf, clock: Clock) -> None:
    async with serving() as gone:
        pass
    async with serving() as one, opened(shelf, clock, gone, one) as model:
        assert await model.write(tiny.reply(), Sampling(1)) == "Who fixed it?"
        assert model.remark.endswith("1 of its servers did not answer when it was opened.")


async def test_servers_that_do_not_serve_the_same_are_no_pool(shelf: Shelf) -> None:
    async with serving(pages={"/props": {"build_info": "b1"}}) as one, serving(pages={"/props": {"build_info": "b2"}}) as two:
        assert "do not serve the same" in await complaint(shelf, f"{one.url},{two.url}#tiny")


async def test_no_more_is_asked_at_once_than_the_server_has_slots_for(shelf: Shelf, clock: Clock) -> None:
    there = most = 0

    async def counting(request: Any) -> Any:
        nonlocal there, most
        there += 1
        most = max(most, there)
        await asyncio.sleep(0.01)
        there -= 1
        return await status(200)(request)

    async with serving(pages={"/props": {"total_slots": 3}}) as one, opened(shelf, clock, one) as model:
        one.faults += [counting] * 12
        await asyncio.gather(*(model.weigh(tiny.ask(key), TWO) for key in KEYS * 3))
        assert most == 3


# Against a real program.

# Not under our prefix: the program refuses a variable of that prefix that is no setting.
PROGRAM, WEIGHTS = os.environ.get("LLAMA_SERVER", ""), os.environ.get("LLAMA_SERVER_MODEL", "")


@pytest.mark.skipif(
    not (PROGRAM and WEIGHTS),
    reason="no real llama-server: name the program in LLAMA_SERVER and a .gguf file in LLAMA_SERVER_MODEL to test against it",
)
async def test_a_real_llama_server_keeps_the_promises(shelf: Shelf, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    asked = ("-m", WEIGHTS, "--host", "127.0.0.1", "--port", str(unused_tcp_port), "-c", "8192", "-np", "4", "-t", "1")
    null = asyncio.subprocess.DEVNULL
    run = await asyncio.create_subprocess_exec(PROGRAM, *asked, stdout=null, stderr=null)
    try:
        patience = Patience(waits=(1.0,) * 60)
        await _up(unused_tcp_port)
        async with server.opened(f"{url}#any", shelf, patience) as model:
            alone = await model.weigh(tiny.ask(), tiny.MENU)
            assert sum(alone) == pytest.approx(1)
            assert await model.weigh(tiny.ask(), tiny.MENU) == pytest.approx(alone, abs=0.05)
            assert "no log-probabilities" not in model.remark
            assert (await model.write(tiny.reply(), Sampling(1))).strip()
            with pytest.raises(Failed, match="longer than"):
                await model.weigh(tiny.ask(text="word " * 4_900), tiny.MENU)
    finally:
        run.terminate()
        await run.wait()


async def _up(port: int) -> None:
    """Until something listens there; whether it has loaded is the program's own question."""
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            await writer.wait_closed()
            return
    raise AssertionError("llama-server does not listen")
