"""Every command says what it does in one line and shows an example; the shell is offered names."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import typer.main

from bot.terminal import complete
from bot.terminal.app import build
from tests.bot.terminal.desk import Desk, program

ROOT_COMMANDS = {
    "bot", "doctor", "evidence",
    "publish", "record", "accuracy",
    "compare", "rehearse", "resume", "show", "history", "export", "import", "delete", "personas", "panels", "platforms", "models",
}  # fmt: skip


def commands(at: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The whole tree, as the words that call each command."""
    at = at or typer.main.get_command(build())
    yield path
    for name, below in getattr(at, "commands", {}).items():
        yield from commands(below, (*path, name))


TREE = tuple(commands())


def test_the_commands_are_those_that_are_promised() -> None:
    assert {path[0] for path in TREE if path} == ROOT_COMMANDS
    assert {path for path in TREE if len(path) == 2} == {
        *((sort, verb) for sort in ("personas", "panels", "platforms") for verb in ("list", "show", "check")),
        ("personas", "new"),
        ("models", "list"),
        ("models", "get"),
        ("models", "bench"),
        ("models", "teach"),
        *(("evidence", verb) for verb in ("list", "train", "score", "spread")),
    }


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_every_command_has_one_line_of_help_and_an_example_that_calls_it(path: tuple[str, ...], desk: Desk) -> None:
    said = desk.done(*path, "--help")
    usage, _, told, *rest = said.out.splitlines()
    assert usage.startswith(f"Usage: {' '.join(('soundingboard', *path))}")
    assert told.startswith("  ")
    assert not path or (told.endswith(".") and rest[0] == "")
    assert f"Example: {' '.join(('soundingboard', *path))} " in " ".join(said.out.split()) + " "


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_the_example_is_a_command_line_that_is_understood(path: tuple[str, ...], desk: Desk) -> None:
    """Asked for its help, which comes before anything is played, with every option of the example checked by name."""
    example = " ".join(desk.done(*path, "--help").out.split()).rpartition("Example: soundingboard ")[2]
    assert desk.run(*shlex.split(example), "--help").code == 0


def test_no_line_of_the_list_of_commands_is_cut_short(desk: Desk) -> None:
    assert "..." not in desk.done("--help").out.partition("Commands:")[2]


def test_without_a_command_the_help_is_shown(desk: Desk) -> None:
    assert desk.done().out == desk.done("--help").out


def test_the_version_is_the_one_that_is_installed(desk: Desk) -> None:
    assert desk.done("--version").out == f"soundingboard {version('soundingboard')}\n"


def test_the_package_runs_as_a_module_too(desk: Desk) -> None:
    told = subprocess.run(
        program("--version"), capture_output=True, text=True, check=True, cwd=desk.folder, env=desk.environment
    )
    assert told.stdout == f"soundingboard {version('soundingboard')}\n"


def test_help_imports_no_model_and_no_arithmetic(desk: Desk) -> None:
    heavy = "print([m for m in ('torch', 'transformers', 'numpy', 'tokenizers', 'rich.console', 'jinja2') if m in sys.modules])"
    code = f"import sys; from bot.__main__ import run; run(['--help']); {heavy}"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=desk.folder, env=desk.environment
    )
    assert told.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("offered", "start", "key", "name"),
    [
        (complete.panels, "gen", "general", "General public"),
        (complete.personas, "fat", "fatou", "Fatou, warehouse picker"),
        (complete.platforms, "link", "linkedin", "LinkedIn"),
    ],
)
def test_the_shell_is_offered_keys_with_their_names(offered: Any, start: str, key: str, name: str, desk: Desk) -> None:
    assert offered(start) == [(key, name)]
    assert len(offered("")) > 5
    assert offered("no-such") == []


def test_completion_is_silent_where_the_words_cannot_be_read(desk: Desk) -> None:
    desk.write("words/panels/broken.toml", "name =")
    assert complete.panels("") == []
    assert desk.capsys.readouterr() == ("", "")


def test_tab_after_panel_offers_panels_with_their_names(desk: Desk) -> None:
    tab = {"_SOUNDINGBOARD_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "soundingboard rehearse --panel crit"}
    told = subprocess.run(
        program(), capture_output=True, text=True, check=False, cwd=desk.folder, env={**desk.environment, **tab}
    )
    assert "critics" in told.stdout
    assert "Critics" in told.stdout
    assert told.stderr == ""


def test_the_script_for_the_shell_is_printed(desk: Desk) -> None:
    inside = ["bash", "-c", f"{shlex.join(program('--show-completion'))}; exit $?"]  # typer asks who started it
    told = subprocess.run(inside, capture_output=True, text=True, check=False, cwd=desk.folder, env=desk.environment)
    assert (told.returncode, told.stderr) == (0, "")
    assert "_SOUNDINGBOARD_COMPLETE" in told.stdout
    assert "soundingboard" in told.stdout
