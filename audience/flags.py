"""Flags: what should make a writer doubt a tally, each with its value, its threshold and its reason.

A flag is a function of a rehearsal and its reactions. Knows no rendering.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audience.playing import TOO_ALIKE
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal

LEAST_SPREAD = 0.1  # standard deviation, over personas, of the log-odds by which the draft moved them; a guess
LEAST_PERSONAS = 8
MOST_ALIKE = 0.02
MOST_UNSTEADY = 0.1
MOST_ONE_SIDED = 0.8
LEAST_REPLIES = 5  # under which the tone of the replies says nothing
SIDES = {"agrees": 1, "warm": 1, "disagrees": -1, "annoyed": -1}


@dataclass(frozen=True, slots=True)
class Flag:
    flag: str
    value: float
    threshold: float
    reason: str


Check = Callable[[Rehearsal, Sequence[Reaction]], Flag | None]


def flags(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> tuple[Flag, ...]:
    """All flags that are up, in the order of CHECKS."""
    return tuple(flag for check in CHECKS if (flag := check(rehearsal, reactions)) is not None)


def _failed(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    failed = [r for r in reactions if r.failed is not None]
    reason = f"{seats(len(failed))} could not be played, or not to the end; a failed seat is not counted as silence"
    return Flag("failed-seats", len(failed), 0, f"{reason} (first reason: {failed[0].failed})") if failed else None


def _missing(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    missing = len(rehearsal.seats) - sum(r.part == "first" for r in reactions)
    return Flag("unfinished", missing, 0, f"{seats(missing)} not played yet") if missing else None


def _small(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    many = len({seat.persona for seat in rehearsal.seats})
    if many >= LEAST_PERSONAS:
        return None
    return Flag(
        "small-panel",
        many,
        LEAST_PERSONAS,
        f"only {many} different {'persona sits' if many == 1 else 'personas sit'} in this panel; its spread is hardly known",
    )


def _depth(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    return Flag("out-of-depth", 1, 0, rehearsal.depth) if rehearsal.depth else None


def _collapse(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    moved: dict[str, list[float]] = {}
    for r in reactions:
        if r.part == "first" and r.weighed:
            moved.setdefault(r.persona, []).append(r.moved)
    if len(moved) < 2 or (spread := statistics.pstdev(map(statistics.mean, moved.values()))) >= LEAST_SPREAD:
        return None
    reason = "the draft moves every persona by nearly the same amount, so the model hardly tells readers apart"
    return Flag("collapse", round(spread, 4), LEAST_SPREAD, reason)


def _alike(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    said = [r for r in reactions if r.reply and r.part != "worst"]
    share = sum(r.nearest > TOO_ALIKE for r in said) / len(said) if said else 0.0
    reason = f"replies that nearly repeat another one (cosine over {TOO_ALIKE}) even after another try"
    return Flag("sameness", round(share, 4), MOST_ALIKE, reason) if share > MOST_ALIKE else None


def _unsteady(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    known = [r.unsteady for r in reactions if r.part == "first" and r.weighed]
    mean = statistics.mean(known) if known else 0.0
    reason = "answers change with the order in which the choices are listed (mean total variation)"
    return Flag("unsteady", round(mean, 4), MOST_UNSTEADY, reason) if mean > MOST_UNSTEADY else None


def _one_sided(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    sides = [SIDES[r.angle] for r in reactions if r.part == "first" and r.reply and r.angle in SIDES]
    if len(sides) < LEAST_REPLIES:
        return None
    share = max(sides.count(1), sides.count(-1)) / len(sides)
    reason = "nearly all replies that take a side take the same one, which real threads seldom do"
    return Flag("one-sided", round(share, 4), MOST_ONE_SIDED, reason) if share > MOST_ONE_SIDED else None


def _folded(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    long, fold = len(rehearsal.draft.text), rehearsal.platform.fold
    reason = f"{rehearsal.platform.name} shows the first {fold:,} characters and hides the rest behind a tap; the readers here read all of it"
    return Flag("folded", long, fold, reason) if long > fold else None


def _cleaned(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> Flag | None:
    removed = rehearsal.draft.removed
    return Flag("cleaned", removed, 0, "invisible or control characters were taken out of the draft") if removed else None


def seats(many: int) -> str:
    return "1 seat" if many == 1 else f"{many:,} seats"


CHECKS: tuple[Check, ...] = (
    _failed, _missing, _depth, _small, _collapse, _alike, _unsteady, _one_sided, _folded, _cleaned,
)  # fmt: skip
