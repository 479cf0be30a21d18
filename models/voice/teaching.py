"""teach_voice(): from a file of real replies to the adapter, the one command behind `soundingboard models teach`.

It goes on where it was stopped, and says how long it will take. Needs torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from models.backends.local import prepare, unpacked
from models.heap import keep
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice.adapter import fingerprint, write
from models.voice.control import TAKES_UP
from models.voice.pairs import lessons, read_pairs
from models.voice.training import Recipe, teach
from models.weights import check


def teach_voice(
    pairs: Path, into: Path, most: int, shelf: Shelf, tell: Callable[[str], None], recipe: Recipe | None = None
) -> str:
    """Teach on the first `most` training pairs of an order by lot and write the adapter. Returns its mark. Raises Refused, Failed."""
    recipe, place = recipe or Recipe(), find(PACKAGED, shelf)
    check(place)
    prepare()
    keep()
    given = read_pairs(pairs, "train")
    model, tokenizer = unpacked(place, "bfloat16")
    base, end = fingerprint(model), model.generation_config.eos_token_id
    rows = lessons(given, tokenizer, end)
    tell(f"{len(given):,} pairs, {len(rows):,} of them short enough; taught on {min(most, len(rows)):,}")
    shelf.cache.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    changes = teach(model.to(device), rows, most, recipe, shelf.cache / "voice.part.safetensors", tell)
    mark = _mark(changes)
    told = {"base": base, "mark": mark, "pairs": min(most, len(rows)), "rank": recipe.rank, "seed": recipe.seed}
    write(into, changes, {**told, "follows": [TAKES_UP]})
    return mark


def _mark(changes: Mapping[str, Any]) -> str:
    told = hashlib.sha256()
    for name in sorted(changes):
        told.update(changes[name].detach().float().cpu().numpy().tobytes())
    return told.hexdigest()[:8]
