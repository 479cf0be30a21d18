"""Control: in a few words how a reply is to be, and the prompt that says so. Learned from real replies, set for a persona.

Control words before a text steer it (Keskar et al. 2019, CTRL, arXiv 1909.05858). Knows no weights and no persona.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

# With the characters that each stays under.
LENGTHS = (("tiny", 28), ("very short", 50), ("short", 85), ("medium", 130), ("long", 100_000))
MANNERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("asks", r"\?\s*$"),
        ("disagrees", r"^(no\b|nope|nah\b|but |actually|wrong|not really|i doubt|i disagree|that'?s not|it'?s not|well,)"),
        ("agrees", r"^(yes|yeah|yep|yup|exactly|agreed|true\b|same\b|this\b|right\b|i agree|absolutely|definitely)"),
        (
            "own story",
            r"\b(i|my|me|we|our)\b.*\b(had|was|were|used|went|got|did|remember|saw|bought|worked|grew|started|lived|tried|made)\b",
        ),
        ("jokes", r"\b(lol|haha+|lmao)\b|[;:]-?[\)DP](\s|$)"),
        ("warm", r"\b(thanks|thank you|love|great|awesome|congrat\w*|amazing|beautiful|glad|nice)\b"),
        ("annoyed", r"\b(hate|terrible|awful|worst|ridiculous|annoy\w*|sick of|fed up|disgust\w*|pathetic|joke of)\b"),
    )
)
LOWERCASE = "lowercase"
MIND_SHARE = 0.75  # of the examples say what was on the reader's mind
BARE_SHARE = 0.15  # of the examples say nothing, so that the model can do without
WORD = re.compile(r"(?<![\w'])[a-z]{4,}(?![\w'])")  # in small letters: nobody's name
LEAST_RANK, MOST_RANK = 2_500, 49_152  # in the order of the vocabulary, which begins with what is frequent
Rank = Callable[[str], int]
"""A word -> its place in the vocabulary; beyond its end where it is no single token."""


@dataclass(frozen=True, slots=True)
class Control:
    length: str = ""
    manners: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()

    def __str__(self) -> str:
        mind = (f"mind: {', '.join(self.mind)}",) if self.mind else ()
        return "; ".join(filter(None, (self.length, *self.manners, *mind)))

    @classmethod
    def of(cls, post: str, reply: str, rank: Rank) -> Control:
        """Read off a real reply. The same pair gives the same words."""
        chance = random.Random(f"{post}\n{reply}")
        length = next(name for name, under in LENGTHS if len(reply) < under)
        manners = [name for name, pattern in MANNERS if pattern.search(reply)]
        if "disagrees" in manners and "agrees" in manners:
            manners.remove("agrees")
        if reply == reply.lower():
            manners.append(LOWERCASE)
        return cls(length, tuple(manners), _mind(post, reply, rank, chance) if chance.random() < MIND_SHARE else ())


def _mind(post: str, reply: str, rank: Rank, chance: random.Random) -> tuple[str, ...]:
    """One or two telling words of the reply that the post does not hold."""
    known = set(WORD.findall(post.lower()))
    found = [word for word in dict.fromkeys(WORD.findall(reply)) if word not in known and LEAST_RANK <= rank(word) < MOST_RANK]
    telling = sorted(found, key=rank, reverse=True)[:4]
    return tuple(chance.sample(telling, min(len(telling), chance.choice((1, 2, 2)))))


def prompt(post: str, control: Control | None) -> str:
    """The post first, so that all readers of one draft share it; the reply follows after a space."""
    said = " ".join(post.split())
    return f"Post: {said}\nReader: {control}\nReply:" if control else f"Post: {said}\nReply:"


def bare(post: str, reply: str) -> bool:
    """Whether this training pair is shown without control words."""
    return random.Random(f"bare\n{post}\n{reply}").random() < BARE_SHARE
