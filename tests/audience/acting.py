"""Models with a script and a history, a likeness to go with them, and a rehearsal small enough to play in a test."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from audience.draft import Draft
from audience.language import Failed, Option, Prompt, Sampling
from audience.library import Library
from audience.persona import Persona
from audience.playing import rehearse
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from audience.script import Script
from bot.room import BUILT_IN
from tests import made

PEOPLE = ("ada", "ben", "cem", "dee")


def script() -> Script:
    return Library.read(BUILT_IN).script


SCRIPT = script()


def number(text: str) -> float:
    """A number from 0 to 1 that depends on nothing but the text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


@dataclass(slots=True)
class Scripted:
    """Answers by the words of the question alone, in no order but its own, and keeps what it was asked."""

    weighed: list[tuple[Prompt, tuple[Option, ...]]] = field(default_factory=list)
    written: list[tuple[Prompt, Sampling]] = field(default_factory=list)

    name = "scripted: v1"
    remark = "A scripted model."

    def out_of_depth(self, draft: Draft) -> str:
        return ""

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        self.weighed.append((prompt, tuple(options)))
        await self.think(prompt)
        weights = [self.weight(prompt, option) for option in options]
        return tuple(weight / sum(weights) for weight in weights)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        self.written.append((prompt, sampling))
        await self.think(prompt)
        return self.words(prompt, sampling)

    async def think(self, prompt: Prompt) -> None:
        """Answers come in an order that is not the order of the questions."""
        for _ in range(int(number(prompt.own) * 7)):
            await asyncio.sleep(0)

    def weight(self, prompt: Prompt, option: Option) -> float:
        return 0.2 + number(f"{prompt.persona.key} {option.key} {prompt.draft is None}")

    def words(self, prompt: Prompt, sampling: Sampling) -> str:
        return f"{prompt.persona.key} {prompt.task} {prompt.angle} {sampling.seed} {sampling.attempt}"


class Failing(Scripted):
    """Fails for one persona, whatever it is asked; or only where it should write."""

    def __init__(self, persona: str, *, only_words: bool = False) -> None:
        super().__init__()
        self.persona, self.only_words = persona, only_words

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        if prompt.persona.key == self.persona and not self.only_words:
            raise Failed(f"the model has no answer for {self.persona}")
        return await super().weigh(prompt, options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        if prompt.persona.key == self.persona:
            raise Failed(f"the model has no words for {self.persona}")
        return await super().write(prompt, sampling)


class Slow(Scripted):
    """Never answers one persona; says when it was first asked, and counts who gave up waiting."""

    def __init__(self, persona: str) -> None:
        super().__init__()
        self.persona, self.asked, self.given_up = persona, asyncio.Event(), 0

    async def think(self, prompt: Prompt) -> None:
        if prompt.persona.key != self.persona:
            return
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up += 1


class Repeating(Scripted):
    """Says the same words at the first attempt whoever speaks; `stubborn` for this many attempts."""

    def __init__(self, stubborn: int) -> None:
        super().__init__()
        self.stubborn = stubborn

    def words(self, prompt: Prompt, sampling: Sampling) -> str:
        if prompt.task == "worst" or sampling.attempt >= self.stubborn:
            return super().words(prompt, sampling)
        return "What does it cost?"


async def same_words(text: str, others: Sequence[str]) -> tuple[float, ...]:
    """Likeness by the words two texts share."""
    mine = set(text.split())
    return tuple(len(mine & set(other.split())) / len(mine | set(other.split())) for other in others)


def personas(keys: Sequence[str] = PEOPLE) -> dict[str, Persona]:
    return {key: made.persona(key) for key in keys}


def rehearsal(seats: int = 12, *, rounds: int = 1, replies: int = 5, audience: int = 20_000, seed: int = 3) -> Rehearsal:
    return made.rehearsal(PEOPLE, seats, rounds=rounds, replies=replies, audience=audience, seed=seed)


async def coming(of: Rehearsal, model: Scripted, done: Sequence[Reaction] = ()) -> AsyncGenerator[Reaction, None]:
    async with aclosing(rehearse(of, SCRIPT, personas(), model, same_words, done)) as reactions:
        async for reaction in reactions:
            yield reaction


async def played(of: Rehearsal, model: Scripted | None = None, done: Sequence[Reaction] = ()) -> list[Reaction]:
    """Every reaction as it came."""
    return [reaction async for reaction in coming(of, model or Scripted(), done)]


def final(*runs: Sequence[Reaction]) -> dict[tuple[str, int], Reaction]:
    """What is known when all these have come, the later ones over the earlier."""
    return {(r.part, r.seat): r for run in runs for r in run}
