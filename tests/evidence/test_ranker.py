"""The ranker: what holds whatever it was fitted on, what it does with a file that is no ranker, and the one that ships."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.errors import Failed
from evidence.ranker import SHIPPED, TextRanker, open_ranker
from models.embedding import Encoder, open_encoder
from tests.evidence.rankers import ranker_file, small_encoder

GERMAN = (
    "Ab Montag fährt die Linie 32 abends nur noch bis zehn. Wer arbeitet so spät?",
    "Wir haben den Knopf verschoben und vierzig von euch haben es gemerkt.",
)
OTHERS = (
    "À partir de lundi, la ligne 32 s'arrête à dix heures. Qui rentre plus tard ?",
    "Desde el lunes la línea 32 termina a las diez. ¿Quién vuelve más tarde?",
    "С понедельника автобус 32 ходит только до десяти вечера.",
    "月曜日から32番のバスは夜10時までになります。",
    "Od poniedziałku linia 32 kursuje tylko do dziesiątej wieczorem.",
)
ENGLISH = (
    "From Monday the 32 stops running at ten. Who is on it later than that?",
    "New on the blog: why our sourdough starter died http://t.co/abc #baking",
    "She Was Told She'd Never Walk Again. Watch What She Does Next.",
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return small_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def small(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> TextRanker:
    return open_ranker(ranker_file(tmp_path_factory.mktemp("ranker") / "r.safetensors"), encoder)


@pytest.fixture(scope="module")
def shipped() -> TextRanker:
    return open_ranker(SHIPPED, open_encoder())


words = st.lists(
    st.sampled_from(["bees", "synergy", "we", "you", "http", "#tag", "?", "!", "new", "12", "leverage", "the", "a"]),
    min_size=1,
    max_size=12,
)


@given(words, words)
@settings(max_examples=60, deadline=None)
def test_turning_two_texts_turns_the_forecast_to_the_last_bit(small: TextRanker, a: list[str], b: list[str]) -> None:
    first, second = " ".join(a), " ".join(b)
    one, other = small.forecast(first, second, "x"), small.forecast(second, first, "x")
    assert one.probability == 1 - other.probability or one.probability + other.probability == 1
    assert one.strengths == other.strengths[::-1]
    assert small.probability(first, first) == 0.5


def test_what_does_better_has_the_higher_strength_and_probability(small: TextRanker) -> None:
    assert small.strength("bees") > small.strength("ants") > small.strength("synergy")
    assert small.probability("bees", "synergy") > 0.95


def test_a_forecast_carries_how_often_its_like_was_right(small: TextRanker) -> None:
    record = small.forecast("bees", "ants", "x").record
    assert (record.right, record.cases, record.of) == (3, 4, "made-up pairs")


def test_a_ranker_that_is_cut_newer_or_missing_is_refused_in_one_sentence(encoder: Encoder, tmp_path: Path) -> None:
    whole = ranker_file(tmp_path / "whole.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.safetensors").write_bytes(b"")
    ranker_file(tmp_path / "newer.safetensors", format="soundingboard.ranker/2")
    ranker_file(tmp_path / "wrong.safetensors", members=3)
    for name, said in (
        ("cut", "cannot be read"),
        ("empty", "cannot be read"),
        ("newer", "ranker/2"),
        ("none", "cannot be read"),
        ("wrong", "cannot be read"),
    ):
        with pytest.raises(Failed, match=said) as told:
            open_ranker(tmp_path / f"{name}.safetensors", encoder)
        assert "soundingboard evidence train" in str(told.value)
        assert "\n" not in str(told.value)


def test_the_one_that_ships_is_small_and_opens_at_once() -> None:
    """0.3 s is what it may take on two idle cores (benchmarks.evidence prints it), so twice that of one core's work."""
    assert SHIPPED.stat().st_size < 25 * 10**6
    untouched, seconds = open_encoder(), []
    for _ in range(3):
        started = time.process_time()
        open_ranker(SHIPPED, untouched)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.6


def test_the_one_that_ships_prefers_news_to_a_shout(shipped: TextRanker) -> None:
    """Chosen before it was fitted; a ranker that gets this wrong has its signs turned."""
    news = "We lost 40 customers last month. Here is what they told us: http://t.co/x"
    assert shipped.probability(news, "New blog post http://t.co/x") > 0.5


@pytest.mark.parametrize("text", [*GERMAN, *OTHERS])
def test_another_language_is_out_of_its_depth(shipped: TextRanker, text: str) -> None:
    assert shipped.depth(text, "x") == "it does not read as English, and only outcomes of English texts were seen"


@pytest.mark.parametrize("text", ENGLISH)
def test_posts_and_headlines_in_english_are_within_its_depth(shipped: TextRanker, text: str) -> None:
    assert shipped.depth(text, "x") == ""


def test_a_long_text_and_a_platform_that_was_never_seen_are_out_of_its_depth(shipped: TextRanker) -> None:
    assert "characters, and outcomes were seen of texts of up to" in shipped.depth("We moved the button. " * 40, "x")
    assert shipped.depth(ENGLISH[0], "linkedin").startswith("no outcome on this platform was seen")


def test_the_one_that_ships_says_why_in_sentences(shipped: TextRanker) -> None:
    found = shipped.forecast("New blog post! http://t.co/x", "Forty of you told us what broke. We fixed it: http://t.co/x", "x")
    assert found.record.cases > 30
    assert found.reasons
    assert all(reason.endswith(".") for reason in found.reasons)
    assert np.isfinite(found.strengths).all()


def test_a_text_that_is_unlike_all_that_was_seen_gets_no_reasons(shipped: TextRanker) -> None:
    assert shipped.forecast("Wir haben den Knopf verschoben.", ENGLISH[0], "x").reasons == ()
