"""Speaking: a prompt's draft and reader -> candidates from the taught model, and of these the words that fit best, or none.

While they are written a probe tells of each how much sense it makes (judging.py). Knows no file and no persona beyond its card.
"""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field, replace
from typing import cast

from audience.language import Failed, Prompt, Sampling
from models.chat import Chat
from models.decoding import Answer, Job, Probed, Writing
from models.voice.control import Control, Rank, prompt, worth_taking
from models.voice.fitness import Fitness
from models.voice.gist import gist
from models.voice.minds import ASKS, controls, usual
from models.worker import Worker

CANDIDATES = 32
TOGETHER = 3  # readers that speak at a time, so that the first is heard soon: as many as fill the engine
USUAL = 0.6  # of a mark, that a reply loses for each time that it is e times as long as the reader writes, or as short
TOKENS = 44
HEAT, NUCLEUS, TOP = 0.6, 0.92, 60


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
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(TOGETHER))

    async def say(self, given: Prompt, sampling: Sampling) -> str | None:
        """The best of the candidates, None where none is fit to be shown. The same prompt and sampling, the same words."""
        if given.draft is None:
            return None
        chance = random.Random(f"{sampling.seed}/{sampling.attempt}/{given.task}/voice")
        post = given.thread[-1].words if given.thread else given.draft.text
        read = gist(post)
        worth = worth_taking(read, self.rank)
        asked = [asking(given, read, control) for control in controls(given, worth, CANDIDATES, chance)]
        seeds = [
            replace(sampling, seed=chance.getrandbits(48), tokens=TOKENS, temperature=HEAT, top_p=NUCLEUS, top_k=TOP)
            for _ in asked
        ]
        async with self.turns:
            said = await asyncio.gather(*(self.one(a, s) for a, s in zip(asked, seeds, strict=True)))
        fit = {one.words: one.told for one in said if one and not self.fitness.complaint(one.words, given)}
        ranked = sorted(fit, key=lambda words: standing(words, fit[words], given), reverse=True)
        return next((words for words in ranked if not self.fitness.foul(words)), None)

    async def one(self, asked: Prompt, sampling: Sampling) -> Probed | None:
        try:
            return cast(Probed, await self.worker.submit(Writing(asked, sampling)))
        except Failed:  # it said nothing, or half a word: one candidate less
            return None


def standing(words: str, told: float, given: Prompt) -> tuple[bool, float]:
    """By what candidates are ordered. A judge that likes statements better would silence whoever has a question, and one that finds more
    sense in what is short would make all readers terse: who asks shall ask, and who writes much shall write much.
    """
    asks = given.angle != ASKS or "?" in words
    return asks, told - USUAL * abs(math.log(len(words.split()) / usual(given.persona)))


def asking(given: Prompt, post: str, control: Control | None) -> Prompt:
    """The prompt as the voice was taught to read it: the post, which all readers share, then how to answer."""
    shared, _, own = prompt(post, control).partition("\n")
    return replace(given, system="", shared=shared, own=own, thread=())
