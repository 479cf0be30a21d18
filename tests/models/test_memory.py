"""What a model will take is known before it is loaded, and one that does not fit is refused with what would."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import Failed
from models.backends.local import Loading, opened
from models.memory import HELD, PROGRAM, Shape, eight_bits, fit, planned
from models.shelf import KEPT
from models.weights import Place, parameters
from tests.models import tiny
from tests.models.test_weights import change

MIDDLE = Shape(28, 1_024, 3_072, 16, 8, 128, 151_936)


@given(free=st.integers(0, 3 * PROGRAM), bits=st.sampled_from([8, 16]))
def test_a_model_is_taken_where_it_fits_and_never_where_it_does_not(folder: Path, free: int, bits: int) -> None:
    needed = planned(tiny.place(folder), bits).bytes
    assert needed > PROGRAM + KEPT
    if free >= needed:
        fit(tiny.place(folder), free, bits)
        return
    with pytest.raises(Failed, match=rf"about {needed / 1e9:.1f} GB .* and {free / 1e9:.1f} GB are free; close other programs"):
        fit(tiny.place(folder), free, bits)


def test_a_packed_model_needs_what_it_unpacks_to(tmp_path: Path) -> None:
    sizes = []
    for name in ("a.Q4_1.gguf", "a.Q8_0.gguf", "a.gguf"):
        (tmp_path / name).write_bytes(b"GGUF" + bytes(10**6))
        sizes.append(planned(Place("a", tmp_path / name)).weights)
    assert sizes[0] == pytest.approx(2 * sizes[1], rel=0.01)
    assert sizes[0] == sizes[2]


def test_the_shape_of_a_folder_counts_the_weights_that_its_files_hold(folder: Path) -> None:
    shape = Shape(2, 64, 128, 4, 2, 16, len(tiny.tokenizer()), tied=False)
    assert shape.parameters == pytest.approx(parameters(tiny.place(folder)), rel=0.01)


def test_eight_bits_hold_each_weight_in_a_byte_and_the_words_in_two() -> None:
    body = MIDDLE.parameters - MIDDLE.words
    sixteen, eight = MIDDLE.plan(16), MIDDLE.plan(8)
    assert sixteen.weights == pytest.approx(1.05 * (2 * body + 4 * MIDDLE.words), rel=0.001)
    assert eight.weights == pytest.approx(1.05 * (body + 3 * MIDDLE.words), rel=0.01)
    assert (sixteen.rows, sixteen.step) == (eight.rows, eight.step)


def test_rows_take_the_keys_and_values_of_all_tokens_they_may_hold() -> None:
    assert MIDDLE.token == 114_688  # 28 layers, 8 heads of 128, keys and values, two bytes each
    assert MIDDLE.plan(16).rows == pytest.approx(1.15 * HELD * MIDDLE.token, rel=0.001)


def test_what_may_be_kept_of_beginnings_is_part_of_the_plan() -> None:
    assert MIDDLE.plan(16, kept=7 << 20).bytes == MIDDLE.plan(16).bytes - KEPT + (7 << 20)


def test_weights_of_another_type_are_turned_in_memory_before_they_are_laid_out(folder: Path) -> None:
    """The tiny model is kept in fp32, so its bf16 copy is our own, and as large as that even where eight bits come after it."""
    assert planned(tiny.place(folder), 8).weights >= 2 * parameters(tiny.place(folder))


def test_one_that_fits_in_eight_bits_only_is_refused_with_that_name(folder: Path, tmp_path: Path) -> None:
    place = wide(folder, tmp_path)
    between = (planned(place, 8).bytes + planned(place).bytes) // 2
    with pytest.raises(Failed, match=rf"or take local:wide@int8, which needs about {planned(place, 8).bytes / 1e9:.1f} GB\."):
        fit(place, between)
    change(place.path / "config.json", sliding_window=128)
    with pytest.raises(Failed, match=r"or take a model of at most 1\.\d billion parameters\.") as caught:
        fit(place, between)
    assert not eight_bits(place)
    assert "\n" not in str(caught.value)


def test_the_size_that_would_fit_shrinks_with_what_is_free(folder: Path, tmp_path: Path) -> None:
    place = wide(folder, tmp_path)
    least, most = planned(place, 8).fixed, planned(place, 8).bytes
    said = []
    for free in (0, least, (least + most) // 2, most - 1):
        with pytest.raises(Failed) as caught:
            fit(place, free, 8)
        said.append(float(re.findall(r"at most ([\d.]+) billion", str(caught.value))[0]))
    assert said == sorted(said)
    assert said[:2] == [0, 0]
    assert said[2] == pytest.approx(said[3] / 2, abs=0.11)


async def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(folder: Path) -> None:
    with pytest.raises(Failed, match=r"needs about .* and 0\.0 GB are free"):
        async with opened(Loading(tiny.place(folder), free=10**6)):
            pytest.fail("it was opened")


async def test_a_model_keeps_so_many_bytes_of_beginnings_as_it_was_told(folder: Path) -> None:
    loading = Loading(tiny.place(folder), kept=123)
    play = loading.load()
    engine = play.__self__  # type: ignore[attr-defined]  # a bound method of the engine
    assert engine.beginnings.room == 123


def wide(folder: Path, tmp_path: Path) -> Place:
    """The tiny folder under a header that speaks of 1.6 billion weights in bf16; nobody reads further than that."""
    shutil.copytree(folder, tmp_path / "wide")
    change(
        tmp_path / "wide" / "config.json", hidden_size=2_048, vocab_size=50_000, num_hidden_layers=24, tie_word_embeddings=True
    )
    header = b'{"model.layers.0.weight":{"dtype":"BF16","shape":[1600000,1000],"data_offsets":[0,0]}}'
    (tmp_path / "wide" / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    return Place("wide", tmp_path / "wide")
