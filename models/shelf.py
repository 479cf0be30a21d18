"""Shelf and Offer: where models are looked for, and what was found there. Knows no backend."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from models.pace import Pace

KEPT = 256 << 20  # bytes: keys and values of beginnings that have been read


@dataclass(frozen=True, slots=True)
class Shelf:
    """Our own cache folder, and the cache of the model hub, which is read and never asked over the network. A model may keep `kept`
    bytes of beginnings that it has read, for the next round and the next rehearsal.

    `remote`: whether a draft may leave this machine, which only a person who was asked can say; `server_key` opens servers.
    """

    cache: Path
    hub: Path
    kept: int = KEPT
    remote: bool = False
    server_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """One model by the name that opens it; where it is not usable, `why` says what is missing and what to do."""

    name: str
    usable: bool
    why: str
    pace: Pace | None = None  # as it was measured on this machine
    speaks: bool = False  # an instruct model that `auto` may take: good enough to reply in character
