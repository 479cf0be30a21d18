"""Pairs: two texts for the same audience, and which of them did better; read from a parquet or CSV file of pairs.

Knows nothing of rankers and of the public data sets.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.errors import Refused

COLUMNS = ("a", "b", "a_won")
WON = {"1": True, "1.0": True, "true": True, "yes": True, "a": True}
LOST = {"0": False, "0.0": False, "false": False, "no": False, "b": False}
SEPARATORS = ",;\t|"
MOST_FIELD = 2**24  # characters of one field; csv's own limit refuses a long post

Row = Mapping[str, Any]  # a row of somebody's file


@dataclass(frozen=True, slots=True)
class Pair:
    """`group` names pairs that are not independent (one author, experiment or day); empty where each stands alone.

    `z` is how far the observed difference lies from none, in standard errors, where counts are known; else infinite.
    """

    a: str
    b: str
    a_won: bool
    group: str = ""
    z: float = math.inf

    def __post_init__(self) -> None:
        if not self.a.strip() or not self.b.strip():
            raise Refused("one of its texts is empty")

    @property
    def turned(self) -> Pair:
        return Pair(self.b, self.a, not self.a_won, self.group, self.z)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """The pairs of a parquet or CSV file with the columns a, b, a_won and, if there, group. Raises Refused."""
    rows = parquet_rows(path, (*COLUMNS, "group")) if path.suffix.casefold() in {".parquet", ".pq"} else _csv_rows(path)
    pairs = tuple(_pair(row, number, path) for number, row in enumerate(rows, 1))
    if not pairs:
        raise Refused(f"{path} holds no pair; give a file with a row for each pair and the columns {', '.join(COLUMNS)}.")
    return pairs


def parquet_rows(path: Path, columns: Iterable[str]) -> Iterator[Row]:
    """The rows of a parquet file, in those of the columns that it has. Raises Refused where it is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            wanted = [name for name in columns if name in file.schema_arrow.names]
            for batch in file.iter_batches(columns=wanted):
                yield from batch.to_pylist()
    except OSError as error:
        raise Refused(
            f"{path} cannot be read ({error.strerror or 'it is cut or damaged'}); give a parquet or CSV file."
        ) from None
    except pa.ArrowException:
        raise Refused(f"{path} is no parquet file, or a damaged one; give a parquet or CSV file of pairs.") from None


def _csv_rows(path: Path) -> Iterator[Row]:
    csv.field_size_limit(min(MOST_FIELD, sys.maxsize))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            yield from csv.DictReader(file, delimiter=max(SEPARATORS, key=first.count))
    except OSError as error:
        raise Refused(f"{path} cannot be read ({error.strerror}); give a parquet or CSV file of pairs.") from None
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8.") from None
    except csv.Error as error:
        raise Refused(f"{path} is no CSV file ({error}); give a parquet or CSV file of pairs.") from None


def _pair(row: Row, number: int, path: Path) -> Pair:
    missing = [name for name in COLUMNS if row.get(name) is None]
    if missing:
        raise Refused(f"{path}, row {number}: nothing in {', '.join(missing)}; a row needs {', '.join(COLUMNS)}.")
    won = str(row["a_won"]).strip().casefold()
    if won not in WON and won not in LOST:
        raise Refused(
            f"{path}, row {number}: a_won is {str(row['a_won'])[:40]!r}; write 1 where a did better and 0 where b did."
        )
    try:
        group = row.get("group")
        return Pair(str(row["a"]), str(row["b"]), won in WON, "" if group is None else str(group))
    except Refused as error:
        raise Refused(f"{path}, row {number}: {error}; give two texts.") from None
