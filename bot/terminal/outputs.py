"""Outputs: where a report or a comparison goes, on the screen and into files. Checks each file before anything is played. Plays nothing."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audience.document import to_document
from audience.errors import Failed, Refused
from audience.report import MARK, Report


@dataclass(frozen=True, slots=True)
class Faces:
    """One result in every form it can take; none is made before it is asked for. `again` says how to get it once more."""

    json: Callable[[], str]
    html: Callable[[], str]
    markdown: Callable[[], str]
    line: str
    screen: Callable[[bool], None]
    again: str
    csv: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was asked for. The mark *simulated* is in every one of them, and none of these turns it off."""

    json: bool = False
    html: Path | None = None
    markdown: Path | None = None
    csv: Path | None = None
    quiet: bool = False
    no_color: bool = False
    json_file: Path | None = None

    def __post_init__(self) -> None:
        for path in self.files:
            refused_at_once(path)

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.json_file, self.html, self.markdown, self.csv) if path is not None)

    def deliver(self, report: Report, track: Sequence[str], screen: Callable[[Report, Sequence[str], bool], None]) -> None:
        """`track` says how often forecasts like this one were right."""
        from bot.pages.markdown import markdown
        from bot.pages.page import html_page
        from bot.pages.sheet import csv_sheet

        self.put(Faces(
            lambda: as_json(report, track), lambda: html_page(report, track), lambda: markdown(report, track),
            f"{report.headline} [{report.rehearsal.id}] {MARK}", lambda no_color: screen(report, track, no_color),
            "the rehearsal is kept, write it again with export", lambda: csv_sheet(report),
        ))  # fmt: skip

    def put(self, faces: Faces) -> None:
        """Files first, then the screen, so that what is printed last is what stays in view."""
        made = ((self.html, faces.html), (self.markdown, faces.markdown), (self.csv, faces.csv), (self.json_file, faces.json))
        for path, text in [(path, make()) for path, make in made if path is not None and make is not None]:
            write(path, text, faces.again)
        if self.json:
            sys.stdout.write(faces.json() + "\n")
        elif self.quiet:
            sys.stdout.write(f"{faces.line}\n")
        else:
            faces.screen(self.no_color)


def as_json(report: Report, track: Sequence[str]) -> str:
    return json.dumps(to_document(report, track), ensure_ascii=False, indent=2)


def refused_at_once(path: Path) -> None:
    """Raises Refused where a file of that name could not be written, before anything is done for it."""
    if why := _why_not(path):
        raise Refused(f"{path} cannot be written: {why}; give another file name.")


def _why_not(path: Path) -> str:
    """Why a file of that name cannot be written; empty where nothing speaks against it."""
    try:
        if path.exists() and not path.is_file():
            return "it is a folder" if path.is_dir() else "it is no ordinary file"
    except OSError as error:
        return str(error.strerror)
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    return "" if os.access(path.parent, os.W_OK) else f"you may not write in {path.parent}"


def write(path: Path, text: str, again: str = "nothing that is kept is lost, so write it elsewhere") -> None:
    """The whole file or none of it; where the name is a link, the file it leads to."""
    path = path.resolve()
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8", newline="") as part:
            part.write(text if text.endswith("\n") else text + "\n")
        Path(part.name).chmod(0o644)
        Path(part.name).replace(path)
    except OSError as error:
        raise Failed(f"{path} could not be written ({error.strerror}); {again}.") from None
