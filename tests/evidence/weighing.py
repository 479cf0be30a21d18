"""Rehearsals whose readers give what a test says they give, and a ranker that says what a test wants. No files, no model."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audience.draft import Draft
from audience.panel import Seat
from audience.reaction import KINDS, Reaction
from audience.report import Report
from evidence.compare import Comparison, compare
from evidence.forecast import Forecast, TrackRecord
from tests import made

PEOPLE = tuple(f"p{n:02}" for n in range(12))
MOMENTS = ("queue", "morning", "break")
A = Draft.clean("We moved the export button. What else did we move?")
B = Draft.clean("Introducing Export 2.0, faster than ever.")
C = Draft.clean("The export button is back where it was.")
RECORD = TrackRecord(812, 1_014, "retweet pairs")
Stops = Callable[[Seat], float]
"""The chance that whoever sits there stops."""


def moment(turn: int) -> str:
    return MOMENTS[turn % len(MOMENTS)]


def shares(stop: float) -> tuple[tuple[str, float], ...]:
    """Those who stop do what people do on average."""
    rest = 1 - made.RATES["scroll"]
    given = [(kind.key, stop * made.RATES[kind.key] / rest) for kind in KINDS[1:]]
    return (("scroll", 1 - sum(p for _, p in given)), *given)


def report(stops: Stops, draft: Draft = A, *, seats: int = 36, people: Sequence[str] = PEOPLE, id: str = "made-1") -> Report:
    of = made.rehearsal(tuple(people), seats, draft=draft, id=id)
    return Report.of(of, [Reaction(s.number, s.persona, "first", shares(stops(s)), "scroll") for s in of.seats], {})


def uneven(seed: int, more: float = 0.0, *, persona: float = 0.02) -> Stops:
    """What a draft does to each persona and to each seat is drawn; `more` is given by all alike."""

    def stops(seat: Seat) -> float:
        mine = random.Random(f"{seed}/{seat.persona}").gauss(0, persona)
        return min(0.9, max(0.01, 0.12 + mine + random.Random(f"{seed}/{seat.seed}").gauss(0, persona / 4) + more))

    return stops


@dataclass(frozen=True, slots=True)
class Leaning:
    """Gives each text a strength; log-odds are their difference. Has seen one platform where `only` names it, else all."""

    strengths: tuple[tuple[str, float], ...]
    why_not: str = ""
    only: str = ""
    name: str = "leaning: v1"

    def strength(self, text: str) -> float:
        return dict(self.strengths).get(text, 0.0)

    def depth(self, text: str, platform: str) -> str:
        return "another platform" if self.only and platform not in {"", self.only} else self.why_not

    def forecast(self, first: str, second: str, platform: str) -> Forecast:
        one, other = self.strength(first), self.strength(second)
        probability = 1 / (1 + 2.718281828459045 ** (abs(one - other)))  # of the weaker one, so that turning is exact
        return Forecast(
            probability if one < other else 1 - probability, (one, other), self.depth(first, platform), ("It names a date.",),
            RECORD,
        )  # fmt: skip


def leaning(*, a: float = 0.0, b: float = 0.0, c: float = 0.0, why_not: str = "", only: str = "") -> Leaning:
    return Leaning(((A.text, a), (B.text, b), (C.text, c)), why_not, only)


def compared(first: Stops, second: Stops, ranker: Leaning | None = None) -> Comparison:
    return compare((report(first, A), report(second, B, id="made-2")), moment, ranker)
