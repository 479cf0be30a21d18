"""Where models lie on this machine: a name -> its place, and what the shelf has on offer. Reads folders, asks no network.

The hub cache is read by its layout: models--ORG--NAME/snapshots/REVISION, with the revision in use named by refs/main.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from audience.language import Failed, Refused
from models.known import KNOWN
from models.memory import fit, planned
from models.pace import Pace, paces
from models.shelf import Offer, Shelf
from models.weights import Place, check, identity

PACKAGED = "smollm2"
GET_ANY = "soundingboard models get"
GET = f"{GET_ANY} {PACKAGED}"

INSTRUCT = re.compile(r"instruct|[-_]it\b|chat", re.IGNORECASE)
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def find(rest: str, shelf: Shelf) -> Place:
    """The place of the model that `local:rest` names. Raises Refused where there is none."""
    if not rest.strip():
        raise Refused(
            f"local: needs a folder, a .gguf file, a hub name or {PACKAGED} after its colon, e.g. local:Qwen/Qwen3-1.7B"
        )
    if rest == PACKAGED:
        return _packaged(shelf)
    path = Path(rest).expanduser()
    if path.is_dir() or (path.is_file() and path.suffix == ".gguf"):
        return Place(rest, path)
    if path.is_file():
        raise Refused(f"{path} is no model; name its folder, or a .gguf file.")
    if HUB_NAME.fullmatch(rest) and not path.parent.is_dir():
        return _cached(rest, shelf)
    raise Refused(f"There is no model at {path}{_nearest(path)}; name a folder, a .gguf file, a hub name, or {PACKAGED}.")


def packaged_folder(shelf: Shelf) -> Path:
    return shelf.cache / PACKAGED


def _packaged(shelf: Shelf) -> Place:
    folder = packaged_folder(shelf)
    if not folder.is_dir():
        raise Refused(f"{PACKAGED} is not on this machine; fetch it with: {GET}")
    return Place(PACKAGED, folder, f"fetch it again with: {GET}")


def _cached(name: str, shelf: Shelf) -> Place:
    folder = shelf.hub / f"models--{name.replace('/', '--')}"
    snapshot = _snapshot(folder)
    if snapshot is None:
        raise Refused(f"{name} is not in the hub cache ({shelf.hub}); fetch it with: {GET_ANY} {name}")
    place = Place(name, snapshot, f"fetch it again with: {GET_ANY} {name}")
    if any((folder / "blobs").glob("*.incomplete")):
        raise Failed(f"{name} is only half downloaded; {place.again}")
    return place


def _snapshot(folder: Path) -> Path | None:
    """The revision in use, else the newest one."""
    main = folder / "refs" / "main"
    if main.is_file() and (named := folder / "snapshots" / main.read_text(encoding="utf-8").strip()).is_dir():
        return named
    there = [path for path in folder.glob("snapshots/*") if path.is_dir()]
    return max(there, key=lambda path: path.stat().st_mtime, default=None)


def _nearest(path: Path) -> str:
    beside = [p.name for p in path.parent.iterdir() if p.is_dir() or p.suffix == ".gguf"] if path.parent.is_dir() else []
    near = get_close_matches(path.name, beside, n=1, cutoff=0.5)
    return f", did you mean {near[0]!r}" if near else ""


def on_offer(shelf: Shelf, free: int) -> tuple[Offer, ...]:
    """Hub models that speak and fit `free` bytes first, the largest before all; then the rest, and the packaged one."""
    measured = paces(shelf.cache)
    found = sorted((_offer(name, shelf, free, measured) for name in _cached_names(shelf)), key=_worth)
    return (*found, _packaged_offer(shelf, measured))


def _worth(offer: Offer) -> tuple[bool, float, str]:
    known = KNOWN.get(offer.name.removeprefix("local:"))
    return not (offer.usable and offer.speaks), -known.billions if known else 0.0, offer.name


def _cached_names(shelf: Shelf) -> Iterator[str]:
    for folder in sorted(shelf.hub.glob("models--*--*")):
        name = folder.name.removeprefix("models--").replace("--", "/", 1)
        if name in KNOWN or INSTRUCT.search(name):
            yield name


def _offer(name: str, shelf: Shelf, free: int, measured: Mapping[str, Pace]) -> Offer:
    try:
        place = _cached(name, shelf)
        check(place)
        fit(place, free, kept=shelf.kept)
    except (Failed, Refused) as reason:
        return Offer(f"local:{name}", usable=False, why=str(reason))
    needed = planned(place, kept=shelf.kept).bytes
    why = f"needs about {needed / 1e9:.1f} GB"
    return Offer(f"local:{name}", usable=True, why=why, speaks=name in KNOWN, pace=_pace(place, measured))


def _packaged_offer(shelf: Shelf, measured: Mapping[str, Pace]) -> Offer:
    try:
        place = _packaged(shelf)
        check(place)
    except (Failed, Refused) as reason:
        return Offer(f"local:{PACKAGED}", usable=False, why=str(reason))
    why = "a small one (135M parameters) for trying out; it answers like an assistant"
    return Offer(f"local:{PACKAGED}", usable=True, why=why, pace=_pace(place, measured))


def _pace(place: Place, measured: Mapping[str, Pace]) -> Pace | None:
    """What was measured with these very files."""
    pace = measured.get(f"local:{place.name}")
    return pace if pace is not None and pace.model == f"local:{place.name} {identity(place)}" else None
