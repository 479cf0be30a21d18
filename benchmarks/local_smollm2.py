"""How fast local:smollm2 loads, weighs and writes on this machine, and whether an answer depends on the batch around it.

    python -m benchmarks.local_smollm2

Reads the cache folder that `soundingboard models get smollm2` fills (SOUNDINGBOARD_CACHE, or the platform's own).
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

from audience.draft import Draft
from audience.errors import Failed, Refused
from audience.language import Option, Prompt, Sampling
from audience.library import Library
from audience.panel import Panel
from audience.reaction import KINDS
from benchmarks.bench import heading
from bot.room import BUILT_IN
from bot.settings import Settings
from models.backends.local import Loading, Local, opened, unpacked
from models.chat import Chat
from models.engine.keeping import Beginning
from models.engine.layers import Layers
from models.engine.steps import ReadBeginning, causal
from models.hub import find
from models.packaged import FETCHABLE
from models.shelf import Shelf
from models.tidying import tidied
from models.weights import Place

SEATS = 24
READ = 2_048  # tokens
COMPARED = 6  # readers
GREEDY = Sampling(1, tokens=24, top_p=1e-6)  # a nucleus of one token
DRAFT = Draft.clean(
    "We moved the export button. Forty of you told us within a day, two of you in verse. It is back where it was, and it "
    "will stay there until we can show you a better place. What else did we move that you still look for?"
)
MENU = [Option(label, kind.key, kind.told) for label, kind in zip("ABCDEF", KINDS, strict=True)]


async def loaded(place: Place) -> float:
    began = time.perf_counter()
    async with opened(Loading(place)):
        return time.perf_counter() - began


async def timed(what: str, asked: Sequence[Awaitable[object]]) -> list[object]:
    began = time.perf_counter()
    found = await asyncio.gather(*asked, return_exceptions=True)
    took = time.perf_counter() - began
    failed = sum(isinstance(one, Failed) for one in found)
    print(f"{what:<32} {took:7.1f} s   {len(found) / took:6.2f} readers a second   ({failed} of {len(found)} failed)")
    return [str(one) if isinstance(one, Failed) else one for one in found]


def questions() -> tuple[list[Prompt], list[tuple[Prompt, Sampling]]]:
    words = Library.read(BUILT_IN)
    scene = words.script.scene(DRAFT, words.platform("linkedin"))
    seats = Panel.of(sorted(words.personas)[:SEATS]).seated(SEATS, 1)
    people = [(words.persona(seat.persona), words.script.moment(seat.number), seat.seed) for seat in seats]
    return (
        [scene.ask(persona, moment, MENU) for persona, moment, _ in people],
        [(scene.reply(persona, moment, "asks"), Sampling(seed, tokens=60)) for persona, moment, seed in people],
    )


async def played(model: Local) -> None:
    asks, replies = questions()
    await model.weigh(asks[0], MENU)  # the first question also builds the kernels
    one = await timed("weigh, 24 seats at once", [model.weigh(ask, MENU) for ask in asks])
    other = await timed("weigh, 24 seats in reverse", [model.weigh(ask, MENU) for ask in asks[::-1]])
    alone = [await model.weigh(ask, MENU) for ask in asks[:4]]
    pairs = [*zip(one, other[::-1], strict=True), *zip(one[:4], alone, strict=True)]
    print(f"at once, in reverse, alone: total variation at most {max(apart(*pair) for pair in pairs):.4f}")
    said = await timed("write, 24 seats of 60 tokens", [model.write(*reply) for reply in replies])
    again = await timed("write, four of them alone", [model.write(*reply) for reply in replies[20:]])
    same = sum(a == b for a, b in zip(said[20:], again, strict=True))
    print(f"same words at once and among four: {same} of {len(again)}")


async def precision(place: Place) -> None:
    """How far answers in bf16 and in eight bits are from those in single precision."""
    found = {}
    for what, loading in (
        ("fp32", Loading(place, dtype="float32")),
        ("bf16", Loading(place)),
        ("int8", Loading(place, bits=8)),
    ):
        async with opened(loading) as model:
            found[what] = await asyncio.gather(*(model.weigh(ask, MENU) for ask in questions()[0]))
    for what in ("bf16", "int8"):
        far = sorted(apart(*pair) for pair in zip(found[what], found["fp32"], strict=True))
        print(f"weigh, {what} against fp32: total variation median {far[SEATS // 2]:.4f}, at most {far[-1]:.4f}")


async def exactness(place: Place) -> None:
    """Whether the engine says and weighs in single precision what transformers' own generate and forward do."""
    asks, replies = questions()
    asks, replies = asks[:COMPARED], replies[:COMPARED]
    model, tokenizer = unpacked(place, "float32")
    ends = model.generation_config.eos_token_id
    chat = Chat.of(tokenizer, [ends] if isinstance(ends, int) else ends)
    words, chances = [greedy(model, chat, prompt) for prompt, _ in replies], [chance(model, chat, ask) for ask in asks]
    del model
    async with opened(Loading(place, dtype="float32")) as played:
        said = await asyncio.gather(*(played.write(prompt, GREEDY) for prompt, _ in replies))
        found = await asyncio.gather(*(played.weigh(ask, MENU) for ask in asks))
    same = sum(one == other for one, other in zip(said, words, strict=True))
    most = max(abs(math.log(a) - math.log(b)) for pair in zip(found, chances, strict=True) for a, b in zip(*pair, strict=True))
    print(f"greedy words in fp32 are transformers' own: {same} of {len(words)}; log-probabilities at most {most:.1e} apart")


