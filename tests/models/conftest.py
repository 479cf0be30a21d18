"""Folders with the tiny model, made once a run, and what one says that the engine plays."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from models.backends.local import prepare
from models.shelf import Shelf
from tests.models import tiny
from tests.models.asked import JOBS, TAKEN, answers, engine, model, told
from tests.models.served import Clock

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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def llama() -> Any:
    return model(TAKEN["llama"]())


@pytest.fixture(scope="module")
def alone(llama: Any) -> list[Any]:
    """What each job comes to when nobody else is asked."""
    of = engine(llama)
    return [told(asyncio.run(answers(of, [job])))[0] for job in JOBS]
