"""Language models on this machine: `open_model("scheme:rest")`, one file a backend. Knows no draft, no Discord, no SQL.

A backend is a module in models/backends/, found by its name, which is the scheme. It holds three things:

    ABOUT                    one line for people
    offers(shelf)            what it has here and now, and why not more; must be quick and import nothing heavy
    open_backend(rest, shelf, embedder)   an async context manager that gives a LanguageModel
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, cast

import models.backends
from audience.language import LanguageModel, Refused
from models.likeness import Embedder as Embedder
from models.likeness import open_embedder as open_embedder
from models.pace import PANEL, PATIENCE, REPLIES
from models.pace import Pace as Pace
from models.shelf import Offer as Offer
from models.shelf import Shelf as Shelf


class Backend(Protocol):
    ABOUT: str

    def offers(self, shelf: Shelf) -> Sequence[Offer]: ...

    def open_backend(self, rest: str, shelf: Shelf, embedder: Embedder) -> AbstractAsyncContextManager[LanguageModel]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model is taken, and why and how to get a better one, in a line for people; no line where it was named."""

    name: str
    why: str


def schemes() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(models.backends.__path__)))


def backend(scheme: str) -> Backend:
    return cast(Backend, importlib.import_module(f"models.backends.{scheme}"))


def open_model(name: str, shelf: Shelf, embedder: Embedder) -> AbstractAsyncContextManager[LanguageModel]:
    """The model of that name, e.g. "understudy:", "local:Qwen/Qwen3-0.6B". Raises Refused for a name nobody knows.

    Entering the context may raise Refused (no such model here) or Failed (it is here and cannot be loaded).
    """
    scheme, colon, rest = name.partition(":")
    if not colon or scheme not in schemes():
        raise Refused(
            f"There is no model called {name!r}; a name starts with one of {', '.join(f'{s}:' for s in schemes())} or is auto."
        )
    return backend(scheme).open_backend(rest, shelf, embedder)


def offers(shelf: Shelf) -> tuple[Offer, ...]:
    """What every backend has to offer here and now."""
    return tuple(offer for scheme in schemes() for offer in backend(scheme).offers(shelf))


def choose(shelf: Shelf) -> Choice:
    """What `auto` takes. Downloads nothing: a known instruct model that is already on this machine, else the understudy.

    Of several, the largest that was measured here and plays a rehearsal in PATIENCE seconds; else the largest of those that
    nobody measured; else the quickest.
    """
    there = [offer for offer in offers(shelf) if offer.usable and offer.speaks]
    if not there:
        return Choice(
            "understudy:",
            "no instruct model is on this machine; for fuller replies fetch one: soundingboard models get Qwen/Qwen3-1.7B",
        )
    paced = [(offer, offer.pace) for offer in there if offer.pace is not None]
    quick = [pair for pair in paced if pair[1].rehearsal <= PATIENCE]
    if quick:
        return Choice(quick[0][0].name, f"the largest here that plays {_played(quick[0][1])}")
    unmeasured = next((offer for offer in there if offer.pace is None), None)
    if unmeasured is not None:
        return Choice(
            unmeasured.name,
            f"found on this machine, {unmeasured.why}; how fast it plays is not measured: soundingboard models bench",
        )
    slow = min(paced, key=lambda pair: pair[1].rehearsal)
    return Choice(slow[0].name, f"the quickest here, which plays {_played(slow[1])}; --model understudy: is done in seconds")


def _played(pace: Pace) -> str:
    return (
        f"{PANEL} readers with {REPLIES} replies in about {pace.rehearsal:,.0f} s, as measured; the limit is {PATIENCE:.0f} s"
    )
