"""Cues: the signs of English that the understudy goes by, read from cues.toml. Knows no draft."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LINK = re.compile(r"(?:https?://|www\.)\S+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LATIN = 0.7  # least share of letters a to z in a text that may be English
PATTERNS = ("pitch", "jargon", "human", "asks", "orders")


@dataclass(frozen=True, slots=True)
class Cues:
    """Patterns of telling phrases, and sets of words; what each is for stands beside it in cues.toml."""

    pitch: re.Pattern[str]
    jargon: re.Pattern[str]
    human: re.Pattern[str]
    asks: re.Pattern[str]
    orders: re.Pattern[str]
    stop: frozenset[str]
    verbs: frozenset[str]
    qualities: frozenset[str]
    definite: frozenset[str]
    openers: frozenset[str]
    object_after: frozenset[str]
    object_before: frozenset[str]
    little: Mapping[str, frozenset[str]]  # language -> its commonest little words

    @classmethod
    def read(cls) -> Cues:
        lists = tomllib.loads(files("models").joinpath("cues.toml").read_text(encoding="utf-8"))
        values: dict[str, Any] = {name: frozenset(words) for name, words in lists.items() if name not in {*PATTERNS, "little"}}
        values |= {name: _any_of(lists[name]) for name in PATTERNS}
        return cls(**values, little={language: frozenset(words.split()) for language, words in lists["little"].items()})


def is_english(text: str, cues: Cues) -> bool:
    """Whether English is at least as likely as any language we know the little words of; short slogans pass."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(c.isascii() for c in letters) / len(letters) < LATIN:
        return False
    words = [w.casefold() for w in WORD.findall(LINK.sub(" ", text))]
    ours = sum(w in cues.little["en"] for w in words)
    return all(sum(w in little for w in words) <= ours for little in cues.little.values())


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Whole phrases only: a letter or digit on either side means another word."""
    longest_first = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
