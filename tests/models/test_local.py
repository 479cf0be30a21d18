"""The local backend on a tiny model, real in every part."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from audience.errors import Failed, Refused
from audience.language import Option, Prompt, Sampling
from models.backends.local import Loading, Local, open_backend, opened, unpacked
from models.chat import Chat
from models.decoding import CPU, Rows, Voice, Writing
from models.likeness import Embedder
from models.shelf import Shelf
from models.worker import Ticket
from tests.models import tiny

GREEDY = 1e-6  # a nucleus of one token
LENGTHS = ["We moved the export button.", "Forty of you told us. " * 4, "What else did we move? " * 9]
PROMPTS = [tiny.ask(key, text) for text in LENGTHS for key in ("ada", "ben", "cem")]
REPLIES = [tiny.reply(key, text) for text in LENGTHS for key in ("ada", "ben", "cem")]


def loading(folder: Path, **other: Any) -> Loading:
    return Loading(tiny.place(folder), **other)


def raw(folder: Path) -> tuple[Any, Chat]:
    model = tiny.TRANSFORMERS.LlamaForCausalLM.from_pretrained(folder)
    return model.float().eval(), Chat.of(tiny.TRANSFORMERS.AutoTokenizer.from_pretrained(folder))


async def said(model: Local, prompt: Prompt, seed: int) -> str:
    """The words, or why there are none: a random model says nothing now and then, and must do so in any company."""
    try:
        return await model.write(prompt, Sampling(seed, tokens=12))
    except Failed as reason:
        return str(reason)


@pytest.mark.parametrize("rows", [CPU, Rows(8, 8)])
async def test_an_answer_does_not_depend_on_the_batch_around_it(folder: Path, rows: Rows) -> None:
    async with opened(loading(folder, rows=rows)) as model:
        alone = [await model.weigh(prompt, tiny.MENU) for prompt in PROMPTS]
        assert list(await asyncio.gather(*(model.weigh(prompt, tiny.MENU) for prompt in PROMPTS))) == alone
        back = await asyncio.gather(*(model.weigh(prompt, tiny.MENU) for prompt in PROMPTS[::-1]))
        assert back[::-1] == alone
        assert len(set(alone)) == len(PROMPTS)

        words = [await said(model, prompt, seed) for seed, prompt in enumerate(REPLIES)]
        assert list(await asyncio.gather(*(said(model, prompt, seed) for seed, prompt in enumerate(REPLIES)))) == words
        turned = await asyncio.gather(*(said(model, prompt, seed) for seed, prompt in reversed([*enumerate(REPLIES)])))
        assert turned[::-1] == words
        assert len(set(words)) > len(words) // 2


async def test_the_engine_says_the_same_words_in_any_company(folder: Path) -> None:
    """Adding up in another order moves the last places of a number; in fp32 no word of these hangs on them."""
    async with opened(loading(folder, dtype="float32")) as model:
        alone = [await model.weigh(prompt, tiny.MENU) for prompt in PROMPTS]
        words = [await said(model, prompt, seed) for seed, prompt in enumerate(REPLIES)]
        *both, back = await asyncio.gather(
            *(model.weigh(prompt, tiny.MENU) for prompt in PROMPTS),
            *(said(model, prompt, seed) for seed, prompt in enumerate(REPLIES)),
            said(model, REPLIES[0], 0),
        )
    assert both[: len(alone)] == [pytest.approx(each, abs=1e-5) for each in alone]
    assert [*both[len(alone) :], back] == [*words, words[0]]


def test_a_cpu_has_the_attention_that_rounds_alike_in_every_row(folder: Path) -> None:
    """The fused one differs by a bit or two in one row of ten thousand; the plain way promises the same bits in any company."""
    model, _ = unpacked(tiny.place(folder), "bfloat16")
    assert model.config._attn_implementation == "eager"


async def test_weighing_is_one_forward_over_the_plain_prompt(folder: Path) -> None:
    import torch

    model, chat = raw(folder)
    ids = chat.ids(PROMPTS[0])
    labels = [label[0] for label in chat.labels(tiny.MENU, ids[-1])]
    with torch.inference_mode():
        wanted = model(torch.tensor([ids])).logits[0, -1, labels].softmax(-1).tolist()
    async with opened(loading(folder, dtype="float32", rows=Rows(3, 3))) as local:
        assert await local.weigh(PROMPTS[0], tiny.MENU) == pytest.approx(wanted, abs=1e-4)


async def test_labels_of_several_tokens_are_scored_as_whole_sequences(folder: Path) -> None:
    import torch

    menu = [Option(label, label, label) for label in ("Q7", "Z9x", "A")]
    model, chat = raw(folder)
    ids = chat.ids(PROMPTS[0])
    likely = []
    for label in chat.labels(menu, ids[-1]):
        with torch.inference_mode():
            logits = model(torch.tensor([ids + label])).logits[0].log_softmax(-1)
        likely.append(sum(float(logits[len(ids) - 1 + n, token]) for n, token in enumerate(label)))
    wanted = torch.tensor(likely).softmax(-1).tolist()
    async with opened(loading(folder, dtype="float32")) as local:
        assert await local.weigh(PROMPTS[0], menu) == pytest.approx(wanted, abs=1e-4)


async def test_writing_with_a_nucleus_of_one_says_what_the_model_finds_likeliest(folder: Path) -> None:
    import torch

    model, chat = raw(folder)
    ids = torch.tensor([chat.ids(REPLIES[0])])
    made = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=10, eos_token_id=sorted(chat.ends), pad_token_id=0
    )  # fmt: skip
    wanted = "".join(chat.words(made[0, ids.shape[1] :].tolist()).replace("\ufffd", "").split())
    async with opened(loading(folder, dtype="float32")) as local:
        words = await local.write(REPLIES[0], Sampling(1, tokens=10, top_p=GREEDY))
    assert wanted.startswith("".join(words.rstrip("…").split()))
    assert len(words) > 5


async def test_another_seed_or_attempt_says_something_else(folder: Path) -> None:
    async with opened(loading(folder)) as model:
        words = await asyncio.gather(*(said(model, REPLIES[0], seed) for seed in range(6)))
        again = await model.write(REPLIES[0], Sampling(0, tokens=12, attempt=1))
    assert len({*words, again}) > 4


async def test_a_seat_that_goes_away_leaves_the_others_their_words(folder: Path) -> None:
    async with opened(loading(folder)) as model:
        alone = await said(model, REPLIES[1], 1)
        gone = asyncio.create_task(model.write(REPLIES[0], Sampling(0, tokens=900)))
        stays = asyncio.create_task(said(model, REPLIES[1], 1))
        await asyncio.sleep(0.05)
        gone.cancel()
        assert await stays == alone
        with pytest.raises(asyncio.CancelledError):
            await gone


async def test_leaving_in_the_middle_of_a_reply_takes_no_time(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    async with opened(loading(folder)) as model:
        talking = asyncio.create_task(model.write(REPLIES[0], Sampling(0, tokens=1000)))
        await asyncio.sleep(0.3)
        began = loop.time()
    assert loop.time() - began < 2
    assert isinstance((await asyncio.gather(talking, return_exceptions=True))[0], Failed | str)


async def test_a_prompt_longer_than_the_model_reads_fails_and_is_never_cut(folder: Path) -> None:
    long = tiny.ask(text="honey and wax " * 900)
    async with opened(loading(folder)) as model:
        fine, failed = await asyncio.gather(
            model.weigh(PROMPTS[0], tiny.MENU), model.weigh(long, tiny.MENU), return_exceptions=True
        )
        assert not isinstance(fine, BaseException)
        assert "reads at most 2,047; shorten the draft" in str(failed)
        with pytest.raises(Failed, match=r"reads at most 48;"):
            await model.write(PROMPTS[0], Sampling(0, tokens=2000))


async def test_a_model_without_a_chat_template_stops_at_the_end_of_the_line(plain_folder: Path) -> None:
    async with opened(loading(plain_folder)) as model:
        words = await asyncio.gather(*(said(model, REPLIES[0], seed) for seed in range(8)))
        assert sum(await model.weigh(PROMPTS[0], tiny.MENU)) == pytest.approx(1)
    assert not any("\n" in line for line in words)


async def test_name_and_remark_say_which_model_it_is(folder: Path, tmp_path: Path) -> None:
    other = tiny.save(tmp_path / folder.name, seed=2)
    async with opened(loading(folder)) as one, opened(loading(other)) as two, opened(loading(folder)) as same:
        assert one.name.startswith("local:tiny ")
        assert len(one.name) == len("local:tiny ") + 8
        assert one.name == same.name != two.name
        assert one.remark == "A local language model (Llama, 1M parameters) on this machine's CPU."
        assert not one.out_of_depth(tiny.ask().draft or pytest.fail("no draft"))


async def test_a_name_that_ends_in_int8_is_played_in_eight_bits_and_says_so(folder: Path, shelf: Shelf) -> None:
    embedder = Embedder.__new__(Embedder)
    async with open_backend(f"{folder}@int8", shelf, embedder) as eight, open_backend(f"{folder}", shelf, embedder) as whole:
        assert "@int8 " in eight.name
        assert eight.remark.endswith("on this machine's CPU, in eight bits.")
        both = [await model.weigh(PROMPTS[0], tiny.MENU) for model in (eight, whole)]
        assert both[0] != both[1]
        assert both[0] == pytest.approx(both[1], abs=0.1)


async def test_a_model_that_the_engine_cannot_take_is_not_played_in_eight_bits(folder: Path) -> None:
    with pytest.raises(Refused, match=r"tiny cannot be played in eight bits: .*; leave out @int8"):
        async with opened(loading(folder, bits=8, rows=CPU)):
            pass


async def test_a_gguf_file_is_a_model_too(gguf: Path) -> None:
    async with opened(Loading(tiny.place(gguf))) as model:
        assert sum(await model.weigh(PROMPTS[0], tiny.MENU)) == pytest.approx(1)
        assert model.name.startswith("local:Tiny.F32.gguf ")


async def test_opening_a_model_asks_no_network(folder: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(*given: object, **_: object) -> Sequence[Any]:
        asked.append(given)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    for path in (folder, gguf):
        async with opened(Loading(tiny.place(path))) as model:
            await model.weigh(PROMPTS[0], tiny.MENU)
    assert asked == []


async def test_a_model_that_does_not_fit_fails_before_it_is_read(folder: Path) -> None:
    with pytest.raises(Failed, match=r"^tiny needs about 0\.8 GB of memory and 0\.1 GB are free; .* at most 0\.0 billion"):
        async with opened(loading(folder, free=10**8)):
            pass


async def test_weights_that_lack_a_tensor_fail_instead_of_being_made_up(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    broken = tiny.save(tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, broken / "model.safetensors", {"format": "pt"})
    with pytest.raises(Failed, match=r"broken lacks weights \(model\.layers\.1\.mlp\.up_proj\.weight\)"):
        async with opened(loading(broken)):
            pass


async def test_a_model_with_program_code_of_its_own_is_refused(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "coded")
    config = folder / "config.json"
    text = config.read_text().replace('"model_type": "llama"', '"model_type": "codey", "auto_map": {"AutoConfig": "c.C"}')
    config.write_text(text)
    with pytest.raises(Refused, match="program code of its own, which is never run"):
        async with opened(loading(folder)):
            pass


@pytest.mark.parametrize("rows", [None, CPU], ids=["engine", "plain"])
async def test_words_are_heard_while_they_come_each_time_more_of_them(folder: Path, rows: Rows | None) -> None:
    prompt, sampling = tiny.reply("ada"), Sampling(2, tokens=12)
    async with opened(loading(folder, rows=rows)) as model:
        heard: list[str] = []
        words = await model.write_aloud(prompt, sampling, heard.append)
        assert words == await model.write(prompt, sampling)
    assert len(set(heard)) > 6
    assert all(later.startswith(sooner) for sooner, later in pairwise(heard))
    assert heard[-1].startswith(words.removesuffix("…"))


async def test_private_reasoning_is_not_heard_while_it_comes(tmp_path: Path) -> None:
    chat = Chat.of(tiny.tokenizer(), [2])
    heard: list[str] = []
    loop = asyncio.get_running_loop()
    job = Writing(tiny.reply("ada"), Sampling(1, tokens=90), heard.append)
    voice = Voice(Ticket(job, loop.create_future()), (1,), job)
    for token in chat.tokenizer.encode("<think> She is annoyed. </think> Who asked?", add_special_tokens=False):
        voice.take(token, chat)
    assert heard
    assert all("Who asked?".startswith(words) for words in heard)
