"""teach_voice(): from a file of real replies to the voice and its judge, the one command behind `soundingboard models teach`: what replies
sound like, which of its own were liked better, and how to tell.

It says how long it will take. Where it was stopped in what replies sound like, the longest part, it goes on; what comes after is begun
anew, and what is done is not done again. Needs torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from models.backends.local import prepare, unpacked
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice import judging
from models.voice.adapter import VOICE, about, fingerprint, marked, write
from models.voice.knowing import KNOWING, know
from models.voice.pacing import Choice, choices
from models.voice.pairs import WRITTEN, Tell, read_lessons, read_pairs, read_written, spoken_for
from models.voice.preferring import LIKING, first_voice, prefer
from models.voice.training import Lessons, Recipe, changes, parameters, restored, teach
from models.weights import Place, check

RECIPE = Recipe()


@dataclass(frozen=True, slots=True)
class Own:
    """What is taught beside real replies: those that were written for the voice, and its own that were marked."""

    written: Path = WRITTEN
    marked: Path = judging.MARKED


def teach_voice(
    pairs: Path, into: Path, most: int, shelf: Shelf, tell: Tell, recipe: Recipe = RECIPE, own: Own | None = None
) -> str:
    """Teach the voice on the first `most` training pairs of an order by lot and on what was written for it, then its judge; write
    both into a folder. What was taught just so is left as it is. Returns the mark of both. Raises Refused, Failed.
    """
    own, place = own or Own(), find(PACKAGED, shelf)
    check(place)
    prepare()
    into.mkdir(parents=True, exist_ok=True)
    shelf.cache.mkdir(parents=True, exist_ok=True)
    model, tokenizer = unpacked(place, "bfloat16")
    end = model.generation_config.eos_token_id
    ours = read_written(own.written)
    lessons = Lessons(read_lessons(read_pairs(pairs, "train"), tokenizer, end), most, spoken_for(ours, tokenizer, end))
    taught = min(most, len(lessons.rows))
    given = judging.read_marked(own.marked)
    likings = choices(first_voice(given), tokenizer, end)  # before the hours that come first, should there be none
    tell(f"{len(lessons.rows):,} pairs short enough; taught on {taught:,}, and {len(ours):,} replies of ours")
    words = shelf.cache / "voice.words.safetensors"
    _words(model, lessons, words, shelf.cache / "voice.part.safetensors", tell, recipe)
    liked = shelf.cache / "voice.liked.safetensors"
    _likes(place, words, liked, likings, tell)
    _knows(place, liked, into, given, tell)
    return str(judging.about(into / judging.JUDGE)["mark"])


def _words(model: torch.nn.Module, lessons: Lessons, path: Path, kept: Path, tell: Tell, recipe: Recipe) -> None:
    wanted = _mark((recipe, lessons.most), *lessons.rows, *lessons.late)
    if path.exists() and about(path).get("lessons") == wanted:
        tell(f"{path} was taught just that; it stays")
        return
    base = fingerprint(model)
    taught = teach(model.to(_device()), lessons, recipe, kept, tell)
    told = {
        "pairs": min(lessons.most or len(lessons.rows), len(lessons.rows)),
        "written": sum(late.replies for late in lessons.late),
    }
    how = {"rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve, "lessons": wanted}
    write(path, taught.changes, {**told, **how, "base": base, "mark": marked(taught.changes)})


def _likes(place: Place, words: Path, path: Path, found: Sequence[Choice], tell: Tell) -> None:
    """What was marked of its own."""
    before = about(words)
    wanted = _mark(before["mark"], LIKING, *found)
    if path.exists() and about(path).get("lessons") == wanted:
        tell(f"{path} was taught just that; it stays")
        return
    model, _ = unpacked(place, "bfloat16")
    taught = restored(model.to(_device()), words)
    tell(f"{len(found):,} prompts to which some replies were marked better than others")
    prefer(model, parameters(taught), found, tell)
    learned = changes(taught)
    write(path, learned, {**before, "liked": len(found), "lessons": wanted, "mark": marked(learned)})


def _knows(place: Place, liked: Path, into: Path, given: Sequence[judging.Marked], tell: Tell) -> None:
    """What the voice knows of sense is read off the words that were marked, and then learned to be read better."""
    voice, judge = into / VOICE, into / judging.JUDGE
    wanted = _mark(about(liked)["mark"], KNOWING, judging.DEPTH, judging.RIDGE, *given)
    if all(path.exists() and read(path).get("lessons") == wanted for path, read in ((voice, about), (judge, judging.about))):
        tell(f"{voice} and {judge} were taught just that; they stay")
        return
    model, tokenizer = unpacked(place, "bfloat16")
    taught, many = restored(model.to(_device()), liked), sum(len(one.said) for one in given)
    tell(f"{many:,} replies that were marked")
    probe = judging.learn(model, tokenizer, given, tell)
    found = choices(given, tokenizer, model.generation_config.eos_token_id)
    know(model, parameters(taught), found, probe, tell)
    learned = changes(taught)
    mark = marked(learned)
    write(voice, learned, {**about(liked), "lessons": wanted, "mark": mark})
    judging.write(judge, probe, {"voice": mark, "marked": many, "lessons": wanted})


def _mark(*given: object) -> str:
    """A mark that is another one whenever anything is learned otherwise."""
    told = hashlib.sha256()
    for one in given:
        told.update(repr(one).encode())
    return told.hexdigest()[:8]


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
