"""Rehearsal: one draft before one audience, fully decided before the first reader is asked; and what chance decides in it.

A value: with the words and the model it names, everything that follows is determined. Knows no model and plays nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audience.asking import tilted
from audience.draft import Draft
from audience.errors import Refused
from audience.panel import Panel, Seat
from audience.persona import ANGLES, HABITS, Persona, first_name
from audience.platform import Platform, fits
from audience.reaction import KIND, KINDS, PASSING, REASON, Part, Reaction
from audience.script import Moment

AUDIENCE = 1_000
REPLIES = 12
MOST_AUDIENCE = 1_000_000_000
MOST_REPLIES = 200
MOST_SEED = 2**53 - 1  # the largest whole number that every JSON reader keeps


@dataclass(frozen=True, slots=True)
class Reader:
    """A persona as a report needs it: by name, without its words."""

    persona: str
    name: str
    bio: str

    @property
    def first_name(self) -> str:
        return first_name(self.name)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`audience` is the number of real people the tally is scaled to; `model` and `fingerprint` say who and which words."""

    id: str
    created: datetime
    draft: Draft
    panel: Panel
    readers: tuple[Reader, ...]
    platform: Platform
    model: str
    remark: str
    depth: str  # why the model is out of its depth with this draft; empty where it is not
    fingerprint: str
    seats: tuple[Seat, ...]
    audience: int = AUDIENCE
    replies: int = REPLIES
    rounds: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        within("audience", self.audience, 1, MOST_AUDIENCE)
        within("number of replies", self.replies, 0, MOST_REPLIES)
        within("number of rounds", self.rounds, 1, 2)
        within("seed", self.seed, 0, MOST_SEED)
        fits(self.platform, len(self.draft.text))

    @property
    def people(self) -> float:
        """How many of the audience one seat stands for, at least one."""
        return max(1.0, self.audience / len(self.seats))

    def reader(self, persona: str) -> Reader:
        return next(reader for reader in self.readers if reader.persona == persona)


def within(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refused(f"The {what} is a whole number from {least:,} to {most:,}, not {value:,}.")


def prior(platform: Platform, persona: Persona, moment: Moment, part: Part = "first") -> dict[str, float]:
    """What this reader would do before reading a word: the platform's base rates, tilted by habit and by the moment.

    In the second round nobody scrolls past any more: the readers are those who stayed, so the rates are conditional on that.
    """
    habit = HABITS[persona.habit(platform.key)]
    kinds = [kind.key for kind in KINDS]
    rates = tilted([platform.rates[k] for k in kinds], [habit.get(k, 0.0) + moment.attention for k in kinds])
    known = dict(zip(kinds, rates, strict=True))
    if part == "second":
        known.pop(PASSING.key)
    whole = sum(known.values())
    return {kind: rate / whole for kind, rate in known.items()}


def drawn(probabilities: Mapping[str, float], people: float, chance: random.Random) -> str:
    """The kind of one seat. A seat stands for `people` of the audience, and it speaks when at least one of them would:
    with probability 1 - (1 - p) ** people. One that does not speak does what one of its people would do, by plain chance.

    The tally never counts these draws; it is made from the probabilities.
    """
    for kind in (kind for kind in KINDS if kind.words):
        if chance.random() < 1 - (1 - probabilities.get(kind.key, 0.0)) ** people:
            return kind.key
    mute = {kind: p for kind, p in probabilities.items() if not KIND[kind].words}
    return picked(mute, chance)


def picked(shares: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]


def given_the_floor(reactions: Sequence[Reaction], most: int, seed: int) -> tuple[Reaction, ...]:
    """Who of those that would speak is heard, at most `most`: one of each persona first, then by lot; in seat order."""
    speakers = [r for r in reactions if r.weighed and KIND[r.kind].words]
    lots = {r.seat: random.Random(f"{seed}/floor/{r.seat}").random() for r in speakers}
    turns: dict[int, int] = {}
    heard: dict[str, int] = {}
    for reaction in sorted(speakers, key=lambda r: lots[r.seat]):
        turns[reaction.seat] = heard[reaction.persona] = heard.get(reaction.persona, -1) + 1
    chosen = sorted(speakers, key=lambda r: (turns[r.seat], lots[r.seat]))[:most]
    return tuple(sorted(chosen, key=lambda r: r.seat))


def angles_for(speakers: Sequence[Reaction]) -> dict[int, tuple[str, ...]]:
    """For each seat its angle, and after it those to try if the words come out like another's.

    The angle fits the reason, and is the one least used so far: temperature does not cure sameness, a different aim does.
    """
    used = dict.fromkeys(ANGLES, 0)
    found: dict[int, tuple[str, ...]] = {}
    for reaction in speakers:
        fitting = REASON[reaction.reason].angles if reaction.reason else ()
        first = min(fitting or ANGLES, key=lambda angle: used[angle])
        used[first] += 1
        found[reaction.seat] = (first, *(angle for angle in sorted(ANGLES, key=lambda a: used[a]) if angle != first))
    return found
