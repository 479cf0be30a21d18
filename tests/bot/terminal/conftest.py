"""The desk that every test of the terminal works at: nothing of it touches this machine's own settings or network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bot.terminal.desk import DRAFT, Desk, environment, settings


@pytest.fixture
def desk(tmp_path: Path, vectors: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in [
        name for name in os.environ if name.startswith(("SOUNDINGBOARD_", "DISCORD_")) or name in {"NO_COLOR", "FORCE_COLOR"}
    ]:
        monkeypatch.delenv(name)
    for name, value in settings(tmp_path, vectors).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draft.md").write_text(DRAFT, encoding="utf-8")
    return Desk(tmp_path, capsys, monkeypatch, environment(tmp_path, vectors))
