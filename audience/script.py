"""Script: the templates of prompts/ with their fingerprint; persona + platform + draft -> Prompt.

Knows how the words are put together and no word itself. Draft first, reader last: what all seats share stands first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import Template

from audience.draft import Draft
from audience.errors import Refused
from audience.language import Line, Option, Prompt, Task
from audience.persona import ANGLES, Persona
from audience.platform import Platform
from audience.wordfile import Table

HOLES: Mapping[str, frozenset[str]] = {
    "system": frozenset(),
    "post": frozenset({"framing", "post"}),
    "picture": frozenset({"alt"}),
    "nothing": frozenset(),
    "reader": frozenset({"name", "bio", "interests", "brands", "annoys", "moment"}),
    "voice": frozenset({"writes", "examples"}),
    "ask": frozenset({"menu"}),
    "why": frozenset({"kind", "menu"}),
    "thread": frozenset({"thread"}),
    "whom": frozenset({"menu"}),
    "reply": frozenset({"angle"}),
    "answer": frozenset({"reader", "words", "angle"}),
    "worst": frozenset(),
    "talk": frozenset({"thread"}),
}
"""Every template there must be, and the holes it must have: a hole left out would silently drop what the reader is told."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the post finds a reader; `attention` is in log-odds of stopping at all."""

    key: str
    told: str
    attention: float


@dataclass(frozen=True, slots=True)
class Script:
    templates: Mapping[str, str]
    angles: Mapping[str, str]
    moments: tuple[Moment, ...]

    def __post_init__(self) -> None:
        for name, holes in HOLES.items():
            if name not in self.templates:
                raise Refused(f"The template {name}.md is missing from the words folder.")
            template = Template(self.templates[name])
            if not template.is_valid() or set(template.get_identifiers()) != holes:
                wanted = ", ".join(f"${hole}" for hole in sorted(holes)) or "none"
                raise Refused(f"{name}.md: its holes must be exactly: {wanted}.")
        if set(self.angles) != set(ANGLES):
            raise Refused(f"angles.toml: its keys must be exactly: {', '.join(ANGLES)}.")
        if not self.moments:
            raise Refused("moments.toml: at least one moment is needed.")

    def moment(self, turn: int) -> Moment:
        return self.moments[turn % len(self.moments)]

    def fingerprint(self, personas: Iterable[Persona], others: Iterable[str]) -> str:
        """SHA-256, 16 hex digits, of all words that took part: templates, angles, moments, personas, panel, platform."""
        words = [
            *(f"{name}\0{text}" for name, text in sorted(self.templates.items())),
            *(f"{name}\0{text}" for name, text in sorted(self.angles.items())),
            *(f"{moment}" for moment in self.moments),
            *(f"{persona.key}\0{persona.words}" for persona in sorted(personas, key=lambda p: p.key)),
            *others,
        ]
        return hashlib.sha256("\0\0".join(words).encode()).hexdigest()[:16]

    def scene(self, draft: Draft | None, platform: Platform) -> Scene:
        """The draft on its platform, or the content-free twin where there is no draft."""
        return Scene(self, draft, platform)

    def fill(self, template: str, /, **holes: str) -> str:
        return Template(self.templates[template]).substitute(holes).strip()


@dataclass(frozen=True, slots=True)
class Scene:
    """One draft on one platform: everything that is asked about it starts with the same words."""

    script: Script
    draft: Draft | None
    platform: Platform

    def ask(self, persona: Persona, moment: Moment, menu: Sequence[Option], thread: tuple[Line, ...] = ()) -> Prompt:
        return self._prompt("ask", persona, moment, self.script.fill("ask", menu=_menu(menu)), thread)

    def why(self, persona: Persona, moment: Moment, kind: str, menu: Sequence[Option]) -> Prompt:
        return self._prompt("why", persona, moment, self.script.fill("why", kind=kind, menu=_menu(menu)))

    def whom(self, persona: Persona, moment: Moment, menu: Sequence[Option], thread: tuple[Line, ...]) -> Prompt:
        return self._prompt("whom", persona, moment, self.script.fill("whom", menu=_menu(menu)), thread)

    def reply(self, persona: Persona, moment: Moment, angle: str) -> Prompt:
        return self._prompt("reply", persona, moment, self.script.fill("reply", angle=self.script.angles[angle]), angle=angle)

    def answer(self, persona: Persona, moment: Moment, angle: str, to: Line, thread: tuple[Line, ...]) -> Prompt:
        task = self.script.fill("answer", reader=to.reader, words=to.words, angle=self.script.angles[angle])
        return self._prompt("answer", persona, moment, task, (*(line for line in thread if line != to), to), angle)

    def worst(self, persona: Persona, moment: Moment) -> Prompt:
        return self._prompt("worst", persona, moment, self.script.fill("worst"), angle="worst")

    def talk(self, persona: Persona, moment: Moment, said: tuple[Line, ...]) -> Prompt:
        """The talk with one reader: `said` alternates between the reader and the writer, the writer last."""
        task = self.script.fill("talk", thread=_thread(said))
        return replace(self._prompt("talk", persona, moment, task, angle="answers"), thread=said)

    def _prompt(
        self, task: Task, persona: Persona, moment: Moment, question: str, thread: tuple[Line, ...] = (), angle: str = ""
    ) -> Prompt:
        own = [_card(self.script, persona, moment)]
        if angle:
            own.insert(1, _voice(self.script, persona))
        if thread:
            own.append(self.script.fill("thread", thread=_thread(thread)))
        return Prompt(
            task, self.script.fill("system"), self._shared(), "\n\n".join([*own, question]), persona, self.draft, angle, thread
        )

    def _shared(self) -> str:
        if self.draft is None:
            return self.script.fill("post", framing=self.platform.framing, post=self.script.fill("nothing"))
        picture = [self.script.fill("picture", alt=self.draft.alt)] if self.draft.alt else []
        return self.script.fill("post", framing=self.platform.framing, post="\n".join([_seen(self.draft), *picture]))


def read_angles(text: str, where: str) -> dict[str, str]:
    table = Table.read(text, where, ANGLES)
    return {name: table.text(name) for name in ANGLES}


def read_moments(text: str, where: str) -> tuple[Moment, ...]:
    table = Table.read(text, where)
    return tuple(_moment(name, table) for name in table.values)


def _moment(name: str, table: Table) -> Moment:
    row = table.values[name]
    if not isinstance(row, dict) or set(row) != {"told", "attention"}:
        raise table.complaint(name, "must hold exactly the keys told and attention")
    told, attention = row["told"], row["attention"]
    if not isinstance(told, str) or type(attention) not in {int, float} or not -2 <= attention <= 2:
        raise table.complaint(name, "told must be text and attention a number from -2 to 2")
    return Moment(name, told, float(attention))


def _card(script: Script, persona: Persona, moment: Moment) -> str:
    return script.fill(
        "reader", name=persona.name, bio=persona.bio, interests=", ".join(persona.interests), brands=persona.brands,
        annoys=", ".join(persona.annoys), moment=moment.told,
    )  # fmt: skip


def _voice(script: Script, persona: Persona) -> str:
    return script.fill("voice", writes=persona.writes, examples="\n".join(f"- {line}" for line in persona.examples))


def _menu(options: Sequence[Option]) -> str:
    return "\n".join(f"{option.label}) {option.told}" for option in options)


def _thread(lines: Sequence[Line]) -> str:
    return "\n".join(f"{line.reader}: {line.words}" for line in lines)


def _seen(draft: Draft) -> str:
    """The draft with its fences broken, so that no draft can close its own quotation."""
    return draft.text.replace("---", "\u2014")
