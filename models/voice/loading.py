"""Loading: the taught model on the worker's thread: SmolLM2 from its converted folder, the adapter merged into it, the engine over
both, and the judge beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from models.voice.adapter import JUDGE, VOICE, merge
from models.voice.fitness import Fitness
from models.voice.pairs import ranks
from models.voice.speaking import Judging, Voice, VoiceChat
from models.weights import Place, check
from models.worker import More, Play, Ticket, Worker

if TYPE_CHECKING:
    from models.voice.judge import Judge


@dataclass(frozen=True, slots=True)
class Bench:
    """The engine and the judge on one thread, where they take turns: on two they would fight for the cores."""

    engine: Engine
    judge: Judge

    def play(self, tickets: Sequence[Ticket[Any, Answer]], more: More[Any, Answer]) -> None:
        self.engine.play(self._judged(tickets), lambda: self._judged(more()))

    def _judged(self, tickets: Sequence[Ticket[Any, Answer]]) -> Sequence[Ticket[Job, Answer]]:
        """Settles those that ask the judge, a post with its replies as a batch of its own; the others are left."""
        for ticket in tickets:
            if isinstance(ticket.job, Judging):
                ticket.settle(self.judge.strengths(ticket.job.post, ticket.job.replies))
        return [ticket for ticket in tickets if not isinstance(ticket.job, Judging)]


@dataclass(slots=True)
class Loading:
    """`taught` is the folder of both adapters."""

    place: Place
    taught: Path
    tokenizers: list[Any] = field(default_factory=list)

    def load(self) -> Play[Job | Judging, Answer]:
        check(self.place)
        prepare()
        model, tokenizer = unpacked(self.place, "bfloat16")
        merge(model, self.taught / VOICE)
        self.tokenizers.append(tokenizer)
        model = model.eval()
        end = model.generation_config.eos_token_id
        if why := unfit(model):
            raise Failed(f"The voice's model cannot be played by the engine here: {why}; install the transformers we name.")
        from models.voice.judge import Judge  # it brings torch with it

        engine = Engine(Layers.of(model, 16), VoiceChat.of(tokenizer, [end]), "the voice", Room())
        return Bench(engine, Judge.open(self.taught / JUDGE)).play


@asynccontextmanager
async def opened(shelf: Shelf, cues: Cues, taught: Path) -> AsyncIterator[Voice]:
    """The voice. Raises Refused where its weights are not on this machine, Failed where they or what was taught are damaged."""
    loading = Loading(find(PACKAGED, shelf), taught)
    keep()
    async with Worker(loading.load, "the voice") as worker:
        rank = ranks(loading.tokenizers[0])
        yield Voice(worker, Fitness(foul, rank, cues), rank)


def foul(words: str) -> bool:
    """By the list of the library better-profanity."""
    from better_profanity import profanity

    return bool(profanity.contains_profanity(words))
