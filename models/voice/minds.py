"""Minds: what a persona and its angle make of a seat: the control words of its candidates. Knows no weights."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median

from audience.language import Persona, Prompt
from models.voice.control import ANYONE, LOWERCASE, STYLES, Control, length, manner

ASKS = "asks"
QUESTIONS = (3, 19)  # the candidates that ask, whatever the angle
BEYOND = frozenset({"jokes"})  # an angle that the voice cannot keep: told to joke it makes less sense, and no joke
USUAL = "I would like to know a bit more about it"  # the length of a persona without lines of its own


def controls(prompt: Prompt, worth: Sequence[str], many: int, chance: random.Random) -> list[Control]:
    """One for each candidate: who the persona is, and its way of writing. Of four, three set out as the angle says; of these one also
    takes up a word of the post that is worth it, and the fourth leaves open how. Two of all ask: whoever reads may have a question.

    Words that are laid upon a reply cost sense (docs/voice.md): they are for variety, and are left to few.
    """
    persona, given = prompt.persona, () if prompt.angle in BEYOND else manner(prompt.angle)
    return [
        Control(
            length(len(chance.choice(patterns(persona) or [USUAL]).split())),
            (*(manner(ASKS) if n in QUESTIONS else given if n % 4 != 3 else ()), *styles(persona, chance)),
            one(worth, chance) if n % 4 == 1 else (),
            who=who(persona),
        )
        for n in range(many)
    ]


def one(words: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(words, min(1, len(words))))


def who(persona: Persona) -> str:
    """What its name says beside the name: "Bautista, supermarket shift lead"."""
    return persona.name.partition(",")[2].strip() or ANYONE


def usual(persona: Persona) -> float:
    """How many words its own lines have, the median."""
    return median(len(line.split()) for line in patterns(persona) or [USUAL])


def patterns(persona: Persona) -> Sequence[str]:
    return [*persona.examples, *(line for lines in persona.repertoire.values() for line in lines)]


def styles(persona: Persona, chance: random.Random) -> list[str]:
    """Each as often as the persona's own lines have it; small letters where all of them do."""
    lines = patterns(persona)
    shares = {name: sum(bool(pattern.search(line)) for line in lines) / max(1, len(lines)) for name, pattern in STYLES}
    shares[LOWERCASE] = lowercase(persona)
    return [name for name, share in shares.items() if chance.random() < share]


def lowercase(persona: Persona) -> bool:
    said = patterns(persona)
    return bool(said) and not any(line[:1].isupper() for line in said)
