"""How a draft reads: pitch or story, question or none, jargon, length, links. Signs in, numbers out; knows no reader.

Each feature runs from 0 to 1. They are signs of English; in another language most of them stay at 0.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from audience.language import Draft
from models.cues import LINK, WORD, Cues, is_english
from models.phrases import sentences

HASHTAG = re.compile(r"(?<!\w)#\w+")
SHOUT = re.compile(r"\b[A-Z]{4,}\b|!")
PICTURE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
FACT = re.compile(r"\b\d[\d.,:]*\b|(?<=[a-z,] )[A-Z][a-z]+\b")
FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|my|me|we|us|our)\b", re.IGNORECASE)
YOU = re.compile(r"\b(?:you|your|yours|you're|you've|anyone|anybody|who else)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    pitch: float
    human: float
    asks: float
    jargon: float
    long: float
    links: float
    hashtags: float
    shouting: float
    facts: float
    english: bool


def read(draft: Draft, cues: Cues) -> Reading:
    """The features of a draft, its alt text left out."""
    text = draft.text
    words = [w.casefold().replace("’", "'") for w in WORD.findall(LINK.sub(" ", text))]
    parts = max(1, len(sentences(text)))
    cried = len(cues.pitch.findall(text)) + 0.5 * len(HASHTAG.findall(text)) + 0.3 * len(SHOUT.findall(text))
    own = len(FIRST_PERSON.findall(text)) / max(1, len(words))
    return Reading(
        pitch=_up(cried / parts, 0.8),
        human=_up((2 * len(cues.human.findall(text)) + 10 * own) / (1 + 0.3 * parts), 1.6),
        asks=_asks(text, cues),
        jargon=_up(20 * len(cues.jargon.findall(text)) / max(12, len(words)), 1.0),
        long=min(1.0, max(0.0, math.log(max(1, len(words)) / 60) / math.log(10))),
        links=_up(len(LINK.findall(text)), 1.5),
        hashtags=_up(len(HASHTAG.findall(text)), 3.0),
        shouting=_up(len(SHOUT.findall(text)) + len(PICTURE.findall(text)) / 2, 3.0),
        facts=_up(len(FACT.findall(text)) / parts, 1.0),
        english=is_english(text, cues),
    )


def _up(amount: float, middle: float) -> float:
    """0 at nothing, 1/2 at `middle`, towards 1."""
    return amount / (amount + middle)


def _asks(text: str, cues: Cues) -> float:
    """1 where the last sentence asks the reader something they could answer, less where it is asked on the way."""
    parts = sentences(text)
    asked = [s for s in parts if s.endswith("?") and (YOU.search(s) or cues.asks.search(s))]
    if not asked:
        return 0.25 if "?" in text else 0.0
    return 1.0 if asked[-1] == parts[-1] else 0.7
