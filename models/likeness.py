"""Embedder: how alike texts are in meaning, for every model. One thread reads the weights, on the first question.

Each group of texts is embedded as one batch, always the same, so that no answer depends on what else was asked. What
belongs to a persona may be kept on disk for the next start; a draft and its replies never are.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from models.shelf import Shelf
from models.worker import Play, Ticket, Worker

if TYPE_CHECKING:
    from models.embedding import Encoder, Floats


class Embedder:
    """Cosines and vectors. Calling it gives the cosine of one text to each of the others."""

    def __init__(self, worker: Worker[tuple[tuple[str, ...], bool], Floats]) -> None:
        self._worker = worker
        self._asked: dict[tuple[str, ...], asyncio.Future[Floats]] = {}  # by all who ask at once, answered once

    async def __call__(self, text: str, others: Sequence[str]) -> tuple[float, ...]:
        one = (await self.vectors((text,)))[0]
        return tuple([float((await self.vectors((other,)))[0] @ one) for other in others])

    async def vectors(self, texts: tuple[str, ...], *, keep: bool = False) -> Floats:
        """[texts, width], rows of length one. `keep` allows them on disk: for words of the library, never for a draft."""
        if texts not in self._asked:
            self._asked[texts] = asyncio.ensure_future(self._worker.submit((texts, keep)))
            self._asked[texts].add_done_callback(lambda done: done.cancelled() or done.exception())  # its askers hear of it
        return await asyncio.shield(self._asked[texts])


@asynccontextmanager
async def open_embedder(shelf: Shelf) -> AsyncIterator[Embedder]:
    """An embedder; its weights are read when it is first asked, and Failed is raised there where they are missing."""
    async with Worker(lambda: _player(shelf.cache / "vectors"), "the sentence embedder") as worker:
        yield Embedder(worker)


def _player(folder: Path) -> Play[tuple[tuple[str, ...], bool], Floats]:
    opened: list[Encoder] = []

    def embed(texts: tuple[str, ...]) -> Floats:
        from models.embedding import open_encoder

        if not opened:
            opened.append(open_encoder())
        return opened[0].embed(texts)

    def play(tickets: Sequence[Ticket[tuple[tuple[str, ...], bool], Floats]], _: object) -> None:
        for ticket in tickets:
            texts, keep = ticket.job
            if ticket.wanted:
                ticket.settle(_kept(folder, texts, embed) if keep else embed(texts))

    return play


def _kept(folder: Path, texts: tuple[str, ...], embed: Callable[[tuple[str, ...]], Floats]) -> Floats:
    """From disk where an earlier run left them, else embedded and left there; a cache that cannot be used is no failure."""
    import numpy as np

    from models.embedding import SHA256

    name = hashlib.sha256("\0".join((SHA256, *texts)).encode()).hexdigest()[:32]
    path = folder / f"{name}.npy"
    with suppress(OSError, ValueError, EOFError):
        found: Floats = np.load(path, allow_pickle=False)
        if found.shape[0] == len(texts):
            return found
    vectors = embed(texts)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{id(vectors):x}.npy")
        np.save(part, vectors, allow_pickle=False)
        part.replace(path)
    return vectors
