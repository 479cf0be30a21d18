"""How one reader is asked a closed question, and what their answer is taken to mean (method: calibrated choice).

Labels lean: models prefer some letters and some positions whatever the post says. So every question is put under two
orders of the menu and once more about a post with no content, and the model contributes only the ratio of the two:

    P(option | draft)  is proportional to  prior(option) * (w(option | draft) / w(option | nothing)) ** TAU

after Zhao et al. 2021, "Calibrate Before Use" (arXiv 2102.09690). Knows no model, no tally and no kinds.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from audience.language import LanguageModel, Option, Prompt

TAU = 1.0  # until outcomes fit it
BOUND = 3.0  # log-odds by which one post can move one reader, either way; a guess that keeps a sure model from shouting
FLOOR = 1e-6  # probability under which a label counts as never said
LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Put = Callable[[Sequence[Option], bool], Prompt]
"""Puts the question: a menu, and whether the draft (True) or the content-free twin (False) is read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Probabilities in the order of the options given, summing to one, and how far the two label orders disagree (0 to 1)."""

    probabilities: tuple[float, ...]
    unsteady: float


@dataclass(slots=True)
class Asking:
    """Puts questions to one model and never the same one twice: readers who share a persona and a moment share the twin."""

    model: LanguageModel
    asked: dict[tuple[str, tuple[str, ...]], asyncio.Future[tuple[float, ...]]] = field(default_factory=dict)

    async def settle(self, put: Put, choices: Sequence[tuple[str, str]], prior: Sequence[float]) -> Answer:
        """Ask about `choices` (key and words), with `prior` the probability of each before the draft is read."""
        there, back = await asyncio.gather(self._lean(put, choices), self._lean(put, choices[::-1]))
        leans = [(a + b) / 2 for a, b in zip(there, back[::-1], strict=True)]
        one, other = calibrated(prior, there), calibrated(prior, back[::-1])
        unsteady = sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2
        return Answer(calibrated(prior, leans), unsteady)

    async def _lean(self, put: Put, choices: Sequence[tuple[str, str]]) -> list[float]:
        """How many times likelier, in logs, the draft makes each choice, under this order of the menu."""
        menu = [Option(label, key, told) for label, (key, told) in zip(LABELS, choices, strict=False)]
        about, nothing = await asyncio.gather(self._weigh(put(menu, True), menu), self._weigh(put(menu, False), menu))
        return [math.log(max(a, FLOOR) / max(b, FLOOR)) for a, b in zip(about, nothing, strict=True)]

    async def _weigh(self, prompt: Prompt, menu: Sequence[Option]) -> tuple[float, ...]:
        key = (prompt.user, tuple(option.key for option in menu))
        if key not in self.asked:
            self.asked[key] = asyncio.ensure_future(self.model.weigh(prompt, menu))
        return await asyncio.shield(self.asked[key])

    async def stop(self) -> None:
        """Cancel what is still under way; the model skips jobs nobody waits for."""
        for question in self.asked.values():
            question.cancel()
        await asyncio.gather(*self.asked.values(), return_exceptions=True)


def calibrated(prior: Sequence[float], leans: Sequence[float]) -> tuple[float, ...]:
    """The prior moved by the leans, which are bounded first. Sums to one."""
    moved = [p * math.exp(TAU * max(-BOUND, min(BOUND, lean))) for p, lean in zip(prior, leans, strict=True)]
    whole = sum(moved)
    return tuple(p / whole for p in moved)


def tilted(rates: Sequence[float], shifts: Sequence[float]) -> tuple[float, ...]:
    """Base rates moved by log-odds against the first of them, which takes what is left. Sums to one."""
    return calibrated(rates, [0.0, *shifts[1:]])
