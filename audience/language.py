"""What the audience needs of a model: Prompt, Option, Sampling, and LanguageModel with its two verbs.

Knows no model. Whoever writes a backend reads this page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from audience.draft import Draft as Draft  # backends use these and may import nothing else of ours
from audience.errors import Failed as Failed
from audience.errors import Refused as Refused
from audience.persona import Persona as Persona

Task = Literal["ask", "why", "whom", "reply", "answer", "worst", "talk"]


@dataclass(frozen=True, slots=True)
class Option:
    """One row of a menu: the label that stands before it, its key in our tables, and its words."""

    label: str
    key: str
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something said in the thread: by whom (a first name, or "you"), and the words."""

    reader: str
    words: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to one reader: as text for a model that reads text, and as the values the text was made from.

    `system` and `shared` are the same for every seat of a rehearsal (the draft comes first, the reader last), so a
    backend can compute them once; `own` is this seat's. A content-free twin has `draft` None.
    """

    task: Task
    system: str
    shared: str
    own: str
    persona: Persona
    draft: Draft | None
    angle: str = ""
    thread: tuple[Line, ...] = ()

    @property
    def user(self) -> str:
        return f"{self.shared}\n\n{self.own}"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How words are drawn. The same prompt, sampling and model give the same words."""

    seed: int
    tokens: int = 80
    temperature: float = 0.8
    top_p: float = 0.95
    attempt: int = 0  # counts the retries of one seat
    top_k: int = 64
    min_p: float = 0.0  # of the likeliest token's probability; what is less likely is never said
    repetition: float = 1.0  # divides the score of what was said already

    def __post_init__(self) -> None:
        if self.tokens < 1 or self.temperature <= 0 or not 0 < self.top_p <= 1:
            raise ValueError(f"sampling out of range: {self}")
        if self.top_k < 1 or not 0 <= self.min_p <= 1 or self.repetition <= 0:
            raise ValueError(f"sampling out of range: {self}")


class Ready(str):
    """Words that stood ready on a persona's card, with its holes filled from the draft: nobody wrote them for this draft."""

    __slots__ = ()


class LanguageModel(Protocol):
    """The whole world of models, two verbs wide. Both raise Failed with a reason a person can read.

    `name` is what opens it, a space, and a mark that changes whenever its answers would: "local:smollm2 1a2b3c4d". `remark` says in one
    sentence what it is, for the foot of every report. Concurrency is the caller's: a panel of forty is forty awaits.
    """

    @property
    def name(self) -> str: ...

    @property
    def remark(self) -> str: ...

    def out_of_depth(self, draft: Draft) -> str:
        """Why answers about this draft are to be trusted less than others, in one sentence; empty where nothing is known."""
        ...

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        """The probability of each option's label as the next word, in the given order, summing to one."""
        ...

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        """Words in the reader's voice, never empty, never a model's private reasoning. Ready, where they stood ready."""
        ...


Heard = Callable[[str], None]
"""Hears what has been said so far."""


@runtime_checkable
class Aloud(Protocol):
    """What a model may be able to do beside: let its words be heard while they come."""

    async def write_aloud(self, prompt: Prompt, sampling: Sampling, heard: Heard) -> str:
        """As `write`. `heard` is called on the event loop; only the words returned count, and only they are whole."""
        ...


class Likeness(Protocol):
    """How alike two texts are in meaning: cosines of sentence embeddings, -1 to 1."""

    async def __call__(self, text: str, others: Sequence[str]) -> tuple[float, ...]: ...
