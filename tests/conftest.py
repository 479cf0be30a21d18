"""What holds for every test: arithmetic on one thread, as the program itself has it."""

from __future__ import annotations

import os

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Before numpy is imported, which reads this once; threads of several programs would wait for each other."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
