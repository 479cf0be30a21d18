"""server: what it asks of real HTTP servers on loopback, what it makes of their answers, and what each of their faults comes to."""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from audience.errors import Failed, Refused
from audience.language import Sampling
from models.backends import server
from models.serving import address
from models.serving.answers import chosen, counted
from models.serving.client import Patience
from models.serving.manner import harmless
from models.shelf import Shelf
from tests.models import tiny
from tests.models.loopback import Loopback, Scripted, dropped, half, serving, slow, status, text

KEYS = ("ada", "ben", "cem", "dov")
TWO = tiny.MENU[:2]


@dataclass(slots=True)
class Clock:
    """Time that passes when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self) -> Patience:
        return Patience(connect=2, answer=2, sleep=self.sleep, clock=lambda: self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def opened(
    shelf: Shelf, clock: Clock, *servers: Loopback, model: str = "tiny", patience: Patience | None = None
) -> AsyncIterator[server.Served]:
    """The model, and nothing heard by its servers yet."""
    rest = f"{','.join(each.url for each in servers)}#{model}"
    async with server.opened(rest, shelf, patience or clock.patience()) as found:
        for each in servers:
            each.heard.clear()
        yield found


async def complaint(shelf: Shelf, rest: str) -> str:
    with pytest.raises((Refused, Failed)) as caught:
        async with server.opened(rest, shelf, Clock().patience()):
            pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


# Faults.


async def test_a_server_that_is_not_there_is_said_at_once(shelf: Shelf) -> None:
    async with serving() as gone:
        url = gone.url
    said = await complaint(shelf, f"{url}#tiny")
    assert (
        said
        == f"The server {url} cannot be reached (connection refused); start it (docs/servers.md says how), or name another model."
    )


async def test_a_server_that_is_still_loading_is_waited_for(shelf: Shelf, clock: Clock) -> None:
    async with serving(faults=[status(503, "Loading model")]) as one, opened(shelf, clock, one) as model:
        assert await model.write(tiny.reply(), Sampling(1))
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


# What may be spoken to, and what is said of it.


async def leads_to(*numbers: str) -> address.Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return numbers

    return resolve


REMOTE = ("192.168.1.5", "8.8.8.8", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0")  # noqa: S104 - to be refused


@pytest.mark.parametrize("number", REMOTE)
async def test_a_name_that_leads_to_another_machine_is_refused_whatever_else_it_leads_to(number: str) -> None:
    (named,) = address.Named.read("http://looks.local:8080#m").addresses
    with pytest.raises(Refused, match=r"the draft would leave it; .* say --allow-remote"):
        await address.find(named, remote=False, resolve=await leads_to("127.0.0.1", number))
    allowed = await address.find(named, remote=True, resolve=await leads_to("127.0.0.1", number))
    assert not allowed.stays


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.3.2.1", "http://localhost:8080/v1/", "http://[::1]:8080"])
async def test_addresses_of_this_machine_stay_on_it(url: str) -> None:
    (named,) = address.Named.read(f"{url}#m").addresses
    assert (await address.find(named, remote=False)).stays
    assert not named.url.endswith(("/", "/v1"))


@pytest.mark.parametrize("url", ["http://10.1.2.3:8080", "http://192.0.2.1", "https://[2001:db8::1]/v1", "http://0.0.0.0:80"])
async def test_a_remote_address_is_refused_without_a_word_sent(shelf: Shelf, url: str) -> None:
    assert "say --allow-remote" in await complaint(shelf, f"{url}#m")


async def test_what_a_name_meant_when_it_was_judged_is_all_it_ever_leads_to() -> None:
    from models.serving.pool import Pinned

    (named,) = address.Named.read("http://looks.local:8080#m").addresses
    pinned = Pinned([await address.find(named, remote=False, resolve=await leads_to("127.0.0.1"))])
    assert [row["host"] for row in await pinned.resolve("looks.local", 8080)] == ["127.0.0.1"]
    with pytest.raises(OSError, match="not looked up"):
        await pinned.resolve("elsewhere.local", 8080)


async def test_a_redirect_is_not_followed(shelf: Shelf, clock: Clock) -> None:
    async with serving() as other, serving() as one, opened(shelf, clock, one) as model:
        one.faults.append(status(307, "there", Location=f"{other.url}/v1/chat/completions"))
        with pytest.raises(Failed, match="sends elsewhere"):
            await model.weigh(tiny.ask(), TWO)
        assert other.heard == []


async def test_no_proxy_of_the_environment_sees_a_draft(shelf: Shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as proxy, serving() as one:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with opened(shelf, clock, one) as model:
            await model.weigh(tiny.ask(), TWO)
        assert (len(one.heard), proxy.heard) == (1, [])


async def test_every_report_says_whether_the_draft_left_the_machine(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one:
        async with opened(shelf, clock, one) as model:
            assert "The draft was sent to a server on this machine and nowhere else." in model.remark
        away = address.Found(address.Named.read("https://models.example#m").addresses[0], ("192.0.2.1",))
        open_ = address.Found(address.Named.read("http://rack.example:80#m").addresses[0], ("192.0.2.2",))
        async with opened(replace(shelf, remote=True), clock, one) as model:
            assert "on this machine and nowhere else" in model.remark
    identity = server_identity()
    assert server._left([away], identity) == ("The draft left this machine: it was sent to models.example.",)
    assert server._left([open_], identity) == ("The draft left this machine: it was sent to rack.example without encryption.",)


def server_identity() -> Any:
    from models.serving.probing import Identity

    return Identity("m", "m", "1", None, None, "")


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("big:cloud", {}),
        ("big:120b-cloud", {}),
        ("big", {"/api/tags": {"models": [{"name": "big", "remote_host": "https://models.example"}]}}),
    ],
)
async def test_a_local_server_that_hands_a_model_on_to_another_machine_is_a_remote_one(
    shelf: Shelf, clock: Clock, name: str, pages: dict[str, Any]
) -> None:
    async with serving(models=(name,), pages=pages) as one:
        assert "the draft would leave this machine" in await complaint(shelf, f"{one.url}#{name}")
        async with opened(replace(shelf, remote=True), clock, one, model=name) as model:
            assert "The draft left this machine" in model.remark


# Keys, names and marks.


async def test_a_key_is_shown_to_the_server_and_to_nobody_else(
    shelf: Shelf, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keyed = replace(shelf, server_key="sk-hush")
    async with serving(key="sk-hush") as one, opened(keyed, clock, one) as model:
        one.faults.append(status(422, "Incorrect API key provided: sk-hush"))
        with pytest.raises(Failed) as caught:
            await model.weigh(tiny.ask(), TWO)
        assert "sk-hush" not in f"{caught.value!r} {keyed!r} {model!r} {model.remark}{caplog.text}"
    async with serving(key="sk-other") as other:
        wrong, none = await complaint(keyed, f"{other.url}#m"), await complaint(shelf, f"{other.url}#m")
    assert "does not take the key in SOUNDINGBOARD_SERVER_KEY" in wrong
    assert "wants a key; put it into SOUNDINGBOARD_SERVER_KEY" in none
    assert "sk-" not in wrong + none


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("", "needs the address"), ("#tiny", "needs the address"), ("ftp://127.0.0.1#m", "is no address"),
        ("127.0.0.1:8080#m", "is no address"), ("http://127.0.0.1:99999#m", "is no address"), ("http://[::1#m", "is no address"),
        ("http://127.0.0.1?a=b#m", "is no address"), ("http://me:secret@127.0.0.1#m", "no password"),
        ("http://nobody.invalid#m", "Nobody here knows"),
    ],
)  # fmt: skip
async def test_what_is_no_address_is_refused_and_told_what_one_is(shelf: Shelf, rest: str, told: str) -> None:
    said = await complaint(shelf, rest)
    assert told in said
    assert "secret" not in said


async def test_a_model_that_is_not_served_is_refused_with_those_that_are(shelf: Shelf) -> None:
    async with serving(models=("one", "two")) as one:
        assert "does not serve 'three'; it serves one, two" in await complaint(shelf, f"{one.url}#three")
        assert "must be asked for a model by name" in await complaint(shelf, one.url)


async def test_the_name_is_what_opens_the_same_again(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one:
        async with opened(shelf, clock, one, model="") as model:
            assert model.name.startswith(f"server:{one.url}#tiny ")
        async with opened(shelf, clock, one) as again:
            assert again.name == model.name


async def test_a_server_of_one_model_may_be_asked_for_it_by_any_name(shelf: Shelf, clock: Clock) -> None:
    pages = {"/props": {"model_path": "/m/tiny.gguf"}}
    listed = ("/home/me/tiny.gguf",)  # as it lists itself: by the path of its file
    async with serving(pages=pages, models=listed) as one, opened(shelf, clock, one, model="smollm2") as model:
        assert model.name.startswith(f"server:{one.url}#smollm2 ")
        await model.weigh(tiny.ask(), TWO)
        assert one.heard[0]["model"] == "/home/me/tiny.gguf"
        assert model.remark.startswith("tiny.gguf, a language model on a server.")


@pytest.mark.parametrize(
    "pages",
    [
        {"/props": {"chat_template": "other"}},
        {"/props": {"model_path": "/m/other.gguf"}},
        {"/api/tags": {"models": [{"name": "tiny", "digest": "12"}]}},
    ],
)
async def test_the_mark_changes_with_what_is_served(shelf: Shelf, clock: Clock, pages: dict[str, Any]) -> None:
    marks = set()
    for each in ({}, pages):
        async with serving(pages=each) as one, opened(shelf, clock, one) as model:
            marks.add(model.name.rpartition(" ")[2])
    assert len(marks) == 2


# Against a real program.

# Not under our prefix: the program refuses a variable of that prefix that is no setting.
PROGRAM, WEIGHTS = os.environ.get("LLAMA_SERVER", ""), os.environ.get("LLAMA_SERVER_MODEL", "")


@pytest.mark.skipif(
    not (PROGRAM and WEIGHTS),
    reason="no real llama-server: name the program in LLAMA_SERVER and a .gguf file in LLAMA_SERVER_MODEL to test against it",
)
async def test_a_real_llama_server_keeps_the_promises(shelf: Shelf, unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    asked = ("-m", WEIGHTS, "--host", "127.0.0.1", "--port", str(unused_tcp_port), "-c", "8192", "-np", "4")
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


def test_what_it_offers_is_said_without_asking_anybody(shelf: Shelf) -> None:
    (offer,) = server.offers(shelf)
    assert (offer.name, offer.usable) == ("server:", False)
    assert Path("docs/servers.md").name in offer.why
