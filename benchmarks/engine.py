"""How fast is a whole audience? The engine beside plain transformers on the same model, all in one process and alternated.

    python -m benchmarks.engine [--json] [--quick] [--rounds 3] [--llama-server FOLDER]

The model has the shape of Qwen3-0.6B and random weights: speed does not depend on what they say. The work: readers who share
250 tokens (system words and draft), with 120 of persona each and 40 of reply, sampling on. Plain ways: *naive*, a `generate` a
reader, as a pipeline calls it; *batched*, one `generate` for all, padded on the left; *expanded*, one `generate` for all after the
shared tokens were read once and their cache copied for each. *weigh*: six kinds in two orders for 200 readers, beside a pass a
reader and order. *joined*: how much longer it takes until 24 readers have spoken when 24 of another draft come after the first
step. All of it in bf16, the engine also with eight bits. Printed beside: the bytes of the weights and the arithmetic
that the work cannot do without, at the rates that this machine reached just before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from audience.language import Sampling
from benchmarks import llama_server
from benchmarks.bench import heading
from benchmarks.work import DRAFT, MENU, SAID, SYSTEM, VOCABULARY, Numbers, asked, menus, play, reader, shape
from models.backends.local import prepare
from models.chat import Chat
from models.decoding import Answer, Job, Voice, Writing
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.heap import keep
from models.worker import Ticket

READERS, MANY, WEIGHED = 24, 96, 200
ALONE, PASSES = 8, 6  # of the 24 and of the 200, so many are timed one after the other: each costs the same
BARS = {
    "naive": ">= 12", "batched": ">= 5", "expanded": ">= 2.7", "weigh": ">= 15", "first_word_share": "<= 0.1",
    "scale_96_over_24": "<= 3.3", "joined": "<= 2, its fair share", "llama_server": ">= 2.5",
}  # fmt: skip
DRAWN = {"do_sample": True, "temperature": 0.8, "top_k": 50, "top_p": 0.95}

Way = Callable[[], float | None]  # what is timed; or it times itself, and gives seconds
Tensor = Any  # torch is imported where it is used, and its types with it


class Watched(Engine):
    """Notes when the first word was chosen and the most bytes that the rows held."""

    first = math.inf
    most = 0

    def _draw(self, hidden: Tensor, voices: Sequence[Voice]) -> None:
        self.most = max(self.most, sum(slots.bytes for slots, _ in self.speaking))
        super()._draw(hidden, voices)
        self.first = min(self.first, time.perf_counter())


@dataclass
class Bench:
    """`times` are seconds of each way, a round after the other; `firsts` of a first word; `held` are bytes."""

    rounds: int
    times: dict[str, list[float]] = field(default_factory=dict)
    firsts: dict[int, list[float]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chat = Chat.of(Numbers())
        self.plain = shape()
        self.engines = {bits: self.made(bits) for bits in (16, 8)}

    def made(self, bits: int) -> Watched:
        model = shape()
        if why := unfit(model):
            raise SystemExit(why)
        return Watched(Layers.of(model, bits), self.chat, "the shape of Qwen3-0.6B", Room())

    def run(self, ways: dict[str, Way]) -> None:
        for turn in range(self.rounds):
            for name, way in ways.items():
                began = time.perf_counter()
                took = way()
                self.times.setdefault(name, []).append(time.perf_counter() - began if took is None else took)
                print(f"round {turn + 1}, {name}: {self.times[name][-1]:.2f} s", file=sys.stderr)

    def median(self, name: str) -> float:
        return statistics.median(self.times[name])

    # The engine: from nothing, so that every round reads the beginning again.

    def engine(self, bits: int) -> Watched:
        self.engines[bits].beginnings.forget()
        return self.engines[bits]

    def spoken(self, many: int, bits: int = 16) -> None:
        engine = self.engine(bits)
        engine.first, engine.most, began = math.inf, 0, time.perf_counter()
        play(engine, writing(many))
        if many == READERS:
            self.firsts.setdefault(bits, []).append(engine.first - began)
        self.held |= {"what is shared": engine.beginnings.bytes, f"{many} readers' own": engine.most}

    def joined(self, bits: int) -> float:
        """As many readers of another draft come after the first step; seconds until the first are done."""
        return asyncio.run(first_done(self.engine(bits), writing(READERS), writing(READERS, "another draft")))

    def weighed(self, bits: int = 16) -> None:
        play(self.engine(bits), [job for n in range(WEIGHED) for job in menus(n)])

    # The plain ways.

    def ids(self, many: int) -> Tensor:
        import torch

        return torch.tensor([self.chat.ids(reader(n)) for n in range(many)])

    def naive(self) -> None:
        for row in self.ids(ALONE):
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


def writing(many: int, draft: str = "draft") -> list[Job]:
    return [Writing(reader(n, draft=draft), Sampling(n, tokens=SAID)) for n in range(many)]


async def first_done(engine: Engine, first: Sequence[Job], later: Sequence[Job]) -> float:
    """Seconds until all of the first have their words. `later` come after the first step."""
    loop = asyncio.get_running_loop()
    one, other = asked(first, loop), asked(later, loop)
    coming, began, done = iter([other]), time.perf_counter(), list[float]()

    def more() -> Sequence[Ticket[Job, Answer]]:
        if not done and all(ticket.settled for ticket in one):
            done.append(time.perf_counter() - began)
        return next(coming, ())

    engine.play(one, more)
    await asyncio.gather(*(ticket.future for ticket in (*one, *other)))
    return done[0]


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


def document(bench: Bench, of: dict[str, float], beside: dict[str, Any]) -> dict[str, Any]:
    """`ratios` are those in eight bits, the fastest way there is; 16 bits stand beside."""
    return {
        "heading": heading("benchmarks.engine"), "rounds": bench.rounds, "ratios": ratios(bench, 8) | _server(beside),
        "ratios_sixteen_bits": ratios(bench, 16), "seconds": bench.times, "alone_timed": ALONE, "passes_timed": PASSES,
        "bytes": bench.held, "limits": of, "llama_server": beside,
    }  # fmt: skip


def _server(beside: dict[str, Any]) -> dict[str, float]:
    """The least of the ratios of 8-bit weights."""
    found = [ratio for name, ratio in beside.get("ratios", {}).items() if "Q8_0" in name]
    return {"llama_server": min(found)} if found else {}


def ratios(bench: Bench, bits: int) -> dict[str, float]:
    one = bench.median(named("engine 24", bits))
    found = {
        "naive": bench.median("naive") * READERS / ALONE / one,
        "batched": bench.median("batched") / one,
        "expanded": bench.median("expanded") / one,
        "weigh": bench.median("passes") * WEIGHED / PASSES / bench.median(named("weigh 200", bits)),
        "first_word_share": statistics.median(bench.firsts[bits]) / one,
    }
    if named("engine 96", bits) in bench.times:
        found["scale_96_over_24"] = bench.median(named("engine 96", bits)) / one
        found["joined"] = bench.median(named("joined by 24", bits)) / one
    return found


def named(way: str, bits: int) -> str:
    return f"{way}, eight bits" if bits == 8 else way


def main(*, quick: bool, rounds: int, programs: Path | None) -> dict[str, Any]:
    prepare()
    keep()
    bench = Bench(1 if quick else rounds)
    of = limits(bench)
    ways: dict[str, Way] = {"expanded": bench.expanded, "batched": bench.batched, "naive": bench.naive, "passes": bench.passes}
    for bits in bench.engines:
        bench.spoken(2, bits)  # the first of everything is slower
        ways[named("engine 24", bits)] = partial(bench.spoken, READERS, bits)
        ways[named("weigh 200", bits)] = partial(bench.weighed, bits)
        if not quick:
            ways[named("engine 96", bits)] = partial(bench.spoken, MANY, bits)
            ways[named("joined by 24", bits)] = partial(bench.joined, bits)
    bench.run(ways)
    beside = llama_server.document(llama_server.main(programs, bench.rounds)) if programs else {}
    return document(bench, of, beside)


def told(found: dict[str, Any]) -> None:
    print(found["heading"])
    for name, taken in found["seconds"].items():
        print(f"{name}: {statistics.median(taken):.2f} s, from {min(taken):.2f} to {max(taken):.2f}")
    of = found["limits"]
    print(f"limits for 24 readers: weights read once a step {of['weights_s']:.1f} s, arithmetic {of['arithmetic_s']:.1f} s")
    print(f"limit for weighing 200: arithmetic {of['weigh_arithmetic_s']:.1f} s")
    print(", ".join(f"{name}: {held:,} bytes" for name, held in found["bytes"].items()))
    for name, ratio in found["ratios"].items():
        beside = found["ratios_sixteen_bits"].get(name)
        print(f"ratio {name}: {ratio:.2f} in eight bits{f', {beside:.2f} in sixteen' if beside else ''} (bar: {BARS[name]})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    parser.add_argument("--quick", action="store_true", help="one round, without the 96 readers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--llama-server", type=Path, metavar="FOLDER", help="compare with it too; see benchmarks.llama_server")
    given = parser.parse_args()
    found = main(quick=given.quick, rounds=given.rounds, programs=given.llama_server)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        told(found)
