"""Sheet: a CSV file that another program wrote, in whatever encoding and with whatever separator; read row by row.

Knows no column. What is decided over the whole file is decided in one pass; no pass holds more than a row.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from audience.errors import Refused

SEPARATORS = (",", ";", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")
WORKBOOK = "{path} is a workbook or a picture, not a CSV file; save it as CSV first."
A_PART = 1 << 16  # bytes of one read
LOOKED_AT = 20  # rows in which the line of column names is looked for: some exports explain themselves first
LONGEST_CELL = 100_000  # characters; a quotation mark that is never closed would swallow the file

Row = tuple[int, list[str]]  # the line on which it ends, and its cells


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header` are the names of the columns as they stand; `line` is where."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]
    line: int

    @classmethod
    def read(cls, path: Path, known: Callable[[Sequence[str]], int]) -> Sheet:
        """Look a file over. `known` says how many of some names are those of columns. Raises Refused where it is no CSV."""
        encoding = encoding_of(path)
        found = [(*_header(path, encoding, separator, known), separator) for separator in SEPARATORS]
        many, _, line, header, separator = max(found, key=lambda each: each[:2])
        if len(header) < 2:
            raise Refused(f"{path} has no columns that commas, semicolons, tabs or bars part; give a CSV file.")
        if not many:
            raise Refused(f"{path} has none of the columns that are known; they are {listed(header)}: say --columns text=...")
        return cls(path, encoding, separator, tuple(header), line)

    def rows(self) -> Iterator[Row]:
        """Those below the names, without empty ones. Raises Refused, with its line, for one that is no row."""
        for line, cells in _rows(self.path, self.encoding, self.separator):
            if line > self.line and any(cells):
                yield line, cells


def listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(repr(name.strip()[:40]) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-16 or, where it is neither, the old Western one of Windows. Reads the whole file once, part by part."""
    with _told(path), path.open("rb") as file:
        start = file.read(4096)
        if start.startswith(BINARY):
            raise Refused(WORKBOOK.format(path=path))
        if marked := next((name for mark, name in MARKS if start.startswith(mark)), ""):
            return marked
        if b"\x00" in start:
            return _unmarked(start, path)
        for encoding in ("utf-8", "cp1252"):
            file.seek(0)
            if _decodes(iter(lambda: file.read(A_PART), b""), encoding):
                return encoding
    raise Refused(f"{path} is in no encoding we know; save it as UTF-8.")


def _unmarked(start: bytes, path: Path) -> str:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) // 4:
        raise Refused(WORKBOOK.format(path=path))
    return "utf-16-le" if odd > even else "utf-16-be"


def _decodes(parts: Iterator[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for part in parts:
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _header(
    path: Path, encoding: str, separator: str, known: Callable[[Sequence[str]], int]
) -> tuple[int, int, int, list[str]]:
    """Of the first rows the one with most names that are known: how many, how many cells, its line, the names."""
    found = [(known(cells), len(cells), line, cells) for line, cells in _start(path, encoding, separator)]
    best = max(found, key=lambda each: (each[0], -each[2]), default=(0, 0, 0, list[str]()))
    first = next((each for each in found if each[1] > 1), (0, 0, 0, list[str]()))
    return best if best[0] else first


def _start(path: Path, encoding: str, separator: str) -> list[Row]:
    """The first rows that are not empty, up to one that is no row under this separator."""
    found: list[Row] = []
    with suppress(Refused):
        for row in _rows(path, encoding, separator):
            found += [row] if any(row[1]) else []
            if len(found) == LOOKED_AT:
                break
    return found


def _rows(path: Path, encoding: str, separator: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    with _told(path), path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            raise Refused(f"{path}, line {reader.line_num}: no row of a CSV file ({error}); export it again.") from None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}); give a CSV file.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is in no encoding we know ({error.reason} at {error.start:,}); save it as UTF-8.") from None
