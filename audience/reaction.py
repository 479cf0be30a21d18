"""KINDS and REASONS, the closed choices a reader has, and Reaction, what one seat did. Knows no model and no platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from audience.errors import unknown

Part = Literal["first", "second", "worst"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: the most a reader does with the post. `weight` orders readers by how much they gave."""

    key: str
    label: str
    told: str  # what the reader is told it means
    emoji: str
    words: bool  # whether it carries words
    silent: bool  # whether the writer would never see it happen
    weight: float
    rate: float  # share of those who see a post, where a platform names none; a guess


KINDS: tuple[Kind, ...] = (
    Kind("scroll", "scroll past", "scroll past without taking it in", "▽", words=False, silent=True, weight=0.0, rate=0.85),
    Kind(
        "read",
        "read on",
        "stop and read it to the end, and do nothing more",
        "◉",
        words=False,
        silent=True,
        weight=0.1,
        rate=0.125,
    ),
    Kind("like", "like", "tap like, and nothing more", "♥", words=False, silent=False, weight=0.4, rate=0.02),
    Kind("share", "share", "pass it on to people you know", "↻", words=False, silent=False, weight=1.0, rate=0.0015),
    Kind("reply", "reply", "write a comment under it", "✎", words=True, silent=False, weight=1.0, rate=0.003),
    Kind("hide", "hide", "mute or unfollow whoever posted it", "✕", words=False, silent=False, weight=-0.5, rate=0.0005),
)
"""Exclusive, and in the order in which a menu shows them. A new kind is one row here and nothing else."""

KIND = {kind.key: kind for kind in KINDS}
PASSING, STAYING = KINDS[0], KINDS[1]  # the two silences: did not take it in; took it in


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a reader did what they did, as a closed choice. `silent` reasons belong to those who gave the post nothing."""

    key: str
    told: str  # in the reader's words
    seen: str  # in the writer's words, after "because"
    silent: bool
    angles: tuple[str, ...] = ()  # what a reply given for this reason may set out to do


REASONS: tuple[Reason, ...] = (
    Reason("not-mine", "it has nothing to do with my life", "it had nothing to do with their lives", silent=True),
    Reason("pitch", "it is an advertisement", "it read as an advertisement", silent=True),
    Reason("nothing-new", "it tells me nothing I did not know", "it told them nothing new", silent=True),
    Reason("no-opening", "it leaves me nothing to answer", "it left them nothing to answer", silent=True),
    Reason("too-long", "it is too long for the moment I am in", "it was too long for the moment", silent=True),
    Reason("jargon", "it is not written in words I use", "it was not in words they use", silent=True),
    Reason("grates", "it does the very thing that annoys me in posts", "it did what annoys them in posts", silent=True),
    Reason("enough", "I liked it well enough but have nothing to add", "they had nothing to add", silent=True),
    Reason(
        "mine",
        "it is about something I care about",
        "it was about something they care about",
        silent=False,
        angles=("story", "asks", "jokes"),
    ),
    Reason(
        "asked",
        "it asks something I can answer",
        "it asked something they can answer",
        silent=False,
        angles=("story", "agrees", "disagrees"),
    ),
    Reason(
        "human",
        "it sounds like a person telling the truth",
        "it sounded like a person",
        silent=False,
        angles=("warm", "story", "agrees"),
    ),
    Reason(
        "useful",
        "somebody I know could use it",
        "somebody they know could use it",
        silent=False,
        angles=("asks", "agrees", "warm"),
    ),
    Reason(
        "wrong",
        "it gets something wrong that I know about",
        "it got something wrong they know about",
        silent=False,
        angles=("disagrees", "annoyed", "jokes"),
    ),
)
REASON = {reason.key: reason for reason in REASONS}


def reasons_for(kind: Kind) -> tuple[Reason, ...]:
    """The reasons on offer after this kind. Hiding a post is not silence, but its reasons are those of silence."""
    return tuple(r for r in REASONS if r.silent == (kind.silent or kind.weight < 0))


@dataclass(frozen=True, slots=True)
class Reaction:
    """What one seat did in one part of a rehearsal; saved and shown as soon as it exists.

    part           first (the forecast), second (after seeing the replies) or worst (the tail, never in the forecast)
    probabilities  kind -> probability, summing to one; empty where the seat failed before it was weighed
    kind           the kind drawn for this seat under its own seed; empty where it failed before
    reply          its words, where it was given the floor
    ready          whether these stood ready on the persona's card, and nobody wrote them for this draft
    answers        the seat it answers, in the second round
    silence        why those of its people who stay silent do; the same as the reason where the seat itself is silent
    moved          log-odds by which the draft moved this reader towards stopping at all, against habit and moment alone
    unsteady       total variation between the answers under the two label orders, 0 to 1
    nearest        cosine to the most similar earlier reply, 0 where there is none
    failed         why the seat could not be played; a failed seat is shown, never counted as silence
    """

    seat: int
    persona: str
    part: Part = "first"
    probabilities: tuple[tuple[str, float], ...] = ()
    kind: str = ""
    reason: str = ""
    angle: str = ""
    reply: str | None = None
    ready: bool = False
    answers: int | None = None
    silence: str = ""
    moved: float = 0.0
    unsteady: float = 0.0
    nearest: float = 0.0
    failed: str | None = None

    def __post_init__(self) -> None:
        for key in (*(k for k, _ in self.probabilities), *filter(None, [self.kind])):
            if key not in KIND:
                raise unknown("reaction kind", key, KIND)
        for reason in filter(None, (self.reason, self.silence)):
            if reason not in REASON:
                raise unknown("reason", reason, REASON)
        if self.probabilities and abs(sum(p for _, p in self.probabilities) - 1) > 1e-4:
            raise ValueError(f"the probabilities of seat {self.seat} do not sum to one: {self.probabilities}")
        if not all(0 <= p <= 1 for _, p in self.probabilities):
            raise ValueError(f"the probabilities of seat {self.seat} are not all between 0 and 1: {self.probabilities}")

    @property
    def shares(self) -> Mapping[str, float]:
        return dict(self.probabilities)

    @property
    def weighed(self) -> bool:
        return bool(self.probabilities)
