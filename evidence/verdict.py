"""Verdict: of two drafts the one that does better, or too close to call, which is the default; who says so, and why.

Two may speak. The *panel*, where its readers' difference is larger than chance between readers makes, and large enough
to matter; it is a simulation, and its difference is about invented readers only. The *ranker*, fitted on real outcomes,
where both drafts are within its depth and its probability is high. Together they give a false alarm in at most `PROMISE` of
pairs that are the same: each has its own part of that, which holds however the two depend on each other (a weighted
Bonferroni test, Holm 1979). Neither is heard against the other.

Knows numbers and sentences; plays nothing and asks no model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from evidence.forecast import Forecast
from evidence.paired import Difference

PROMISE = 0.05  # false alarms at most, over both who may speak and, with more drafts, over all pairs
ALPHA = 0.04  # what the tests are held to; the rest is room for what is approximate in them
PANEL_PART = 0.6  # of ALPHA, where the ranker speaks too; the panel has no other way to say that it is sure
LEAST_SHARE = (
    0.2  # of what the panel gives a draft: to spell contractions out moves the understudy by up to 0.15 (benchmarks.compare)
)
LEAST_SURE = 0.75  # three of four: a forecast that is wrong more often decides nothing, however quiet the ranker is
AGAINST = 0.55  # probability from which the ranker leans; what is nearer to a half is a coin, and opposes nobody
NOISE = 0.66  # spread of the ranker's log-odds on pairs of which neither did better (benchmarks.evidence, headlines with z under 0.3)
NO_RANKER = "None was asked."
SILENT_RANKER = "The ranker does not speak"
INVENTED = "The panel is a simulation: its difference is about invented readers only."
LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`winner` is 0 for the first draft, 1 for the second, None for too close to call; `speaks` panel, ranker, both or neither."""

    winner: int | None
    speaks: str
    why: tuple[str, ...]

    def __post_init__(self) -> None:
        if (self.winner is None) != (self.speaks == "neither"):
            raise ValueError(f"{self.speaks} cannot call {self.winner}")


def surprise(forecast: Forecast | None, noise: float) -> float:
    """How often the ranker would be as sure of a pair of which neither does better; 1 where it does not speak."""
    if forecast is None or forecast.depth or sureness(forecast) < LEAST_SURE:
        return 1.0
    if sureness(forecast) == 1 or noise == 0:
        return 0.0
    odds = math.log(sureness(forecast) / (1 - sureness(forecast)))
    return 2 * NormalDist().cdf(-odds / noise)


def sureness(forecast: Forecast) -> float:
    """The probability of the draft that the ranker holds for the better one."""
    return round(max(forecast.probability, 1 - forecast.probability), 12)  # 1 - (1 - p) is p but for the last digits


def oddity(panel: Difference) -> float:
    """The panel's chance; 1 where its difference is too small to matter."""
    return panel.chance if panel.share >= LEAST_SHARE else 1.0


def parts(forecast: Forecast | None) -> tuple[float, float]:
    """How the allowed false alarms are shared between panel and ranker."""
    return (PANEL_PART, 1 - PANEL_PART) if forecast is not None and not forecast.depth else (1.0, 0.0)


def together(panel: Difference, forecast: Forecast | None, noise: float) -> float:
    """The chance of what either says, if neither draft does better."""
    mine, theirs = parts(forecast)
    return min(1.0, oddity(panel) / mine, surprise(forecast, noise) / theirs if theirs else 1.0)


def levels(chances: Sequence[float]) -> tuple[float, ...]:
    """For each of several pairs the chance up to which it is called: Holm's steps, so that all are right together."""
    steps = {c: ALPHA / (len(chances) - sum(other < c for other in chances)) for c in chances}
    stop = min((c for c, level in steps.items() if c > level), default=math.inf)
    return tuple(steps[c] if c < stop else ALPHA / len(chances) for c in chances)


def judged(
    panel: Difference,
    forecast: Forecast | None,
    letters: str,
    noise: float = NOISE,
    level: float = ALPHA,
    without: str = NO_RANKER,
) -> Verdict:
    """The verdict on two drafts, called by `letters`. Exchanging the drafts exchanges the letters and nothing else.

    `without` says why there is no forecast, where there is none.
    """
    mine, theirs = parts(forecast)
    panels = _side(panel.mean) if oddity(panel) <= mine * level else None
    rankers = _side(forecast.probability - 0.5) if forecast and surprise(forecast, noise) <= theirs * level else None
    winner = _agreed(panel, forecast, panels, rankers, level)
    speaks = "neither" if winner is None else "both" if panels == rankers else "panel" if rankers is None else "ranker"
    clash = winner is None and (panels is not None or rankers is not None)
    why = (_panel_told(panel, letters, panels, level * mine), _ranker_told(forecast, letters, rankers, without))
    return Verdict(winner, speaks, (*why, "They do not agree, so neither is followed.") if clash else why)


def _agreed(panel: Difference, forecast: Forecast | None, panels: int | None, rankers: int | None, level: float) -> int | None:
    """Whoever speaks is followed, unless the other one says the opposite: the ranker by leaning, the panel beyond chance."""
    if panels is not None and rankers is not None:
        return panels if panels == rankers else None
    if panels is not None:
        return None if _leans(forecast) == 1 - panels else panels
    if rankers is not None:
        against = oddity(panel) <= level and _side(panel.mean) == 1 - rankers
        return None if against else rankers
    return None


def _leans(forecast: Forecast | None) -> int | None:
    if forecast is None or forecast.depth or sureness(forecast) < AGAINST:
        return None
    return _side(forecast.probability - 0.5)


def _side(lean: float) -> int | None:
    return 0 if lean > 0 else 1 if lean < 0 else None


def _panel_told(panel: Difference, letters: str, panels: int | None, level: float) -> str:
    if panel.silent:
        return f"The panel does not speak. {panel.silent}"
    if panel.mean == 0:
        return "The panel gives both drafts exactly the same."
    more, less = letters[panel.mean < 0], letters[panel.mean > 0]
    seen = f"The panel gives {more} more than {less} (by {panel.share:.0%} of what it gives a draft)"
    if panels is not None:
        return f"{seen}; chance between readers makes such a difference in {often(panel.chance)} of panels. {INVENTED}"
    if panel.chance <= level:
        return f"{seen}; that is under {LEAST_SHARE:.0%}, which another spelling of the same words can do, and does not count."
    return f"{seen}; chance between readers makes as much in {often(panel.chance)} of panels, so that does not count."


def _ranker_told(forecast: Forecast | None, letters: str, rankers: int | None, without: str) -> str:
    if forecast is None:
        return f"{SILENT_RANKER}. {without}"
    if forecast.depth:
        return f"{SILENT_RANKER}, it is out of its depth: {forecast.depth.rstrip('.')}."
    better = letters[_side(forecast.probability - 0.5) or 0]
    sure = f"The ranker gives {better} a probability of {sureness(forecast):.0%}"
    if forecast.probability == 0.5:
        sure = "The ranker gives both drafts the same probability"
    return f"{sure}{'' if rankers is not None else ', not enough to call it'}; {recorded(forecast)}"


def recorded(forecast: Forecast) -> str:
    """The track record, as the end of a sentence."""
    record = forecast.record
    if not record.cases:
        return "how often such forecasts were right is not known yet."
    return f"forecasts like this were right in {record.right:,} of {record.cases:,} {record.of}."


def often(chance: float) -> str:
    """A chance in percent, with as many figures as it is known."""
    if chance < 0.001:
        return "under 0.1%"
    return f"{chance:.1%}" if chance < 0.0995 else f"{chance:.0%}"
