"""teach_voice(): from a file of real replies to the voice and its judge, the one command behind `soundingboard models teach`.

It goes on where it was stopped, and says how long it will take. Needs torch.
"""

from __future__ import annotations

import hashlib
import random
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from models.backends.local import prepare, unpacked
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice.adapter import JUDGE, VOICE, about, fingerprint, mark, marked, merge, write
from models.voice.judging import RECIPE, Schooling, teach_judge
from models.voice.pairs import (
    MARKED,
    WRITTEN,
    Pair,
    Row,
    lessons,
    read_marked,
    read_pairs,
    read_written,
    spoken_for,
    worth_learning,
)
from models.voice.samples import samples
from models.voice.training import Recipe, teach
from models.weights import Place, check

Tell = Callable[[str], None]
VOICE_RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class Course:
    """How the two are taught: the judge on `judged` pairs, under `made` of which, and under all that were written, the voice says
    something first.
    """

    voice: Recipe = VOICE_RECIPE
    judge: Recipe = RECIPE
    judged: int = 4_000
    made: int = 4_000
    written: Path = WRITTEN
    marked: Path = MARKED


def teach_voice(pairs: Path, into: Path, most: int, shelf: Shelf, tell: Tell, course: Course | None = None) -> str:
    """Teach the voice on the first `most` training pairs of an order by lot, then its judge; write both into a folder. Returns their
    mark. Raises Refused, Failed.
    """
    course, place = course or Course(), find(PACKAGED, shelf)
    check(place)
    prepare()
    given = read_pairs(pairs, "train")
    into.mkdir(parents=True, exist_ok=True)
    shelf.cache.mkdir(parents=True, exist_ok=True)
    ours = read_written(course.written)
    _voice(given, ours, into / VOICE, most, place, shelf.cache, tell, course.voice)
    some = _by_lot(worth_learning(given), course)
    made = _made([*some[: course.made], *ours], ours, into / VOICE, place, shelf.cache, tell, course)
    kept = shelf.cache / f"judge-{about(into / VOICE)['mark']}.part.safetensors"
    teach_judge(Schooling(some, made, list(ours), read_marked(course.marked)), into / JUDGE, kept, tell, course.judge)
    return mark(into)


def _voice(
    given: Sequence[Pair],
    ours: Mapping[Pair, str],
    into: Path,
    most: int,
    place: Place,
    cache: Path,
    tell: Tell,
    recipe: Recipe,
) -> None:
    model, tokenizer = unpacked(place, "bfloat16")
    base, end = fingerprint(model), model.generation_config.eos_token_id
    rows, late = lessons(given, tokenizer, end), spoken_for(ours, tokenizer, end)
    tell(
        f"{len(given):,} pairs, {len(rows):,} of them short enough; taught on {min(most, len(rows)):,}, and {len(late):,} of ours"
    )
    told = {"pairs": min(most, len(rows)), "written": len(late), "lessons": _marked(rows, late, most, recipe)}
    if into.exists() and about(into).get("lessons") == told["lessons"]:
        tell(f"{into} was taught just that; it stays")
        return
    taught = teach(model.to(_device()), rows, most, recipe, cache / "voice.part.safetensors", tell, late=late)
    told |= {"rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve}
    write(into, taught.changes, {"base": base, "mark": marked(taught.changes), **told})


def _marked(rows: Sequence[Row], late: Sequence[Row], most: int, recipe: Recipe) -> str:
    """A mark that is another one whenever anything is learned otherwise."""
    told = hashlib.sha256(repr((recipe, most, len(rows))).encode())
    for row in (*rows, *late):
        told.update(array("I", (*row.prompt, *row.reply)).tobytes())
    return told.hexdigest()[:8]


def _made(
    some: Sequence[Pair], who: Mapping[Pair, str], voice: Path, place: Place, cache: Path, tell: Tell, course: Course
) -> dict[Pair, str]:
    """What the voice says under these, kept for the next run by the voice's mark."""
    model, tokenizer = unpacked(place, "bfloat16")
    merge(model, voice)
    kept = cache / f"samples-{about(voice)['mark']}.json"
    return samples(model.to(_device()).eval(), tokenizer, some, kept, course.judge.seed, tell, who)


def _by_lot(pairs: Sequence[Pair], course: Course) -> list[Pair]:
    return random.Random(course.judge.seed).sample(list(pairs), min(course.judged, len(pairs)))


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
