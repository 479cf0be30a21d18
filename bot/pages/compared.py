"""Compared: the sentences and rows of a comparison that every face shows alike. Plain text in, plain text out.

Knows no markup, no colour and no terminal; whoever shows these words escapes them for where they go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audience.changes import changes
from audience.draft import Draft
from audience.reaction import KIND, KINDS, PASSING, REASON, Reaction
from audience.report import Report
from audience.tally import by_weight
from bot.pages.figures import flat, named, people, percent, span
from bot.pages.words import made_lines, name_of
from evidence.compare import TOO_CLOSE, Comparison, Pair, Place
from evidence.verdict import LETTERS

IS_NOT = (
    "What it is not: not a promise that the draft that is called does better, and not a reason why. The panel's part is about "
    "invented readers, played by a model; the ranker's part holds as far as its record says. Too close to call is an answer."
)
CALLED = {
    "panel": "the panel holds it for the better one.",
    "ranker": "the ranker holds it for the better one.",
    "both": "the panel and the ranker both hold it for the better one.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One kind under each draft: as people, the 80% interval of these, and as a share."""

    label: str
    emoji: str
    people: tuple[str, ...]
    spans: tuple[str, ...]
    percents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One persona: its chance to stop under each draft, None where every seat of it failed."""

    name: str
    stops: tuple[float | None, ...]
    apart: float  # how much more it gives one draft than another, at most


@dataclass(frozen=True, slots=True)
class Mind:
    """One seat that did something else: what and why under the one draft, and under the other."""

    name: str
    seat: int
    moment: str  # where the post found them
    before: str
    after: str
    gave: float


def headline(c: Comparison) -> str:
    """The verdict in one sentence."""
    if len(c.reports) > 2:
        return _first_of_many(c)
    pair = c.pairs[0]
    if pair.winner is not None:
        return f"Draft {LETTERS[pair.winner]}: {CALLED[pair.verdict.speaks]}"
    if len(pair.verdict.why) > 2:
        return f"{TOO_CLOSE}: the panel and the ranker do not agree."
    alone = pair.forecast is None or bool(pair.forecast.depth)
    who = "the panel does not tell" if alone else "neither the panel nor the ranker tells"
    return f"{TOO_CLOSE}: {who} A from B."


def _first_of_many(c: Comparison) -> str:
    if c.verdict != TOO_CLOSE:
        return f"Draft {c.verdict}: it is called better than every other draft."
    ahead = [n for place in c.places if place.best == 1 for n in place.drafts]
    if len(ahead) == len(c.reports):
        return f"{TOO_CLOSE}: no draft is told from all others."
    return f"{TOO_CLOSE}: the first place is open between {listed(LETTERS[n] for n in sorted(ahead))}."


def listed(words: Iterable[str]) -> str:
    """A, B and C."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def place_lines(c: Comparison) -> tuple[str, ...]:
    """Where each draft stands; with two drafts the verdict says it already."""
    return tuple(_place(place) for place in c.places) if len(c.reports) > 2 else ()


def _place(place: Place) -> str:
    where = f"Place {place.best}" if place.best == place.worst else f"Places {place.best} to {place.worst}, not told apart"
    return f"{where}: {listed(LETTERS[n] for n in place.drafts)}"


def pair_title(pair: Pair) -> str:
    letters = f"{pair.letters[0]} or {pair.letters[1]}"
    return f"{letters}: {TOO_CLOSE.lower() if pair.winner is None else LETTERS[pair.winner]}"


def panel_sentences(c: Comparison, pair: Pair) -> tuple[str, ...]:
    """What the panel says of two drafts, who did something else, and what it rests on."""
    one, other = LETTERS[pair.first], LETTERS[pair.second]
    found = changes(c.reports[pair.first], c.reports[pair.second])
    others = f"{len(found.others):,} of {named('reader', len(found.readers))} did something else: {found.more:,} gave {other} more, {found.less:,} gave {one} more."
    if not found.others:
        others = f"None of {named('reader', len(found.readers))} did something else; only their chances moved."
    rest = f"From {named('seat', pair.panel.seats)} of {named('persona', pair.panel.personas)} in {named('moment', pair.panel.phrasings)}."
    if pair.panel.lost:
        rest += f" {named('seat', pair.panel.lost)} could not be weighed under both and {'is' if pair.panel.lost == 1 else 'are'} in no number."
    mean = f"Mean difference {abs(pair.panel.mean):.2g} a reader, by the weights of the kinds; p = {pair.panel.chance:.2g}."
    return (pair.verdict.why[0], *([] if pair.panel.silent else [mean]), others, rest)


