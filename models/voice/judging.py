"""teach_judge(): a judge of sense from real replies and from the voice's own. Of three under a post it learns to find the real one:
beside it stand what the voice made up, and replies to other posts, of which every other one is about the same thing.

The loss is the softmax over what stands together (Gao et al. 2021, arXiv 2101.08751). Needs torch.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.embedding import packaged
from models.voice.adapter import fingerprint, marked, write
from models.voice.control import WORD
from models.voice.judge import Pairing, untaught
from models.voice.pairs import Marked, Pair
from models.voice.training import Lessons, Recipe, Study, teach

RECIPE = Recipe(rank=32, rate=7e-4, tokens=6_000, warm=100, ending=0.3, again=2)
LAYERS = ("query", "key", "value", "dense", "head")
BESIDE = 2  # wrong replies beside the real one
COUNTS = 3  # times that a mark is learned from where what was written is once: marks tell of the voice's own words
TRIES = 4  # to find one under another post


@dataclass(frozen=True, slots=True)
class Choice:
    """Tokens of a post with each of the replies it might have; the first is the real one."""

    rows: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return sum(map(len, self.rows))


def choices(pairs: Sequence[Pair], made: Mapping[Pair, str], pairing: Pairing, seed: int) -> list[Choice]:
    """`made` are words of the voice's own by the pair under whose post it said them."""
    chance, others, said = random.Random(seed), Others(pairs), list[Pair]()
    for n, (post, reply) in enumerate(pairs):
        own = [made[post, reply]] if (post, reply) in made else []
        wrong = [others.near(n, chance) if (n + beside) % 2 else others.any(n, chance) for beside in range(BESIDE - len(own))]
        said += [(post, words) for words in (reply, *own, *wrong)]
    rows = pairing(said)
    return [Choice(tuple(rows[at : at + BESIDE + 1])) for at in range(0, len(rows), BESIDE + 1)]


def preferred(marks: Sequence[Marked], pairing: Pairing, seed: int) -> list[Choice]:
    """For each reply, beside others under its post that were marked worse; where there are too few, one stands there twice."""
    chance, said = random.Random(seed), list[Pair]()
    for found in marks:
        for reply, mark in found.marked:
            worse = [other for other, lower in found.marked if lower < mark]
            said += [(found.post, words) for words in (reply, *chance.choices(worse, k=BESIDE))] if worse else []
    rows = pairing(said) if said else []
    return [Choice(tuple(rows[at : at + BESIDE + 1])) for at in range(0, len(rows), BESIDE + 1)]


class Others:
    """Replies to other posts."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs, self._where = pairs, defaultdict[str, list[int]](list)
        for n, (post, _) in enumerate(pairs):
            for word in set(WORD.findall(post)):
                self._where[word].append(n)

    def any(self, n: int, chance: random.Random) -> str:
        return self._reply(n, range(len(self._pairs)), chance)

    def near(self, n: int, chance: random.Random) -> str:
        """To a post that shares its rarest word with this one; any, where it shares none."""
        shared = [where for word in WORD.findall(self._pairs[n][0]) if len(where := self._where[word]) > 1]
        return self._reply(n, min(shared, key=len, default=range(len(self._pairs))), chance)

    def _reply(self, n: int, among: Sequence[int], chance: random.Random) -> str:
        post = self._pairs[n][0]
        for _ in range(TRIES):
            other, reply = self._pairs[chance.choice(among)]
            if other != post:
                return reply
        return chance.choice(self._pairs)[1]  # all that speak of this are under this very post


def loss(sense: Any, some: Sequence[Choice], _: object) -> tuple[Tensor, int]:
    """Mean negative log-likelihood, in nats, of the real reply among those that might be."""
    strengths = sense([row for choice in some for row in choice.rows]).view(len(some), -1)
    right = torch.zeros(len(some), dtype=torch.long, device=strengths.device)
    return nn.functional.cross_entropy(strengths, right), len(some)


@dataclass(frozen=True, slots=True)
class Schooling:
    """What a judge learns from: real `pairs`; towards the end those `written` for it, and replies of the voice's own that were `marked`.
    `made` are words of the voice's by the pair under whose post it said them.
    """

    pairs: Sequence[Pair]
    made: Mapping[Pair, str]
    written: Sequence[Pair] = ()
    marked: Sequence[Marked] = ()


def teach_judge(given: Schooling, into: Path, kept: Path, tell: Callable[[str], None], recipe: Recipe = RECIPE) -> None:
    """Teach, and write what was taught. Raises Failed."""
    sense, pairing = untaught(packaged())
    base, rows = fingerprint(sense), choices(given.pairs, given.made, pairing, recipe.seed)
    late = choices(given.written, given.made, pairing, recipe.seed) if given.written else []
    late += preferred(given.marked, pairing, recipe.seed) * COUNTS
    sense.to("cuda" if torch.cuda.is_available() else "cpu")
    taught = teach(sense, Lessons(rows, late=late, study=Study(loss, LAYERS)), recipe, kept, tell)
    told = {"pairs": len(rows), "made": len(given.made), "written": len(given.written), "marked": len(given.marked)}
    how = {"rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve}
    write(into, taught.changes, {"base": base, "mark": marked(taught.changes), **told, **how})
