"""Scores: how good forecasts of pairs were. Accuracy with its interval, the confident ones apart, calibration, log loss.

A pair has no natural first text, so each counts in both orders where the order could matter. Knows no ranker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 10
DRAWS = 2_000  # of the bootstrap
LEVEL = 0.95
LEAST = 1e-6  # a probability nearer to 0 or 1 counts as this near


@dataclass(frozen=True, slots=True)
class Score:
    """`low` and `high` bound the accuracy at 95%; `top30` is the accuracy on the most confident 30% of the pairs.

    `ece` is the expected calibration error in ten bins of equal mass (Naeini et al. 2015); `log_loss` in nats.
    """

    accuracy: float
    low: float
    high: float
    top10: float
    top30: float
    top50: float
    ece: float
    log_loss: float

    @property
    def document(self) -> dict[str, float]:
        return {name: round(value, 6) for name, value in asdict(self).items()}


def score(probabilities: Sequence[float], a_won: Sequence[bool], groups: Sequence[str], seed: int = 1) -> Score:
    """`probabilities` that the first of each pair does better. An answer of exactly one half is half right.

    The interval resamples groups, because pairs of one group are not independent (Field and Welsh 2007); an empty group
    is a pair that stands alone.
    """
    given, won = np.asarray(probabilities, dtype=np.float64), np.asarray(a_won, dtype=bool)
    right = np.where(given == 0.5, 0.5, (given > 0.5) == won)
    sure = np.argsort(-np.abs(given - 0.5), kind="stable")
    top = {part: float(right[sure[: max(1, round(part * len(right)))]].mean()) for part in (0.1, 0.3, 0.5)}
    low, high = _interval(right, groups, np.random.default_rng(seed))
    told = np.clip(np.where(won, given, 1 - given), LEAST, 1 - LEAST)
    return Score(
        float(right.mean()), low, high, top[0.1], top[0.3], top[0.5], calibration_error(given, won), float(-np.log(told).mean())
    )


def calibration_error(given: Floats, won: NDArray[np.bool_]) -> float:
    """Mean distance, over ten bins of equal mass, between what was said and how often it came true.

    Both orders of each pair are counted, which makes the bins symmetric and the luck of the draw smaller: a perfect
    forecaster of 1,000 pairs still shows about 0.02. What was said equally often came true equally often, so that a bin
    may end among equals without a difference.
    """
    said = np.concatenate([given, 1 - given]).round(12)
    _, same, many = np.unique(said, return_inverse=True, return_counts=True)
    came = (np.bincount(same, np.concatenate([won, ~won])) / many)[same]
    parts = np.array_split(np.argsort(said, kind="stable"), BINS)
    return float(sum(abs(said[part].mean() - came[part].mean()) * len(part) for part in parts if len(part)) / len(said))


def _interval(right: Floats, groups: Sequence[str], chance: np.random.Generator) -> tuple[float, float]:
    keys = [group or f"\0{number}" for number, group in enumerate(groups)]
    _, at = np.unique(keys, return_inverse=True)
    sums, sizes = np.bincount(at, right), np.bincount(at)
    means = np.empty(DRAWS)
    for draw in range(DRAWS):
        some = chance.integers(0, len(sums), len(sums))
        means[draw] = sums[some].sum() / sizes[some].sum()
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
