"""Folders with the tiny model, made once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.backends.local import prepare
from models.shelf import Shelf
from tests.models import tiny

prepare()  # before any test imports torch by itself


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without a chat template."""
    return tiny.save(tmp_path_factory.mktemp("models") / "plain", template=None)


@pytest.fixture(scope="session")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_gguf(tmp_path_factory.mktemp("models") / "Tiny.F32.gguf")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Empty: nothing fetched, nothing in the hub cache."""
    return Shelf(tmp_path / "cache", tmp_path / "hub")
