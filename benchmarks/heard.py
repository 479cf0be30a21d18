"""What was said, and how it is judged: whether a reply fits its post and its persona, varies, is a copy, can be told from real ones.

Knows no voice: posts, personas and words in, figures out. Everything is judged by other means than the voice ranks with.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from audience.persona import Persona
from evidence.fitting import linear
from evidence.spread import ANCHORS, WORD, spread
from models.likeness import Embedder
from models.voice.fitness import copied, finished, repeated
from models.voice.minds import lowercase, patterns

Floats = NDArray[np.float32]
Pair = tuple[str, str]
OTHERS = 3  # posts, or personas, beside a reply's own
FOLDS = 5
RUN = 12  # words in a row that a reply may share with one that was taught
ALIKE = ("distinct_2", "questions", "words", "embeddings")  # what shall be within a fifth of real replies'


@dataclass(frozen=True, slots=True)
class Said:
    """`reply` is None where the voice had nothing fit to show."""

    post: str
    persona: str
    reply: str | None


async def judged(
    said: Sequence[Said],
    pairs: Sequence[Pair],
    taught: Sequence[str],
    personas: dict[str, Persona],
    embedder: Embedder,
    seed: int,
) -> dict[str, object]:
    """`pairs` are real ones that nothing was taught from; `taught` are the replies it was taught from."""
    shown = [(s.post, s.reply) for s in said if s.reply]
    real = [pair for pair in dict(pairs).items() if pair[0] not in {post for post, _ in shown}][: len(shown)]
    anchors = await embedder.vectors(ANCHORS)
    ours, theirs = await _vectors(embedder, shown), await _vectors(embedder, real)
    varied, real_varied = (
        spread([reply for _, reply in some], vectors[1], anchors) for some, vectors in ((shown, ours), (real, theirs))
    )
    runs = runs_of(taught)
    return {
        "replies": len(said), "shown": len(shown), "fit": fit(shown, *ours, seed), "fit_of_real": fit(real, *theirs, seed),
        "persona_fit": await persona_fit(said, personas, embedder, seed),
        "same_twice": len(shown) - len({reply for _, reply in shown}),
        "near_duplicates": varied.near_duplicates, "classifier": told_apart(ours[1], theirs[1], shown, real),
        "unfinished": share([broken(reply) for _, reply in shown]), "unfinished_of_real": share([broken(r) for _, r in real]),
        "repertoire_share": share([s.reply is None for s in said]),
        "words_of_draft": max(copied(reply, post) for post, reply in shown),
        "copies_of_taught": sum(bool(runs & runs_of([reply])) for _, reply in shown),
        "over_real": {name: round(varied.document[name] / real_varied.document[name], 3) for name in ALIKE},
        "spread": varied.document, "spread_of_real": real_varied.document,
    }  # fmt: skip


async def alike(shown: Sequence[str], embedder: Embedder) -> dict[str, float]:
    varied = spread(shown, await _of(embedder, shown), await embedder.vectors(ANCHORS))
    return {
        "replies": len(shown),
        "same_twice": len(shown) - len(set(shown)),
        "near_duplicates": round(varied.near_duplicates, 4),
    }


async def _vectors(embedder: Embedder, pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    """Of the posts and of the replies."""
    posts, said = zip(*pairs, strict=True)
    return await _of(embedder, posts), await _of(embedder, said)


async def _of(embedder: Embedder, texts: Sequence[str]) -> Floats:
    return np.concatenate([await embedder.vectors(tuple(texts[at : at + 64])) for at in range(0, len(texts), 64)])


def area(strengths: Sequence[float], right: Sequence[bool]) -> float:
    """Under the curve: how often one that is right is stronger than one that is not (Mann and Whitney 1947)."""
    wins = [
        (a > b) + (a == b) / 2
        for a, x in zip(strengths, right, strict=True)
        if x
        for b, y in zip(strengths, right, strict=True)
        if not y
    ]
    return round(sum(wins) / len(wins), 3)


def share(marks: Sequence[bool]) -> float:
    return round(float(np.mean(marks)), 4)


def broken(words: str) -> bool:
    """Whether a sentence is broken off, loops, has an odd number of quotation marks, or a bracket that is not closed."""
    return not finished(words) or repeated(words) or words.count('"') % 2 == 1 or words.count("(") > words.count(")")


def fit(given: Sequence[Pair], posts: Floats, said: Floats, seed: int) -> float:
    """How often a reply lies nearest to its own post, among four, in sentence embeddings."""
    chance, right = random.Random(seed), []
    for n, (post, _) in enumerate(given):
        others = chance.sample([m for m in range(len(given)) if given[m][0] != post], OTHERS)
        near = posts[[n, *others]] @ said[n]
        right.append(bool(near.argmax() == 0))
    return share(right)


async def persona_fit(said: Sequence[Said], personas: dict[str, Persona], embedder: Embedder, seed: int) -> float:
    """How often the persona that wrote is found among four. Told by the card alone: nearness to its interests and to its own lines, how
    near the length comes to theirs, and small letters where it writes so; weighed by a logistic regression, no post on both sides.
    """
    shown, chance = [s for s in said if s.reply], random.Random(seed)
    vectors = await _of(embedder, [s.reply or "" for s in shown])
    cards = {key: await _card(personas[key], embedder) for key in {s.persona for s in shown}}
    choices = [(s.persona, *chance.sample(sorted(cards.keys() - {s.persona}), OTHERS)) for s in shown]
    signs = np.stack([
        [_signs(s.reply or "", vector, personas[key], cards[key]) for key in keys]
        for s, vector, keys in zip(shown, vectors, choices, strict=True)
    ])  # fmt: skip
    fold, right = folds([s.post for s in shown]), list[bool]()
    for held in range(FOLDS):
        apart = (signs[fold != held][:, :1] - signs[fold != held][:, 1:]).reshape(-1, signs.shape[-1]).astype(np.float32)
        weights = linear.logistic(apart, np.ones(len(apart), dtype=np.float32), 1.0)
        right += ((signs[fold == held] @ weights).argmax(1) == 0).tolist()
    return share(right)


async def _card(persona: Persona, embedder: Embedder) -> tuple[Floats, Floats]:
    """Vectors of the interests and of the persona's own lines."""
    return await _of(embedder, persona.interests), await _of(embedder, list(patterns(persona)))


