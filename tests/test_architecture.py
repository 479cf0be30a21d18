"""The shape of the program, read from its syntax trees: who imports whom, where errors are caught, how long functions are."""

from __future__ import annotations

import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TypeGuard

import pytest

import models
from audience.reaction import KINDS
from bot.settings import Settings, variables

ROOT = Path(__file__).parents[1]
OURS = ("audience", "models", "evidence", "store", "bot", "benchmarks", "tests")
PROGRAM = ("audience", "models", "evidence", "store", "bot")

# Which of our packages or modules a folder may import; what stands deeper is meant with it.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "audience": ("audience",),
    "models": ("models", "audience.language"),
    "evidence": ("evidence", "audience"),
    "store": ("store", "audience", "evidence"),
    "bot": ("bot", "audience", "evidence"),
    "bot/pages": ("bot.pages", "audience", "evidence"),
    "bot/room.py": ("bot", "audience", "evidence", "models", "store"),
    "benchmarks": OURS,  # the tests hold the loopback Discord that the long runs use too
    "tests": OURS,
}
# Where the libraries that a folder must not know may be imported, by name.
ONLY_IN: Mapping[str, tuple[str, ...]] = {
    "discord": ("bot/discord",),
    "aiohttp": ("bot/discord", "models/serving"),
    "yarl": ("models/serving",),
    "PIL": ("bot/pages/drawing.py",),
    "aiosqlite": ("store",),
    "typer": ("bot/terminal", "bot/__main__.py"),
    "click": ("bot/terminal", "bot/__main__.py"),
    "rich": ("bot/terminal", "bot/__main__.py"),
    "torch": (
        "models/backends/local.py",
        "models/engine",
        "models/plain.py",
        "models/sampling.py",
        "models/voice",
        "evidence/fitting",
    ),
    "transformers": ("models/backends/local.py", "models/engine/attention.py", "evidence/fitting"),
    "numpy": ("models/embedding.py", "models/likeness.py", "models/voice", "evidence"),
    "tokenizers": ("models/embedding.py", "evidence/fitting"),
    "safetensors": ("models/embedding.py", "models/voice", "evidence/ranker.py", "evidence/fitting"),
    "pyarrow": ("evidence/pair_file.py", "models/voice/pairs.py"),
    "py3langid": ("evidence/depth.py",),
    "huggingface_hub": ("models/download.py",),
}
HEAVY = ("torch", "transformers", "numpy", "tokenizers", "safetensors", "pyarrow", "py3langid", "discord", "PIL")
# What is heavy itself, and what it may import at its top; it is imported where it is first wanted.
HEAVY_PAGES: Mapping[str, set[str]] = {
    "models/embedding.py": {"numpy", "tokenizers", "safetensors"},
    "models/voice/training.py": {"torch", "numpy", "safetensors"},
    "models/voice/teaching.py": {"torch"},
    "models/voice/laying.py": {"torch"},
    "models/voice/pacing.py": {"torch", "numpy"},
    "models/voice/preferring.py": {"torch"},
    "models/voice/knowing.py": {"torch"},
    "evidence/fitting": {"torch", "transformers", "numpy", "tokenizers", "safetensors"},
    "evidence/ranker.py": {"numpy", "safetensors"},
    **{f"evidence/{page}.py": {"numpy"} for page in ("depth", "packing", "reasons", "scoring", "judging", "spread")},
    "bot/discord": {"discord"},
    "bot/pages/drawing.py": {"PIL"},
}

# Where errors of every sort are caught: the device thread hands them to whoever waits, the edge of
# the command tree tells the member who asked, `main` says one sentence.
BROAD_IN = {"models/worker.py", "bot/discord/edge.py", "bot/__main__.py"}

