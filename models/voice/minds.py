"""Minds: what a persona, its angle and its interests make of a seat: the control words of its candidates. Knows no weights."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from audience.language import Persona, Prompt
from models.voice.control import ANYONE, LEAST_RANK, LOWERCASE, MANNERS, MOST_RANK, STYLES, WORD, Control, Rank, length, opening

OTHERWISE: Mapping[str, str] = {"story": "own story"}  # angles that the control words call by another name
TAUGHT = frozenset(name for name, _ in MANNERS)
OWN_WORDS = re.compile(r"\A[A-Za-z]")  # of a line that opens neither with a quotation nor with a hole
USUAL = "I would like to know a bit more about it"  # the length of a persona without lines of its own


def controls(prompt: Prompt, worth: Sequence[str], rank: Rank, many: int, chance: random.Random) -> list[Control]:
    """One for each candidate: who the persona is, its way of writing, the angle, what is on their mind, and one of the words of the post
    that are worth taking up, if any are.

    Every fourth leaves the angle open, and every fourth what is taken up: an angle that nothing in the draft invites, or a word
    that cannot stand alone, makes people talk beside the point. Every other opens as one of the persona's own lines does.
    """
    persona, angle = prompt.persona, OTHERWISE.get(prompt.angle, prompt.angle)
    given = (angle,) if angle in TAUGHT else ()
    minds, opened = mind(persona, rank), openings(persona, prompt.angle, rank)
    return [
        Control(
            length(len(chance.choice(patterns(persona) or [USUAL]).split())),
            (*(given if n % 4 != 3 else ()), *styles(persona, chance)),
            one(worth, chance) if n % 4 else (),
            one(minds, chance) if n % 8 == 1 else (),
            chance.choice(opened) if opened and n % 2 else "",
            who(persona),
        )
        for n in range(many)
    ]


def one(words: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    return tuple(chance.sample(words, min(1, len(words))))


def who(persona: Persona) -> str:
    """What its name says beside the name: "Bautista, supermarket shift lead"."""
    return persona.name.partition(",")[2].strip() or ANYONE


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


def openings(persona: Persona, angle: str, rank: Rank) -> list[str]:
    """The words that its lines of this angle, and its examples, open with."""
    lines = [line for line in (*persona.examples, *persona.repertoire.get(angle, ())) if OWN_WORDS.match(line)]
    return [word for line in lines if (word := opening(line, rank))]


def mind(persona: Persona, rank: Rank) -> list[str]:
    """The words of the interests that the voice has learned to follow."""
    found = WORD.findall(" ".join(persona.interests).lower())
    return sorted({word for word in found if LEAST_RANK <= rank(word) < MOST_RANK})
