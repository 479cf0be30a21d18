"""Importing: from a CSV export to posts with their outcomes. First a plan, which is shown; then the posts, one by one.

A plan reads the file twice and holds no more than a few rows of it. Nothing is kept here; knows no database and no screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from audience.errors import Refused
from evidence.cells import Order, count, moment, order
from evidence.columns import Columns, columns, known
from evidence.outcome import Outcome, PastPost
from evidence.sheet import Sheet

NAMED = 5  # unusable rows that are named
SHOWN = 3  # rows that are shown before anything is kept
LONGEST = 40_000  # characters of a post


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be read, and how. `first` says whether the day or the month comes first in its dates."""

    sheet: Sheet
    columns: Columns
    first: Order
    rows: int

    @classmethod
    def of(cls, path: Path, asked: str = "", first: Order = "") -> Plan:
        """Look a file over. `asked` corrects the guess at the columns, `first` the order of its dates. Raises Refused."""
        sheet = Sheet.read(path, known if not asked else lambda names: known(names) + 1)
        found = columns(sheet.header, asked)
        many, decided = _looked_over(sheet, found.places["published"], first)
        if not many:
            raise Refused(f"{path} has no rows below the names of its columns; export it again.")
        return cls(sheet, found, decided, many)

    def sample(self, platform: str, taken: datetime) -> tuple[PastPost, ...]:
        """The first posts that can be used, for a person to look at."""
        found: list[PastPost] = []
        for post in Posts(self, platform, taken):
            found.append(post)
            if len(found) == SHOWN:
                break
        return tuple(found)


@dataclass(slots=True)
class Posts:
    """The posts of a plan, read as they are asked for. Beside them it counts the rows that cannot be used, with the first
    few by line and reason. `taken` is when the numbers were read.
    """

    plan: Plan
    platform: str
    taken: datetime
    read: int = 0
    unusable: int = 0
    why: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[PastPost]:
        self.read, self.unusable, self.why = 0, 0, []
        for line, cells in self.plan.sheet.rows():
            try:
                post = self._post(cells)
            except ValueError as error:  # Refused is one
                self.unusable += 1
                if len(self.why) < NAMED:
                    self.why.append(f"line {line:,}: {error}")
            else:
                self.read += 1
                yield post
        if not self.read:
            raise Refused(f"No row of {self.plan.sheet.path} can be used; the first: {self.why[0]}")

    def _post(self, cells: Sequence[str]) -> PastPost:
        """Raises ValueError with what is wrong."""
        places = self.plan.columns.places
        if len(cells) <= max(places.values()):
            raise ValueError(f"it has {len(cells)} of {len(self.plan.sheet.header)} cells")
        text = cells[places["text"]].strip()
        if not text or len(text) > LONGEST or "\x00" in text:
            raise ValueError("it has no text" if not text else "its text is no post")
        published = moment(cells[places["published"]], self.plan.first).astimezone(UTC)
        if not cells[places["reach"]].strip():
            raise ValueError("it has no reach")
        reach = count(cells[places["reach"]])
        numbers = [count(cells[places[name]], reach) if name in places else 0 for name in ("reactions", "replies", "shares")]
        return PastPost(text, self.platform, Outcome(published, self.taken, reach, *numbers))


def _looked_over(sheet: Sheet, place: int, first: Order) -> tuple[int, Order]:
    """How many rows there are, and the order of their dates, decided over the whole column."""
    many = 0

    def dates() -> Iterator[str]:
        nonlocal many
        for _, cells in sheet.rows():
            many += 1
            if len(cells) > place:
                yield cells[place]

    column = repr(sheet.header[place].strip())
    try:
        found = order(dates())
    except Refused:
        raise
    except ValueError as error:
        raise Refused(f"In the column {column}, {error}; export it again with dates such as 2026-11-23.") from None
    if found is None and not first:
        raise Refused(
            f"Nothing in the column {column} says whether the day or the month comes first; say --dates day-first or --dates month-first."
        )
    return many, first or found or ""
