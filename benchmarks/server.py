"""The same weights by a llama-server and by this program: how far their answers lie apart, and how many readers a second.

    python -m benchmarks.server FOLDER [--json] [--seats 48]

FOLDER holds `llama-server`, built natively from the source in the sdist of llama-cpp-python 0.3.36. It serves the very file that
`soundingboard models get smollm2` fetched, four bits; `local:smollm2` plays what was unpacked from it, so the weights are the same
and the arithmetic is not. Twelve readers are asked the same menus about two drafts, in both orders; printed is the total variation between
the two answers (0 the same, 1 nothing in common). Then each plays the same rehearsal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from audience.draft import Draft
from audience.language import Option, Prompt
from audience.library import Library
from audience.reaction import KINDS
from benchmarks.bench import Hall, hall, heading
from bot.room import BUILT_IN
from bot.settings import Settings
from models.packaged import FETCHABLE

PORT = 18432
SLOTS = 8
READERS = 12  # who are asked the same by both
SERVED, LOCAL = f"server:http://127.0.0.1:{PORT}#smollm2", "local:smollm2"
SAMPLES = ("moved-button.md", "launch.md")
LABELS = "ABCDEF"


@contextmanager
def serving(program: Path, model: Path) -> Iterator[None]:
    """The backend itself waits until it has loaded."""
    asked = [str(program), "-m", str(model), "--host", "127.0.0.1", "--port", str(PORT), "-t", "2", "-tb", "2"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*asked, "-np", str(SLOTS), "-c", "16384"], stdout=quiet, stderr=quiet) as run:
        try:
            time.sleep(2)  # until it listens
            yield
        finally:
            run.terminate()


def questions() -> list[tuple[Prompt, tuple[Option, ...]]]:
    words = Library.read(BUILT_IN)
    asked = []
    for name in SAMPLES:
        draft = Draft.clean((BUILT_IN.parent / "samples" / name).read_text(encoding="utf-8"))
        scene = words.script.scene(draft, words.platform("linkedin"))
        for n, persona in enumerate(list(words.seated(words.panel("general")).values())[:READERS]):
            for kinds in (KINDS, KINDS[::-1]):
                menu = tuple(Option(label, kind.key, kind.told) for label, kind in zip(LABELS, kinds, strict=True))
                asked.append((scene.ask(persona, words.script.moment(n), menu), menu))
    return asked


async def answers(hall: Hall, asked: Sequence[tuple[Prompt, tuple[Option, ...]]]) -> list[tuple[float, ...]]:
    return await asyncio.gather(*(hall.model.weigh(prompt, menu) for prompt, menu in asked))


async def measured(name: str, cache: Path, seats: int) -> tuple[list[tuple[float, ...]], dict[str, Any]]:
    """The answers to all questions; the model's own line, and readers a second of a rehearsal."""
    draft = Draft.clean((BUILT_IN.parent / "samples" / SAMPLES[0]).read_text(encoding="utf-8"))
    async with hall(name, cache) as opened:
        found = await answers(opened, questions())
        began = time.perf_counter()
        report = await opened.play(draft, seats=seats)
        seconds = time.perf_counter() - began
    failed = sum(reaction.failed is not None for reaction in report.reactions)
    return found, {"model": opened.model.name, "remark": opened.model.remark, "per_second": seats / seconds, "failed": failed}


def apart(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2


def main(programs: Path, seats: int) -> dict[str, Any]:
    cache = Settings.read(os.environ, Path(".env")).cache
    with serving(programs / "llama-server", cache / FETCHABLE["smollm2"].file):
        served, served_told = asyncio.run(measured(SERVED, cache, seats))
    local, local_told = asyncio.run(measured(LOCAL, cache, seats))
    between = [apart(one, other) for one, other in zip(served, local, strict=True)]
    return {
        "heading": heading("benchmarks.server"), "questions": len(between), "apart_median": statistics.median(between),
        "apart_most": max(between), "seats": seats, "server": served_told, "local": local_told,
    }  # fmt: skip


def told(found: dict[str, Any]) -> None:
    print(found["heading"])
    print(
        f"total variation over {found['questions']} menus: median {found['apart_median']:.3f}, most {found['apart_most']:.3f}"
    )
    for who in ("server", "local"):
        each = found[who]
        print(f"{each['model']}: {each['per_second']:.2f} readers a second, {found['seats']} seats, {each['failed']} failed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    parser.add_argument("--seats", type=int, default=48)
    asked = parser.parse_args()
    found = main(asked.programs, asked.seats)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        told(found)
