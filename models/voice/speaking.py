"""Speaking: a prompt's draft and reader -> candidates from the taught model, and of these the words that fit best, or none.

Candidates are ranked by how likely the draft, the reader and the angle make them, by how much likelier than any post would (maximum
mutual information, Li et al. 2016, arXiv 1510.03055). Knows no file and no persona beyond its card.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from audience.language import Failed, Option, Prompt, Sampling
from models.chat import Chat
from models.decoding import Answer, Job, Weighing, Writing
from models.voice.control import Control, Rank, manner, prompt, worth_taking
from models.voice.fitness import Fitness
from models.voice.gist import gist
from models.voice.minds import controls, who
from models.worker import Worker

CANDIDATES = 16
TOKENS = 44
HEAT, NUCLEUS, TOP = 0.5, 0.92, 60
NOTHING = "Something happened today."  # a post of which anything could be said
INFORMED = 0.5  # what it counts beside likelihood; set by benchmarks.voice --marks


@dataclass(frozen=True, slots=True)
class Signs:
    """Nats a word: `informed`, how much likelier the post and the reader make it; `likely`, how likely."""

    informed: float
    likely: float

    @property
    def worth(self) -> float:
        return INFORMED * self.informed + self.likely


class VoiceChat(Chat):
    """The voice reads plain text, and ends with a token of its own or with the line."""

    __slots__ = ()

    @property
    def plain(self) -> bool:
        return True

    def encoded(self, system: str, user: str) -> tuple[int, ...]:
        # What is the reader's own stands after the post, or alone.
        text = user.removeprefix("\n\n").replace("\n\n", "\n", 1)
        return tuple(self.tokenizer.encode(text, add_special_tokens=False))


@dataclass(frozen=True, slots=True)
class Voice:
    """`rank` knows the vocabulary."""

    worker: Worker[Job, Answer]
    fitness: Fitness
    rank: Rank

    async def say(self, given: Prompt, sampling: Sampling) -> str | None:
        """The best of the candidates, None where none is fit to be shown. The same prompt and sampling, the same words."""
        if given.draft is None:
            return None
        chance = random.Random(f"{sampling.seed}/{sampling.attempt}/{given.task}/voice")
        post = given.thread[-1].words if given.thread else given.draft.text
        read = gist(post)
        worth = worth_taking(read, self.rank)
        asked = [asking(given, read, control) for control in controls(given, worth, self.rank, CANDIDATES, chance)]
        seeds = [
            replace(sampling, seed=chance.getrandbits(48), tokens=TOKENS, temperature=HEAT, top_p=NUCLEUS, top_k=TOP)
            for _ in asked
        ]
        said = await asyncio.gather(*(self.one(a, s) for a, s in zip(asked, seeds, strict=True)))
        fit = list(dict.fromkeys(words for words in said if words and not self.fitness.complaint(words, given)))
        ranked = await self._ranked(given, read, fit) if len(fit) > 1 else fit
        return next((words for words in ranked if not self.fitness.foul(words)), None)

    async def one(self, asked: Prompt, sampling: Sampling) -> str:
        try:
            return cast(str, await self.worker.submit(Writing(asked, sampling)))
        except Failed:  # it said nothing, or half a word: one candidate less
            return ""

    async def _ranked(self, given: Prompt, post: str, fit: Sequence[str]) -> Sequence[str]:
        """The best first."""
        signs = await self.signs(given, post, fit)
        return [fit[n] for n in sorted(range(len(fit)), key=lambda n: -signs[n].worth)]

    async def signs(self, given: Prompt, post: str, said: Sequence[str]) -> list[Signs]:
        """What tells, of replies by this reader with this angle, which of them fits the post."""
        reader = Control(manners=manner(given.angle), who=who(given.persona))
        asked = (asking(given, post, reader), asking(given, NOTHING, None))
        under, anywhere = await asyncio.gather(*(self._likely(one, said) for one in asked))
        found = zip(said, under, anywhere, strict=True)
        return [Signs((u - a) / words, u / words) for reply, u, a in found for words in [max(4, len(reply.split()))]]

    async def _likely(self, asked: Prompt, said: Sequence[str]) -> list[float]:
        """The log-probability of each, but for a constant that all share."""
        found = await self.worker.submit(Weighing(asked, tuple(Option(words, words, words) for words in said)))
        return [math.log(max(p, 1e-300)) for p in cast(tuple[float, ...], found)]


def asking(given: Prompt, post: str, control: Control | None) -> Prompt:
    """The prompt as the voice was taught to read it: the post, which all readers share, then how to answer."""
    shared, _, own = prompt(post, control).partition("\n")
    return replace(given, system="", shared=shared, own=own, thread=())
