"""Report: a rehearsal and what came back, in words and rows, with no terminal, page or Discord in it.

Everything here is computed from a Rehearsal and its reactions, so a report can be made again from what the store keeps.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from audience.draft import lines
from audience.flags import Flag, flags
from audience.questions import Question, questions_in
from audience.reaction import KIND, PASSING, REASON, STAYING, Part, Reaction
from audience.rehearsal import Rehearsal
from audience.tally import PersonaRow, Tally, by_weight, tally

MARK = "Simulated: invented readers, played by a model. No real reader was asked."
IS_NOT = (
    "What it is not: not a survey, not a promise, not evidence of what real people think. The intervals hold the spread "
    "between invented readers and the luck of the day; they do not hold the error of the model. Replies are for reading, "
    "never for publishing."
)
MANY, FEW = 0.005, 0.001  # reply shares from which a thread is more than stray answers, and under which it is none; guesses


@dataclass(frozen=True, slots=True)
class Conversation:
    """Expected lines of reply per line of draft at the stated audience, who would answer, and what they ask."""

    replies: float
    low: float
    high: float
    lines_per_reply: float
    draft_lines: int
    ratio: float
    ratio_low: float
    ratio_high: float
    answerers: tuple[tuple[str, float], ...]  # persona, probability that one such person replies; likeliest first
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """Why the silent people of each seat pass the post by: reason -> seats, most frequent first, out of `seats`."""

    seats: int
    reasons: tuple[tuple[str, int, tuple[str, ...]], ...]  # reason, seats, up to three personas


@dataclass(frozen=True, slots=True)
class Thread:
    reply: Reaction
    answers: tuple[Reaction, ...]


@dataclass(frozen=True, slots=True)
class Report:
    rehearsal: Rehearsal
    reactions: tuple[Reaction, ...]
    timings: Mapping[str, float]
    tally: Tally
    second: Tally | None
    conversation: Conversation
    silence: Silence
    flags: tuple[Flag, ...]

    @classmethod
    def of(cls, rehearsal: Rehearsal, reactions: Sequence[Reaction], timings: Mapping[str, float]) -> Report:
        ordered = tuple(sorted(reactions, key=lambda r: (r.part, r.seat)))
        first = [r for r in ordered if r.part == "first"]
        second = [r for r in ordered if r.part == "second"]
        counted = tally(first, rehearsal.audience, rehearsal.seed)
        report = cls(
            rehearsal, ordered, dict(timings), counted, None, _conversation(rehearsal, first, counted), _silence(first),
            flags(rehearsal, ordered),
        )  # fmt: skip
        return replace(report, second=tally(second, report.stayed, rehearsal.seed)) if second else report

    def part(self, part: Part) -> tuple[Reaction, ...]:
        return tuple(r for r in self.reactions if r.part == part)

    @property
    def complete(self) -> bool:
        return len(self.part("first")) == len(self.rehearsal.seats)

    @property
    def stayed(self) -> int:
        """How many of the audience neither scroll past nor leave: the people whom a second round is about."""
        gone = sum(row.share for row in self.tally.rows if row.kind == PASSING.key or KIND[row.kind].weight < 0)
        return max(1, round(self.rehearsal.audience * (1 - gone)))

    @property
    def headline(self) -> str:
        return headline(self.rehearsal, self.tally)

    @property
    def threads(self) -> tuple[Thread, ...]:
        """The replies in seat order, each with what the second round answered to it."""
        answers = [r for r in self.part("second") if r.reply]
        return tuple(Thread(r, tuple(a for a in answers if a.answers == r.seat)) for r in self.part("first") if r.reply)

    @property
    def afterthoughts(self) -> tuple[Reaction, ...]:
        """What was said in the second round under the post itself."""
        return tuple(r for r in self.part("second") if r.reply and r.answers is None)

    @property
    def warmest_first(self) -> tuple[PersonaRow, ...]:
        return tuple(sorted(self.tally.personas, key=lambda row: (-by_weight(row), row.persona)))


def headline(rehearsal: Rehearsal, counted: Tally) -> str:
    """What would probably happen, in one sentence; silence first where silence is the result."""
    if not counted.rows:
        return "No forecast: not one reader could be played."
    replies, likes = counted.row("reply"), counted.row("like")
    people, past = f"{rehearsal.audience:,}", counted.row(PASSING.key)
    rest = (
        f"of {people} people who are shown this on {rehearsal.platform.name}, about {count(past.expected)} scroll past, "
        f"{count(counted.row(STAYING.key).expected)} read it and move on, {count(likes.expected)} tap like, and "
    )
    span = f"({count(replies.low * rehearsal.audience)} to {count(replies.high * rehearsal.audience)})"
    if replies.low * rehearsal.audience < 1 or replies.share < FEW:
        return f"Silence, most likely: {rest}{_answering(replies.expected)} {span}."
    if replies.share < MANY:
        return f"Mostly silence with a few answers: {rest}about {count(replies.expected)} reply {span}."
    return f"A conversation could start: {rest}about {count(replies.expected)} reply {span}."


def count(people: float) -> str:
    """A number of people as a person would say it: whole, and no more exact than it is known (two figures over a hundred)."""
    whole = round(people)
    if whole >= 100:
        digits = len(str(whole)) - 2
        whole = round(whole, -digits)
    return f"{whole:,}"


def _answering(expected: float) -> str:
    return "perhaps nobody replies" if expected < 1 else f"about {count(expected)} might reply"


def _conversation(rehearsal: Rehearsal, first: Sequence[Reaction], counted: Tally) -> Conversation:
    row = counted.row("reply")
    low, high = row.low * rehearsal.audience, row.high * rehearsal.audience
    written = [r for r in first if r.reply]
    each = statistics.mean(lines(r.reply or "") for r in written) if written else 1.0
    per = each / rehearsal.draft.lines
    answerers = sorted(((p.persona, dict(p.shares).get("reply", 0.0)) for p in counted.personas), key=lambda x: (-x[1], x[0]))
    asked = tuple(q for r in written for q in questions_in(r.reply or "", r.persona, rehearsal.draft.text))
    return Conversation(
        row.expected, low, high, each, rehearsal.draft.lines, row.expected * per, low * per, high * per,
        tuple(answerers[:5]), asked,
    )  # fmt: skip


def _silence(first: Sequence[Reaction]) -> Silence:
    told = [r for r in first if r.silence]
    counts = Counter(r.silence for r in told)
    order = list(REASON)
    ranked = sorted(counts, key=lambda reason: (-counts[reason], order.index(reason)))
    return Silence(len(told), tuple((reason, counts[reason], _some(told, reason)) for reason in ranked))


def _some(told: Sequence[Reaction], reason: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.persona for r in told if r.silence == reason))[:3]
