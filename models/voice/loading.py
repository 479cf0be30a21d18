"""Loading: the taught model on the worker's thread: SmolLM2 from its converted folder, the adapter merged into it, the engine over both."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audience.language import Failed
from models.backends.local import prepare, unpacked
from models.cues import Cues
from models.decoding import Answer, Job
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.heap import keep
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice.adapter import about, merge
from models.voice.fitness import Fitness
from models.voice.judging import JUDGE, read
from models.voice.pairs import ranks
from models.voice.speaking import Voice, VoiceChat
from models.weights import Place, check
from models.worker import Play, Worker

PUNCTUATION = re.compile(r"[^\w\s'’]")


@dataclass(slots=True)
class Loading:
    place: Place
    taught: Path
    tokenizers: list[Any] = field(default_factory=list)

    def load(self) -> Play[Job, Answer]:
        check(self.place)
        prepare()
        model, tokenizer = unpacked(self.place, "bfloat16")
        merge(model, self.taught)
        self.tokenizers.append(tokenizer)
        model = model.eval()
        end = model.generation_config.eos_token_id
        probe = read(self.taught.with_name(JUDGE), about(self.taught)["mark"])
        if why := unfit(model):
            raise Failed(f"The voice's model cannot be played by the engine here: {why}; install the transformers we name.")
        return Engine(Layers.of(model, 16), VoiceChat.of(tokenizer, [end]), "the voice", Room(), probe).play


@asynccontextmanager
async def opened(shelf: Shelf, cues: Cues, taught: Path) -> AsyncIterator[Voice]:
    """The voice. Raises Refused where its weights are not on this machine, Failed where they or what was taught are damaged."""
    loading = Loading(find(PACKAGED, shelf), taught)
    keep()
    async with Worker(loading.load, "the voice") as worker:
        rank = ranks(loading.tokenizers[0])
        yield Voice(worker, Fitness(foul, rank, cues), rank)


def foul(words: str) -> bool:
    """By the list of the library better-profanity, which does not know a word with a quotation mark at it."""
    from better_profanity import profanity

    return bool(profanity.contains_profanity(PUNCTUATION.sub(" ", words)))
