"""Forecast: of two texts for the same audience, the probability that the first does better, and what that rests on.

A value, and the interface of whoever makes one. Knows no model, no rehearsal and no file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How often forecasts like one were right: `right` of `cases`, and in words which cases these were."""

    right: int
    cases: int
    of: str

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.cases:
            raise ValueError(f"{self.right} right of {self.cases} cases cannot be")

    @property
    def share(self) -> float:
        """0 to 1; half where there is no case yet."""
        return self.right / self.cases if self.cases else 0.5


@dataclass(frozen=True, slots=True)
class Forecast:
    """`probability` that the first does better, calibrated; `strengths` of both on the scale of log-odds.

    `depth` says why the ranker is out of its depth with one of them, and is empty where it is not. `reasons` are sentences
    on what moved the forecast: associations that were seen in real outcomes, never causes.
    """

    probability: float
    strengths: tuple[float, float]
    depth: str
    reasons: tuple[str, ...]
    record: TrackRecord

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"a probability of {self.probability} cannot be")

    @property
    def turned(self) -> Forecast:
        """The same forecast with the two texts in the other order."""
        return replace(self, probability=1 - self.probability, strengths=self.strengths[::-1])


def logistic(x: float) -> float:
    """Of x and -x the answers sum to one, bit for bit."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else 1.0 - 1.0 / (1.0 + math.exp(x))


class Ranker(Protocol):
    """`name` with the version and fingerprint of what it was fitted on; it goes into every forecast that is frozen."""

    @property
    def name(self) -> str: ...

    def strength(self, text: str) -> float:
        """How well such a text does, in log-odds against an average one. Only differences mean anything."""
        ...

    def depth(self, text: str, platform: str) -> str:
        """Why the ranker is out of its depth with this text; empty where it is not."""
        ...

    def forecast(self, first: str, second: str, platform: str) -> Forecast:
        """Turned exactly where the texts are given in the other order; 0.5 where they are the same."""
        ...
