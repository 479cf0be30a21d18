"""What the engine's time goes into: the two works that miss their bars, taken apart by operation.

    python -m benchmarks.profile [--most N]

Weighing, 50 readers in both orders, the shape of Qwen3-0.6B; and eight readers who speak, SmolLM2-135M, where `soundingboard models get
smollm2` has been run. Both in eight bits, once unwatched and once by torch's profiler, which slows small operations: its shares are
told, and the seconds of the first. *calls* tells which work is many operations and which is large ones.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audience.errors import Refused
from audience.language import Sampling
from benchmarks.bench import heading
from benchmarks.llama_server import smollm2
from benchmarks.work import SAID, Numbers, menus, play, reader, shape
from models.backends.local import prepare
from models.chat import Chat
from models.decoding import Job, Writing
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.heap import keep

WEIGHED, SPEAKING = 50, 8
GROUPS = {
    "products of weights": ("onednn::qlinear_pointwise", "aten::mm", "aten::addmm"),
    "attention: products": ("aten::bmm", "aten::baddbmm"),
    "attention: softmax": ("aten::_softmax",),
    "copies": ("aten::copy_", "aten::cat", "aten::clone", "aten::index_put_", "aten::_index_put_impl_"),
}


@dataclass(frozen=True, slots=True)
class Share:
    name: str
    seconds: float
    calls: int


def profiled(work: Callable[[], object]) -> list[Share]:
    """Seconds of each operation itself, the longest first."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU]) as watched:
        work()
    found = (Share(event.key, event.self_cpu_time_total / 1e6, event.count) for event in watched.key_averages())
    return sorted(found, key=lambda share: -share.seconds)


def grouped(shares: Iterable[Share]) -> list[Share]:
    of = {name: group for group, names in GROUPS.items() for name in names}
    found: dict[str, Share] = {}
    for share in shares:
        group = of.get(share.name, "all else: norms, turned positions, rounding, scales, drawing")
        before = found.get(group, Share(group, 0.0, 0))
        found[group] = Share(group, before.seconds + share.seconds, before.calls + share.calls)
    return sorted(found.values(), key=lambda share: -share.seconds)


def told(name: str, engine: Engine, jobs: Sequence[Job], most: int) -> None:
    def work() -> None:
        engine.beginnings.forget()
        play(engine, jobs)

    work()  # the first of everything is slower
    began = time.perf_counter()
    work()
    took, shares = time.perf_counter() - began, profiled(work)
    whole = sum(share.seconds for share in shares)
    print(f"{name}: {took:.2f} s")
    for share in (*grouped(shares), *shares[:most]):
        print(f"  {share.seconds / whole:6.1%}  {share.calls:8,} calls  {share.name}")


def main(most: int) -> None:
    prepare()
    keep()
    print(heading("benchmarks.profile"))
    weighing = [job for n in range(WEIGHED) for job in menus(n)]
    told(f"weigh {WEIGHED} readers in both orders, the shape of Qwen3-0.6B", _engine(shape()), weighing, most)
    try:
        model, _ = smollm2()
    except Refused as complaint:
        print(complaint)
        return
    speaking = [Writing(reader(n), Sampling(n, tokens=SAID)) for n in range(SPEAKING)]
    told(f"{SPEAKING} readers speak, SmolLM2-135M", _engine(model), speaking, most)


def _engine(model: Any) -> Engine:
    return Engine(Layers.of(model, 8), Chat.of(Numbers()), "the model", Room())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=12, metavar="N", help="operations to name, beside the groups")
    main(parser.parse_args().most)
