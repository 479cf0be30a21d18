"""teach_judge(): a judge of sense from real replies and from the voice's own. Of three under a post it learns to find the real one:
the others are a reply to another post, and one the voice made up, or two replies to other posts.

The softmax over what stands beside the right one is Ranking loss as in Gao et al. 2021 (arXiv 2101.08751). Needs torch.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.embedding import packaged
from models.voice.adapter import fingerprint, marked, write
from models.voice.judge import Pairing, untaught
from models.voice.pairs import Pair
from models.voice.training import Recipe, Study, teach

RECIPE = Recipe(rank=32, rate=7e-4, tokens=6_000, warm=100, ending=0.3)
LAYERS = ("query", "key", "value", "dense", "head")
BESIDE = 2  # wrong replies beside the real one


@dataclass(frozen=True, slots=True)
class Choice:
    """Tokens of a post with each of the replies it might have; the first is the real one."""

    rows: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return sum(map(len, self.rows))


def choices(pairs: Sequence[Pair], made: Mapping[Pair, str], pairing: Pairing, seed: int) -> list[Choice]:
    """`made` are words of the voice's own by the pair under whose post it said them."""
    chance, replies = random.Random(seed), [reply for _, reply in pairs]
    said: list[Pair] = []
    for pair in pairs:
        own = [made[pair]] if pair in made else []
        said += [(pair[0], words) for words in (pair[1], *own, *chance.sample(replies, BESIDE - len(own)))]
    rows = pairing(said)
    return [Choice(tuple(rows[at : at + BESIDE + 1])) for at in range(0, len(rows), BESIDE + 1)]


def loss(sense: Any, some: Sequence[Choice], _: object) -> tuple[Tensor, int]:
    """Mean negative log-likelihood, in nats, of the real reply among those that might be."""
    strengths = sense([row for choice in some for row in choice.rows]).view(len(some), -1)
    right = torch.zeros(len(some), dtype=torch.long, device=strengths.device)
    return nn.functional.cross_entropy(strengths, right), len(some)


def teach_judge(
    pairs: Iterable[Pair],
    made: Mapping[Pair, str],
    into: Path,
    kept: Path,
    tell: Callable[[str], None],
    recipe: Recipe = RECIPE,
) -> None:
    """Teach on pairs, each once, and write what was taught. Raises Failed."""
    sense, pairing = untaught(packaged())
    base, rows = fingerprint(sense), choices(list(pairs), made, pairing, recipe.seed)
    sense.to("cuda" if torch.cuda.is_available() else "cpu")
    taught = teach(sense, rows, len(rows), recipe, kept, tell, Study(loss, LAYERS))
    told = {"pairs": len(rows), "made": len(made), "rank": recipe.rank, "seed": recipe.seed, "curve": taught.curve}
    write(into, taught.changes, {"base": base, "mark": marked(taught.changes), **told})
