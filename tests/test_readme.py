"""What the README promises is there: its commands, its benchmarks, its files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import variables
from bot.terminal.app import build

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)


def test_the_first_two_blocks_are_one_command_each() -> None:
    assert [len(block.splitlines()) for block in BLOCKS[:2]] == [1, 1]
    assert "soundingboard rehearse samples/" in BLOCKS[0]
    assert "pytest" in BLOCKS[1]


def test_ci_runs_exactly_the_second_command() -> None:
    assert BLOCKS[1].strip() in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_command_of_the_program_is_named() -> None:
    app = build()
    names = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    assert [name for name in names if not re.search(rf"`(?:soundingboard )?{name}\b", README)] == []


def test_every_setting_is_named() -> None:
    assert [name for name in variables() if f"`{name}`" not in README] == []


@pytest.mark.parametrize("module", re.findall(r"python -m (benchmarks\.\w+)", README))
def test_every_benchmark_that_is_named_is_there(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").is_file()


@pytest.mark.parametrize("path", re.findall(r"\]\(([\w./-]+)\)", README))
def test_every_file_that_is_linked_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
