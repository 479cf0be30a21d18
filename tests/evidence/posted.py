"""Posts with outcomes as tests need them: frozen forecasts, what came of them, and a ranker that reads its answer in the text."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence.forecast import Forecast, TrackRecord
from evidence.outcome import Case, Expected, Outcome, PastPost, Publication

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """Its strength of a text is the number that stands between bars in it: `words |0.5| words`."""

    name: str = "reading/1"

    def strength(self, text: str) -> float:
        return float(text.split("|")[1]) if "|" in text else 0.0

    def depth(self, text: str, platform: str) -> str:
        return "the text is in another language" if "ß" in text else ""

    def forecast(self, first: str, second: str, platform: str) -> Forecast:
        strengths = self.strength(first), self.strength(second)
        probability = 1 / (1 + math.exp(strengths[1] - strengths[0]))
        return Forecast(probability, strengths, self.depth(first, platform), (), TrackRecord(0, 0, "pairs"))


def outcome(reach: int = 1000, reactions: int = 20, replies: int = 3, shares: int = 1, day: int = 0) -> Outcome:
    return Outcome(NOON + day * DAY, NOON + (day + 2) * DAY, reach, reactions, replies, shares)


def publication(
    engagement: float = 0.02, *, name: str = "made-1", strength: float | None = None, platform: str = "square",
    model: str = "scripted: v1", day: int = 0, draft: str = "We moved the export button.",
) -> Publication:  # fmt: skip
    """Ten, one and one parts of the engagement are likes, shares and replies; the interval is half to twice the share."""
    shares = {"scroll": 1 - engagement, "like": engagement * 10 / 12, "share": engagement / 12, "reply": engagement / 12}
    rows = tuple(Expected(kind, share, share / 2, min(1.0, share * 2)) for kind, share in shares.items())
    ranker = "" if strength is None else "reading/1"
    return Publication(name, draft, platform, model, rows, ranker, strength, "", NOON + day * DAY)


def case(
    forecast: float, real: float, *, name: str = "made-1", reach: int = 10_000, strength: float | None = None,
    platform: str = "square", model: str = "scripted: v1", day: int = 0,
) -> Case:  # fmt: skip
    """A forecast of engagement, and what came, all of it reactions."""
    frozen = publication(forecast, name=name, strength=strength, platform=platform, model=model, day=day)
    return Case(frozen, outcome(reach, round(real * reach), 0, 0, day))


def team(posts: int, ranker: float, panel: float, seed: int, *, luck: float = 0.5) -> Sequence[PastPost]:
    """A team whose engagement follows ranker and panel with these weights, in log-odds, and luck of this spread."""
    chance = random.Random(f"team/{seed}")
    return [_post(n, ranker, panel, luck, chance) for n in range(posts)]


def _post(n: int, ranker: float, panel: float, luck: float, chance: random.Random) -> PastPost:
    strength, view = chance.gauss(0, 0.5), chance.gauss(0, 0.7)
    rate = 1 / (1 + math.exp(3.5 - ranker * strength - panel * view - chance.gauss(0, luck)))
    reach = chance.randint(500, 5_000)
    came = min(reach, max(0, round(chance.gauss(reach * rate, math.sqrt(reach * rate * (1 - rate))))))
    return PastPost(
        f"words {n} |{strength}| here", "square", outcome(reach, came, 0, 0, n), math.exp(view - 3.5), "scripted: v1"
    )
