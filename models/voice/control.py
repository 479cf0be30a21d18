"""Control: in a few words how a reply is to be, and the prompt that says so. Learned from real replies, set for a persona.

Control words before a text steer it (Keskar et al. 2019, CTRL, arXiv 1909.05858). Knows no weights and no persona.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

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
BARE_SHARE = 0.15  # of the examples say nothing, so that the model can do without
WORDS_SHARE = 0.75  # of the others say what the reader took up, and as many what was on their mind
WORD = re.compile(r"(?<![\w'])[a-z]{4,}(?![\w'])")  # in small letters: nobody's name
LEAST_RANK, MOST_RANK = 2_500, 49_152  # in the order of the vocabulary, which begins with what is frequent
LEAST_TAKEN = 1_500  # of a word of the post; rarer words tell more, and a post has few
Rank = Callable[[str], int]
"""A word -> its place in the vocabulary; beyond its end where it is no single token."""


@dataclass(frozen=True, slots=True)
class Control:
    """`on` are words of the post that the reply takes up, `mind` words of its own."""

    length: str = ""
    manners: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = [f"{name}: {', '.join(said)}" for name, said in (("on", self.on), ("mind", self.mind)) if said]
        return "; ".join(filter(None, (self.length, *self.manners, *words)))

    @classmethod
    def of(cls, post: str, reply: str, rank: Rank) -> Control:
        """Read off a real reply. The same pair gives the same words."""
        length = next(name for name, under in LENGTHS if len(reply) < under)
        manners = [name for name, pattern in MANNERS if pattern.search(reply)]
        if "disagrees" in manners and "agrees" in manners:
            manners.remove("agrees")
        if reply == reply.lower():
            manners.append(LOWERCASE)
        return cls(length, tuple(manners), taken_up(post, reply, rank), _mind(post, reply, rank))

    def taught(self, post: str, reply: str) -> Control | None:
        """What an example says of its reply: nothing, or all but some of the words, so that the model can do without."""
        chance = random.Random(f"taught\n{post}\n{reply}")
        if chance.random() < BARE_SHARE:
            return None
        on, mind = ((words if chance.random() < WORDS_SHARE else ()) for words in (self.on, self.mind))
        many = chance.choice((1, 2, 2))
        return replace(self, on=on[: chance.choice((1, 2))], mind=mind[:many])


def taken_up(post: str, reply: str, rank: Rank) -> tuple[str, ...]:
    """One or two telling words of the post that the reply says again, in one number or the other; the rarest first."""
    again = {singular(word) for word in WORD.findall(reply.lower())}
    return _rarest((word for word in worth_taking(post, rank) if singular(word) in again), rank)


def worth_taking(post: str, rank: Rank) -> list[str]:
    """The words of a post that a reader might take up, in their order."""
    return [word for word in dict.fromkeys(WORD.findall(post)) if rank(word) >= LEAST_TAKEN]


def singular(word: str) -> str:
    """Near enough to tell that two forms are of one word."""
    return word.removesuffix("s")


def _mind(post: str, reply: str, rank: Rank) -> tuple[str, ...]:
    """One or two telling words of the reply that the post does not hold, the rarest first."""
    known = {singular(word) for word in WORD.findall(post.lower())}
    found = (word for word in dict.fromkeys(WORD.findall(reply)) if singular(word) not in known)
    return _rarest((word for word in found if LEAST_RANK <= rank(word) < MOST_RANK), rank)


def _rarest(words: Iterable[str], rank: Rank) -> tuple[str, ...]:
    return tuple(sorted(words, key=rank, reverse=True)[:2])


def prompt(post: str, control: Control | None) -> str:
    """The post first, so that all readers of one draft share it; the reply follows after a space."""
    said = " ".join(post.split())
    return f"Post: {said}\nReader: {control}\nReply:" if control else f"Post: {said}\nReply:"
