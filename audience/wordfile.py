"""Table: a small TOML file of words whose every key is checked, with complaints that name file, line and what is allowed.

Knows TOML and nothing of what the values mean.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from audience.errors import Refused

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def named(key: str, where: str) -> None:
    """Refuse a file name that could not be asked for: names are looked up in lower case."""
    if not KEY.fullmatch(key):
        raise Refused(f"{where}: the file name {key!r} must be lower-case letters, digits and hyphens, at most 40.")


@dataclass(frozen=True, slots=True)
class Table:
    values: Mapping[str, object]
    text_of_file: str
    where: str
    above: int = 0  # lines of the file that stand above the table

    @classmethod
    def read(cls, text: str, where: str, allowed: tuple[str, ...] | None = None, above: int = 0) -> Self:
        """Parse, and refuse unknown and missing keys where it is said which there are."""
        try:
            table = cls(tomllib.loads(text), text, where, above)
        except (ValueError, RecursionError) as error:  # tomllib lets numbers too long and nesting too deep through
            found = re.search(r"line (\d+)", str(error))
            line = above + (int(found[1]) if found else len(text.splitlines()))
            raise Refused(f"{where}, line {line}: not valid TOML ({error}).") from None
        if allowed is not None:
            table._hold_exactly(allowed)
        return table

    def text(self, key: str) -> str:
        value = self.values[key]
        if not isinstance(value, str) or not value.strip():
            raise self.complaint(key, "must be text")
        return " ".join(value.split())

    def listed(self, key: str) -> tuple[str, ...]:
        value = self.values[key]
        if not isinstance(value, list) or not value or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.complaint(key, "must be a list of short texts with at least one in it")
        return tuple(str(v).strip() for v in value)

    def count(self, key: str) -> int:
        value = self.values[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.complaint(key, "must be a whole number of at least 1")
        return value

    def texts(self, key: str) -> dict[str, str]:
        table = self._table(key)
        for name, value in table.items():
            if not isinstance(value, str):
                raise self.complaint(name, "must be text", key)
        return {name: str(value) for name, value in table.items()}

    def shares(self, key: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, value in self._table(key).items():
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e6:
                raise self.complaint(name, "must be a number of at least 0", key)
            found[name] = float(value)
        return found

    def complaint(self, key: str, what: str, inside: str = "") -> Refused:
        """A refusal naming the line of the key, or of the table `inside` which it stands where it has no line of its own."""
        table = self._line(inside) if inside else 1
        line = self._line(key, inside, table) + self.above
        return Refused(f"{self.where}, line {line}: {key!r}: {what}.")

    def _line(self, key: str, inside: str = "", first: int = 1) -> int:
        dotted = rf"(?:{re.escape(inside)}\s*\.\s*)?"
        row = re.compile(rf"\s*\[*\s*{dotted}[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
        rows = self.text_of_file.splitlines()[first - 1 :]
        return next((n for n, text in enumerate(rows, first) if row.match(text)), first)

    def _hold_exactly(self, allowed: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in allowed:
                raise self.complaint(key, f"unknown key; allowed are {', '.join(allowed)}")
        for key in allowed:
            if key not in self.values:
                raise Refused(f"{self.where}, line 1: the key {key!r} is missing; needed are {', '.join(allowed)}.")

    def _table(self, key: str) -> Mapping[str, object]:
        value = self.values[key]
        if not isinstance(value, dict) or not value:
            raise self.complaint(key, "must be a table with at least one key")
        return value
