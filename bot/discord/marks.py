"""MARKS, what a team may say of a simulated reply, and what the marks of a server say of its personas.

Knows no buttons and no store; marks come in as plain rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audience.errors import unknown
from audience.reaction import Part
from audience.report import Report
from bot.pages.words import first_name_of, named

LEAST_JUDGED = 4  # marks on plausibility before a persona is judged at all; a guess
LEAST_BELIEVED = 1 / 3  # share of them under which it is no longer believed; a guess


@dataclass(frozen=True, slots=True)
class Mark:
    """`told` says what it means to the member who gives it."""

    key: str
    label: str
    emoji: str
    told: str


MARKS: tuple[Mark, ...] = (
    Mark("plausible", "Plausible", "👍", "a reader like this could write that"),
    Mark("not-plausible", "Not plausible", "👎", "no reader like this would write that"),
    Mark("useful", "Useful", "💡", "it points at something the draft can do better"),
    Mark("off-limits", "Off-limits", "🚫", "nobody should have to read that here"),
)
BELIEVED, DOUBTED = MARKS[0], MARKS[1]

Counts = tuple[tuple[str, int], ...]  # mark -> how often, in the order of MARKS, none that was never given


@dataclass(frozen=True, slots=True)
class MarksSummary:
    """`personas` holds the marks given in this rehearsal, persona by persona; the second looks at all of the server's."""

    personas: tuple[tuple[str, Counts], ...]
    no_longer_believed: tuple[str, ...]

    @property
    def counts(self) -> Counts:
        """How often each mark was given in this rehearsal."""
        whole: Counter[str] = Counter()
        for _, counts in self.personas:
            whole.update(dict(counts))
        return in_order(whole)


def mark(key: str) -> Mark:
    """Raises Refused for a mark that is not in the table."""
    known = {each.key: each for each in MARKS}
    if key not in known:
        raise unknown("mark", key, known)
    return known[key]


def in_order(counts: Mapping[str, int]) -> Counts:
    """The marks that were given, in the order of the table."""
    return tuple((each.key, counts[each.key]) for each in MARKS if counts.get(each.key, 0) > 0)


def marks_summary(
    report: Report, marks: Sequence[tuple[Part, int, str]], records: Sequence[tuple[str, Mapping[str, int]]]
) -> MarksSummary:
    """`marks` are the part, seat and mark of each one given here; `records` the marks of a persona over all rehearsals.

    Raises Refused for an unknown mark. A mark for a seat that was never played here counts for nobody.
    """
    sits = {(r.part, r.seat): r.persona for r in report.reactions}
    given: dict[str, Counter[str]] = {}
    for part, seat, key in marks:
        if (part, seat) in sits:
            given.setdefault(sits[part, seat], Counter())[mark(key).key] += 1
    here = {reader.persona for reader in report.rehearsal.readers}
    doubted = tuple(persona for persona, counts in records if persona in here and not believed(counts))
    return MarksSummary(tuple((persona, in_order(given[persona])) for persona in sorted(given)), doubted)


def believed(record: Mapping[str, int]) -> bool:
    """False once enough members judged a persona and too few of them found it plausible."""
    yes, no = record.get(BELIEVED.key, 0), record.get(DOUBTED.key, 0)
    return yes + no < LEAST_JUDGED or yes / (yes + no) >= LEAST_BELIEVED


def told(counts: Counts) -> str:
    """👍 3 plausible, 💡 1 useful."""
    return ", ".join(f"{mark(key).emoji} {many:,} {mark(key).label.lower()}" for key, many in counts)


def marks_lines(report: Report, summary: MarksSummary) -> tuple[str, ...]:
    """The marks as a whole, whom the team no longer believes, then persona by persona. Names are as their authors wrote them."""
    if not summary.personas and not summary.no_longer_believed:
        return ()
    whole = sum(many for _, many in summary.counts)
    lines = [f"{named('mark', whole)}: {told(summary.counts)}."] if whole else []
    if summary.no_longer_believed:
        names = ", ".join(first_name_of(report, persona) for persona in summary.no_longer_believed)
        lines.append(f"No longer believed, over all rehearsals of this server: {names}.")
    return (*lines, *(f"{first_name_of(report, persona)}: {told(counts)}" for persona, counts in summary.personas))
