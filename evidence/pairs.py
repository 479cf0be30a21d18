"""Pairs: of which two posts it is known that one did better, and what resampling the posts says of a share of pairs.

Matrices over posts, post by post. Knows neither forecasts nor fits. numpy is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evidence.outcome import Outcome

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Indices = npt.NDArray[np.intp]

LEVEL = 0.05  # of the two-sided test by which two posts are taken to differ
CRITICAL = 1.959964  # the normal quantile that belongs to it
LEAST_EXPECTED = 5
COVERAGE = 0.95  # of the intervals
DRAWS = 2_000


def beyond_luck(outcomes: Sequence[Outcome]) -> Flags:
    """(posts, posts): whether two engagement rates differ by more than luck, at LEVEL.

    The two-proportion z-test with pooled variance and Yates's correction (Fleiss, Levin and Paik 2003, chapter 3). Where
    fewer than five engagements would be expected of one of the two, it does not hold (Cochran 1954) and nothing is known.
    """
    import numpy as np

    reach = np.array([o.reach for o in outcomes], dtype=np.float64)
    rate = np.array([o.rate for o in outcomes], dtype=np.float64)
    engaged = rate * reach
    pooled = (engaged[:, None] + engaged) / (reach[:, None] + reach)
    each = 1 / reach[:, None] + 1 / reach
    error = np.sqrt(pooled * (1 - pooled) * each)
    gap = np.abs(rate[:, None] - rate) - each / 2
    expected = pooled * np.minimum(reach[:, None], reach)
    return np.asarray((gap > CRITICAL * error) & (expected >= LEAST_EXPECTED), dtype=np.bool_)


def same(names: Sequence[str]) -> Flags:
    """(posts, posts): whether two posts have the same name of whatever it is."""
    import numpy as np

    _, codes = np.unique(np.array([*names, ""], dtype=np.str_), return_inverse=True)
    return np.asarray(codes[:-1, None] == codes[:-1], dtype=np.bool_)


def interval(right: Floats, known: Flags, seed: int) -> tuple[float, float]:
    """An interval for the share of known pairs that are right, by resampling *posts*: pairs of one post are not independent.

    Bootstrap percentiles over posts; a pair counts as often as both of its posts were drawn (Field and Welsh 2007; for
    pairs, Bickel and Freedman 1981). `right` and `known` are (posts, posts) and symmetric, `right` 0 where nothing is known.
    """
    import numpy as np

    drawn = resampled(len(known), seed)
    whole = ((drawn @ known) * drawn).sum(axis=1)
    shares = ((drawn @ right) * drawn).sum(axis=1)[whole > 0] / whole[whole > 0]
    share = float(right.sum() / known.sum())
    if share in {0.0, 1.0}:
        return _without_exception(share, int(known.any(axis=1).sum()))
    low, high = np.quantile(shares, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return min(float(low), share), max(float(high), share)


def resampled(posts: int, seed: int) -> Floats:
    """(DRAWS, posts): how often each post is drawn. The same seed, the same draws."""
    import numpy as np

    chance = np.random.default_rng(seed)
    return np.asarray(chance.multinomial(posts, np.full(posts, 1 / posts), size=DRAWS), dtype=np.float64)


def _without_exception(share: float, posts: int) -> tuple[float, float]:
    """Where all pairs are right, or all wrong, resampling sees no doubt. The exact bound for as many cases as there are
    pairs that share no post (Clopper and Pearson 1934) does.
    """
    bound = ((1 - COVERAGE) / 2) ** (1 / max(1, posts // 2))
    return (bound, 1.0) if share else (0.0, 1 - bound)
