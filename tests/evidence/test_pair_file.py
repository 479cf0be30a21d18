"""Files of pairs: those that can be read, and one sentence for each that cannot."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audience.errors import Refused
from evidence.outcome_sets import front_pages, headlines, retweets, two_proportions
from evidence.pair_file import Pair, read_pairs


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_file_is_read_whatever_separates_its_columns(separator: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    rows = [["a", "b", "a_won", "group"], ['"Bees, at last; | yes\t"', "No bees.", "1", "day 1"], ["x", "y", "False", ""]]
    path.write_text("\n".join(separator.join(row) for row in rows), encoding="utf-8-sig")
    assert read_pairs(path) == (
        Pair("Bees, at last; | yes\t", "No bees.", a_won=True, group="day 1"),
        Pair("x", "y", a_won=False),
    )


@pytest.mark.parametrize("won", [[True, False], [1, 0], [1.0, 0.0], ["true", "no"]])
def test_a_parquet_file_is_read_whatever_its_column_of_winners_is_made_of(won: list[object], tmp_path: Path) -> None:
    path = tmp_path / "pairs.parquet"
    pq.write_table(pa.table({"a": ["one", "two"], "b": ["three", "four"], "a_won": won}), path)
    assert [pair.a_won for pair in read_pairs(path)] == [True, False]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.csv", b"a,b\n1,2\n", "row 1: nothing in a_won"),
        ("p.csv", b"a,b,a_won\none,two,maybe\n", "a_won is 'maybe'"),
        ("p.csv", b"a,b,a_won\n ,two,1\n", "row 1: one of its texts is empty"),
        ("p.csv", b"a,b,a_won\n", "holds no pair"),
        ("p.csv", b"", "holds no pair"),
        ("p.csv", b"a,b,a_won\n\xff\xfe,two,1\n", "is not UTF-8"),
        ("p.parquet", b"PAR1 and then nothing", "is no parquet file, or a damaged one"),
        ("p.parquet", b"", "is no parquet file, or a damaged one"),
    ],
)
def test_a_file_that_holds_no_pairs_is_refused_in_one_sentence(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refused, match=said) as told:
        read_pairs(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(Refused, match="cannot be read"):
            read_pairs(tmp_path / name)


def test_two_shares_lie_as_far_apart_as_the_pooled_test_says() -> None:
    assert two_proportions(60, 1000, 40, 1000) == pytest.approx(2.052, abs=1e-3)
    assert two_proportions(40, 1000, 60, 1000) == pytest.approx(-2.052, abs=1e-3)
    assert two_proportions(0, 10, 0, 10) == 0.0


def test_the_public_sets_are_read_by_their_columns(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"first": ["x", "z"], "second": ["y", "w"], "winner": ["second", "first"], "split": ["train", "val"]}),
        tmp_path / "retweet_pairs.parquet",
    )
    arms = {
        "clickability_test_id": ["t"] * 4, "headline": ["Bees", "Bees", "Wasps", "Ants"], "excerpt": ["e", "e", "e", "other"],
        "eyecatcher_id": ["i"] * 4, "impressions": [500, 500, 1000, 9], "clicks": [30, 30, 40, 9], "split": ["train"] * 4,
    }  # fmt: skip
    pq.write_table(pa.table(arms), tmp_path / "upworthy_arms.parquet")
    assert retweets(tmp_path, "train") == (Pair("x", "y", a_won=False),)
    (found,) = headlines(tmp_path, "train")
    assert (found.a, found.b, found.a_won, found.group, round(found.z, 3)) == ("Bees", "Wasps", True, "t", 2.052)


def test_stories_are_paired_within_their_day_and_each_at_most_once(tmp_path: Path) -> None:
    stories = {
        "title": [f"story {n}" for n in range(200)],
        "first_seen": [1_600_000_000 + 86_400 * (n // 20) for n in range(200)],
        "max_upvotes": [10 if n % 2 else 100 for n in range(200)],
    }
    pq.write_table(pa.table(stories), tmp_path / "hn_titles.parquet")
    earlier, later = front_pages(tmp_path, 1_000, 1)
    told = [text for pair in (*earlier, *later) for text in (pair.a, pair.b)]
    assert len(told) == len(set(told)) > 20
    assert max(pair.group for pair in earlier) < min(pair.group for pair in later)
    assert all(pair.a_won == (int(pair.a.split()[1]) % 2 == 0) for pair in (*earlier, *later))
