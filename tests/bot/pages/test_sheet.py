"""The sheet: a row a seat and part, the mark in each, and no cell that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings

from audience.draft import INVISIBLE
from audience.reaction import KINDS
from audience.report import MARK, Report
from bot.pages.sheet import COLUMNS, STARTERS, cell, csv_sheet
from bot.pages.words import flat
from tests import made
from tests.bot.pages import hostile


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_sheet(report), newline=""), strict=True))


def test_the_columns_are_named_in_the_first_row() -> None:
    first = next(csv.reader(io.StringIO(csv_sheet(made.report()))))
    assert first == [
        "simulated", "id", "part", "seat", "persona", "name", "kind", *(f"p_{kind.key}" for kind in KINDS),
        "reason", "angle", "reply", "answers", "failed",
    ]  # fmt: skip


def test_every_seat_and_part_has_its_row_with_the_mark_in_its_first_cell() -> None:
    report = made.report(rounds=2)
    shown = rows(report)
    assert [(row["part"], int(row["seat"])) for row in shown] == [(r.part, r.seat) for r in report.reactions]
    assert {row["simulated"] for row in shown} == {MARK}
    assert {row["id"] for row in shown} == {"made-1"}


def test_the_numbers_and_the_words_are_those_of_the_report() -> None:
    report = made.report(rounds=2)
    for row, reaction in zip(rows(report), report.reactions, strict=True):
        shown = {kind.key: float(row[f"p_{kind.key}"]) for kind in KINDS if row[f"p_{kind.key}"]}
        assert shown == pytest.approx(dict(reaction.probabilities), abs=1e-6)
        assert (row["kind"], row["reason"], row["angle"]) == (reaction.kind, reaction.reason, reaction.angle)
        assert row["reply"] == (reaction.reply or "")
        assert row["answers"] == ("" if reaction.answers is None else str(reaction.answers))
        assert row["failed"] == (reaction.failed or "")


def test_a_seat_that_is_not_played_yet_has_its_row_too() -> None:
    of = made.rehearsal()
    shown = rows(Report.of(of, made.reactions(of)[:4], {}))
    assert [(row["seat"], row["failed"]) for row in shown[4:]] == [("5", "not played yet"), ("6", "not played yet")]


@pytest.mark.parametrize("start", STARTERS)
def test_a_formula_becomes_text(start: str) -> None:
    assert cell(f"{start}1+1").startswith("'")


def test_a_formula_behind_spaces_becomes_text() -> None:
    assert cell("  =1+1") == "'=1+1"


def test_plain_words_are_left_alone() -> None:
    assert cell("Is 1 + 1 = 2?") == "Is 1 + 1 = 2?"


@settings(max_examples=30, deadline=None)
@given(hostile.MARKED)
def test_no_cell_can_start_a_formula_or_break_its_row(text: str) -> None:
    report = hostile.report(text)
    sheet = csv_sheet(report)
    shown = list(csv.reader(io.StringIO(sheet, newline=""), strict=True))
    assert sheet.count("\r\n") == len(shown) == len(report.reactions) + 1
    for row in shown:
        assert len(row) == len(COLUMNS)
        assert not any(text.startswith(STARTERS) for text in row)
        assert not any(INVISIBLE.search(text) for text in row)


@given(hostile.MARKED)
def test_a_cell_holds_the_words_on_one_line(text: str) -> None:
    assert cell(text).removeprefix("'") == flat(text).removeprefix("'")
