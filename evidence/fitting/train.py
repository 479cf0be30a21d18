"""train(): the ranker from the public outcomes, into one file. The one command behind `soundingboard evidence train`.

What it fits on are the training splits; one pair in ten of them is kept back to join the halves and to calibrate. The
validation splits are touched once, at the end, for the track record. Needs torch; takes about half an hour on two cores.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from evidence.fitting import encoder, linear
from evidence.fitting.encoder import Lessons, Member, Recipe
from evidence.outcome_sets import headlines, retweets
from evidence.packing import packed
from evidence.pair_file import Pair
from evidence.ranker import FORMAT, Band, Encoder, TextRanker, open_ranker
from evidence.reasons import Association
from evidence.traits import TRAITS, tidy, traits

Floats = NDArray[np.float32]
SORTS = ("pairs of posts forecast about as surely", "pairs of headlines forecast about as surely")
SEED = 2014
RECIPES: tuple[tuple[Recipe, float], ...] = (  # each with what a headline pair weighs in it; unlike each other on purpose
    (Recipe(passes=2, rate=6e-5, decay=1.0, head=6e-4, smoothing=0.0), 0.0),
    (Recipe(passes=1.75, rate=6e-5, decay=1.0, head=6e-4, smoothing=0.0), 0.5),
    (Recipe(), 0.5),
)
KEPT_BACK = 10  # one pair in so many
LEAST_Z = 0.7  # a headline pair with less between its arms teaches next to nothing
SURE_Z = 2.0  # from which a headline pair counts in full
HOLD = (1.0, 1.0)  # ridge of the linear half, for each sort
CENTRES, ROUNDS = 256, 12  # of k-means over what was seen
SAMPLE = 6_000  # texts that k-means looks at
FAR = 0.97  # the share of texts kept back that are near enough
ROOM = 2.0  # times the longest text that was seen
BANDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 1.0)


class Split(NamedTuple):
    """`fit` is learned from, `back` joins and calibrates, `val` is only reported. One tuple for each sort."""

    fit: tuple[tuple[Pair, ...], tuple[Pair, ...]]
    back: tuple[tuple[Pair, ...], tuple[Pair, ...]]
    val: tuple[tuple[Pair, ...], tuple[Pair, ...]]


def split(folder: Path) -> Split:
    posts, heads = retweets(folder, "train"), headlines(folder, "train")
    tests = sorted({pair.group for pair in heads})
    back = set(tests[::KEPT_BACK])
    return Split(
        (tuple(p for n, p in enumerate(posts) if n % KEPT_BACK), tuple(p for p in heads if p.group not in back)),
        (posts[::KEPT_BACK], tuple(p for p in heads if p.group in back)),
        (retweets(folder, "val"), headlines(folder, "val")),
    )


def train(folder: Path, base: Path, untouched: Encoder, into: Path, work: Path, tell: Callable[[str], None]) -> TextRanker:
    """Fit on the outcomes in `folder` and write `into`. Members that are done are kept in `work` and not fitted again."""
    outcomes = split(folder)
    tensors: dict[str, NDArray[Any]] = {}
    heads = []
    for number, (recipe, weight) in enumerate(RECIPES):
        member = _member(base, lessons(outcomes.fit, weight), recipe, number, work, tell)
        tensors |= _packed(member, f"member.{number}.")
        heads.append(_widened(member.head))
    tensors["heads"] = np.stack(heads)
    tell("words, letters and traits")
    tensors |= _linear(outcomes.fit)
    tensors["gate"] = _gate(outcomes.fit)
    tensors["centres"], far = _centres(outcomes, untouched)
    longest = max(len(tidy(text)) for part in outcomes.fit for pair in part for text in (pair.a, pair.b))
    about: dict[str, Any] = {
        "format": FORMAT, "members": len(RECIPES), "sorts": SORTS, "bands": [], "name": "unfinished",
        "depth": {"longest": int(ROOM * longest), "far": far}, "associations": [asdict(row) for row in associations(outcomes.fit)],
    }  # fmt: skip
    tensors["join"] = np.ones((len(SORTS), 2), dtype=np.float32)
    tell("joining and calibrating")
    tensors["join"] = _join(_written(into, tensors, about, untouched), outcomes)
    about["name"] = f"ranker 1 {_fingerprint(tensors)}"
    about["bands"] = [asdict(band) for band in _bands(_written(into, tensors, about, untouched), outcomes)]
    return _written(into, tensors, about, untouched)


def lessons(parts: tuple[Sequence[Pair], Sequence[Pair]], headline_weight: float) -> Lessons:
    """Pairs of both sorts with the better text first; a headline pair weighs less the nearer its arms are."""
    posts, heads = parts
    clear = [pair for pair in heads if pair.z >= LEAST_Z] if headline_weight else []
    weights = [1.0] * len(posts) + [headline_weight * min(1.0, pair.z / SURE_Z) for pair in clear]
    won = [pair if pair.a_won else pair.turned for pair in (*posts, *clear)]
    sorts = np.repeat(np.arange(2), [len(posts), len(clear)])
    return Lessons([tidy(p.a) for p in won], [tidy(p.b) for p in won], np.array(weights, dtype=np.float32), sorts)


def _member(base: Path, learned: Lessons, recipe: Recipe, number: int, work: Path, tell: Callable[[str], None]) -> Member:
    seed = SEED + number
    told = json.dumps([asdict(recipe), seed, list(learned.better), list(learned.worse), learned.weights.tolist()])
    kept = work / f"member-{hashlib.sha256(told.encode()).hexdigest()[:16]}.safetensors"
    if not kept.exists():
        told_by = f"member {number + 1} of {len(RECIPES)}"
        found = encoder.fit(base, learned, recipe, seed, lambda line: tell(f"{told_by}: {line}"))
        work.mkdir(parents=True, exist_ok=True)
        save_file({**found.changes, "head": found.head}, kept)
    read = load_file(kept)
    return Member({name: read[name] for name in read if name != "head"}, read["head"])


def _packed(member: Member, prefix: str) -> dict[str, NDArray[Any]]:
    """Matrices in four bits, the rest in halves."""
    found: dict[str, NDArray[Any]] = {}
    for name, change in member.changes.items():
        if change.ndim == 1:
            found[prefix + name] = change.astype(np.float16)
        else:
            found[f"{prefix}{name}.codes"], found[f"{prefix}{name}.scales"] = packed(change)
    return found


def _widened(head: Floats) -> Floats:
    """[sorts, width]; a member that saw no headline says nothing of them."""
    return np.concatenate([head, np.zeros((len(SORTS) - len(head), head.shape[1]), dtype=np.float32)])


def _linear(parts: tuple[Sequence[Pair], Sequence[Pair]]) -> dict[str, NDArray[Any]]:
    fits = []
    for sort, hold in enumerate(HOLD):
        learned = lessons((parts[0], ()) if sort == 0 else ((), parts[1]), 1.0)
        fits.append(linear.fit(learned.better, learned.worse, learned.weights, hold))
    words, letters, weights = (np.stack(column) for column in zip(*fits, strict=True))
    return {"words": words.astype(np.float16), "letters": letters.astype(np.float16), "traits": weights.astype(np.float32)}


def _gate(parts: tuple[Sequence[Pair], Sequence[Pair]]) -> Floats:
    """[traits + 1]: what tells a headline from a post."""
    rows = [
        (1.0 if sort else -1.0) * np.array([*(np.array(traits(tidy(p.a))) + np.array(traits(tidy(p.b)))) / 2, 1.0])
        for sort, pairs in enumerate(parts)
        for p in pairs
    ]
    return linear.logistic(np.array(rows, dtype=np.float32), np.ones(len(rows), dtype=np.float32), ridge=1.0)


def associations(parts: tuple[Sequence[Pair], Sequence[Pair]]) -> list[Association]:
    """For each trait, over all pairs that differ in it, how often the text with more of it did better."""
    pairs = [*parts[0], *(p for p in parts[1] if p.z >= SURE_Z)]
    won = [p if p.a_won else p.turned for p in pairs]
    apart = np.array([traits(tidy(p.a)) for p in won]) - np.array([traits(tidy(p.b)) for p in won])
    return [
        Association(trait.key, int((apart[:, n] > 0).sum()), int((apart[:, n] != 0).sum())) for n, trait in enumerate(TRAITS)
    ]


def _centres(outcomes: Split, untouched: Encoder) -> tuple[NDArray[np.float16], float]:
    """Spherical k-means over a sample of what was learned from, and the distance within which most of the rest lies."""
    chance = np.random.default_rng(SEED)
    texts = sorted({text for part in outcomes.fit for p in part for text in (p.a, p.b)})
    seen = _places([texts[n] for n in chance.choice(len(texts), min(SAMPLE, len(texts)), replace=False)], untouched)
    centres = seen[chance.choice(len(seen), CENTRES, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.argmax(seen @ centres.T, 1)
        centres = np.stack([seen[nearest == n].sum(0) if (nearest == n).any() else centres[n] for n in range(CENTRES)])
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    rest = _places([p.a for part in outcomes.back for p in part], untouched)
    halves = centres.astype(np.float16)
    return halves, float(np.quantile(1 - (rest @ halves.astype(np.float32).T).max(1), FAR))


def _places(texts: Sequence[str], untouched: Encoder) -> Floats:
    found = np.stack([untouched.pooled(tidy(text)) for text in texts])
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def _join(ranker: TextRanker, outcomes: Split) -> Floats:
    """[sorts, 2]: how much encoders and linear half count, fitted and so calibrated on the pairs kept back."""
    found = []
    for sort, pairs in enumerate(outcomes.back):
        won = [p if p.a_won else p.turned for p in pairs]
        apart = [[ranker.parts(p.a)[half][sort] - ranker.parts(p.b)[half][sort] for half in (0, 1)] for p in won]
        found.append(linear.logistic(np.array(apart, dtype=np.float32), np.ones(len(won), dtype=np.float32), ridge=0.1))
    return np.stack(found)


def _bands(ranker: TextRanker, outcomes: Split) -> list[Band]:
    """How often forecasts of each confidence were right on the validation splits."""
    found = []
    for sort, pairs in enumerate(outcomes.val):
        told = np.array([ranker.probability(p.a, p.b) for p in pairs])
        right, sure = (told > 0.5) == np.array([p.a_won for p in pairs]), np.maximum(told, 1 - told)
        for least, most in pairwise(BANDS):
            inside = (sure >= least) & (sure < most if most < 1 else sure <= most)
            found.append(Band(sort, least, most, int(right[inside].sum()), int(inside.sum())))
    return found


def _fingerprint(tensors: Mapping[str, NDArray[Any]]) -> str:
    told = hashlib.sha256()
    for name in sorted(tensors):
        told.update(name.encode() + np.ascontiguousarray(tensors[name]).tobytes())
    return told.hexdigest()[:12]


def _written(into: Path, tensors: dict[str, NDArray[Any]], about: Mapping[str, Any], untouched: Encoder) -> TextRanker:
    """Written beside and then put in place, so that no half of a ranker ever stands there."""
    beside = into.with_suffix(".part")
    save_file({name: np.ascontiguousarray(tensors[name]) for name in tensors}, beside, {"about": json.dumps(about)})
    beside.replace(into)
    return open_ranker(into, untouched)
