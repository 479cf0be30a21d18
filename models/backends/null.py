"""null: every choice equally likely, whatever the draft says. The baseline that every claim is compared with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from audience.language import Draft, Option, Prompt, Refused, Sampling
from models.likeness import Embedder
from models.shelf import Offer, Shelf

ABOUT = "no opinion at all: base rates only, the baseline for every comparison"


class Null:
    name = "null: v1"
    remark = "The null model: it reads nothing and has no opinion, so the tally shows base rates only."

    def out_of_depth(self, draft: Draft) -> str:
        return "the null model does not read the draft"

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        return tuple(1 / len(options) for _ in options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        return f"(no words: {prompt.persona.first_name}, {prompt.task}, {sampling.seed}.{sampling.attempt})"


def offers(shelf: Shelf) -> Sequence[Offer]:
    return (Offer("null:", True, ABOUT),)


@asynccontextmanager
async def open_backend(rest: str, shelf: Shelf, embedder: Embedder) -> AsyncIterator[Null]:
    if rest:
        raise Refused(f"The null model takes no name after its colon, not {rest!r}; write null:")
    yield Null()
