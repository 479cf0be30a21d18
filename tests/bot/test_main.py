"""main has the last word: an exit code, one sentence, and for what nobody foresaw a file with the trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from audience.errors import Failed, Refused
from bot.__main__ import main, run
from bot.terminal import app


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[BaseException]:
    """A command line of one command, which raises what the list holds."""
    errors: list[BaseException] = []

    def build() -> typer.Typer:
        found = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

        @found.command()
        def command() -> int:
            if errors:
                raise errors[0]
            return 1

        return found

    monkeypatch.setattr(app, "build", build)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return errors


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Refused("Give a draft."), 2, "Give a draft.\n"),
        (Failed("The disk is full."), 1, "The disk is full.\n"),
        (Refused("One.\nTwo."), 2, "One.\nTwo.\n"),
        (typer.BadParameter("too many"), 2, "Invalid value: too many; see: soundingboard --help\n"),
        (typer.Abort(), 130, ""),
        (KeyboardInterrupt(), 130, ""),
        (typer.Exit(3), 3, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_ending_has_its_exit_code_and_its_sentence(
    error: BaseException, code: int, said: str, raising: list[BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raising.append(error)
    assert run(["--"]) == code
    assert capsys.readouterr() == ("", said)


def test_what_a_command_returns_is_the_exit_code(raising: list[BaseException]) -> None:
    assert run(["--"]) == 1


def test_what_nobody_foresaw_is_one_sentence_and_the_trace_is_in_a_file(
    raising: list[BaseException], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raising.append(ZeroDivisionError("by nought"))
    assert run(["--"]) == 1
    out, err = capsys.readouterr()
    (log,) = tmp_path.glob("soundingboard-*.log")
    assert out == ""
    assert err == f"Something went wrong that should not (ZeroDivisionError: by nought); please report it with {log}.\n"
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0, "a trace may hold words of the draft"


def test_main_ends_the_process_with_the_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["soundingboard", "--nonsense"])
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", os.environ.get("OPENBLAS_NUM_THREADS", "1"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_importing_the_program_does_nothing() -> None:
    told = subprocess.run([sys.executable, "-c", "import bot.__main__"], capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr) == ("", "")
