"""The table of known models: whole rows, shapes that come to the sizes their pages state, and what each would take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.known import KNOWN, ROWS, SMOLLM2, Known

whole = pytest.mark.parametrize("row", [row for row in (SMOLLM2, *ROWS) if row.shape], ids=lambda row: row.name)


def test_every_name_is_there_once_and_has_an_owner() -> None:
    assert len(KNOWN) == len(ROWS)
    assert all(row.name.count("/") == 1 for row in ROWS)


@whole
def test_the_shape_comes_to_the_size_that_the_page_states(row: Known) -> None:
    assert row.shape
    assert row.shape.parameters / 1e9 == pytest.approx(row.billions, rel=0.04)


@whole
def test_eight_bits_take_less_than_sixteen(row: Known) -> None:
    sixteen, eight = row.plan(16), row.plan(8)
    assert sixteen
    assert eight
    assert eight.bytes < sixteen.bytes
    assert sixteen.bytes > row.disk


@pytest.mark.parametrize("row", [row for row in ROWS if row.shape is None], ids=lambda row: row.name)
def test_what_the_engine_does_not_take_is_not_to_be_had_in_eight_bits(row: Known) -> None:
    plan = row.plan(16)
    assert plan
    assert plan.bytes > row.disk
    assert row.plan(8) is None


@pytest.mark.parametrize("wrong", [{"licence": ""}, {"billions": 0}, {"context": 0}, {"languages": ""}, {"name": "a/b/c"}])
def test_a_row_that_is_not_whole_is_no_row(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not whole"):
        replace(ROWS[0], **wrong)  # type: ignore[arg-type]  # wrong on purpose
