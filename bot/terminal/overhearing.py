"""Overhearing: a model whose replies are told on while they come, where it can let them be heard. Knows no screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from audience.draft import Draft
from audience.language import Aloud, LanguageModel, Option, Prompt, Sampling

Told = Callable[[str, str], None]
"""A persona's key, and what they have said so far."""
SHOWN = ("reply", "answer")  # what is shown when it is whole; the rest stays unheard


@dataclass(frozen=True, slots=True)
class Overheard:
    model: LanguageModel
    told: Told

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def remark(self) -> str:
        return self.model.remark

    def out_of_depth(self, draft: Draft) -> str:
        return self.model.out_of_depth(draft)

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        return await self.model.weigh(prompt, options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        if prompt.task in SHOWN and isinstance(self.model, Aloud):
            return await self.model.write_aloud(prompt, sampling, partial(self.told, prompt.persona.key))
        return await self.model.write(prompt, sampling)
