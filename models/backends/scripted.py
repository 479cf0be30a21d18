"""scripted: answers from a script, for tests and demonstrations. Reads no draft and draws nothing but from its script.

`scripted:` plays a small built-in script, `scripted:PATH` the TOML file at PATH. All keys may be left out, others are refused:

    delay = 0.0                      seconds before each answer
    words = ["One.", "Two."]         what personas write that have no words of their own

    [options]                        weight of each option by its key (a kind, a reason, a reader); the rest have 1
    scroll = 9

    [personas.ada]                   one persona, by its key
    words = ["Who fixed it?"]        cycled by the seat's seed and attempt
    fails = "the model fell over"    every seat of this persona fails with this reason

    [personas.ada.options]           weights of this persona's own, before the common ones
    reply = 50

`history` holds every prompt that was put, in order.
"""

from __future__ import annotations

import asyncio
import hashlib
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from audience.language import Draft, Failed, Heard, Option, Prompt, Refused, Sampling
from models.likeness import Embedder
from models.shelf import Offer, Shelf

ABOUT = "fixed answers from a script, for tests and demonstrations"
BUILT_IN = """
words = [
  "Which part of this changes anything for me?",
  "Read it twice and still do not know what it costs.",
  "Something like this went wrong for us last spring; good to hear it said.",
]

[options]
scroll = 80
read = 14
like = 3
"""
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Part:
    """What one persona does; `fails` is the reason its seats fail with, or empty."""

    words: tuple[str, ...]
    fails: str
    options: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Play:
    """One script. Build it with `Play.read`."""

    delay: float
    common: Part
    personas: Mapping[str, Part]

    @classmethod
    def read(cls, text: str, where: str) -> Play:
        """Raises Refused naming the script, the key and what is allowed."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Refused(f"{where}: not valid TOML ({error}).") from None
        top = _Table(where, "the script", table, ("delay", "words", "options", "personas"))
        people = top.get("personas", dict, {})
        parts = {
            key: _part(_Table(where, f"personas.{key}", row, ("words", "fails", "options"))) for key, row in people.items()
        }
        common = _part(
            _Table(where, "the script", {k: v for k, v in table.items() if k in {"words", "options"}}, ("words", "options"))
        )
        return cls(top.number("delay", 0.0), common, parts)

    def part(self, prompt: Prompt) -> Part:
        return self.personas.get(prompt.persona.key, Part((), "", {}))


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of a script, whose every key is checked."""

    where: str
    path: str
    values: object
    allowed: tuple[str, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.values, dict):
            raise Refused(f"{self.where}: {self.path} must be a table.")
        for key in self.values:
            if self.allowed and key not in self.allowed:
                raise Refused(f"{self.where}: unknown key {key!r} in {self.path}; allowed are {', '.join(self.allowed)}.")

    def get(self, key: str, kind: type[Value], default: Value) -> Value:
        found = self.values.get(key, default) if isinstance(self.values, dict) else default
        if not isinstance(found, kind):
            raise Refused(f"{self.where}: {key!r} in {self.path} must be of the kind {kind.__name__}.")
        return found

    def number(self, key: str, default: float) -> float:
        found = self.get(key, object, default)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 1e6:
            raise Refused(f"{self.where}: {key!r} in {self.path} must be a number of at least 0.")
        return float(found)


def _part(table: _Table) -> Part:
    words = table.get("words", list, [])
    if not all(isinstance(one, str) and one.strip() for one in words):
        raise Refused(f"{table.where}: 'words' in {table.path} must be a list of texts, none of them empty.")
    weights = _Table(table.where, f"options of {table.path}", table.get("options", dict, {}), ())
    return Part(
        tuple(words), table.get("fails", str, ""), {key: weights.number(key, 1.0) for key in table.get("options", dict, {})}
    )


@dataclass(slots=True)
class Scripted:
    play: Play
    name: str
    remark: str = "A scripted model: its answers were written beforehand and it reads nothing."
    history: list[Prompt] = field(default_factory=list)

    def out_of_depth(self, draft: Draft) -> str:
        return "the scripted model does not read the draft"

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        """The weights of the script, shared out over the options asked about."""
        part = await self._put(prompt)
        weights = [part.options.get(o.key, self.play.common.options.get(o.key, 1.0)) for o in options]
        if not sum(weights):
            raise Failed(f"The script gives no weight to any of {', '.join(o.key for o in options)}; give one of them some.")
        return tuple(weight / sum(weights) for weight in weights)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        part = await self._put(prompt)
        words = part.words or self.play.common.words or (f"{prompt.persona.first_name} has read it.",)
        return words[(sampling.seed + sampling.attempt) % len(words)]

    async def write_aloud(self, prompt: Prompt, sampling: Sampling, heard: Heard) -> str:
        """Word by word, in as much time again as an answer takes."""
        words = await self.write(prompt, sampling)
        single = words.split(" ")
        for many in range(1, len(single)):
            heard(" ".join(single[:many]))
            await asyncio.sleep(self.play.delay / len(single))
        return words

    async def _put(self, prompt: Prompt) -> Part:
        self.history.append(prompt)
        if self.play.delay:
            await asyncio.sleep(self.play.delay)
        part = self.play.part(prompt)
        if part.fails:
            raise Failed(part.fails)
        return part


def offers(shelf: Shelf) -> Sequence[Offer]:
    return (Offer("scripted:", usable=True, why=ABOUT),)


@asynccontextmanager
async def open_backend(rest: str, shelf: Shelf, embedder: Embedder) -> AsyncIterator[Scripted]:
    text, where = (_text(Path(rest)), rest) if rest else (BUILT_IN, "the built-in script")
    yield Scripted(Play.read(text, where), f"scripted:{rest} {hashlib.sha256(text.encode()).hexdigest()[:8]}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise Refused(f"The script {path} cannot be read ({why}); name a TOML file, or write scripted: alone.") from None
