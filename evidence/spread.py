"""Spread: whether simulated replies vary as real ones do. Texts and their sentence vectors in, figures out.

Distinct n-grams: Li et al. 2016 (arXiv 1510.03055). A simulation that says one thing in many words is found out here, where
no mean would. Knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
ALIKE = 0.9  # cosine over which two replies say the same
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
ANCHORS = ("I love this, thank you, how lovely.", "This is annoying and I do not like it at all.")


@dataclass(frozen=True, slots=True)
class Spread:
    """near_duplicates  share of replies with another over cosine 0.9
    distinct_2       different pairs of neighbouring words over all of them
    embeddings       mean cosine distance of two replies
    words            median length; words_spread: from the first to the third quartile
    questions        share that ask; tone: mean, and tone_spread: standard deviation, of warm less cross, in cosines
    """

    replies: int
    near_duplicates: float
    distinct_2: float
    embeddings: float
    words: float
    words_spread: float
    questions: float
    tone: float
    tone_spread: float

    @property
    def document(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def spread(texts: Sequence[str], vectors: Floats, anchors: Floats) -> Spread:
    """`vectors` [texts, width] and `anchors` [2, width], the sentences of ANCHORS; rows of length one. At least two texts."""
    alike = vectors @ vectors.T
    np.fill_diagonal(alike, -1)
    lengths = [len(WORD.findall(text)) for text in texts]
    tone = vectors @ (anchors[0] - anchors[1])
    count = len(texts)
    apart = 1 - (alike.sum() + count) / (count * (count - 1))  # the diagonal was set to -1
    low, high = np.quantile(lengths, [0.25, 0.75])
    return Spread(
        count, float((alike.max(1) > ALIKE).mean()), distinct(texts), float(apart), float(median(lengths)), float(high - low),
        sum("?" in text for text in texts) / count, float(tone.mean()), float(tone.std()),
    )  # fmt: skip


def distinct(texts: Sequence[str]) -> float:
    """Different pairs of neighbouring words over all of them, 0 to 1."""
    couples = [couple for text in texts for couple in _couples([word.casefold() for word in WORD.findall(text)])]
    return len(set(couples)) / max(1, len(couples))


def _couples(words: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(words))
