"""How long does a writer wait? Whole commands, as a person runs them, and the memory they take.

    python -m benchmarks.first_minute

Prints medians of five runs (three where a run is cold): `--help`; a first rehearsal of 48 seats with an empty cache; the same
with the cache filled; 200 seats as a command, and inside a process that is warm; the peak memory of a rehearsal; and whether
torch was imported where no local model ran. Cold means an empty cache folder of ours; the file cache of the machine is warm.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from audience.draft import Draft
from benchmarks.bench import hall, heading

SAMPLE = Path("samples/moved-button.md")
REHEARSE = (sys.executable, "-m", "bot", "rehearse", str(SAMPLE), "--quiet")
TORCH = "import sys; from bot.__main__ import run; code = run(sys.argv[1:]); sys.exit(code or ('torch' in sys.modules) * 99)"


def main() -> None:
    print(heading("benchmarks.first_minute"))
    _told("soundingboard --help", [_seconds((sys.executable, "-m", "bot", "--help"), _home(Path())) for _ in range(5)], 0.5)
    with TemporaryDirectory() as folder:
        cold = [_seconds(REHEARSE, _home(Path(folder, str(n)))) for n in range(3)]
        _told("first rehearsal, 48 seats, empty cache", cold, 15)
        warm = _home(Path(folder, "0"))
        _told("rehearsal, 48 seats, cache filled", [_seconds(REHEARSE, warm) for _ in range(5)], None)
        _told(
            "rehearsal, 200 seats, cache filled, as a command",
            [_seconds((*REHEARSE, "--seats", "200"), warm) for _ in range(5)],
            None,
        )
        _told(
            "rehearsal, 200 seats, warm process",
            asyncio.run(_warm(SAMPLE.read_text(encoding="utf-8"), Path(folder, "0", "cache"))),
            1.5,
        )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        print(f"peak memory of the largest of these commands: {peak:.2f} GiB (bar: 1)")
        quiet = subprocess.run((sys.executable, "-c", TORCH, *REHEARSE[3:]), env=warm, check=False, capture_output=True)
        print(f"torch imported by a rehearsal with the understudy: {'yes' if quiet.returncode == 99 else 'no'} (bar: no)")


def _home(folder: Path) -> dict[str, str]:
    """An environment in which everything of ours is kept below one folder."""
    ours = {
        "SOUNDINGBOARD_DATABASE": "kept.db",
        "SOUNDINGBOARD_CACHE": "cache",
        "SOUNDINGBOARD_WORDS": "words",
        "HF_HUB_CACHE": "hub",
    }
    return {**os.environ, "SOUNDINGBOARD_OFFLINE": "on", **{name: str(folder / path) for name, path in ours.items()}}


def _seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


async def _warm(text: str, cache: Path) -> list[float]:
    draft, taken = Draft.clean(text), []
    async with hall("understudy:", cache) as room:
        await room.play(draft)
        for seed in range(2, 7):
            started = time.perf_counter()
            await room.play(Draft.clean(f"{draft.text} {seed}"), seats=200, seed=seed)  # a draft it has not read yet
            taken.append(time.perf_counter() - started)
    return taken


def _told(what: str, seconds: Sequence[float], bar: float | None) -> None:
    within = "" if bar is None else f" (bar: {bar})"
    print(f"{what}: {statistics.median(seconds):.2f} s{within}, from {min(seconds):.2f} to {max(seconds):.2f}")


if __name__ == "__main__":
    main()
