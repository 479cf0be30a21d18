"""Judging forecasters on pairs whose outcome is known: the ranker, the panel, both joined, and whoever bets on length.

Knows neither how a panel is played nor where pairs come from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence.forecast import logistic
from evidence.pair_file import Pair
from evidence.scoring import Score, score

LENGTH = 0.66  # how much a longer text is likelier to do better, in log-odds per unit of log length; on training retweet pairs
PANEL_ALONE = 1.0  # the panel is taken at its word, though the training pairs gave it -1.00 with a standard error of 0.41
PANEL_BESIDE = 0.0  # and beside the ranker -0.53 with one of 0.49: nothing that can be told from none (benchmarks.evidence)
LEAST = 1e-9  # an engagement or a probability that counts as none: its logarithm must be a number


@dataclass(frozen=True, slots=True)
class Judged:
    """`scores` by forecaster: ranker, longer, and where a panel was played, panel and both. A coin has 0.5 and ln 2."""

    n: int
    scores: Mapping[str, Score]

    @property
    def document(self) -> dict[str, object]:
        return {"n": self.n, **{name: found.document for name, found in self.scores.items()}}


def judge(pairs: Sequence[Pair], ranker: Sequence[float], panel: Sequence[tuple[float, float]] | None = None) -> Judged:
    """`ranker` gives for each pair the probability that the first did better; `panel` each text's expected engagement."""
    told = {"ranker": list(ranker)}
    if panel is not None:
        leads = [lead(a, b) for a, b in panel]
        told["panel"] = [logistic(PANEL_ALONE * by) for by in leads]
        told["both"] = [logistic(log_odds(p) + PANEL_BESIDE * by) for p, by in zip(ranker, leads, strict=True)]
    told["longer"] = [logistic(LENGTH * math.log(len(pair.a) / len(pair.b))) for pair in pairs]
    won, groups = [pair.a_won for pair in pairs], [pair.group for pair in pairs]
    return Judged(len(pairs), {name: score(probabilities, won, groups) for name, probabilities in told.items()})


def lead(a: float, b: float) -> float:
    """By how much the panel gives the first more, as the logarithm of a ratio of engagements."""
    return math.log(max(a, LEAST) / max(b, LEAST))


def log_odds(p: float) -> float:
    near = min(max(p, LEAST), 1 - LEAST)
    return math.log(near / (1 - near))
