"""The engine against transformers as it comes: the same words, the same chances, whoever else is asked and whenever they come."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audience.language import Failed, Option, Prompt, Sampling
from models.decoding import CPU, Answer, Weighing, Writing
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import MENUS, Engine, Room
from models.engine.steps import ReadBeginning
from models.plain import Plain
from tests.models import tiny
from tests.models.asked import ASKED, CHAT, JOBS, LEFT, LENGTHS, SPOKEN, TAKEN, answers, engine, heard, model, told

GREEDY = 1e-6  # a nucleus of one token


@pytest.mark.parametrize("kind", TAKEN)
async def test_greedy_words_and_chances_are_those_of_transformers(kind: str) -> None:
    made = model(TAKEN[kind]())
    greedy = [Writing(job.prompt, Sampling(1, tokens=12, top_p=GREEDY)) for job in SPOKEN]
    wanted = [*(_chances(made, job) for job in ASKED), *(_greedy(made, job) for job in greedy)]
    found = await answers(engine(made), [*ASKED, *greedy])
    for one, other in zip(found, wanted, strict=True):
        if other is None:  # a random model says nothing now and then, and then both do
            assert isinstance(one, Failed)
        else:
            assert one == (pytest.approx(other, abs=1e-4) if isinstance(other, tuple) else other)
    assert sum(each is None for each in wanted) <= 2


def _chances(of: Any, job: Weighing) -> tuple[float, ...]:
    import torch

    ids = CHAT.ids(job.prompt)
    labels = [label[0] for label in CHAT.labels(job.options, ids[-1])]
    with torch.inference_mode():
        return tuple(of(torch.tensor([ids])).logits[0, -1, labels].softmax(-1).tolist())


def _greedy(of: Any, job: Writing) -> str | None:
    import torch

    from models.tidying import tidied

    ids = torch.tensor([CHAT.ids(job.prompt)])
    made = of.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=job.sampling.tokens, pad_token_id=0,
        eos_token_id=sorted(CHAT.ends),
    )[0, ids.shape[1] :].tolist()  # fmt: skip
    said = [token for token in made if token not in CHAT.ends]
    try:
        return tidied(CHAT.words(said).strip(), job.prompt.persona.first_name, cut=len(said) == len(made))
    except Failed:
        return None


@pytest.mark.parametrize("kind", LEFT)
async def test_a_model_that_it_cannot_take_plays_the_plain_way(kind: str) -> None:
    config, why = LEFT[kind]
    made = model(config())
    assert why in unfit(made)
    found = await answers(Plain(made, CHAT, CPU, "tiny"), ASKED[:2])
    assert found == [pytest.approx(_chances(made, job), abs=1e-4) for job in ASKED[:2]]


@given(st.permutations(range(len(JOBS))), st.lists(st.integers(0, len(JOBS)), max_size=4), st.integers(64, 900))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_who_else_is_asked_and_when_changes_nothing(
    llama: Any, alone: list[Any], order: list[int], cuts: list[int], tokens: int
) -> None:
    ends = [0, *sorted(cuts), len(JOBS)]
    first, *later = [[JOBS[n] for n in order[a:b]] for a, b in itertools.pairwise(ends)]
    found = told(await answers(engine(llama, tokens=tokens, voices=4), first, later))
    assert found == [alone[n] for n in order]


async def test_a_menu_whose_labels_are_several_tokens_is_scored_whole(llama: Any) -> None:
    menu = tuple(Option(label, label, label) for label in ("Q7", "Z9x", "A", "Z9y"))
    job = Weighing(tiny.ask(), menu)
    plain = model(TAKEN["llama"]())
    assert await answers(engine(llama), [job]) == [
        pytest.approx((await answers(Plain(plain, CHAT, CPU, "t"), [job]))[0], abs=1e-4)
    ]


async def test_menus_that_are_asked_once_are_not_kept_for_ever(llama: Any) -> None:
    of = engine(llama)
    menus = [[Option(f"{n} {label}", label, label) for label in "AB"] for n in range(MENUS + 6)]
    found = await answers(of, [Weighing(tiny.ask(), tuple(menu)) for menu in menus])
    assert len(found) == len(menus)
    assert len(of.labels) == MENUS


async def test_a_beginning_is_read_once_and_again_only_where_the_longest_unused_had_to_go(llama: Any) -> None:
    drafts = {(job.prompt.system, job.prompt.shared) for job in ASKED}
    assert len(drafts) > 1
    for kept, again in ((1 << 30, 0), (1, 1)):
        of = engine(llama, kept=kept)
        read = _counted(of)
        await answers(of, ASKED)
        assert len(read) == len(drafts)
        await answers(of, [ASKED[-1]])
        first = len(read)
        await answers(of, [ASKED[0]])
        assert len(read) - first == again


def _counted(of: Engine) -> list[int]:
    """How long the beginnings are that it reads."""
    read: list[int] = []

    def listening(ids: Any, step: object) -> None:
        if isinstance(step, ReadBeginning):
            read.append(ids.shape[1])

    heard(of, listening)
    return read


async def test_rows_that_speak_hold_no_more_tokens_than_were_planned(llama: Any, alone: list[Any]) -> None:
    of = engine(llama, held=600)
    rooms: list[int] = []
    spoken = of._speak

    def speak() -> None:
        rooms.append(sum(slots.room for slots, _ in of.speaking))
        spoken()

    of._speak = speak  # type: ignore[method-assign]
    assert told(await answers(of, SPOKEN)) == alone[len(ASKED) :]
    assert 300 < max(rooms) <= 600  # more than one speaks, and not all nine


async def test_the_beginning_is_held_once_whoever_speaks(llama: Any) -> None:
    """What a row holds grows with its own words alone."""
    of = engine(llama)
    held: list[int] = []
    spoken = of._speak

    def speak() -> None:
        held.append(sum(slots.bytes for slots, _ in of.speaking))
        spoken()

    of._speak = speak  # type: ignore[method-assign]
    await answers(of, [Writing(tiny.reply("ada", LENGTHS[2]), Sampling(n, tokens=8)) for n in range(8)])
    longest = -(-max(len(CHAT.ids(tiny.reply("ada", LENGTHS[2]))), 1) // 64) * 64
    a_row_with_all = 2 * 2 * 2 * 16 * 4 * longest  # layers, keys and values, heads, numbers a head, bytes, tokens
    assert 0 < max(held) < 8 * a_row_with_all


async def test_sampling_is_from_the_stated_distribution(llama: Any) -> None:
    """Chi-squared over the first token of 600 seeds against temperature 1.3, the 8 likeliest, a nucleus of 0.9 and a least
    share of 0.05: with at most 7 degrees of freedom a fair sampler fails at 29.9 one time in 10,000, and the seeds are fixed.
    """
    import torch

    prompt = tiny.reply()
    sampling = [Sampling(n, tokens=1, temperature=1.3, top_k=8, top_p=0.9, min_p=0.05) for n in range(600)]
    with torch.inference_mode():
        scores = model(TAKEN["llama"]())(torch.tensor([CHAT.ids(prompt)])).logits[0, -1].double()
    top, order = scores.topk(8)
    share = (top / 1.3).softmax(-1)
    inside = (share.cumsum(-1) - share < 0.9) & (share >= 0.05 * share[0])
    wanted = {int(token): float(p) for token, p in zip(order, share * inside / (share * inside).sum(), strict=True) if p}
    heard = await _first_tokens(llama, prompt, sampling)
    assert set(heard) <= set(wanted)
    assert sum((heard.count(token) - 600 * p) ** 2 / (600 * p) for token, p in wanted.items()) < 29.9


async def _first_tokens(of: Any, prompt: Prompt, sampling: Sequence[Sampling]) -> list[int | None]:
    first: list[int | None] = []

    class Listening(Engine):
        def _draw(self, hidden: Any, voices: Any) -> None:
            many = [len(voice.said) for voice in voices]
            chances = [voice.chance.getstate() for voice in voices]
            from models.sampling import drawn

            first.extend(drawn(self.layers.head(hidden), voices))
            for voice, state in zip(voices, chances, strict=True):
                voice.chance.setstate(state)
            assert many == [0] * len(voices)
            super()._draw(hidden, voices)

    await answers(Listening(engine(of).layers, CHAT, "tiny", Room()), [Writing(prompt, each) for each in sampling])
    return first


async def test_what_was_said_is_said_less_where_repetition_is_dear(llama: Any) -> None:
    plain, dear = [
        await answers(engine(llama), [Writing(tiny.reply("ada"), Sampling(n, tokens=60, repetition=r)) for n in range(6)])
        for r in (1.0, 3.0)
    ]
    assert _variety(dear) > _variety(plain)


def _variety(found: Sequence[Answer | BaseException]) -> float:
    words = [CHAT.tokenizer.encode(str(each), add_special_tokens=False) for each in found]
    return sum(len(set(each)) / max(1, len(each)) for each in words) / len(words)


@pytest.mark.parametrize("bits", [16, 8])
async def test_laid_out_layers_answer_as_the_model_does(bits: int) -> None:
    import torch

    made = model(TAKEN["qwen2"]()).to(torch.bfloat16)
    before = await answers(engine(made), ASKED)
    made = model(TAKEN["qwen2"]()).to(torch.bfloat16)
    after = await answers(Engine(Layers.of(made, bits), CHAT, "tiny", Room()), [*ASKED, *SPOKEN])
    apart = [
        sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2
        for one, other in zip(before, after, strict=False)
        if isinstance(one, tuple) and isinstance(other, tuple)
    ]
    assert len(apart) == len(ASKED)
    assert sum(apart) / len(apart) < (0.02 if bits == 16 else 0.1)  # total variation of a random model, whose scores are large
