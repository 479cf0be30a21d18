"""What holds for every face: the ranker and the encoder that ship are real, and opened once for the whole run."""

from __future__ import annotations

import pytest

from evidence import ranker
from evidence.ranker import SHIPPED, TextRanker
from models import embedding
from models.embedding import Encoder


@pytest.fixture(scope="session")
def shipped() -> tuple[Encoder, TextRanker]:
    encoder = embedding.open_encoder()
    return encoder, ranker.open_ranker(SHIPPED, encoder)


@pytest.fixture(autouse=True)
def opened_once(shipped: tuple[Encoder, TextRanker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "open_encoder", lambda: shipped[0])
    monkeypatch.setattr(ranker, "open_ranker", lambda *_: shipped[1])
