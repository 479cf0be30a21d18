"""Cells: the numbers and dates of an export as people and programs write them. Knows no column and no file.

A count is whole, which decides what most signs mean: 1,234 and 1.234 are both one thousand two hundred and thirty-four.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

Order = Literal["", "day-first", "month-first"]  # empty where no date leaves it open

BLANKS = re.compile(r"[\s'’\u00a0\u202f\u2009]")  # also what parts thousands
NUMBER = re.compile(r"([+-]?\d[\d.,]*)(%|k|tsd\.?|mil|m|mio\.?|mi|mn|b|mrd\.?|bn)?", re.IGNORECASE)
TIMES = {"k": 1e3, "t": 1e3, "mil": 1e3, "m": 1e6, "b": 1e9, "mrd": 1e9}
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")

ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$", re.IGNORECASE
)  # fmt: skip
CLOCK = r"(?:[,\s]+(?:at |um |à )?(\d{1,2})[:.h](\d{2})(?::(\d{2}))?\s*([ap])?\.?(?:m\.?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + CLOCK, re.IGNORECASE)
NAMED = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(?:(\d{1,2})(?:st|nd|rd|th|\.)?[\s-]+(?:de\s+)?([^\W\d]{3,})\.?|([^\W\d]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?),?[\s-]+(?:de\s+)?(\d{4})" + CLOCK,
    re.IGNORECASE,
)  # fmt: skip
OLD_X = re.compile(r"\w{3} (\w{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) (\d{4})$")
EPOCH = re.compile(r"(\d{10})(\d{3})?$")
MONTHS = (
    ("jan", "ene", "gen"), ("feb", "fev", "fév"), ("mar", "mär", "mrz", "maa"), ("apr", "avr", "abr"), ("may", "mai", "mei", "mag"),
    ("jun", "juin", "giu"), ("jul", "juil", "lug"), ("aug", "aou", "aoû", "ago"), ("sep", "set"), ("oct", "okt", "out", "ott"),
    ("nov",), ("dec", "dez", "déc", "dic"),
)  # fmt: skip
MONTH = {name: number for number, names in enumerate(MONTHS, 1) for name in names}


def count(cell: str, reach: int = 0) -> int:
    """A whole number; a percentage is of the reach. An empty cell is 0: exports leave out what nobody did.

    1234  1,234  1.234  1 234  1'234  12K  1,2 Tsd.  3.5M  1.5%  1234.0. Raises ValueError with what is wrong.
    """
    bare = BLANKS.sub("", cell)
    if bare.isdecimal():
        return int(bare)
    if not bare:
        return 0
    found = NUMBER.fullmatch(bare)
    if found is None:
        raise ValueError(f"{cell.strip()[:40]!r} is no number")
    unit = (found[2] or "").casefold().rstrip(".")
    value = _decimal(found[1], whole=not unit)
    if unit == "%":
        return round(value / 100 * reach)
    value *= TIMES.get(unit, TIMES.get(unit[:1], 1.0)) if unit else 1
    if abs(value - round(value)) > 1e-6:
        raise ValueError(f"{cell.strip()[:40]!r} is no whole number")
    return round(value)


def _decimal(digits: str, *, whole: bool) -> float:
    """Of two different signs the last is the decimal one; a sign that comes twice parts thousands; one alone with three
    digits behind it parts thousands too, in a number that is whole.
    """
    if whole and GROUPED.fullmatch(digits):
        return float(re.sub(r"[.,]", "", digits))
    last = max(digits.rfind(","), digits.rfind("."))
    if last >= 0 and digits.count(digits[last]) > 1:
        last = -1
    before, behind = (digits, "") if last < 0 else (digits[:last], digits[last + 1 :])
    return float(f"{re.sub(r'[.,]', '', before)}.{behind or 0}")


def order(cells: Iterable[str]) -> Order | None:
    """Whether day or month comes first in a column of dates: what each of them allows; None where nothing decides it.

    Raises ValueError where some allow only the one and some only the other.
    """
    day, month, left_open = False, False, False
    for cell in cells:
        if found := SLASHED.match(cell.strip()):
            first, second = int(found[1]), int(found[3])
            day = day or first > 12 or (found[2] == "." and second <= 12)  # nobody writes the month first with dots
            month = month or second > 12
            left_open = left_open or first != second
    if day and month:
        raise ValueError("some dates have the day first and some the month")
    if day or month:
        return "day-first" if day else "month-first"
    return None if left_open else ""


def moment(cell: str, first: Order) -> datetime:
    """A date, with or without a time; in UTC where it names no zone. Raises ValueError with what is wrong."""
    text = cell.strip()
    for read in (_iso, _slashed, _named, _old_x, _epoch):
        try:
            found = read(text, first)
        except (ValueError, OverflowError):
            break
        if found is not None:
            return found
    raise ValueError(f"{text[:40]!r} is no date" if text else "there is no date")


def _iso(text: str, _: Order) -> datetime | None:
    if not (found := ISO.match(text)):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found[7]))


def _slashed(text: str, first: Order) -> datetime | None:
    if not (found := SLASHED.match(text)):
        return None
    one, other, year = int(found[1]), int(found[3]), int(found[4])
    day, month = (other, one) if first == "month-first" else (one, other)
    return _at(year + 2000 if year < 100 else year, month, day, found.groups()[4:])


def _named(text: str, _: Order) -> datetime | None:
    if not (found := NAMED.match(text)):
        return None
    name = (found[2] or found[3]).casefold()
    month = MONTH.get(name[:4]) or MONTH.get(name[:3])
    return _at(int(found[5]), month, int(found[1] or found[4]), found.groups()[5:]) if month else None


def _old_x(text: str, _: Order) -> datetime | None:
    """Mon Nov 23 12:00:00 +0000 2026."""
    if not (found := OLD_X.match(text)) or found[1].casefold() not in MONTH:
        return None
    day, hour, minute, second = (int(found[n]) for n in (2, 3, 4, 5))
    return datetime(int(found[7]), MONTH[found[1].casefold()], day, hour, minute, second, tzinfo=_zone(found[6]))


def _epoch(text: str, _: Order) -> datetime | None:
    """Seconds or thousandths since 1970."""
    found = EPOCH.match(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _at(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second, half, zone = clock
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half.casefold() == "p" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=_zone(zone))


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(away if text[0] == "+" else -away)