def ranker_sentences(pair: Pair) -> tuple[str, ...]:
    """What the ranker says of two drafts, and what moved it; the last word where the two do not agree."""
    return (
        *(flat(why) for why in pair.verdict.why[1:]),
        *(flat(why) for why in (pair.forecast.reasons if pair.forecast else ())),
    )


def tally_rows(c: Comparison) -> tuple[Row, ...]:
    """The kinds side by side, in people at the stated audience."""
    audience = c.reports[0].rehearsal.audience
    found = []
    for kind in KINDS:
        rows = [report.tally.row(kind.key) for report in c.reports]
        if any(report.tally.rows for report in c.reports):
            each = [(people(row.expected), span(row.low, row.high, audience), percent(row.share)) for row in rows]
            found.append(Row(kind.label, kind.emoji, *(tuple(column) for column in zip(*each, strict=True))))
    return tuple(found)


def moves(c: Comparison) -> tuple[Move, ...]:
    """The personas, those whom the drafts move furthest apart first."""
    found = []
    for persona in dict.fromkeys(row.persona for report in c.reports for row in report.tally.personas):
        rows = [next((r for r in report.tally.personas if r.persona == persona and r.shares), None) for report in c.reports]
        given = [by_weight(row) for row in rows if row is not None]
        stops = tuple(None if row is None else 1 - dict(row.shares)[PASSING.key] for row in rows)
        found.append(Move(name_of(c.reports[0], persona), stops, max(given) - min(given) if given else 0.0))
    return tuple(sorted(found, key=lambda move: (-move.apart, move.name)))


def ends(c: Comparison) -> tuple[int, int]:
    """The two drafts that are shown reader by reader: with more than two, the highest in the ranking and the lowest."""
    first, last = sorted((c.places[0].drafts[0], c.places[-1].drafts[-1]))
    return first, last


def minds(c: Comparison) -> tuple[Mind, ...]:
    """Who did something else under the one draft than under the other, those who gave the second most first."""
    one, other = (c.reports[n] for n in ends(c))
    before, after = ({r.seat: r for r in report.part("first")} for report in (one, other))
    found = [
        Mind(name_of(one, r.persona), r.seat, c.phrasings[r.seat - 1], _did(before[r.seat]), _did(after[r.seat]), r.gave)
        for r in changes(one, other).others
    ]
    return tuple(sorted(found, key=lambda mind: (-mind.gave, mind.seat)))


def _did(reaction: Reaction) -> str:
    why = f", because {REASON[reaction.reason].seen}" if reaction.reason else ""
    return f"{KIND[reaction.kind].label}{why}"


def minds_sentence(c: Comparison) -> str:
    one, other = (LETTERS[n] for n in ends(c))
    if not minds(c):
        return f"No reader did something else under {other} than under {one}."
    return (
        f"The same readers, in the same moments, under {one} and under {other}. Each did what its own chance drew from its "
        "probabilities; single readers are examples, the tally is the measure."
    )


def unfinished(c: Comparison) -> str:
    """Which drafts were not heard to the end; empty where all were."""
    short = [LETTERS[n] for n, report in enumerate(c.reports) if not report.complete]
    if not short:
        return ""
    return f"Unfinished: draft {listed(short)} {'was' if len(short) == 1 else 'were'} not heard by every reader; the verdict may still move."


def drafts(c: Comparison) -> tuple[tuple[str, Report], ...]:
    return tuple(zip(LETTERS, c.reports, strict=False))


def measured(draft: Draft) -> str:
    return f"{named('word', draft.words)}, {named('line', draft.lines)}"


def kept_line(c: Comparison) -> str:
    """Where each rehearsal can be read in full."""
    return "; ".join(f"draft {letter} is rehearsal {flat(report.rehearsal.id)}" for letter, report in drafts(c))


def made(c: Comparison) -> tuple[tuple[str, str], ...]:
    """How it was made: what all drafts share, as pairs of a heading and a text."""
    shared = {heading: text for heading, text in made_lines(c.reports[0]) if heading not in {"Rehearsal", "Timings"}}
    return (
        ("Rehearsals", kept_line(c)), ("Panel's test", TEST), ("Ranker", flat(c.ranker or c.without)), *shared.items(),
    )  # fmt: skip


TEST = (
    "the difference seat by seat, tested by flipping the signs of whole personas and by the spread between personas and between "
    "moments; the larger chance of the two counts. At most 5% of pairs that are the same are called, panel and ranker together"
)


def chance(share: float | None) -> str:
    return "not weighed" if share is None else percent(share)
