"""teach_voice(): from a file of real replies to the voice, the one command behind `soundingboard models teach`.

It goes on where it was stopped, and says how long it will take. Needs torch.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from models.backends.local import prepare, unpacked
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice.adapter import VOICE, about, fingerprint, marked, write
from models.voice.pairs import WRITTEN, read_lessons, read_pairs, read_written, spoken_for
from models.voice.training import Lessons, Recipe, Tell, teach
from models.weights import check

RECIPE = Recipe()


def teach_voice(
    pairs: Path, into: Path, most: int, shelf: Shelf, tell: Tell, recipe: Recipe = RECIPE, written: Path = WRITTEN
) -> str:
    """Teach the voice on the first `most` training pairs of an order by lot and on what was written for it; write it into a folder.
    What was taught just so is left as it is. Returns its mark. Raises Refused, Failed.
    """
    place, path = find(PACKAGED, shelf), into / VOICE
    check(place)
    prepare()
    into.mkdir(parents=True, exist_ok=True)
    shelf.cache.mkdir(parents=True, exist_ok=True)
    given, ours = read_pairs(pairs, "train"), read_written(written)
    model, tokenizer = unpacked(place, "bfloat16")
    base, end = fingerprint(model), model.generation_config.eos_token_id
    lessons = Lessons(read_lessons(given, tokenizer, end), most, spoken_for(ours, tokenizer, end))
    told = {"pairs": min(most, len(lessons.rows)), "written": len(ours), "lessons": _marked(lessons, recipe)}
    tell(f"{len(given):,} pairs, {len(lessons.rows):,} short enough; taught on {told['pairs']:,}, and {len(ours):,} of ours")
    if path.exists() and about(path).get("lessons") == told["lessons"]:
        tell(f"{path} was taught just that; it stays")
    else:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        taught = teach(model.to(device), lessons, recipe, shelf.cache / "voice.part.safetensors", tell)
        how = {"rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve}
        write(path, taught.changes, {**told, **how, "base": base, "mark": marked(taught.changes)})
    return str(about(path)["mark"])


def _marked(lessons: Lessons, recipe: Recipe) -> str:
    """A mark that is another one whenever anything is learned otherwise."""
    told = hashlib.sha256(repr((recipe, lessons.most)).encode())
    for row in (*lessons.rows, *lessons.late):
        told.update(repr(row).encode())
    return told.hexdigest()[:8]
