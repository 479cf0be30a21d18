"""Refit: how much a team's own outcomes say that the ranker, the panel, length and questions should weigh; and whether
that ranks all of its past posts better than what is in use. Pure functions; the same posts, the same fit.

A ridge-regularised Bradley-Terry model (Bradley and Terry 1952; Hoerl and Kennard 1970): the probability that one post does
better than another is logistic in the weighted differences of four features. The ridge pulls towards the weights that are
shipped, the ranker alone, so that few posts move little. Knows no file; numpy is imported where it is used.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from audience.draft import WORD
from audience.errors import Refused
from evidence.forecast import Forecast, Ranker, TrackRecord, logistic
from evidence.outcome import PastPost
from evidence.pairs import beyond_luck, resampled, same
from evidence.standing import ENOUGH

if TYPE_CHECKING:
    from evidence.pairs import Flags, Floats, Indices

FEATURES = ("ranker", "panel", "length", "question")
SHIPPED = (1.0, 0.0, 0.0, 0.0)
RIDGE = 4.0  # against as many observations as there are posts: pairs of one post are not independent
MOST_POSTS = 300  # the newest; more would take minutes and say the same
STEPS = 25  # of Newton's method, which needs about six
SURE = 0.9  # of the resamples in which the new weights must rank better
SEED = 7
LEAST_VIEW = 1e-9  # engagement that counts as none: its logarithm must be a number
QUESTIONS = ("?", "\uff1f", "\u061f", "\u037e")  # Latin, Chinese, Arabic, Greek


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of FEATURES, and what they were judged on when they were made.

    before, after  the share of `pairs` that the weights in use then, and these with each post held out, ranked right
    sure           the share of resamples of the posts in which these ranked better
    platforms      those on which enough of the posts appeared for the weights to speak of them
    noise          spread of the log-odds that these weights give pairs of posts that do not differ beyond luck
    """

    weights: tuple[float, ...]
    fitted: datetime
    posts: int
    pairs: int
    before: float
    after: float
    sure: float
    platforms: tuple[str, ...] = ()
    noise: float = 0.0

    def __post_init__(self) -> None:
        if len(self.weights) != len(FEATURES) or not all(map(math.isfinite, self.weights)):
            raise ValueError(f"{self.weights} are no weights of {', '.join(FEATURES)}")
        if not all(0 <= share <= 1 for share in (self.before, self.after, self.sure)):
            raise ValueError(f"shares of {self.before}, {self.after} and {self.sure} cannot be")

    @property
    def better(self) -> bool:
        """Whether it is to be adopted: it ranked better out of sample, and not by luck in which posts there were."""
        return self.after > self.before and self.sure >= SURE


def refit(posts: Sequence[PastPost], ranker: Ranker | None, now: datetime, current: Sequence[float] = SHIPPED) -> Fit:
    """Fit on all posts; judged with each post held out. Raises Refused where there are too few to say anything.

    Every fit shrinks towards what is shipped, never towards weights that an earlier refit took from these same posts; or the
    posts held out would have had a say after all.
    """
    import numpy as np

    used = chosen(posts)
    if len(used) < ENOUGH:
        raise Refused(f"{_outcomes(len(used))} too few to fit on; {ENOUGH} are needed.")
    known = _features(used, ranker)
    first, second = np.nonzero(_better(used))
    if not len(first):
        raise Refused(f"No two of your {len(used)} posts differ beyond luck, so there is nothing to learn an order from yet.")
    gaps = known[first] - known[second]
    held_out = _held_out(gaps, first, second, len(used))
    in_use = 2 * _right(gaps @ np.asarray(current, dtype=np.float64))
    weights = tuple(float(w) for w in _fitted(gaps, len(used)))
    sure = _sure(held_out - in_use, first, second, len(used))
    before, after = (float(right.sum()) / len(first) / 2 for right in (in_use, held_out))
    return Fit(weights, now, len(used), len(first), before, after, sure, _platforms(used), _noise(used, known, weights))


def chosen(posts: Sequence[PastPost]) -> tuple[PastPost, ...]:
    """Those with a forecast first, then the newest."""
    return tuple(sorted(posts, key=lambda p: (p.engagement is None, -p.outcome.published.timestamp(), p.text))[:MOST_POSTS])


def _outcomes(many: int) -> str:
    return "1 outcome is" if many == 1 else f"{many} outcomes are"


def _better(posts: Sequence[PastPost]) -> Flags:
    """(posts, posts): whether the first did better than the second on the same platform, beyond luck."""
    import numpy as np

    rate = np.array([p.outcome.rate for p in posts])
    return beyond_luck([p.outcome for p in posts]) & same([p.platform for p in posts]) & (rate[:, None] > rate)


def _platforms(posts: Sequence[PastPost]) -> tuple[str, ...]:
    found = Counter(post.platform for post in posts)
    return tuple(sorted(platform for platform, many in found.items() if many >= ENOUGH))