def _signs(reply: str, vector: Floats, persona: Persona, card: tuple[Floats, Floats]) -> tuple[float, ...]:
    interests, lines = (own @ vector for own in card)
    usual = median(map(len, patterns(persona)))
    return (
        float(interests.max()) * 4, float(lines.max()) * 4, -abs(math.log(len(reply) / usual)),
        float((reply == reply.lower()) == lowercase(persona)),
    )  # fmt: skip


def folds(posts: Sequence[str]) -> NDArray[np.int64]:
    """Which fold each belongs to: all of one post to one."""
    groups = {post: n % FOLDS for n, post in enumerate(dict.fromkeys(posts))}
    return np.array([groups[post] for post in posts])


def told_apart(ours: Floats, theirs: Floats, shown: Sequence[Pair], real: Sequence[Pair]) -> float:
    """Accuracy of a logistic regression over sentence embeddings, no post on both sides of a fold; a coin has 0.5."""
    rows, won = np.concatenate([ours, theirs]), np.repeat([1.0, -1.0], [len(ours), len(theirs)])
    rows = np.concatenate([rows * 4, np.ones((len(rows), 1), dtype=np.float32)], axis=1)
    fold, right = folds([post for post, _ in (*shown, *real)]), list[bool]()
    for held in range(FOLDS):
        fitted, judged_on = fold != held, fold == held
        weights = linear.logistic(
            rows[fitted] * won[fitted, None].astype(np.float32), np.ones(fitted.sum(), dtype=np.float32), 1.0
        )
        right += ((rows[judged_on] @ weights > 0) == (won[judged_on] > 0)).tolist()
    return share(right)


def runs_of(replies: Sequence[str]) -> set[int]:
    """One more than RUN words in a row, wherever they stand, as hashes."""
    found = set[int]()
    for reply in replies:
        words = [word.casefold() for word in WORD.findall(reply)]
        found.update(hash(tuple(words[at : at + RUN + 1])) for at in range(len(words) - RUN))
    return found
