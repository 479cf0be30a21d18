"""What was measured here is kept and found again, and `auto` goes by it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import models
from audience.errors import Failed
from models.pace import FILE, PATIENCE, Pace, keep, machine, paces
from models.shelf import Shelf
from models.weights import identity
from tests.models import tiny
from tests.models.test_hub import cached

QUICK = Pace("local:a/b 1234abcd", 4.0, 2.0, 3.0, 10**9, "2026-11-30", "A model.")
SLOW = replace(QUICK, weighed=0.1)
SMALL, LARGE, LARGER = "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-8B"


def test_what_was_measured_is_kept_by_model_and_machine_and_found_again(tmp_path: Path) -> None:
    other = replace(QUICK, model="understudy: 1")
    keep(tmp_path / "cache", SLOW)
    keep(tmp_path / "cache", QUICK)
    keep(tmp_path / "cache", other)
    keep(tmp_path / "cache", replace(QUICK, weighed=9.0), here="another machine")
    assert paces(tmp_path / "cache") == {"local:a/b": QUICK, "understudy:": other}
    assert paces(tmp_path / "cache", "another machine")["local:a/b"].weighed == 9.0
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [FILE], "a part was left behind"


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"x":', "null", json.dumps({machine(): 3}), json.dumps({machine(): {"a": {"model": "a", "weighed": 0}}})],
)
def test_a_file_that_is_damaged_holds_nothing_and_is_written_anew(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert paces(tmp_path) == {}
    keep(tmp_path, QUICK)
    assert paces(tmp_path) == {"local:a/b": QUICK}


def test_a_cache_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failed, match=r"file/pace\.json cannot be written"):
        keep(tmp_path / "file", QUICK)


def test_ten_seconds_are_shared_between_readers_and_a_reply_for_every_fourth() -> None:
    assert QUICK.within(10) == (26, 6)  # 26 / 4 s of weighing and 6.5 / 2 s of writing
    assert QUICK.rehearsal == 48 / 4 + 15 / 2
    assert replace(QUICK, weighed=0.01, replies=0.01).within(10) == (0, 0)


@pytest.mark.parametrize("wrong", [{"weighed": 0}, {"replies": -1}, {"bytes": 0}, {"loading": -1}])
def test_a_pace_out_of_range_is_none(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        replace(QUICK, **wrong)  # type: ignore[arg-type]  # wrong on purpose


@pytest.fixture
def three(shelf: Shelf, folder: Path) -> Shelf:
    for name in (SMALL, LARGE, LARGER):
        cached(shelf, name, folder)
    return shelf


def measured(shelf: Shelf, folder: Path, name: str, pace: Pace) -> None:
    keep(shelf.cache, replace(pace, model=f"local:{name} {identity(tiny.place(folder))}"))


def test_auto_takes_the_largest_that_was_measured_to_be_quick_enough(three: Shelf, folder: Path) -> None:
    measured(three, folder, SMALL, QUICK)
    measured(three, folder, LARGE, QUICK)
    measured(three, folder, LARGER, SLOW)
    taken = models.choose(three)
    assert taken.name == f"local:{LARGE}"
    assert f"48 readers with 12 replies in about 20 s, as measured; the limit is {PATIENCE:.0f} s" in taken.why


def test_auto_takes_the_largest_where_nothing_was_measured_and_says_how_to(three: Shelf, folder: Path) -> None:
    assert models.choose(three).name == f"local:{LARGER}"
    assert models.choose(three).why.endswith("not measured: soundingboard models bench")
    measured(three, folder, LARGER, SLOW)
    assert models.choose(three).name == f"local:{LARGE}"


def test_auto_takes_the_quickest_where_all_are_slow_and_says_how_slow(three: Shelf, folder: Path) -> None:
    for name, weighed in ((SMALL, 0.11), (LARGE, 0.12), (LARGER, 0.1)):
        measured(three, folder, name, replace(SLOW, weighed=weighed))
    taken = models.choose(three)
    assert taken.name == f"local:{LARGE}"
    assert "the quickest here" in taken.why
    assert "--model understudy:" in taken.why


def test_what_was_measured_with_other_files_counts_for_nothing(three: Shelf) -> None:
    keep(three.cache, replace(QUICK, model=f"local:{SMALL} 00000000"))
    assert models.choose(three).name == f"local:{LARGER}"
