"""Changes: what the same readers did with one draft and with another. Names no cause and calls nothing better.

A reader is the same where persona, turn and seed of the seat are the same. Knows no rendering.
"""

from __future__ import annotations

from dataclasses import dataclass

from audience.panel import Seat
from audience.reaction import KIND, Reaction
from audience.report import Report, count
from audience.tally import Row

SIMULATED = "Both are simulated: this says what invented readers did, not why, and not which draft is better."


@dataclass(frozen=True, slots=True)
class Reader:
    """One seat that was played both times. `moved` are the log-odds by which each draft moved it towards stopping."""

    persona: str
    name: str
    seat: int  # its number the second time
    before: str  # kinds
    after: str
    moved_before: float
    moved_after: float

    def __post_init__(self) -> None:
        if self.before not in KIND or self.after not in KIND:
            raise ValueError(f"seat {self.seat} did {self.before!r} and {self.after!r}; both must be kinds of reaction")

    @property
    def other(self) -> bool:
        return self.before != self.after

    @property
    def gave(self) -> float:
        """How much more it gave the second time, by the weights of the kinds."""
        return KIND[self.after].weight - KIND[self.before].weight


@dataclass(frozen=True, slots=True)
class Changes:
    """`replies` are the expected replies with their interval as shares, each at its own audience."""

    readers: tuple[Reader, ...]  # in the order of their seats
    lost: int  # seats of either that cannot be compared: failed, not played, or not in the other
    replies: tuple[Row, Row]
    audiences: tuple[int, int]
    redrafted: bool  # whether the draft itself differs
    unlike: tuple[str, ...]  # what else differs, by name

    @property
    def others(self) -> tuple[Reader, ...]:
        """Those who did something else."""
        return tuple(reader for reader in self.readers if reader.other)

    @property
    def more(self) -> int:
        return sum(reader.gave > 0 for reader in self.readers)

    @property
    def less(self) -> int:
        return sum(reader.gave < 0 for reader in self.readers)

    @property
    def same(self) -> int:
        return len(self.readers) - self.more - self.less


def changes(before: Report, after: Report) -> Changes:
    """Compare two rehearsals seat by seat; the first round only."""
    then, now = _played(before), _played(after)
    shared = sorted(set(then) & set(now), key=lambda seat: now[seat].seat)
    seats = {_same(s) for s in before.rehearsal.seats} | {_same(s) for s in after.rehearsal.seats}
    old, new = before.rehearsal, after.rehearsal
    return Changes(
        tuple(_reader(after, then[seat], now[seat]) for seat in shared), len(seats) - len(shared),
        (_replies(before), _replies(after)), (old.audience, new.audience), old.draft != new.draft,
        tuple(what for what, a, b in (
            ("the model", old.model, new.model), ("the platform", old.platform, new.platform),
            ("the words of the readers", old.fingerprint, new.fingerprint), ("the panel", old.panel.shares, new.panel.shares),
            ("the size of the audience", old.audience, new.audience),
        ) if a != b),
    )  # fmt: skip


def sentences(found: Changes) -> tuple[str, ...]:
    """The comparison in words; the last one says what it is not."""
    told = [_how_many(found)]
    if found.lost:
        seats = "1 seat" if found.lost == 1 else f"{found.lost:,} seats"
        told.append(f"{seats} could not be compared: failed, not played, or not seated both times.")
    told.append(_how_often(found))
    if found.unlike:
        *first, last = found.unlike
        told.append(f"Not the same both times: {', '.join(first)}{' and ' if first else ''}{last}.")
    return (*told, SIMULATED)


def reader_lines(found: Changes) -> tuple[str, ...]:
    """Who did something else, a line each: Abel: scroll past → reply. Names are as their authors wrote them."""
    many = [reader.persona for reader in found.readers]
    return tuple(
        f"{r.name}{f' (seat {r.seat})' if many.count(r.persona) > 1 else ''}: {KIND[r.before].label} → {KIND[r.after].label}"
        for r in found.others
    )


def _played(report: Report) -> dict[tuple[str, int, int], Reaction]:
    """What each seat did that was weighed."""
    seats = {seat.number: seat for seat in report.rehearsal.seats}
    return {_same(seats[r.seat]): r for r in report.part("first") if r.weighed and r.kind}


def _same(seat: Seat) -> tuple[str, int, int]:
    return seat.persona, seat.turn, seat.seed


def _reader(report: Report, then: Reaction, now: Reaction) -> Reader:
    name = report.rehearsal.reader(now.persona).first_name
    return Reader(now.persona, name, now.seat, then.kind, now.kind, then.moved, now.moved)


def _replies(report: Report) -> Row:
    return report.tally.row(next(key for key, kind in KIND.items() if kind.words))


def _how_many(found: Changes) -> str:
    what = "the new draft" if found.redrafted else "the draft the second time"
    whole, others = len(found.readers), len(found.others)
    if not whole:
        return "No reader was played both times, so nobody can be compared."
    if not others:
        return f"None of {'the 1 reader' if whole == 1 else f'the {whole:,} readers'} did something else."
    parts = [f"{found.more:,} gave {what} more", f"{found.less:,} less"]
    if alike := others - found.more - found.less:
        parts.append(f"{alike:,} as much in another way")
    return f"{others:,} of {'1 reader' if whole == 1 else f'{whole:,} readers'} did something else: {', '.join(parts)}."


def _how_often(found: Changes) -> str:
    told = []
    for row, audience in zip(found.replies, found.audiences, strict=True):
        low, high = count(row.low * audience), count(row.high * audience)
        told.append(f"{count(row.expected)} ({low if low == high else f'{low} to {high}'}) of {audience:,} people")
    first, second = found.replies
    apart = first.high < second.low or second.high < first.low
    note = "" if apart else " The intervals overlap, so the luck of the day is enough to explain it."
    return f"Expected replies: {told[0]} before, {told[1]} after.{note}"
