"""Compare: two to six drafts before the same readers; each pair judged, and a ranking that shows its ties.

With more than two drafts all verdicts together keep the one rate of false alarms (Holm 1979). The ranking gives each draft
the places that the verdicts leave open: from one more than the drafts called better, to the last but the drafts called
worse (Goldstein and Spiegelhalter 1996; right for all drafts at once, as the verdicts are: Mogstad and others 2024).
Verdicts that run in a circle contradict each other, so within a circle none of them is followed.

Values and functions; plays nothing, and knows no model, no store and no face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from audience.errors import Refused
from audience.report import Report
from evidence.forecast import Forecast, Ranker
from evidence.outcome import SEEN
from evidence.paired import Difference, Phrasing, difference
from evidence.refit import Fit, weighed
from evidence.verdict import LETTERS, NO_RANKER, NOISE, Verdict, judged, levels, together

MOST = len(LETTERS)
TOO_CLOSE = "Too close to call"
Language = Callable[[str], str]
"""A text -> the language it is in, empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two drafts by their numbers from 0; `panel` and `forecast` are of the first against the second."""

    first: int
    second: int
    panel: Difference
    forecast: Forecast | None
    verdict: Verdict

    @property
    def letters(self) -> str:
        return LETTERS[self.first] + LETTERS[self.second]

    @property
    def winner(self) -> int | None:
        """The number of the draft that is called better."""
        return None if self.verdict.winner is None else (self.first, self.second)[self.verdict.winner]


@dataclass(frozen=True, slots=True)
class Place:
    """The places from `best` to `worst`, counted from 1, that are left open for these drafts."""

    best: int
    worst: int
    drafts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ranker` names it; where there is none, `without` says why. `phrasings` holds one for each seat, in seat order."""

    reports: tuple[Report, ...]
    pairs: tuple[Pair, ...]
    places: tuple[Place, ...]
    ranker: str
    without: str
    phrasings: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The letter of the draft that stands alone on the first place, or that it is too close to call."""
        first = self.places[0]
        return LETTERS[first.drafts[0]] if first.worst == 1 else TOO_CLOSE

    @property
    def complete(self) -> bool:
        return all(report.complete for report in self.reports)


def compare(
    reports: Sequence[Report],
    phrasing: Phrasing,
    ranker: Ranker | None,
    without: str = NO_RANKER,
    noise: float = NOISE,
    fit: Fit | None = None,
) -> Comparison:
    """Judge every pair. `without` says why there is no ranker; `noise` is the ranker's, see the verdict; `fit` are the team's
    own weights, where some were adopted, with a noise of their own. Raises Refused.
    """
    noise = max(noise, fit.noise) if fit else noise
    _comparable(reports)
    numbers = list(combinations(range(len(reports)), 2))
    panels = [difference(reports[a], reports[b], phrasing) for a, b in numbers]
    forecasts = [_forecast(ranker, fit, reports[a], reports[b]) for a, b in numbers]
    steps = levels([together(p, f, noise) for p, f in zip(panels, forecasts, strict=True)])
    pairs = tuple(
        Pair(a, b, p, f, judged(p, f, LETTERS[a] + LETTERS[b], noise, level, without))
        for (a, b), p, f, level in zip(numbers, panels, forecasts, steps, strict=True)
    )
    places, name = ranking(len(reports), pairs), ranker.name if ranker else ""
    met = tuple(phrasing(seat.turn) for seat in reports[0].rehearsal.seats)
    return Comparison(tuple(reports), pairs, places, name, "" if ranker else without, met)


def check(texts: Sequence[tuple[str, str]], language: Language) -> None:
    """Whether these drafts (text and alt text) can be compared at all, before anybody is asked. Raises Refused."""
    if len(texts) < 2:
        raise Refused("A comparison needs two drafts; give another one.")
    if len(texts) > MOST:
        raise Refused(f"A comparison takes at most {MOST} drafts, not {len(texts)}; leave some out.")
    for a, b in combinations(range(len(texts)), 2):
        if texts[a] == texts[b]:
            raise Refused(f"Draft {LETTERS[a]} and draft {LETTERS[b]} are the same text; give two different drafts.")
    spoken = [(letter, tongue) for letter, (text, _) in zip(LETTERS, texts, strict=False) if (tongue := language(text))]
    if other := next((each for each in spoken if each[1] != spoken[0][1]), None):
        raise Refused(
            f"Draft {spoken[0][0]} is in {spoken[0][1]} and draft {other[0]} in {other[1]}; compare drafts in one language."
        )


def ranking(drafts: int, pairs: Sequence[Pair]) -> tuple[Place, ...]:
    """Which places the verdicts leave open, best first; drafts with the same places stand together."""
    called = {(pair.winner, pair.first + pair.second - pair.winner) for pair in pairs if pair.winner is not None}
    above = _reached(drafts, called)
    called = {(a, b) for a, b in called if a not in above[b]}
    spans = {
        n: (1 + sum(loser == n for _, loser in called), drafts - sum(winner == n for winner, _ in called))
        for n in range(drafts)
    }
    order = sorted(set(spans.values()), key=lambda span: (sum(span), span))
    return tuple(Place(best, worst, tuple(n for n in spans if spans[n] == (best, worst))) for best, worst in order)


def _reached(drafts: int, called: set[tuple[int, int]]) -> dict[int, set[int]]:
    """For each draft all that verdicts lead down to, over any number of steps."""
    below = {n: {loser for winner, loser in called if winner == n} for n in range(drafts)}
    for _ in range(drafts):
        below = {n: found.union(*(below[each] for each in found)) for n, found in below.items()}
    return below


def _forecast(ranker: Ranker | None, fit: Fit | None, first: Report, second: Report) -> Forecast | None:
    if ranker is None:
        return None
    texts = first.rehearsal.draft.text, second.rehearsal.draft.text
    platform = first.rehearsal.platform.key
    found = ranker.forecast(
        *texts, "" if fit and platform in fit.platforms else platform
    )  # the team's own posts there were seen
    return weighed(found, fit, texts, (_engagement(first), _engagement(second))) if fit else found


def _engagement(report: Report) -> float:
    """The share of readers who would do anything that can be seen, as a frozen forecast holds it."""
    return sum(row.share for row in report.tally.rows if row.kind in SEEN)


def _comparable(reports: Sequence[Report]) -> None:
    first = reports[0].rehearsal
    for letter, report in zip(LETTERS[1:], reports[1:], strict=False):
        other = report.rehearsal
        unlike = [what for what, a, b in (
            ("the seed", first.seed, other.seed), ("the seats", first.seats, other.seats), ("the platform", first.platform, other.platform),
            ("the model", first.model, other.model), ("the words of the readers", first.fingerprint, other.fingerprint),
            ("the size of the audience", first.audience, other.audience),
        ) if a != b]  # fmt: skip
        if unlike:
            raise Refused(f"Drafts A and {letter} were not rehearsed alike: {unlike[0]} differs; compare them anew.")
