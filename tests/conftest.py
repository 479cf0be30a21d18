"""What holds for every test: arithmetic on one thread, as the program itself has it, and one cache of persona vectors."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # Before numpy is imported, which reads this once; threads of several programs would wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A run in a shell's background inherits that Ctrl-C is ignored, and so would every program the tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for the whole run: embedding what every persona cares about takes seconds."""
    return tmp_path_factory.mktemp("cache")
