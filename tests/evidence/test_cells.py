"""Numbers and dates as people and programs write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.cells import Order, count, moment, order


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234", 1234), (" 1,234 ", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u202f234", 1234), ("1\u00a0234", 1234), ("1'234", 1234),
        ("1,234,567", 1_234_567), ("1.234.567", 1_234_567), ("12K", 12_000), ("1.2k", 1_200), ("1,2 Tsd.", 1_200), ("3.5M", 3_500_000),
        ("2 Mio.", 2_000_000), ("1,5 mil", 1_500), ("0", 0), ("", 0), ("  ", 0), ("12.0", 12), ("1,234.0", 1234), ("1.234,0", 1234), ("-5", -5),
        ("1.5%", 15), ("0,5 %", 5), ("12,34%", 123), ("100%", 1000), ("+7", 7),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(cell: str, number: int) -> None:
    assert count(cell, 1_000) == number


@pytest.mark.parametrize(
    "cell", ["many", "12,5", "1.5", "0.25", "--", "N/A", "1-2", "1,23,4.5", "=1+1", "nan", "inf", "1e5", "½", "①"]
)
def test_what_is_no_whole_number_is_said_to_be_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r"is no (whole )?number"):
        count(cell)


@given(st.integers(0, 10**11), st.sampled_from([",", ".", " ", "'", "\u202f", "\u00a0"]))
def test_thousands_may_be_parted_by_any_sign(number: int, sign: str) -> None:
    assert count(f"{number:,}".replace(",", sign)) == number


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-03 14:05", "2026-11-03T14:05:00Z", "2026/11/03 14:05:00", "2026-11-03T14:05:00.000Z", "2026-11-03 14:05:00 UTC",
        "2026-11-03T15:05:00+01:00", "2026-11-03T09:05:00-0500", "3.11.2026 14:05", "03.11.2026, 14:05", "Nov 3, 2026 2:05 PM",
        "3 Nov 2026 14:05", "Tuesday, November 3, 2026 at 2:05 PM", "3. November 2026, 14:05 ", "3 de noviembre de 2026, 14:05",
        "3 novembre 2026 14:05", "03-Nov-2026 14:05", "Tue Nov 03 14:05:00 +0000 2026", "1793714700", "1793714700000",
    ],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(cell: str) -> None:
    assert moment(cell, "") == datetime(2026, 11, 3, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "first", "found"),
    [
        ("11/03/2026 2:05 PM", "month-first", datetime(2026, 11, 3, 14, 5, tzinfo=UTC)),
        ("03/11/2026 14:05", "day-first", datetime(2026, 11, 3, 14, 5, tzinfo=UTC)),
        ("3/11/26", "day-first", datetime(2026, 11, 3, tzinfo=UTC)),
        ("11/03/2026 12:05 am", "month-first", datetime(2026, 11, 3, 0, 5, tzinfo=UTC)),
        ("03-11-2026 12:05 p.m.", "day-first", datetime(2026, 11, 3, 12, 5, tzinfo=UTC)),
        ("2026-11-03", "", datetime(2026, 11, 3, tzinfo=UTC)),
        ("3 févr. 2026", "", datetime(2026, 2, 3, tzinfo=UTC)),
        ("3 Mär 2026", "", datetime(2026, 3, 3, tzinfo=UTC)),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_column(cell: str, first: Order, found: datetime) -> None:
    assert moment(cell, first) == found


def test_a_date_keeps_the_zone_that_it_names() -> None:
    assert moment("2026-11-03 14:05 +02:00", "").tzinfo == timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "cell", ["", "soon", "2026-13-03", "2026-11-31", "31/31/2026", "3 Foo 2026", "25:00", "0", "2026-11-03 25:00"]
)
def test_what_is_no_date_is_said_to_be_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r"no date"):
        moment(cell, "day-first")


@pytest.mark.parametrize(
    ("cells", "decided"),
    [
        (["1/2/2026", "13/2/2026"], "day-first"), (["1/2/2026", "2/13/2026"], "month-first"), (["1/2/2026", "3/4/2026"], None),
        (["2026-11-03"], ""), (["5/5/2026"], ""), ([], ""), (["1.2.2026"], "day-first"), (["1-2-2026"], None),
    ],
)  # fmt: skip
def test_the_order_is_decided_over_the_whole_column(cells: list[str], decided: Order | None) -> None:
    assert order(cells) == decided


def test_a_column_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="some dates have the day first"):
        order(["13/2/2026", "2/13/2026"])
