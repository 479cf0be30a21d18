"""How well the understudy's voice replies: likelihood of real replies, fit, variety, and who can tell its replies from real ones.

    python -m benchmarks.voice --pairs FILE [--most N] [--replies N] [--json]
    python -m benchmarks.voice --read

FILE is a parquet with `statement, reply`; where it has a column `split`, only `val` is used. --most pairs are scored; --replies
replies are generated to their posts, by personas and angles by lot, as a rehearsal would. --read prints sixty replies to twelve
drafts, unpicked, and how long the first twelve of them took.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from audience.draft import Draft
from audience.language import Prompt, Sampling
from audience.persona import ANGLES
from benchmarks.bench import heading
from benchmarks.understudy import pairs as broadcasts_and_talks
from bot.room import library, shelf
from bot.settings import Settings
from evidence.fitting import linear
from evidence.spread import ANCHORS, spread
from models.backends.local import prepare, unpacked
from models.cues import Cues
from models.hub import PACKAGED, find
from models.likeness import Embedder, open_embedder
from models.voice.adapter import SHIPPED, VOICE, merge
from models.voice.control import Control
from models.voice.fitness import finished
from models.voice.pairs import ranks, read_pairs, rows
from models.voice.speaking import CANDIDATES
from models.voice.training import loss
from models.voice.voices import Voices

Floats = NDArray[np.float32]
SEED = 5
BATCH = 16
OTHERS = 3  # posts beside a reply's own
FOLDS = 5
SHOWN = 60
PATIENCE = 24  # replies asked for at a time


@dataclass(frozen=True, slots=True)
class Said:
    """`reply` is None where the voice had nothing fit to show."""

    post: str
    persona: str
    reply: str | None


def likelihoods(pairs: Sequence[tuple[str, str]], settings: Settings) -> dict[str, float]:
    """Mean negative log-likelihood a token, in nats, of real replies under their posts."""
    prepare()
    model, tokenizer = unpacked(find(PACKAGED, shelf(settings)), "bfloat16")
    end, rank = model.generation_config.eos_token_id, ranks(tokenizer)
    controls = [Control.of(post, reply, rank) for post, reply in pairs]
    told = rows(pairs, controls, tokenizer, end)
    bare = rows(pairs, [None] * len(pairs), tokenizer, end)
    found = {"nll_untouched": _nll(model, told), "nll_untouched_without_control": _nll(model, bare)}
    merge(model, SHIPPED / VOICE)
    return found | {"nll_with_control": _nll(model, told), "nll_without_control": _nll(model, bare)}


@torch.inference_mode()
def _nll(model: Any, given: Sequence[Any]) -> float:
    ordered, lost, tokens = sorted(given, key=len), 0.0, 0
    for at in range(0, len(ordered), BATCH):
        mean, many = loss(model, ordered[at : at + BATCH], "cpu")
        lost, tokens = lost + float(mean) * many, tokens + many
    return round(lost / tokens, 4)


def questions(posts: Sequence[str], many: int, settings: Settings) -> list[tuple[Prompt, Sampling]]:
    """By personas and angles by lot, post after post."""
    chance, personas = random.Random(SEED), list(library(settings).personas.values())
    return [
        (
            Prompt("reply", "", "", "", chance.choice(personas), Draft.clean(posts[n % len(posts)]), chance.choice(ANGLES)),
            Sampling(seed=chance.getrandbits(40)),
        )
        for n in range(many)
    ]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Voices]:
    async with AsyncExitStack() as stack:
        yield Voices.of(shelf(settings), Cues.read(), stack)


async def replies(asked: Sequence[tuple[Prompt, Sampling]], settings: Settings) -> list[Said]:
    said: list[str | None] = []
    async with opened(settings) as voices:
        for at in range(0, len(asked), PATIENCE):
            said += await asyncio.gather(*(voices.say(*each) for each in asked[at : at + PATIENCE]))
    return [Said(p.draft.text if p.draft else "", p.persona.key, words) for (p, _), words in zip(asked, said, strict=True)]


async def read(settings: Settings) -> None:
    """Sixty replies to twelve drafts, as they come, and how long twelve replies to one of them take."""
    drafts = [pair[n % 2].text for n, pair in enumerate(broadcasts_and_talks())]
    asked = sorted(
        questions(drafts, SHOWN, settings), key=lambda each: drafts.index(each[0].draft.text if each[0].draft else "")
    )
    async with opened(settings) as voices:
        await _timed(voices, questions(drafts[1:2], 12, settings))
    said = await replies(asked, settings)
    for post in drafts:
        print(f"\n> {post}\n")
        for (prompt, _), one in zip(asked, said, strict=True):
            if one.post == post:
                print(f"- {prompt.persona.first_name}, {prompt.angle}: {one.reply or '(nothing fit; a ready phrase is shown)'}")


async def _timed(voices: Voices, asked: Sequence[tuple[Prompt, Sampling]]) -> None:
    started = time.perf_counter()
    await voices.say(*asked[0])
    warm, ended = time.perf_counter(), list[float]()
    print(f"opened, with the first reply: {warm - started:.1f} s")

    async def one(each: tuple[Prompt, Sampling]) -> None:
        await voices.say(each[0], replace(each[1], attempt=1))
        ended.append(time.perf_counter() - warm)

    await asyncio.gather(*map(one, asked))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(asked)} replies out of {CANDIDATES} candidates each: {max(ended):.1f} s (bar: 20), the first after {min(ended):.1f} s "
        f"(bar: 5); memory at most {most:.2f} GiB (bar: 1.5)"
    )


async def judged(said: Sequence[Said], pairs: Sequence[tuple[str, str]], settings: Settings) -> dict[str, object]:
    shown = [(s.post, s.reply) for s in said if s.reply]
    real = [pair for pair in dict(pairs).items() if pair[0] not in {post for post, _ in shown}][: len(shown)]
    async with open_embedder(shelf(settings)) as embedder:
        anchors = await embedder.vectors(ANCHORS)
        ours, theirs = await _vectors(embedder, shown), await _vectors(embedder, real)
        varied = spread([r for _, r in shown], ours[1], anchors), spread([r for _, r in real], theirs[1], anchors)
    return {
        "replies": len(said), "shown": len(shown), "fit": fit(shown, *ours), "fit_of_real": fit(real, *theirs),
        "near_duplicates": varied[0].near_duplicates, "classifier": told_apart(ours[1], theirs[1], shown, real),
        "unfinished": share([not finished(r) for _, r in shown]), "unfinished_of_real": share([not finished(r) for _, r in real]),
        "repertoire_share": share([s.reply is None for s in said]),
        "spread": varied[0].document, "spread_of_real": varied[1].document,
    }  # fmt: skip


async def _vectors(embedder: Embedder, pairs: Sequence[tuple[str, str]]) -> tuple[Floats, Floats]:
    """Of the posts and of the replies."""
    posts, said = zip(*pairs, strict=True)
    return await _of(embedder, posts), await _of(embedder, said)


async def _of(embedder: Embedder, texts: Sequence[str]) -> Floats:
    return np.concatenate([await embedder.vectors(tuple(texts[at : at + 64])) for at in range(0, len(texts), 64)])


def share(marks: Sequence[bool]) -> float:
    return round(float(np.mean(marks)), 4)


def fit(given: Sequence[tuple[str, str]], posts: Floats, said: Floats) -> float:
    """How often a reply lies nearest to its own post, among four, in sentence embeddings."""
    chance, right = random.Random(SEED), []
    for n, (post, _) in enumerate(given):
        others = chance.sample([m for m in range(len(given)) if given[m][0] != post], OTHERS)
        near = posts[[n, *others]] @ said[n]
        right.append(bool(near.argmax() == 0))
    return share(right)


def told_apart(ours: Floats, theirs: Floats, shown: Sequence[tuple[str, str]], real: Sequence[tuple[str, str]]) -> float:
    """Accuracy of a logistic regression over sentence embeddings, no post on both sides of a fold; a coin has 0.5."""
    rows_, won = np.concatenate([ours, theirs]), np.repeat([1.0, -1.0], [len(ours), len(theirs)])
    rows_ = np.concatenate([rows_ * 4, np.ones((len(rows_), 1), dtype=np.float32)], axis=1)
    groups = {post: n % FOLDS for n, post in enumerate(dict.fromkeys(post for post, _ in (*shown, *real)))}
    fold = np.array([groups[post] for post, _ in (*shown, *real)])
    right = []
    for held in range(FOLDS):
        fitted, judged_on = fold != held, fold == held
        weights = linear.logistic(
            rows_[fitted] * won[fitted, None].astype(np.float32), np.ones(fitted.sum(), dtype=np.float32), 1.0
        )
        right += ((rows_[judged_on] @ weights > 0) == (won[judged_on] > 0)).tolist()
    return share(right)


def main(path: Path, most: int, many: int, as_json: bool) -> None:
    settings = Settings.read(os.environ, Path(".env"))
    pairs = read_pairs(path, "val")
    random.Random(SEED).shuffle(pairs)
    started = time.perf_counter()
    found: dict[str, object] = {"n": min(most, len(pairs)), "seed": SEED, **likelihoods(pairs[:most], settings)}
    posts = list(dict(pairs))[: max(2 * OTHERS, many // 4)]
    said = asyncio.run(replies(questions(posts, many, settings), settings))
    found |= asyncio.run(judged(said, pairs, settings)) | {"seconds": round(time.perf_counter() - started, 1)}
    if as_json:
        print(json.dumps(found, indent=2))
        return
    print(heading("benchmarks.voice"))
    for name, value in found.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--read", action="store_true")
    parser.add_argument("--most", type=int, default=1_000, metavar="N")
    parser.add_argument("--replies", type=int, default=240, metavar="N")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.read:
        print(heading("benchmarks.voice"))
        asyncio.run(read(Settings.read(os.environ, Path(".env"))))
    elif given.pairs:
        main(given.pairs, given.most, given.replies, given.json)
    else:
        parser.error("give --pairs FILE, or --read")
