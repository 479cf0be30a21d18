"""TRAITS: what can be read off a text without a model, one row each; and how words and letters are hashed into buckets.

Signs of English social posts and headlines. Knows no weights.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
NAMED = re.compile(r"[@#]\w+")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
TERM = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[#@!?:\"“”…]")
BUCKETS = 2**16  # of word terms; two terms share one with probability 1 in 65,536
LETTERS = (2, 5)  # characters in a run of letters


def tidy(text: str) -> str:
    """The text as the ranker reads it: every link is only that, because its letters say nothing to a reader."""
    return " ".join(LINK.sub("http", text).split())


@dataclass(frozen=True, slots=True)
class Trait:
    """`more` finishes the sentence "A ..." where A has more of it; `of` reads it off a tidied text."""

    key: str
    more: str
    of: Callable[[str], float]


def _bare(text: str) -> str:
    return NAMED.sub(" ", text.replace("http", " "))


def _words(text: str) -> list[str]:
    return WORD.findall(_bare(text))


def _share(words: list[str], wanted: Callable[[str], bool]) -> float:
    return sum(map(wanted, words)) / max(1, len(words))


def _any(pattern: str) -> Callable[[str], float]:
    found = re.compile(pattern, re.IGNORECASE)
    return lambda text: float(bool(found.search(text)))


def _count(sign: str) -> Callable[[str], float]:
    return lambda text: math.log1p(text.count(sign))


TRAITS: tuple[Trait, ...] = (
    Trait("words", "is longer", lambda t: math.log1p(len(_words(t)))),
    Trait("characters", "fills more of the line", lambda t: math.log1p(len(t))),
    Trait("full", "is nearer to the full length of a short post", lambda t: (min(len(t), 280) / 140) ** 2),
    Trait("long-words", "uses longer words", lambda t: len("".join(_words(t))) / max(1, len(_words(t)))),
    Trait("different", "repeats its words less", lambda t: len({w.casefold() for w in _words(t)}) / max(1, len(_words(t)))),
    Trait("links", "has more links", _count("http")),
    Trait("link-late", "puts its link later", lambda t: max(0, t.find("http")) / max(1, len(t))),
    Trait("names", "names more accounts", _count("@")),
    Trait("to-one", "opens by speaking to one account", lambda t: float(t.startswith("@"))),
    Trait("hashtags", "has more hashtags", _count("#")),
    Trait("asks", "asks a question", lambda t: float("?" in t)),
    Trait("cries", "has more exclamation marks", _count("!")),
    Trait("quotes", "quotes somebody", _any('["“”]')),
    Trait("colon", "announces with a colon", lambda t: float(": " in t)),
    Trait("label", "opens with a label in capitals", lambda t: float(bool(re.match(r"[A-Z]{3,}\b[^.]{0,12}[:!]", t)))),
    Trait("capitals", "has more words in capitals", lambda t: _share(_words(t), lambda w: len(w) > 1 and w.isupper())),
    Trait("title-case", "has more words that begin with a capital", lambda t: _share(_words(t), lambda w: w[0].isupper())),
    Trait("figures", "gives a figure", lambda t: float(any(c.isdigit() for c in _bare(t)))),
    Trait("trails-off", "trails off with dots", _any(r"\.\.\.|…")),
    Trait("asks-to-pass-on", "asks to be passed on", _any(r"\b(?:rt|retweet|share|pass (?:it|this) on|spread the word)\b")),
    Trait("please", "says please", _any(r"\b(?:please|pls|plz)\b")),
    Trait("you", "speaks to you", _any(r"\b(?:you|your|you're|you've)\b")),
    Trait("i", "speaks as I", _any(r"\b(?:i|i'm|my|me|i've)\b")),
    Trait("we", "speaks as we", _any(r"\b(?:we|our|us|we're|we've)\b")),
    Trait("they", "speaks of him, her or them", _any(r"\b(?:he|she|his|her|him|they|them|their)\b")),
    Trait("negates", "says what is not", _any(r"\b(?:not|no|never|don't|can't|isn't|won't|nothing|nobody)\b")),
    Trait("superlative", "claims a best or a most", _any(r"\b(?:best|most|greatest|biggest|worst|\w{3,}est)\b")),
    Trait("here-is", "points with this or here", _any(r"\b(?:this|these|here|here's)\b")),
    Trait("new", "says that something is new", _any(r"\b(?:new|introducing|announcing|launch\w*|just posted)\b")),
    Trait(
        "on-the-blog", "says where it stands more than what it says", _any(r"\b(?:blog|post|check (?:it )?out|read|article)\b")
    ),
    Trait("how", "asks how, why, what or who", _any(r"\b(?:how|why|what|who|when)\b")),
    Trait(
        "feels", "names a feeling", _any(r"\b(?:love|hate|amaz\w+|awesome|beautiful|sad|happy|cry\w*|proud|sorry|thank\w*)\b")
    ),
    Trait("emoji", "has more emoji", lambda t: math.log1p(sum(c >= "\U0001f300" for c in t))),
)


def traits(text: str) -> list[float]:
    """One number for each of TRAITS, for a tidied text."""
    return [trait.of(text) for trait in TRAITS]


def terms(text: str) -> list[str]:
    """The words and pairs of neighbouring words of a tidied text, each once, in the order in which they come."""
    words = [term.casefold() for term in TERM.findall(text)]
    return list(dict.fromkeys([*words, *(f"{a} {b}" for a, b in pairwise(words))]))


def runs(text: str) -> list[str]:
    """Runs of two to five characters within each word, capitals kept, each once."""
    return list(dict.fromkeys(_runs(text)))


def _runs(text: str) -> Iterator[str]:
    for word in text.split():
        framed = f" {word} "
        for size in range(LETTERS[0], LETTERS[1] + 1):
            yield from (framed[at : at + size] for at in range(len(framed) - size + 1))


def bucket(term: str) -> int:
    """Where a term's weight stands: a hash, so that no word of the data is kept (Weinberger et al. 2009, arXiv 0902.2206)."""
    return zlib.crc32(term.encode()) % BUCKETS