# Where the key of a kind stands as a text outside the table, and why.
KIND_NAMED_IN: Mapping[str, tuple[set[str], str]] = {
    "audience/persona.py": ({"read", "like", "share", "reply", "hide"}, "HABITS: how habits move the base rates"),
    "audience/report.py": ({"like", "reply"}, "the headline and the conversation are about replies"),
    "audience/document.py": ({"share", "reply"}, "fields of the document: a row's share, a reaction's words"),
    "models/voice/pairs.py": ({"reply"}, "a column of the file of replies"),
    "models/voice/samples.py": ({"reply"}, "a task: to write a reply"),
    "evidence/compared_document.py": ({"share"}, "fields of the document: a row's share, the size of a difference"),
    "audience/language.py": ({"reply"}, "a task: to write a reply"),
    "audience/script.py": ({"reply"}, "a template: how a reply is asked for"),
    "evidence/outcome.py": ({"like", "share", "reply"}, "SEEN: which number of an outcome counts which kind"),
    "evidence/document.py": ({"share"}, "a field of a frozen row"),
    "models/backends/understudy.py": ({"read", "like", "share", "reply", "hide"}, "EFFECTS: its guesses; and the task"),
    "bot/pages/words.py": ({"like", "reply"}, "the columns of the personas, and the noun"),
    "bot/pages/charts.py": ({"like", "reply"}, "the strips of the personas"),
    "bot/pages/sheet.py": ({"reply"}, "a column: the words"),
    "bot/terminal/view.py": ({"like", "reply"}, "the columns of the personas"),
    "bot/terminal/live.py": ({"scroll", "read", "like", "share", "reply", "hide"}, "STYLES: the colour of each dot"),
    "bot/terminal/model_table.py": ({"reply"}, "the noun"),
    "bot/terminal/overhearing.py": ({"reply"}, "a task: what is heard while it comes"),
    "bot/terminal/commands/evidence.py": ({"reply"}, "a column of a file of real replies"),
    "bot/terminal/commands/platforms.py": ({"like", "reply"}, "the two rates that a list has room for"),
}

FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "manager", "handler", "data", "misc"}


@dataclass(frozen=True, slots=True)
class Import:
    file: str
    module: str  # with what is taken from it, where that may be a module of ours
    runs: bool  # when the file is imported, and not only inside a function or for the type checker


@cache
def files() -> tuple[str, ...]:
    """Every Python file that is tracked, from the root; where there is no checkout, every one there is."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607 - git is wherever it is
        return tuple(file for file in listed.splitlines() if (ROOT / file).exists())
    return tuple(path.relative_to(ROOT).as_posix() for folder in OURS for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def within(file: str, *folders: str) -> bool:
    return any(file == folder or file.startswith(f"{folder}/") for folder in folders)


program = pytest.mark.parametrize("file", [file for file in files() if within(file, *PROGRAM)])
everywhere = pytest.mark.parametrize("file", files())


def imports(file: str) -> list[Import]:
    return [Import(file, module, runs) for node, runs in reached(tree(file)) for module in imported(node)]


def reached(node: ast.AST, runs: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it is run when the file is imported."""
    for child in ast.iter_child_nodes(node):
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        yield child, runs
        yield from reached(child, runs and not later and not typing)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports name their module in full"
        ours = str(node.module).split(".", maxsplit=1)[0] in OURS
        return [f"{node.module}.{name.name}" if ours else str(node.module) for name in node.names]
    return [str(node.args[0].value)] if by_name(node) and isinstance(node.args[0], ast.Constant) else []


def by_name(node: ast.AST) -> TypeGuard[ast.Call]:
    """A call that imports a module whose name it is given."""
    return isinstance(node, ast.Call) and ast.unparse(node.func) in {"importlib.import_module", "import_module", "__import__"}


# Who imports whom.


@everywhere
def test_each_folder_imports_of_ours_only_what_it_may(file: str) -> None:
    allowed = MAY_IMPORT[max((folder for folder in MAY_IMPORT if within(file, folder)), key=len)]
    found = {i.module for i in imports(file) if i.module.split(".")[0] in OURS}
    assert {module for module in found if not any(f"{module}.".startswith(f"{name}.") for name in allowed)} == set()


@pytest.mark.parametrize("file", [file for file in files() if within(file, "audience")])
def test_the_audience_needs_nothing_but_the_standard_library(file: str) -> None:
    assert {i.module.split(".")[0] for i in imports(file)} <= sys.stdlib_module_names | {"audience"}


@program
def test_what_a_folder_must_not_know_is_imported_only_where_it_belongs(file: str) -> None:
    found = {i.module.split(".")[0] for i in imports(file)}
    assert {library for library in found if library in ONLY_IN and not within(file, *ONLY_IN[library])} == set()


@program
def test_heavy_libraries_are_imported_where_they_are_used_and_not_before(file: str) -> None:
    found = {i.module.split(".")[0] for i in imports(file) if i.runs} & set(HEAVY)
    assert found <= {library for page in HEAVY_PAGES if within(file, page) for library in HEAVY_PAGES[page]}


