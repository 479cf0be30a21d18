"""The encoder in numpy against transformers' own, and what it says when its weights are not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.language import Failed
from models import embedding, open_embedder
from models.embedding import Encoder, open_encoder, packaged
from models.shelf import Shelf

TEXTS = ("the export button", "night buses and the people who drive them", "x", "Häuser, Straßen, ÄÖÜ 🚌", "word " * 300)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


def test_it_gives_what_transformers_gives(encoder: Encoder) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(packaged())
    reference = AutoModel.from_pretrained(packaged()).eval()
    batch = tokenizer(list(TEXTS), padding=True, truncation=True, max_length=embedding.MOST_TOKENS, return_tensors="pt")
    with torch.no_grad():
        states = reference(**batch).last_hidden_state
    real = batch["attention_mask"][..., None]
    pooled = torch.nn.functional.normalize((states * real).sum(1) / real.sum(1), dim=1).numpy()
    assert np.abs(pooled - encoder.embed(TEXTS)).max() < 1e-5


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=3))
def test_every_vector_has_length_one_and_the_same_call_gives_the_same_bits(encoder: Encoder, texts: list[str]) -> None:
    vectors = encoder.embed(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors == encoder.embed(texts)).all()


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the file")
    monkeypatch.setattr(embedding, "packaged", lambda: tmp_path)
    with pytest.raises(Failed, match="not the published ones"):
        open_encoder()


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package_of_ours")
    with pytest.raises(Failed, match="pip install no-such-package-of-ours"):
        packaged()


async def test_what_is_near_in_meaning_is_near_in_cosine(tmp_path: Path) -> None:
    async with open_embedder(Shelf(tmp_path, tmp_path)) as likeness:
        near, far, same = await likeness("the bus is late", ["public transport delays", "chocolate cake", "the bus is late"])
    assert same == pytest.approx(1, abs=1e-5)
    assert near > far


async def test_vectors_of_the_library_are_kept_on_disk_and_a_draft_never_is(tmp_path: Path) -> None:
    async with open_embedder(Shelf(tmp_path, tmp_path)) as embedder:
        kept = await embedder.vectors(("bees", "buses"), keep=True)
        await embedder.vectors(("a secret draft",))
    files = list((tmp_path / "vectors").iterdir())
    assert len(files) == 1
    async with open_embedder(Shelf(tmp_path, tmp_path)) as again:
        assert (await again.vectors(("bees", "buses"), keep=True) == kept).all()


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"nonsense" * 40])
async def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: bytes) -> None:
    async with open_embedder(Shelf(tmp_path, tmp_path)) as embedder:
        kept = await embedder.vectors(("bees",), keep=True)
    next((tmp_path / "vectors").iterdir()).write_bytes(damage)
    async with open_embedder(Shelf(tmp_path, tmp_path)) as again:
        assert (await again.vectors(("bees",), keep=True) == kept).all()
