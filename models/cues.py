"""Cues: the signs of English that the understudy goes by, read from cues.toml. Knows no draft."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

LINK = re.compile(r"(?:https?://|www\.)\S+")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
LATIN = 0.7  # least share of letters a to z in a text that may be English
LANGUAGES: Mapping[str, str] = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "pl": "Polish", "sv": "Swedish", "tr": "Turkish",
}  # fmt: skip
CLEAR = 4  # little words under which a text is too short to say what language it is in
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
    if not _latin(text):
        return False
    counts = _little_words(text, cues)
    return all(many <= counts["en"] for many in counts.values())


def language(text: str, cues: Cues) -> str:
    """What language it is in, or at least which letters; empty where the little words do not tell, as in a slogan."""
    if not _latin(text) and (letters := _letters(text)):
        return letters
    counts = sorted(_little_words(text, cues).items(), key=lambda row: -row[1])
    return LANGUAGES[counts[0][0]] if counts[0][1] >= max(CLEAR, 2 * counts[1][1]) else ""


def _letters(text: str) -> str:
    """The script of most of the other letters; those that Chinese and Japanese share count as one. Empty for Latin ones."""
    scripts = Counter(unicodedata.name(c, "UNKNOWN").split()[0] for c in text if c.isalpha() and not c.isascii())
    script = scripts.most_common(1)[0][0]
    if script == "LATIN":
        return ""
    return "Chinese or Japanese letters" if script in {"CJK", "HIRAGANA", "KATAKANA"} else f"{script.title()} letters"


def _latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return not letters or sum(c.isascii() for c in letters) / len(letters) >= LATIN


def _little_words(text: str, cues: Cues) -> dict[str, int]:
    """How many of the words are little ones, language by language."""
    words = [w.casefold() for w in WORD.findall(LINK.sub(" ", text))]
    return {tongue: sum(w in little for w in words) for tongue, little in cues.little.items()}


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Whole phrases only: a letter or digit on either side means another word."""
    longest_first = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
