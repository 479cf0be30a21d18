"""Cues: the signs of English that the understudy goes by, read from cues.toml. Knows no draft."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Cues:
    pitch: re.Pattern[str]
    jargon: re.Pattern[str]
    human: re.Pattern[str]
    asks: re.Pattern[str]
    orders: re.Pattern[str]
    stop: frozenset[str]
    verbs: frozenset[str]
    qualities: frozenset[str]
    little: Mapping[str, frozenset[str]]  # language -> its commonest little words

    @classmethod
    def read(cls) -> Cues:
        lists = tomllib.loads(files("models").joinpath("cues.toml").read_text(encoding="utf-8"))
        patterns = {name: _any_of(lists[name]) for name in ("pitch", "jargon", "human", "asks", "orders")}
        little = {language: frozenset(words.split()) for language, words in lists["little"].items()}
        words = {name: frozenset(lists[name]) for name in ("stop", "verbs", "qualities")}
        return cls(**patterns, **words, little=little)


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    """Whole phrases only: a letter or digit on either side means another word."""
    longest_first = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)
