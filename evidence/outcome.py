"""Outcome: what a published post really got; Publication: what was forecast of it, frozen as it went out; and both together.

Values that refuse what cannot be. Knows no file, no database and no way in which numbers come.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from audience.errors import Refused
from audience.report import Report
from evidence.forecast import Ranker

COUNTS = ("reach", "reactions", "replies", "shares")
MOST = 10**12  # more people than there are, and still far from where a database stops counting
SEEN: Mapping[str, str] = {"like": "reactions", "share": "shares", "reply": "replies"}
"""Kind of reaction -> the number of an outcome that counts it: what can be seen of a post from outside.

A tally's kinds are exclusive, the most that a reader does; a platform counts whoever taps and replies twice. So the numbers
of an outcome lie a little above what a perfect forecast would say, by the same habit for every post of a team.
"""
PICTURE = re.compile(r"\s*https://t\.co/\w+$")  # what X puts after the words of a post with a picture


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reach` is the number of people or of showings, whichever the team reads; `shares` is 0 where a platform has none."""

    published: datetime
    taken: datetime  # when the numbers were read
    reach: int
    reactions: int
    replies: int
    shares: int = 0

    def __post_init__(self) -> None:
        for name in COUNTS:
            _count(name, getattr(self, name))
        if not self.reach:
            raise Refused("The reach is 0, and what nobody was shown has no outcome; give how many people were shown the post.")
        for name in COUNTS[1:]:
            if getattr(self, name) > self.reach:
                raise Refused(
                    f"The {name} ({getattr(self, name):,}) are more than the reach ({self.reach:,}); look which number is which."
                )
        _zoned("The post was published at", self.published)
        _zoned("The numbers were read at", self.taken)
        if self.taken < self.published:
            raise Refused(
                f"The numbers were read ({self.taken:%Y-%m-%d %H:%M %Z}) before the post was published "
                f"({self.published:%Y-%m-%d %H:%M %Z}); correct one of the two dates."
            )

    def by(self, now: datetime) -> Outcome:
        """The same, where it has been read by now. Raises Refused for numbers from the future."""
        if self.taken > now:
            raise Refused(f"The numbers were read in the future ({self.taken:%Y-%m-%d %H:%M %Z}); correct the date.")
        return self

    @property
    def engaged(self) -> int:
        return self.reactions + self.replies + self.shares

    @property
    def rate(self) -> float:
        """Engagement: (reactions + replies + shares) / reach. At most 1, though a few readers may do all three."""
        return min(1.0, self.engaged / self.reach)

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        return self.reach, self.reactions, self.replies, self.shares


@dataclass(frozen=True, slots=True)
class Expected:
    """One row of a tally as it was frozen: a kind, its share of those who are shown the post, and the 80% interval."""

    kind: str
    share: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.share <= self.high <= 1:
            raise ValueError(f"a share of {self.share} between {self.low} and {self.high} cannot be")


@dataclass(frozen=True, slots=True)
class Publication:
    """What was forecast of a post when it was published. Never changed afterwards, whatever is fitted later.

    platform   its key
    ranker     name of the ranker, with its version; empty where there was none, and `strength` is None then
    depth      why the ranker was out of its depth with the draft; empty where it was not
    """

    rehearsal: str
    draft: str
    platform: str
    model: str
    rows: tuple[Expected, ...]
    ranker: str
    strength: float | None
    depth: str
    published: datetime

    def __post_init__(self) -> None:
        _zoned("The post was published at", self.published)
        if not self.rows:
            raise Refused(f"Rehearsal {self.rehearsal} holds no forecast that could be frozen; rehearse the draft again.")
        if (self.strength is None) == bool(self.ranker):
            raise ValueError(f"the strength {self.strength} does not go with the ranker {self.ranker!r}")

    @classmethod
    def of(cls, report: Report, ranker: Ranker | None, published: datetime, now: datetime) -> Publication:
        """Freeze the forecast of a finished rehearsal. Raises Refused where it was not one before the post went out."""
        of = report.rehearsal
        _zoned("The post was published at", published)
        if not report.complete:
            raise Refused(f"Rehearsal {of.id} is not finished, so its forecast may still move; finish it first.")
        if published > now:
            raise Refused(f"{published:%Y-%m-%d %H:%M %Z} is in the future; freeze the forecast when the post is out.")
        if published < of.created:
            raise Refused(
                f"The post was out ({published:%Y-%m-%d %H:%M %Z}) before it was rehearsed ({of.created:%Y-%m-%d %H:%M %Z}); "
                "only a forecast that was made before can be judged."
            )
        return cls(
            of.id, of.draft.text, of.platform.key, of.model,
            tuple(Expected(row.kind, row.share, row.low, row.high) for row in report.tally.rows),
            ranker.name if ranker else "",
            ranker.strength(of.draft.text) if ranker else None,
            ranker.depth(of.draft.text, of.platform.key) if ranker else "",
            published,
        )  # fmt: skip

    @property
    def seen(self) -> tuple[Expected, ...]:
        """The rows of the kinds that can be seen from outside."""
        return tuple(row for row in self.rows if row.kind in SEEN)

    @property
    def engagement(self) -> float:
        """The share of readers who would do anything that can be seen: what the panel forecasts of an outcome's rate."""
        return sum(row.share for row in self.seen)


@dataclass(frozen=True, slots=True)
class Case:
    """A frozen forecast and the newest outcome of its post."""

    publication: Publication
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PastPost:
    """A post with its outcome, as a refit sees it. One that was imported has no forecast: `engagement` is None."""

    text: str
    platform: str
    outcome: Outcome
    engagement: float | None = None
    model: str = ""

    @classmethod
    def of(cls, case: Case) -> PastPost:
        p = case.publication
        return cls(p.draft, p.platform, case.outcome, p.engagement, p.model)


def essence(text: str) -> str:
    """By which the words of a post are known again, whatever a platform did to its blanks and line ends."""
    return " ".join(unicodedata.normalize("NFC", PICTURE.sub("", text)).split())


def _count(name: str, value: object) -> None:
    if type(value) is not int:
        raise Refused(f"The number for {name} is {value!r}, which is not whole; give how many there were.")
    if value < 0:
        raise Refused(f"The number for {name} is {value:,}, and nothing is counted below 0; give 0 or more.")
    if value > MOST:
        raise Refused(f"The number for {name} is {value:,}, more than there are people; look at it again.")


def _zoned(what: str, moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise Refused(f"{what} {moment:%Y-%m-%d %H:%M}, which has no time zone; add one, such as +00:00.")
