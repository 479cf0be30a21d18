"""How much memory a model takes, beside what was planned before it was loaded.

    python -m benchmarks.memory

Each model is loaded in a process of its own and made to hold all it may: as many rows that speak as there is room for, and
beginnings of so many drafts that some are let go. *measured* is the most the process held while it played; its files are mapped
only while it loads, and their pages are the system's to take back. Reads the cache folder that `soundingboard models get
smollm2` fills, and makes a model of random weights in the shape of Qwen3-0.6B: memory does not depend on what weights say.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it brings no types

from audience.draft import Draft
from audience.errors import Failed, Refused
from audience.language import Sampling
from audience.library import Library
from audience.panel import Panel
from benchmarks.bench import heading
from benchmarks.local_smollm2 import DRAFT, MENU
from benchmarks.work import shape
from bot.benching import watched
from bot.room import BUILT_IN
from bot.settings import Settings
from models.backends.local import Loading, Local, opened
from models.hub import find
from models.memory import planned
from models.shelf import Shelf
from models.weights import Place

SPEAK, DRAFTS, TOKENS = 56, 24, 24  # rows that ask to speak, drafts that are read, tokens of a reply
GB = 1e9


def shaped(folder: Path, tokenizer: Path) -> Path:
    """Random weights in the shape of Qwen3-0.6B, with the tokenizer of a smaller model."""
    shape().save_pretrained(folder)
    for file in tokenizer.iterdir():
        if file.name.startswith(("tokenizer", "chat")):
            shutil.copy(file, folder)
    return folder


async def filled(model: Local) -> None:
    words = Library.read(BUILT_IN)
    seats = Panel.of(sorted(words.personas)).seated(SPEAK, 1)
    people = [(words.persona(seat.persona), words.script.moment(seat.number), seat.seed) for seat in seats]
    platform = words.platform("linkedin")
    for number in range(DRAFTS):
        scene = words.script.scene(Draft.clean(f"Number {number}. {DRAFT.text} {DRAFT.text}"), platform)
        await model.weigh(scene.ask(*people[0][:2], MENU), MENU)
    scene = words.script.scene(DRAFT, platform)
    asked = [(scene.reply(persona, moment, "asks"), Sampling(seed, tokens=TOKENS)) for persona, moment, seed in people]
    await asyncio.gather(*(model.write(*one) for one in asked), return_exceptions=True)


async def measure(name: str, path: Path, bits: int) -> None:
    plan = planned(Place(name, path), bits)
    async with opened(Loading(Place(name, path), bits=bits)) as model:
        loaded = psutil.Process().memory_info().rss
        async with watched() as memory:
            await filled(model)
    print(
        f"{name}, {bits} bits: planned {plan.bytes / GB:.2f} GB (program {plan.program / GB:.2f}, weights {plan.weights / GB:.2f}, "
        f"rows {plan.rows / GB:.2f}, beginnings {plan.kept / GB:.2f}, a step {plan.step / GB:.2f}); measured {loaded / GB:.2f} loaded, "
        f"{memory.most / GB:.2f} at most; planned over measured {plan.bytes / memory.most:.2f} (bar: 1 to 1.15)"
    )


def main() -> None:
    settings = Settings.read(os.environ, Path(".env"))
    small = find("smollm2", Shelf(settings.cache, settings.hub)).path
    print(heading("benchmarks.memory"), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        middle = shaped(Path(folder) / "shape", small)
        for name, path in (("SmolLM2-135M", small), ("the shape of Qwen3-0.6B", middle)):
            for bits in ("16", "8"):
                subprocess.run([sys.executable, "-m", "benchmarks.memory", name, str(path), bits], check=True)


if __name__ == "__main__":
    try:
        if len(sys.argv) == 4:
            asyncio.run(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
        else:
            main()
    except (Failed, Refused) as reason:
        sys.exit(str(reason))
