"""How fast is a whole audience? The engine beside plain transformers on the same model, all in one process and alternated.

    python -m benchmarks.engine [--json] [--quick] [--rounds 3]

The model has the shape of Qwen3-0.6B and random weights: speed does not depend on what they say. The work: readers who share
250 tokens (system words and draft), with 120 of persona each and 40 of reply, sampling on. Plain ways: *naive*, a `generate` a
reader, as a pipeline calls it; *batched*, one `generate` for all, padded on the left; *expanded*, one `generate` for all after the
shared tokens were read once and their cache copied for each. *weigh*: six kinds in two orders for 200 readers, beside a pass a
reader and order. Everything in bf16; the engine also with eight bits. Printed beside: the bytes of the weights and the arithmetic
that the work cannot do without, at the rates that this machine reached just before.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audience.language import Option, Prompt, Sampling
from audience.reaction import KINDS
from benchmarks.bench import heading
from models.backends.local import prepare
from models.chat import Chat
from models.decoding import Answer, Job, Weighing, Writing
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.worker import Ticket
from tests import made

SYSTEM, DRAFT, OWN, MENU, SAID = 100, 150, 120, 40, 40  # tokens
READERS, MANY, WEIGHED, PASSES = 24, 96, 200, 12  # of the weighed, so many are timed a pass each
VOCABULARY = 151_936
EIGHT = ", eight bits"
DRAWN = {"do_sample": True, "temperature": 0.8, "top_k": 50, "top_p": 0.95}

Tensor = Any  # torch is imported where it is used, and its types with it


@dataclass
class Numbers:
    """A tokenizer whose words are the numbers of its tokens; a letter of a menu is one token."""

    chat_template: str | dict[str, str] | None = None
    unk_token_id: int | None = None
    all_special_tokens: list[str] = field(default_factory=list)
    all_special_ids: list[int] = field(default_factory=list)
    added_tokens_decoder: Mapping[int, Any] = field(default_factory=dict)

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        return [int(word) if word.isdigit() else ord(word[0]) for word in text.split()]

    def decode(self, ids: Sequence[int], **_: object) -> str:
        return " ".join(map(str, ids))

    def apply_chat_template(self, *_: object, **__: object) -> str:
        raise NotImplementedError


def tokens(many: int, seed: str) -> str:
    chance = random.Random(seed)
    return " ".join(str(chance.randrange(200, VOCABULARY)) for _ in range(many))


def reader(number: int, more: str = "") -> Prompt:
    own = tokens(OWN, f"own {number}")
    return Prompt("reply", tokens(SYSTEM, "system"), tokens(DRAFT, "draft"), f"{own} {more}".strip(), made.persona("ada"), None)


def menus(number: int) -> list[Weighing]:
    """Both orders of the six kinds."""
    options = [Option(label, kind.key, kind.told) for label, kind in zip("ABCDEF", KINDS, strict=True)]
    return [Weighing(reader(number, tokens(MENU, f"menu {turn}")), tuple(options)) for turn in range(2)]


@dataclass
class Bench:
    """`times` are seconds of each way, a round after the other."""

    rounds: int
    times: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chat = Chat.of(Numbers())
        self.plain = shape()
        self.engines = {bits: self.made(bits) for bits in (16, 8)}

    def made(self, bits: int) -> Engine:
        model = shape()
        if why := unfit(model):
            raise SystemExit(why)
        return Engine(Layers.of(model, bits), self.chat, "the shape of Qwen3-0.6B", Room())

    def run(self, ways: dict[str, Callable[[], object]]) -> None:
        for turn in range(self.rounds):
            for name, way in ways.items():
                began = time.perf_counter()
                way()
                self.times.setdefault(name, []).append(time.perf_counter() - began)
                print(f"round {turn + 1}, {name}: {self.times[name][-1]:.2f} s", file=sys.stderr)

    def median(self, name: str) -> float:
        return statistics.median(self.times[name])

    # The engine: from nothing, so that every round reads the beginning again.

    def played(self, bits: int, jobs: Sequence[Job]) -> list[Answer]:
        self.engines[bits].beginnings.forget()
        return asyncio.run(self._played(self.engines[bits], jobs))

    async def _played(self, engine: Engine, jobs: Sequence[Job]) -> list[Answer]:
        loop = asyncio.get_running_loop()
        tickets = [Ticket[Job, Answer](job, loop.create_future()) for job in jobs]
        await asyncio.to_thread(engine.play, tickets, lambda: ())
        return await asyncio.gather(*(ticket.future for ticket in tickets))

    def spoken(self, many: int, bits: int = 16) -> None:
        self.played(bits, [Writing(reader(n), Sampling(n, tokens=SAID)) for n in range(many)])

    def weighed(self, bits: int = 16) -> None:
        self.played(bits, [job for n in range(WEIGHED) for job in menus(n)])

    # The plain ways.

    def ids(self, many: int) -> Tensor:
        import torch

        return torch.tensor([self.chat.ids(reader(n)) for n in range(many)])

    def naive(self) -> None:
        for row in self.ids(READERS):
            self.generated(row[None])

    def batched(self) -> None:
        self.generated(self.ids(READERS))

    def expanded(self) -> None:
        import torch
        from transformers import DynamicCache

        ids = self.ids(READERS)
        shared = SYSTEM + DRAFT
        cache = DynamicCache(config=self.plain.config)
        with torch.inference_mode():
            self.plain.model(input_ids=ids[:1, :shared], past_key_values=cache, use_cache=True)
            cache.batch_repeat_interleave(READERS)
            self.generated(ids, past_key_values=cache)

    def generated(self, ids: Tensor, **more: Any) -> None:
        import torch

        mask = torch.ones_like(ids)
        self.plain.generate(ids, attention_mask=mask, max_new_tokens=SAID, min_new_tokens=SAID, pad_token_id=0, **DRAWN, **more)

    def passes(self) -> None:
        """A pass a reader and order, for some of the readers: each costs the same."""
        import torch

        labels = [ord(letter) for letter in "ABCDEF"]
        with torch.inference_mode():
            for n in range(PASSES):
                for job in menus(n):
                    ids = torch.tensor([self.chat.ids(job.prompt)])
                    self.plain(input_ids=ids, use_cache=False).logits[0, -1, labels].float().softmax(-1)


def shape() -> Any:
    """Random weights in the shape of Qwen3-0.6B, as its card states it: 28 layers, hidden 1,024, 16 and 8 heads of 128."""
    import torch

    transformers: Any = importlib.import_module("transformers")  # its types say less than it does
    torch.manual_seed(0)
    config = transformers.Qwen3Config(
        vocab_size=VOCABULARY, hidden_size=1_024, intermediate_size=3_072, num_hidden_layers=28, num_attention_heads=16,
        num_key_value_heads=8, head_dim=128, tie_word_embeddings=True, max_position_embeddings=40_960,
    )  # fmt: skip
    model: Any = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    model.generation_config.eos_token_id = None
    return model


def rates() -> tuple[float, float]:
    """Operations a second of a bf16 product, and bytes a second at which weights are read by one row."""
    import torch

    weight, many, one = (
        torch.randn(3_072, 1_024).bfloat16(),
        torch.randn(512, 1_024).bfloat16(),
        torch.randn(1, 1_024).bfloat16(),
    )
    big = torch.randn(151_936, 1_024).bfloat16()
    with torch.inference_mode():
        return 2 * 512 * 1_024 * 3_072 / _best(lambda: many @ weight.T), big.nbytes / _best(lambda: one @ big.T)


def _best(do: Callable[[], object]) -> float:
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        do()
        taken.append(time.perf_counter() - began)
    return min(taken)


def limits(bench: Bench) -> dict[str, float]:
    """Seconds that the work cannot go under: for 24 readers the weights once a step and the arithmetic of all tokens, and the
    arithmetic of weighing, where both orders share a reader's own words.
    """
    arithmetic, bandwidth = rates()
    held = sum(p.numel() for p in bench.plain.parameters())
    body = sum(p.numel() for p in bench.plain.model.layers.parameters())
    shared, own = map(len, bench.engines[16].splitting.split(reader(0)))
    weighed = shared + WEIGHED * (own + 2 * MENU)
    return {
        "operations_a_second": arithmetic, "bytes_a_second": bandwidth,
        "weights_s": SAID * 2 * held / bandwidth,
        "arithmetic_s": (2 * body * (shared + READERS * (own + SAID)) + 2 * VOCABULARY * 1_024 * READERS * SAID) / arithmetic,
        "weigh_arithmetic_s": 2 * body * weighed / arithmetic,
    }  # fmt: skip


def document(bench: Bench, of: dict[str, float]) -> dict[str, Any]:
    return {
        "heading": heading("benchmarks.engine"), "rounds": bench.rounds, "ratios": ratios(bench, ""),
        "ratios_eight_bits": ratios(bench, EIGHT), "seconds": bench.times, "passes_timed": PASSES, "limits": of,
    }  # fmt: skip


def ratios(bench: Bench, how: str) -> dict[str, float]:
    one = bench.median(f"engine 24{how}")
    found = {name: bench.median(name) / one for name in ("naive", "batched", "expanded")}
    if f"engine 96{how}" in bench.times:
        found["scale_96_over_24"] = bench.median(f"engine 96{how}") / one
    found["weigh"] = bench.median("passes") * WEIGHED / PASSES / bench.median(f"weigh 200{how}")
    return found


def main(*, quick: bool, rounds: int) -> dict[str, Any]:
    prepare()
    bench = Bench(1 if quick else rounds)
    of = limits(bench)
    ways: dict[str, Callable[[], object]] = {
        "engine 24": lambda: bench.spoken(READERS), f"engine 24{EIGHT}": lambda: bench.spoken(READERS, 8),
        "expanded": bench.expanded, "batched": bench.batched, "naive": bench.naive,
        "weigh 200": bench.weighed, f"weigh 200{EIGHT}": lambda: bench.weighed(8), "passes": bench.passes,
    }  # fmt: skip
    if not quick:
        ways |= {"engine 96": lambda: bench.spoken(MANY), f"engine 96{EIGHT}": lambda: bench.spoken(MANY, 8)}
    for bits in bench.engines:
        bench.spoken(2, bits)  # the first of everything is slower
    bench.run(ways)
    return document(bench, of)


def told(found: dict[str, Any]) -> None:
    print(found["heading"])
    for name, taken in found["seconds"].items():
        print(f"{name}: {statistics.median(taken):.2f} s, from {min(taken):.2f} to {max(taken):.2f}")
    of = found["limits"]
    print(f"limits for 24 readers: weights read once a step {of['weights_s']:.1f} s, arithmetic {of['arithmetic_s']:.1f} s")
    print(f"limit for weighing 200: arithmetic {of['weigh_arithmetic_s']:.1f} s")
    bars = {"naive": ">= 12", "batched": ">= 5", "expanded": ">= 2.7", "scale_96_over_24": "<= 3.3", "weigh": ">= 15"}
    for name, ratio in found["ratios"].items():
        print(f"ratio {name}: {ratio:.1f}, in eight bits {found['ratios_eight_bits'][name]:.1f} (bar: {bars[name]})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    parser.add_argument("--quick", action="store_true", help="one round, without the 96 readers")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found = main(quick=asked.quick, rounds=asked.rounds)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        told(found)
