"""Platform: where the post would appear: how people behave there, how long a post may be, how seldom anybody reacts.

Knows no persona; base rates come from its file, each with a source or the word "guess".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audience.errors import Refused
from audience.reaction import KINDS, PASSING
from audience.wordfile import Table


@dataclass(frozen=True, slots=True)
class Platform:
    """`rates` holds, for every kind, the share of those shown a post for whom it is the most they do; it sums to one."""

    key: str
    name: str
    framing: str
    limit: int  # most characters a post may have
    fold: int  # characters shown before "more"
    source: str
    rates: Mapping[str, float]
    sources: Mapping[str, str]
    words: str = ""

    @classmethod
    def parse(cls, key: str, text: str, where: str) -> Platform:
        """Read one TOML file. Raises Refused naming file, line, key and what is allowed."""
        table = Table.read(text, where, ("name", "framing", "limit", "fold", "source", "rates", "sources"))
        given, sources = table.shares("rates"), table.texts("sources")
        rates = _completed(given, table)
        for kind in given:
            if not sources.get(kind, "").strip():
                raise table.complaint("sources", f"names no source for {kind!r}; give one, or the word guess")
        return cls(
            key, table.text("name"), table.text("framing"), table.count("limit"), table.count("fold"),
            table.text("source"), rates, {kind: sources.get(kind, "guess") for kind in rates}, text,
        )  # fmt: skip


def _completed(given: Mapping[str, float], table: Table) -> dict[str, float]:
    """All kinds, in the table's order: what the file does not name keeps the kind's own rate; passing by is the rest."""
    active = [kind for kind in KINDS if kind is not PASSING]
    for name in given:
        if name not in {kind.key for kind in active}:
            raise table.complaint(name, f"unknown kind; allowed are {', '.join(kind.key for kind in active)}", "rates")
    rates = {kind.key: given.get(kind.key, kind.rate) for kind in active}
    if not all(rate > 0 for rate in rates.values()) or sum(rates.values()) >= 1:
        raise table.complaint("rates", "must each be above 0 and together under 1; the rest scroll past")
    return {PASSING.key: 1 - sum(rates.values()), **rates}


def fits(platform: Platform, characters: int) -> None:
    """Refuse a draft that the platform itself would refuse."""
    if characters > platform.limit:
        raise Refused(
            f"The draft has {characters:,} characters and {platform.name} takes at most {platform.limit:,}; "
            "shorten it, or choose another platform."
        )
