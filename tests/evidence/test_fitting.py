"""Fitting: what is in the pairs is learned, and the same pairs give the same weights."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evidence.fitting import encoder, linear, train
from evidence.fitting.encoder import Lessons, Recipe
from evidence.ranker import open_ranker
from evidence.traits import bucket
from models.embedding import Encoder
from tests.evidence.rankers import encoder_folder

SUBJECTS = ["bees", "buses", "bread", "boats", "birds", "books"]


def lessons(count: int) -> Lessons:
    """Texts with the word "honest" do better than the same with "synergy"."""
    chance = random.Random(1)
    said = [(chance.choice(SUBJECTS), chance.randrange(10_000)) for _ in range(count)]
    better, worse = ([f"our {word} {thing} number {n}" for thing, n in said] for word in ("honest", "synergy"))
    return Lessons(better, worse, np.ones(count, dtype=np.float32), np.zeros(count, dtype=np.int64))


def test_an_encoder_learns_which_texts_do_better_and_runs_without_torch(tmp_path: Path) -> None:
    base, told = encoder_folder(tmp_path), list[str]()
    member = encoder.fit(base, lessons(400), Recipe(passes=4, rate=1e-3, head=1e-2), 1, told.append)
    taught = Encoder.open(base).changed(member.changes)
    strength = [float(member.head[0] @ taught.pooled(text)) for text in ("our honest boats today", "our synergy boats today")]
    assert strength[0] > strength[1] + 0.5
    assert told[-1].startswith("step 50 of 50")


def test_the_same_pairs_and_seed_give_the_same_member(tmp_path: Path) -> None:
    base = encoder_folder(tmp_path)
    one, same, other = (encoder.fit(base, lessons(64), Recipe(passes=1), seed, lambda _: None) for seed in (1, 1, 2))
    assert np.array_equal(one.head, same.head)
    assert not np.array_equal(one.head, other.head)


def test_words_are_weighed_by_what_they_did() -> None:
    learned = lessons(100)
    words, _, _ = linear.fit(learned.better, learned.worse, learned.weights, 1.0)
    assert words[bucket("honest")] > 0.3
    assert words[bucket("synergy")] < -0.3


def test_a_ranker_is_fitted_from_a_folder_of_outcomes_into_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole command on small sets: what it wrote opens, ranks as the sets say, and knows its record."""
    learned = lessons(300)
    rows = {
        "first": list(learned.better), "second": list(learned.worse), "winner": ["first"] * 300,
        "split": ["train"] * 200 + ["val"] * 100,
    }  # fmt: skip
    pq.write_table(pa.table(rows), tmp_path / "retweet_pairs.parquet")
    arms = {
        "clickability_test_id": [f"t{n // 2}" for n in range(400)], "headline": [f"{('Honest', 'Synergy')[n % 2]} Story {n}" for n in range(400)],
        "excerpt": ["e"] * 400, "eyecatcher_id": ["i"] * 400, "impressions": [1000] * 400, "clicks": [(60, 20)[n % 2] for n in range(400)],
        "split": ["train"] * 300 + ["val"] * 100,
    }  # fmt: skip
    pq.write_table(pa.table(arms), tmp_path / "upworthy_arms.parquet")
    monkeypatch.setattr(train, "RECIPES", ((Recipe(passes=1), 0.5),))
    monkeypatch.setattr(train, "SAMPLE", 300)
    monkeypatch.setattr(train, "CENTRES", 8)
    base, into = encoder_folder(tmp_path / "base"), tmp_path / "ranker.safetensors"
    train.train(tmp_path, base, Encoder.open(base), into, tmp_path / "work", lambda _: None)
    found = open_ranker(into, Encoder.open(base))
    assert found.probability("our honest bread today", "our synergy bread today") > 0.8
    assert sum(band.cases for band in found.bands if band.sort == 0) == 100
    assert len(list((tmp_path / "work").iterdir())) == 1
