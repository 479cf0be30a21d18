"""Pace: how fast a model played on this machine, as `soundingboard models bench` measured it; kept in one file of the cache.

Knows names, numbers and a file; no model, no prompt and no clock.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from audience.language import Failed

FILE = "pace.json"
PANEL, REPLIES, WORST = 48, 12, 3  # readers, replies and worst readings of a rehearsal for which nothing else is asked
PATIENCE = 300.0  # seconds that such a rehearsal may take with a model that nobody named


@dataclass(frozen=True, slots=True)
class Pace:
    """`model` is the name with the mark of its files. Readers weighed and replies written a second, seconds to load, the most
    bytes the program held meanwhile, the date, and what the model said of itself.
    """

    model: str
    weighed: float
    replies: float
    loading: float
    bytes: int
    date: str
    remark: str

    def __post_init__(self) -> None:
        if not (self.weighed > 0 and self.replies > 0 and self.loading >= 0 and self.bytes > 0):
            raise ValueError(f"a pace out of range: {self}")

    @property
    def opens(self) -> str:
        """The name that opens the model, without the mark."""
        return self.model.rpartition(" ")[0]

    @property
    def rehearsal(self) -> float:
        """Seconds of a rehearsal for which nothing else is asked, the loading aside."""
        return PANEL / self.weighed + (REPLIES + WORST) / self.replies

    def within(self, seconds: float) -> tuple[int, int]:
        """How many readers are weighed in that time, and replies written: a reply for every fourth, as in such a rehearsal."""
        share = REPLIES / PANEL
        readers = int(seconds / (1 / self.weighed + share / self.replies))
        return readers, int(readers * share)


def machine() -> str:
    """What a pace holds for: the processor and how many cores of it there are."""
    return f"{os.cpu_count()} cores of {_processor()}"


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def paces(cache: Path, here: str = "") -> dict[str, Pace]:
    """What was measured on this machine, by the name that opens the model. A file that cannot be read holds nothing."""
    rows = _read(cache / FILE).get(here or machine(), {})
    found = {}
    for row in rows.values() if isinstance(rows, Mapping) else ():
        with suppress(TypeError, ValueError):
            pace = Pace(**row)
            found[pace.opens] = pace
    return found


def keep(cache: Path, pace: Pace, here: str = "") -> None:
    """The newest pace of a model takes the place of the one before. Whole or not at all. Raises Failed."""
    kept = _read(cache / FILE)
    rows = kept.get(here or machine(), {})
    kept[here or machine()] = {**(rows if isinstance(rows, Mapping) else {}), pace.opens: asdict(pace)}
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=cache, prefix=".pace-", delete=False, encoding="utf-8") as part:
            json.dump(kept, part, indent=1)
        Path(part.name).replace(cache / FILE)
    except OSError as error:
        raise Failed(f"{cache / FILE} cannot be written ({error.strerror}); set another cache folder.") from None


def _read(file: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
