"""teach_voice(): from a file of real replies to the voice, the one command behind `soundingboard models teach`.

It goes on where it was stopped, and says how long it will take. Needs torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.backends.local import prepare, unpacked
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice import preferring
from models.voice.adapter import VOICE, about, changes, fingerprint, marked, merge, write
from models.voice.pairs import MARKED, WRITTEN, Pair, read_marked, read_pairs, read_written, spoken_for
from models.voice.pairs import lessons as read_lessons
from models.voice.training import Lessons, Recipe, teach
from models.weights import Place, check

Tell = Callable[[str], None]
VOICE_RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class Course:
    """How the voice is taught, and on what of ours beside the real replies."""

    voice: Recipe = VOICE_RECIPE
    preferring: Recipe = preferring.RECIPE
    written: Path = WRITTEN
    marked: Path = MARKED


def teach_voice(pairs: Path, into: Path, most: int, shelf: Shelf, tell: Tell, course: Course | None = None) -> str:
    """Teach the voice on the first `most` training pairs of an order by lot and on what was written for it, then on marks of its own
    words; write it into a folder. Returns its mark. Raises Refused, Failed.
    """
    place = find(PACKAGED, shelf)
    check(place)
    prepare()
    into.mkdir(parents=True, exist_ok=True)
    shelf.cache.mkdir(parents=True, exist_ok=True)
    school = _School(place, shelf.cache, tell, course or Course())
    school.prefer(school.speak(read_pairs(pairs, "train"), most), into / VOICE)
    return str(about(into / VOICE)["mark"])


@dataclass(frozen=True, slots=True)
class _School:
    """The parts of the teaching. What each has taught lies in the cache, and serves again where nothing would be taught otherwise."""

    place: Place
    cache: Path
    tell: Tell
    course: Course

    def speak(self, given: Sequence[Pair], most: int) -> Path:
        ours = read_written(self.course.written)
        model, tokenizer = unpacked(self.place, "bfloat16")
        end, recipe, into = model.generation_config.eos_token_id, self.course.voice, self.cache / VOICE
        lessons = Lessons(read_lessons(given, tokenizer, end), most, spoken_for(ours, tokenizer, end))
        told = {"pairs": min(most, len(lessons.rows)), "written": len(ours)}
        self.tell(
            f"{len(given):,} pairs, {len(lessons.rows):,} of them short enough; taught on {told['pairs']:,}, and {len(ours):,} of ours"
        )
        kept = self.cache / "voice.part.safetensors"
        self._taught(
            into, model, lessons, recipe, kept, told | {"lessons": _marked(recipe, most, *lessons.rows, *lessons.late)}
        )
        return into

    def prefer(self, before: Path, into: Path) -> None:
        model, tokenizer = unpacked(self.place, "bfloat16")
        end, recipe = model.generation_config.eos_token_id, self.course.preferring
        choices = preferring.choices(read_marked(self.course.marked), tokenizer, end)
        told = {**about(before), "marked": sum(map(len, (one.marks for one in choices)))}
        told["lessons"] = _marked(recipe, told["mark"], *choices)
        if _same(into, told["lessons"]):
            self.tell(f"{into} was taught just that; it stays")
            return
        known, _ = unpacked(self.place, "bfloat16")
        merge(known, before)
        rows = preferring.known(known.to(_device()).eval(), choices, _device())
        lessons = Lessons(rows, late=rows, lose=preferring.loss, start=changes(before))
        kept = self.cache / f"preferring-{told['mark']}.part.safetensors"
        self._taught(into, model, lessons, recipe, kept, told)

    def _taught(self, into: Path, model: Any, lessons: Lessons, recipe: Recipe, kept: Path, told: Mapping[str, object]) -> None:
        if _same(into, str(told["lessons"])):
            self.tell(f"{into} was taught just that; it stays")
            return
        base = fingerprint(model)
        taught = teach(model.to(_device()), lessons, recipe, kept, self.tell)
        how = {"rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve}
        write(into, taught.changes, {**told, **how, "base": base, "mark": marked(taught.changes)})


def _same(taught: Path, lessons: str) -> bool:
    return taught.exists() and about(taught).get("lessons") == lessons


def _marked(*given: object) -> str:
    """A mark that is another one whenever anything is learned otherwise."""
    told = hashlib.sha256()
    for one in given:
        told.update(repr(one).encode())
    return told.hexdigest()[:8]


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
