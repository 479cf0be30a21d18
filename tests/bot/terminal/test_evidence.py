"""evidence: score, spread, train and what the ranker is, as somebody who judges it would run them."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bot import judging
from tests.bot.terminal.desk import Desk

SCORES = {"accuracy", "low", "high", "top10", "top30", "top50", "ece", "log_loss"}
PAIRS = """a,b,a_won,group
"Forty of you told us what broke. We fixed it: http://t.co/x",New blog post http://t.co/x,1,one
Read this http://t.co/y,"We lost 40 customers in March, and here is why http://t.co/y",0,one
A new post http://t.co/z,A new post http://t.co/z too,1,two
"""


def pairs(desk: Desk) -> Path:
    path = desk.folder / "pairs.csv"
    path.write_text(PAIRS, encoding="utf-8")
    return path


def test_scores_are_one_document_with_what_was_asked_for(desk: Desk) -> None:
    said = desk.run("evidence", "score", "--pairs", str(pairs(desk)), "--json")
    found = json.loads(said.out)
    assert (said.code, found["n"], set(found)) == (0, 3, {"n", "ranker", "longer"})
    assert set(found["ranker"]) == set(found["longer"]) == SCORES


def test_scores_with_the_panel_say_what_each_and_both_are_worth(desk: Desk) -> None:
    said = desk.run("evidence", "score", "--pairs", str(pairs(desk)), "--panel-too", "--json")
    assert set(json.loads(said.out)) == {"n", "ranker", "panel", "both", "longer"}


def test_scores_on_a_screen_are_a_row_for_each_forecaster(desk: Desk) -> None:
    lines = desk.run("evidence", "score", "--pairs", str(pairs(desk))).out.splitlines()
    assert lines[0].startswith("3 pairs; a coin")
    assert [line.split()[0] for line in lines[2:]] == ["ranker", "longer"]


def test_a_file_without_pairs_is_refused_and_nothing_is_printed(desk: Desk) -> None:
    said = desk.run("evidence", "score", "--pairs", str(desk.folder / "none.parquet"))
    assert (said.code, said.out) == (2, "")
    assert "none.parquet cannot be read" in said.err


def test_the_spread_of_simulated_replies_stands_beside_that_of_real_ones(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "DRAFTS", 3)  # as many as are played
    path = desk.folder / "replies.parquet"
    rows = [
        (f"The {thing} was moved to number {n}. What do you think?", f"I liked {thing} {n} better.")
        for n in range(20)
        for thing in ("bus", "shop")
    ]
    pq.write_table(pa.table({"statement": [s for s, _ in rows], "reply": [r for _, r in rows]}), path)
    found = json.loads(desk.run("evidence", "spread", "--replies", str(path), "--json").out)
    assert set(found) == {"simulated", "real"}
    assert (
        set(found["real"])
        == set(found["simulated"])
        >= {"near_duplicates", "distinct_2", "embeddings", "words", "questions", "tone"}
    )
    assert found["simulated"]["replies"] >= 2


def test_a_folder_without_outcomes_is_refused_before_anything_is_fitted(desk: Desk) -> None:
    said = desk.run("evidence", "train", str(desk.folder), "--into", str(desk.folder / "r.safetensors"))
    assert said.code == 2
    assert "retweet_pairs.parquet cannot be read" in said.err
    assert not (desk.folder / "r.safetensors").exists()


def test_the_ranker_says_who_it_is(desk: Desk) -> None:
    assert "docs/ranker.md" in desk.run("evidence").out
