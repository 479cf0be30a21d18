"""What every benchmark shares: the machine and the command beside the figures, and a rehearsal played in this process."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from audience.draft import Draft
from audience.language import LanguageModel
from audience.library import Library
from audience.rehearsal import AUDIENCE, REPLIES, Reader, Rehearsal
from audience.report import Report
from bot import room
from bot.room import BUILT_IN
from models import Embedder, open_embedder, open_model
from models.shelf import Shelf


def heading(module: str) -> str:
    """The machine, the date and the command, to stand above the figures."""
    model = next((row.split(":")[1].strip() for row in _cpuinfo() if row.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {model}, {memory:.0f} GiB, Python {platform.python_version()}\n"
        f"python -m {module} {' '.join(sys.argv[1:])}".rstrip()
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@dataclass(frozen=True, slots=True)
class Hall:
    """A model with everything a rehearsal needs beside it."""

    words: Library
    model: LanguageModel
    likeness: Embedder

    async def play(
        self, draft: Draft, *, panel: str = "general", platform: str = "linkedin", seats: int = 48,
        audience: int = AUDIENCE, replies: int = REPLIES, seed: int = 1,
    ) -> Report:  # fmt: skip
        """One rehearsal from start to end, kept nowhere."""
        sitting, place = self.words.panel(panel), self.words.platform(platform)
        seated = self.words.seated(sitting)
        rehearsal = Rehearsal(
            "bench", datetime(2026, 1, 1, tzinfo=UTC), draft, sitting, tuple(Reader(p.key, p.name, p.bio) for p in seated.values()),
            place, self.model.name, self.model.remark, self.model.out_of_depth(draft), self.words.fingerprint(sitting, place),
            sitting.seated(seats, seed), audience, replies, 1, seed,
        )  # fmt: skip
        return Report.of(rehearsal, await room.Hall(self.words, self.model, self.likeness).play(rehearsal), {})


@asynccontextmanager
async def hall(model: str, cache: Path | None = None) -> AsyncIterator[Hall]:
    """Open a model in a cache of its own, or in the one given."""
    with TemporaryDirectory() as folder:
        shelf = Shelf(cache or Path(folder), Path(folder))
        async with open_embedder(shelf) as likeness, open_model(model, shelf, likeness) as opened:
            yield Hall(Library.read(BUILT_IN), opened, likeness)
