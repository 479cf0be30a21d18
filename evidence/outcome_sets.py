"""The three public sets of real outcomes, as pairs. Knows their columns and their splits, and nothing of rankers.

Retweet pairs: Tan, Lee and Pang 2014 (arXiv 1405.1438). Headline experiments: the Upworthy Research Archive (Matias et al.
2021, CC BY 4.0). Front-page stories: a public history without a licence, for evaluation only; nothing learned from it ships.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Literal

from evidence.pair_file import Pair, Row, parquet_rows

Split = Literal["train", "val"]
CLEAR = 1.96  # |z| from which a difference counts as seen: p < .05, two-sided
APART = 2.0  # the factor by which the points of two stories of one day differ


def retweets(folder: Path, split: Split) -> tuple[Pair, ...]:
    """Two tweets by one author with one link; which got more retweets. No author is named, so each pair stands alone."""
    rows = parquet_rows(folder / "retweet_pairs.parquet", ("first", "second", "winner", "split"))
    return tuple(Pair(row["first"], row["second"], row["winner"] == "first") for row in rows if row["split"] == split)


def headlines(folder: Path, split: Split) -> tuple[Pair, ...]:
    """Two headlines of one randomised test under the same image and excerpt; which was clicked more often.

    Arms with the same words are one; pairs with exactly equal rates say nothing and are left out. `group` is the test.
    """
    columns = ("clickability_test_id", "headline", "excerpt", "eyecatcher_id", "impressions", "clicks", "split")
    rows = parquet_rows(folder / "upworthy_arms.parquet", columns)
    return tuple(pair for test, arms in _tests(row for row in rows if row["split"] == split) for pair in _within(test, arms))


def _tests(rows: Iterable[Row]) -> list[tuple[str, dict[str, tuple[int, int]]]]:
    """For each test, image and excerpt: headline -> clicks, impressions."""
    found: dict[tuple[str, str, str], dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in rows:
        arms = found[row["clickability_test_id"], row["eyecatcher_id"] or "", row["excerpt"] or ""]
        clicks, shown = arms.get(row["headline"], (0, 0))
        arms[row["headline"]] = clicks + row["clicks"], shown + row["impressions"]
    return [(test, arms) for (test, _, _), arms in found.items()]


def _within(test: str, arms: dict[str, tuple[int, int]]) -> Iterable[Pair]:
    for (a, counts_a), (b, counts_b) in combinations(arms.items(), 2):
        z = two_proportions(*counts_a, *counts_b)
        if z:
            yield Pair(a, b, z > 0, test, abs(z))


def two_proportions(hits_a: int, of_a: int, hits_b: int, of_b: int) -> float:
    """The z of the pooled two-proportion test; positive where the first share is higher, 0 where they are equal."""
    pooled = (hits_a + hits_b) / (of_a + of_b)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of_a + 1 / of_b))
    return (hits_a / of_a - hits_b / of_b) / spread if spread else 0.0


def front_pages(folder: Path, most: int, seed: int) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """Stories of one day whose points differ by `APART` or more, (earlier days, later days), at most `most` of each.

    `group` is the day; the later three tenths of the days are the later ones. Which of two comes first is by lot.
    """
    days: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in parquet_rows(folder / "hn_titles.parquet", ("title", "first_seen", "max_upvotes")):
        if row["title"] and row["max_upvotes"] is not None:
            day = datetime.fromtimestamp(row["first_seen"], UTC).date().isoformat()
            days[day].append((row["title"], int(row["max_upvotes"])))
    ordered, chance = sorted(days), random.Random(seed)
    cut = len(ordered) * 7 // 10
    earlier, later = ([p for day in part for p in _same_day(day, days[day], chance)] for part in (ordered[:cut], ordered[cut:]))
    return _some(earlier, most, chance), _some(later, most, chance)


def _same_day(day: str, stories: list[tuple[str, int]], chance: random.Random) -> list[Pair]:
    """Each story beside one other at most, so that no story weighs more than another."""
    chance.shuffle(stories)
    couples = zip(stories[::2], stories[1::2], strict=False)
    return [
        Pair(a, b, more > less, day)
        for (a, more), (b, less) in couples
        if max(more, less) >= APART * max(1, min(more, less)) and a != b
    ]


def _some(pairs: Sequence[Pair], most: int, chance: random.Random) -> tuple[Pair, ...]:
    return tuple(pairs) if len(pairs) <= most else tuple(chance.sample(pairs, most))
