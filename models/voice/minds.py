"""Minds: what a persona, its angle and its interests make of a seat: the control words of its candidates. Knows no weights."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from statistics import median

from audience.language import Persona, Prompt
from models.voice.control import LEAST_RANK, LENGTHS, LOWERCASE, MANNERS, MOST_RANK, WORD, Control, Rank

OTHERWISE: Mapping[str, str] = {"story": "own story"}  # angles that the control words call by another name
TAUGHT = frozenset(name for name, _ in MANNERS)


def controls(prompt: Prompt, worth: Sequence[str], rank: Rank, many: int, chance: random.Random) -> list[Control]:
    """One for each candidate: the persona's way of writing, the angle, what is on their mind, and one of the words of the post that
    are worth taking up, if any are.

    Every fourth leaves the angle open, and every fourth what is taken up: an angle that nothing in the draft invites, or a word
    that cannot stand alone, makes people talk beside the point.
    """
    angle = OTHERWISE.get(prompt.angle, prompt.angle)
    manners = (angle,) if angle in TAUGHT else ()
    always = (LOWERCASE,) if lowercase(prompt.persona) else ()
    minds = mind(prompt.persona, rank)
    return [
        Control(
            length(prompt.persona, chance),
            always if n % 4 == 3 else (*manners, *always),
            one(worth, chance) if n % 4 else (),
            one(minds, chance) if n % 8 == 1 else (),
        )
        for n in range(many)
    ]


def one(words: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(words, min(1, len(words))))


def patterns(persona: Persona) -> Sequence[str]:
    return [*persona.examples, *(line for lines in persona.repertoire.values() for line in lines)]


def lowercase(persona: Persona) -> bool:
    said = patterns(persona)
    return bool(said) and not any(line[:1].isupper() for line in said)


def length(persona: Persona, chance: random.Random) -> str:
    """About as long as the persona's own lines are."""
    usual = median(map(len, patterns(persona)) if patterns(persona) else [60])
    wanted = usual * chance.choice((0.5, 0.8, 1.0, 1.3))
    return next(name for name, under in LENGTHS if wanted < under)


def mind(persona: Persona, rank: Rank) -> list[str]:
    """The words of the interests that the voice has learned to follow."""
    found = WORD.findall(" ".join(persona.interests).lower())
    return sorted({word for word in found if LEAST_RANK <= rank(word) < MOST_RANK})
