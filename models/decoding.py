"""Decoding: jobs -> rows of fixed shapes, and what comes of each row. Knows tokens and chances; no torch, no device.

A row's shape depends on its own length alone, never on who else is asked at the same time.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from audience.language import Failed, Heard, Option, Prompt, Sampling
from models.chat import Chat
from models.tidying import spoken, tidied
from models.worker import Ticket

BLOCK = 64  # tokens; prompts are padded to a multiple
NO_NUMBERS = (
    "The model's scores are not numbers, so its weights are damaged or too large for this precision; take another model."
)


@dataclass(frozen=True, slots=True)
class Probed:
    """Words, and the mean of what a probe told of their tokens while they were written."""

    words: str
    told: float


Answer = tuple[float, ...] | str | Probed


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows every batch has, filled up with copies.

    Reading a prompt keeps a CPU busy with one row, and each copy costs as much again; a step of writing costs 45 ms with
    one row and 60 ms with four (135M parameters, two cores). A GPU reads sixteen rows nearly as fast as one.
    """

    weigh: int
    write: int


CPU, GPU = Rows(1, 4), Rows(16, 16)


@dataclass(frozen=True, slots=True)
class Weighing:
    prompt: Prompt
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """`heard` is called from the device's thread, token by token."""

    prompt: Prompt
    sampling: Sampling
    heard: Heard | None = None


Job = Weighing | Writing


@dataclass(slots=True)
class Row:
    """One row to score: `asked` are tokens with their places, counted back from the end; `found` their log-probabilities."""

    ticket: Ticket[Job, Answer]
    ids: tuple[int, ...]
    asked: tuple[tuple[int, int], ...]
    siblings: list[Row]  # all rows of the ticket
    found: tuple[float, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        return blocks(self.ids), max(back for back, _ in self.asked)


@dataclass(slots=True)
class Voice:
    """One seat that writes: its own chance, what it has said so far, and what a probe told of that, where there is one."""

    ticket: Ticket[Job, Answer]
    ids: tuple[int, ...]
    job: Writing
    said: list[int] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.sampling.seed}/{self.sampling.attempt}")

    @property
    def sampling(self) -> Sampling:
        return self.job.sampling

    @property
    def shape(self) -> tuple[int, int]:
        return blocks(self.ids), 1

    def again(self) -> Voice:
        """The same seat from its beginning: it will say the same."""
        return Voice(self.ticket, self.ids, self.job)

    def take(self, token: int | None, chat: Chat) -> None:
        """One more token; settles the ticket where it is the last, or where the model's scores gave none."""
        if token is None:
            self.ticket.fail(Failed(NO_NUMBERS))
            return
        ended = token in chat.ends
        if not ended:
            self.said.append(token)
        last = ended or len(self.said) == self.sampling.tokens
        words = chat.words(self.said).strip() if last or chat.plain or self.job.heard else ""
        if chat.plain and "\n" in words:  # a model that only carries text on would play the next reader too
            last = ended = True
            words = words.splitlines()[0]
        if last:
            self._settle(words, cut=not ended)
        elif self.job.heard and (so_far := spoken(words)):
            self.job.heard(so_far)

    def _settle(self, words: str, *, cut: bool) -> None:
        try:
            said = tidied(words, self.job.prompt.persona.first_name, cut=cut)
            self.ticket.settle(Probed(said, math.fsum(self.told) / len(self.told)) if self.told else said)
        except Failed as reason:
            self.ticket.fail(reason)


Shaped = TypeVar("Shaped", Row, Voice)


def blocks(ids: Sequence[int]) -> int:
    """How many blocks the row fills with at least one token of padding: transformers leaves out a mask that hides nothing,
    attention then takes another way, and the answer would depend on whether any row of the batch is padded.
    """
    return len(ids) // BLOCK + 1


def must_fit(tokens: int, job: Job, longest: int | None, name: str) -> None:
    """Raise Failed where a prompt of so many tokens and its answer are more than the model reads; nothing is ever cut."""
    more = job.sampling.tokens if isinstance(job, Writing) else 1
    if longest and tokens + more > longest:
        raise Failed(
            f"The prompt has {tokens:,} tokens and {name} reads at most {longest - more:,}; "
            "shorten the draft, or take a model that reads more."
        )


def scored_rows(ticket: Ticket[Job, Answer], ids: tuple[int, ...], labels: Sequence[tuple[int, ...]]) -> list[Row]:
    """One row for all labels where each is one token, else a row for each label, with its tokens after the prompt's."""
    rows: list[Row] = []
    if all(len(label) == 1 for label in labels):
        rows.append(Row(ticket, ids, tuple((1, label[0]) for label in labels), rows))
        return rows
    for label in labels:
        asked = tuple((len(label) - n, token) for n, token in enumerate(label))
        rows.append(Row(ticket, ids + label[:-1], asked, rows))
    return rows


def settle(rows: Sequence[Row]) -> None:
    """Give the ticket the probability of each label, summing to one: a row holds all labels, or each row the tokens of one."""
    likely = rows[0].found if len(rows) == 1 else tuple(math.fsum(row.found) for row in rows)
    if any(map(math.isnan, likely)) or not math.isfinite(max(likely)):
        rows[0].ticket.fail(Failed(NO_NUMBERS))
        return
    weights = [math.exp(one - max(likely)) for one in likely]
    rows[0].ticket.settle(tuple(weight / math.fsum(weights) for weight in weights))


def chunks(given: Iterable[Shaped], most: int) -> Iterator[list[Shaped]]:
    """At most `most` at a time, all of one shape."""
    shapes: defaultdict[tuple[int, int], list[Shaped]] = defaultdict(list)
    for one in given:
        shapes[one.shape].append(one)
    for _, group in sorted(shapes.items(), key=lambda item: item[0]):
        yield from (group[start : start + most] for start in range(0, len(group), most))