def _noise(posts: Sequence[PastPost], known: Floats, weights: Sequence[float]) -> float:
    """0 where all pairs differ. Posts of which few people took notice hardly ever differ, so it is rather too large."""
    import numpy as np

    alike = same([p.platform for p in posts]) & ~beyond_luck([p.outcome for p in posts])
    first, second = np.nonzero(np.triu(alike, 1))
    apart = (known[first] - known[second]) @ np.asarray(weights, dtype=np.float64)
    return float(np.sqrt((apart * apart).mean())) if len(apart) else 0.0


def features(text: str, strength: float, view: float) -> tuple[float, float, float, float]:
    """What FEATURES are of one text, all on the scale of log-odds: the ranker's strength of it, the panel's view of it as the
    logarithm of its engagement, and what can be counted in it. Only differences between two texts mean anything.
    """
    length = math.log(1 + sum(1 for _ in WORD.finditer(text)))
    return strength, view, length, float(any(sign in text for sign in QUESTIONS))


def weighed(forecast: Forecast, fit: Fit, texts: tuple[str, str], engagement: tuple[float, float]) -> Forecast:
    """The forecast as the team's own weights make it, of two texts and of what the panel expects of each; with the record
    that these weights have.
    """
    strengths = [
        math.fsum(w * x for w, x in zip(fit.weights, features(text, strength, math.log(max(view, LEAST_VIEW))), strict=True))
        for text, strength, view in zip(texts, forecast.strengths, engagement, strict=True)
    ]
    told = f"Weighed as your own {fit.posts} recorded posts ask for, fitted on {fit.fitted:%Y-%m-%d}."
    probability = logistic(strengths[0] - strengths[1])
    record = TrackRecord(round(fit.after * fit.pairs), fit.pairs, "pairs of your own posts, each held out in its turn")
    return Forecast(probability, (strengths[0], strengths[1]), forecast.depth, (told, *forecast.reasons), record)


def _features(posts: Sequence[PastPost], ranker: Ranker | None) -> Floats:
    """(posts, 4). What is not known of a post is what is usual, so that it moves no pair far."""
    import numpy as np

    views = _panel(posts)
    rows = [features(p.text, ranker.strength(p.text) if ranker else 0.0, v) for p, v in zip(posts, views, strict=True)]
    return np.array(rows, dtype=np.float64)


def _panel(posts: Sequence[PastPost]) -> list[float]:
    """The panel's engagement as a logarithm, against the mean of the same model on the same platform: models have levels."""
    known: dict[tuple[str, str], list[float]] = {}
    logs = [math.log(p.engagement) if p.engagement else None for p in posts]
    for post, value in zip(posts, logs, strict=True):
        if value is not None:
            known.setdefault((post.model, post.platform), []).append(value)
    means = {key: math.fsum(values) / len(values) for key, values in known.items()}
    return [0.0 if v is None else v - means[p.model, p.platform] for p, v in zip(posts, logs, strict=True)]


def _fitted(gaps: Floats, posts: int) -> Floats:
    """The weights that make the outcomes of these pairs likeliest, against the ridge; by Newton's method.

    `gaps` are (pairs, features), the better post less the worse. Each pair weighs posts / pairs.
    """
    import numpy as np

    start = np.array(SHIPPED)
    weights, each = start.copy(), posts / max(1, len(gaps))
    for _ in range(STEPS):
        missing = 1 / (1 + np.exp(np.clip(gaps @ weights, -35, 35)))  # 1 - the probability of what came
        slope = RIDGE * (weights - start) - each * (gaps.T @ missing)
        bend = RIDGE * np.eye(len(start)) + each * (gaps.T * (missing * (1 - missing))) @ gaps
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(weights, dtype=np.float64)


def _held_out(gaps: Floats, first: Indices, second: Indices, posts: int) -> Floats:
    """(pairs,): how often of twice each pair was ranked right by a fit that saw none of the pairs of one of its posts."""
    import numpy as np

    right = np.zeros(len(gaps))
    for post in range(posts):
        out = (first == post) | (second == post)
        if out.any():
            right[out] += _right(gaps[out] @ _fitted(gaps[~out], posts - 1))
    return right


def _right(scores: Floats) -> Floats:
    """1 where the better post scores more, one half where both score the same: the concordance of Harrell (1982)."""
    import numpy as np

    return np.asarray((np.sign(np.round(scores, 12)) + 1) / 2, dtype=np.float64)


def _sure(gain: Floats, first: Indices, second: Indices, posts: int) -> float:
    """The share of resamples of the posts in which the gain is above 0; a resample without any pair counts against it."""
    import numpy as np

    whole = np.zeros((posts, posts))
    whole[first, second] = gain
    drawn = resampled(posts, SEED)
    return float((((drawn @ whole) * drawn).sum(axis=1) > 0).mean())