@program
def test_a_module_whose_name_is_made_up_on_the_way_is_imported_only_where_a_folder_is_a_list(file: str) -> None:
    made_up = [node for node in ast.walk(tree(file)) if by_name(node) and not isinstance(node.args[0], ast.Constant)]
    assert bool(made_up) == (file in {"models/__init__.py", "bot/terminal/app.py", "bot/discord/desk.py"})


def test_importing_any_of_our_modules_imports_nothing_heavy_and_does_nothing() -> None:
    """One fresh interpreter imports everything but what is heavy itself and says what came with it."""
    light = [file for file in files() if within(file, *PROGRAM) and not within(file, *HEAVY_PAGES)]
    names = [file.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for file in light]
    code = (
        "import importlib, json, sys, threading\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "from bot.terminal.app import build\n"
        "build()\n"
        "print(json.dumps({'modules': sorted({m.split('.')[0] for m in sys.modules}), 'threads': threading.active_count()}))\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(ran.stdout)
    assert set(said["modules"]) & set(HEAVY) == set()
    assert (said["threads"], ran.stderr) == (1, "")


# Where errors are caught.


def broad(node: ast.AST) -> bool:
    """A handler, or a suppression, of errors of every sort."""
    if isinstance(node, ast.ExceptHandler):
        caught = ast.unparse(node.type) if node.type else "BaseException"
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        caught = " ".join(map(ast.unparse, node.args))
    else:
        return False
    return bool({"Exception", "BaseException"} & set(caught.strip("()").replace(",", " ").split()))


def test_errors_of_every_sort_are_caught_at_the_edges_and_nowhere_else() -> None:
    assert {file for file in files() if any(map(broad, ast.walk(tree(file))))} == BROAD_IN


# How it reads.


@program
def test_a_module_opens_by_saying_what_it_is_and_stays_under_three_hundred_lines(file: str) -> None:
    assert ast.get_docstring(tree(file))
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) < 300


def test_functions_are_short() -> None:
    lengths = {
        f"{file}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for file in files()
        if not within(file, "tests")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert statistics.median(lengths.values()) <= 12
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 30
    assert {name: length for name, length in lengths.items() if length > 50} == {}


@everywhere
def test_no_file_or_folder_has_a_name_that_says_nothing(file: str) -> None:
    assert not set(file.removesuffix(".py").split("/")) & FORBIDDEN_NAMES


# One place each.


def kinds_named(file: str) -> set[str]:
    """Keys of kinds that stand as a text in the code of a file; what types say counts, what docstrings say does not."""
    texts = {node.value for node in ast.walk(tree(file)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts & {kind.key for kind in KINDS}


@program
def test_the_key_of_a_kind_is_named_only_where_the_table_is_or_a_reason_is_given(file: str) -> None:
    if file != "audience/reaction.py":
        assert kinds_named(file) <= KIND_NAMED_IN.get(file, (set(), ""))[0]


@pytest.mark.parametrize("file", [file for file in KIND_NAMED_IN if (ROOT / file).exists()])
def test_no_pardon_for_naming_a_kind_outlives_its_need(file: str) -> None:
    keys, reason = KIND_NAMED_IN[file]
    assert kinds_named(file) == keys
    assert reason


def test_every_setting_is_named_in_the_example_of_an_environment_and_nothing_else_is() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    named = [line.split("=")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(named) == sorted([*variables(), "HF_HUB_CACHE"])
    assert len(named) == len(fields(Settings))


@pytest.mark.parametrize("scheme", models.schemes())
def test_every_backend_has_a_line_about_it_its_offers_and_a_way_to_open_it(scheme: str) -> None:
    backend = models.backend(scheme)
    assert backend.ABOUT.strip()
    assert "\n" not in backend.ABOUT
    assert callable(backend.offers)
    assert callable(backend.open_backend)


@pytest.mark.parametrize(
    "file", [f for f in files() if within(f, "bot/terminal/commands", "bot/discord/commands") and not f.endswith("__init__.py")]
)  # fmt: skip
def test_every_command_file_has_one_way_in(file: str) -> None:
    functions = [node.name for node in tree(file).body if isinstance(node, ast.FunctionDef)]
    assert functions.count("add") == 1
