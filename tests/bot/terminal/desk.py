"""A desk: one folder with a database, words, caches and a draft, and the program run on it as a writer would run it.

`run` plays a command in this process; `start` starts a real one, for what only a process has: signals, pipes, a screen.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import run

ROOT = Path(__file__).parents[3]
DRAFT = "We moved the export button. Forty of you told us. What else did we move?"
FEW = ("--persona", "fatou", "--persona", "jasna", "--persona", "abel")
NULL = ("--model", "null:")
QUICK = (*NULL, "--replies", "0")  # nothing to embed
SMALL = ("--text", DRAFT, *FEW, *QUICK, "--seats", "6")
MARK = "simulated"
SCHEMA = ROOT / "docs" / "report.schema.json"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Document:
        """The one JSON document that standard output must be, and nothing beside it."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True)
class Desk:
    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    environment: Mapping[str, str]

    def run(self, *arguments: str | Path, stdin: bytes = b"") -> Said:
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        code = run([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        return Said(code, out, err)

    def done(self, *arguments: str | Path, stdin: bytes = b"") -> Said:
        """A command that must succeed."""
        said = self.run(*arguments, stdin=stdin)
        assert said.code == 0, said.err
        return said

    def start(self, *arguments: str | Path, **streams: Any) -> subprocess.Popen[str]:
        """A process of its own, its output read through pipes unless `streams` say otherwise."""
        return started(self.folder, self.environment, *arguments, **streams)

    def write(self, name: str, words: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words if isinstance(words, bytes) else words.encode())
        return path

    def rows(self, table: str = "reactions") -> int:
        """How many are in the database by now, while a program writes there."""
        path = self.folder / "rehearsals.db"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            try:
                return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 (our own two names)
            except sqlite3.OperationalError:  # it is just being made
                return 0

    def ids(self) -> list[str]:
        """The rehearsals that are kept, newest first."""
        return [line.split()[0] for line in self.done("history").out.splitlines() if line[:1] != "N"]


def settings(folder: Path, cache: Path) -> dict[str, str]:
    """All that the program reads from the environment, within one folder."""
    return {
        "SOUNDINGBOARD_DATABASE": str(folder / "rehearsals.db"), "SOUNDINGBOARD_WORDS": str(folder / "words"),
        "SOUNDINGBOARD_CACHE": str(cache), "HF_HUB_CACHE": str(folder / "hub"), "SOUNDINGBOARD_OFFLINE": "on",
    }  # fmt: skip


def environment(folder: Path, cache: Path) -> dict[str, str]:
    """What a process of our own is started with."""
    return {**os.environ, **settings(folder, cache), "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm-256color"}


def started(folder: Path, given: Mapping[str, str], *arguments: str | Path, **streams: Any) -> subprocess.Popen[str]:
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen(program(*arguments), cwd=folder, env=given, text=True, **streams)


def program(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "bot", *map(str, arguments)]


def same(document: Document) -> Document:
    """What the same seed, draft and model must give again: all but id, created and timings."""
    return {key: value for key, value in document.items() if key not in {"id", "created", "timings"}}


def valid(document: Document) -> Document:
    """The document, held against the published schema."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    importlib.import_module("jsonschema").validate(document, schema)  # by name: it comes without types
    return document