def greedy(model: Any, chat: Chat, prompt: Prompt) -> str:
    import torch

    ids = torch.tensor([chat.ids(prompt)])
    made = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=GREEDY.tokens, pad_token_id=0,
        eos_token_id=sorted(chat.ends),
    )[0, ids.shape[1] :].tolist()  # fmt: skip
    said = [token for token in made if token not in chat.ends]
    return tidied(chat.words(said).strip(), prompt.persona.first_name, cut=len(said) == len(made))


def chance(model: Any, chat: Chat, ask: Prompt) -> list[float]:
    import torch

    ids = chat.ids(ask)
    labels = [label[0] for label in chat.labels(MENU, ids[-1])]
    with torch.inference_mode():
        found: list[float] = model(torch.tensor([ids])).logits[0, -1, labels].softmax(-1).tolist()
    return found


def perplexities(place: Place) -> None:
    """Of the cards of the built-in personas, by the model as it comes and as the engine plays it."""
    words = Library.read(BUILT_IN)
    text = "\n".join(persona.words for _, persona in sorted(words.personas.items()))
    for what, dtype, bits in (("fp32, as it comes", "float32", 0), ("bf16", "bfloat16", 16), ("int8", "bfloat16", 8)):
        model, tokenizer = unpacked(place, dtype)
        ids = tokenizer.encode(text, add_special_tokens=False)[:READ]
        print(f"perplexity of {len(ids):,} tokens of persona cards, {what}: {perplexity(model, ids, bits):.3f}")


def perplexity(model: Any, ids: Sequence[int], bits: int) -> float:
    import torch

    row = torch.tensor([ids])
    with torch.inference_mode():
        if bits == 0:
            scores = model(input_ids=row, use_cache=False).logits[0]
        else:
            layers = Layers.of(model, bits)
            step = ReadBeginning(Beginning(tuple(ids)), causal(len(ids), layers))
            scores = layers.head(layers(row, torch.arange(len(ids))[None], step))[0]
        return float(torch.nn.functional.cross_entropy(scores[:-1].float(), row[0, 1:]).exp())


def apart(one: Any, other: Any) -> float:
    """Total variation of two answers to one question."""
    return float(sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2)


async def measure() -> None:
    settings = Settings.read(os.environ, Path(".env"))
    place = find("smollm2", Shelf(settings.cache, settings.hub))
    print(heading("benchmarks.local_smollm2"))
    packed = Place("gguf", settings.cache / FETCHABLE["smollm2"].file)
    for name, there in (("first start, with imports", place), ("converted", place), ("GGUF", packed)):
        print(f"loading, {name:<24} {await loaded(there):6.1f} s")
    async with opened(Loading(place)) as model:
        print(f"{model.name}: {model.remark}")
        await played(model)
    await exactness(place)
    await precision(place)
    perplexities(place)


if __name__ == "__main__":
    try:
        asyncio.run(measure())
    except (Failed, Refused) as reason:
        sys.exit(str(reason))
