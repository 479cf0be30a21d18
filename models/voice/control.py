"""Control: in a few words how a reply is to be, and the prompt that says so. Learned from real replies, set for a persona.

Control words before a text steer it (Keskar et al. 2019, CTRL, arXiv 1909.05858). Knows no weights and no persona.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

# With the most words of each.
LENGTHS = (
    ("3 words", 4), ("6 words", 7), ("9 words", 10), ("12 words", 13), ("16 words", 18), ("22 words", 25), ("30 words", 100_000),
)  # fmt: skip
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
OTHERWISE: Mapping[str, str] = {"story": "own story"}  # angles that the control words call by another name
LOWERCASE = "lowercase"
STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("exclaims", re.compile(r"!")),
    ("trails off", re.compile(r"\.\.\.|\u2026")),
    ("no full stop", re.compile(r"[\w,]\s*$")),
    (LOWERCASE, re.compile(r"\A[^A-Z]*\Z")),
)
BARE_SHARE = 0.15  # of the examples say nothing, so that the model can do without
WORDS_SHARE = 0.75  # of the others say what is taken up; as many what is on the mind, how it opens, and who the reader is
WORD = re.compile(r"(?<![\w'])[a-z]{4,}(?![\w'])")  # in small letters: nobody's name
ANYONE = "a reader"  # who somebody is of whom no more is said
FIRST = re.compile(r"\A\W*([A-Za-z]+)")
LEAST_RANK, MOST_RANK = 2_500, 49_152  # in the order of the vocabulary, which begins with what is frequent
MOST_OPENING = 10_000  # of the word that a reply opens with: one that could open many
SPOKEN = frozenset({
    "ah", "agreed", "haha", "hey", "honestly", "lol", "lovely", "nah", "nope", "ok", "oh", "please", "thanks", "wait", "wow", "yea", "yeah",
    "yep", "yes", "yup",
})  # fmt: skip
LEAST_TAKEN = 1_500  # of a word of the post; rarer words tell more, and a post has few
Rank = Callable[[str], int]
"""A word -> its place in the vocabulary; beyond its end where it is no single token."""


@dataclass(frozen=True, slots=True)
class Control:
    """`who` a reader is, in a few words; `opens` the word it begins with; `on` are words of the post that the reply takes up, `mind`
    words of its own.
    """

    length: str = ""
    manners: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    mind: tuple[str, ...] = ()
    opens: str = ""
    who: str = ""

    def __str__(self) -> str:
        named = (("on", ", ".join(self.on)), ("mind", ", ".join(self.mind)), ("opens", self.opens))
        words = [f"{name}: {said}" for name, said in named if said]
        return "; ".join(filter(None, (self.who, self.length, *self.manners, *words)))

    @classmethod
    def of(cls, post: str, reply: str, rank: Rank, who: str = "", angle: str = "") -> Control:
        """Read off a real reply; its manner from the angle, where one is told. The same pair gives the same words."""
        manners = list(manner(angle)) or [name for name, pattern in MANNERS if pattern.search(reply)]
        if "disagrees" in manners and "agrees" in manners:
            manners.remove("agrees")
        manners += [name for name, pattern in STYLES if pattern.search(reply)]
        taken, mind = taken_up(post, reply, rank), _mind(post, reply, rank)
        return cls(length(len(reply.split())), tuple(manners), taken, mind, opening(reply, rank), who)

    def taught(self, post: str, reply: str) -> Control | None:
        """What an example says of its reply: nothing but who the reader is, where that is known, or all but some of the words, so that
        the model can do without.
        """
        chance = random.Random(f"taught\n{post}\n{reply}")
        if chance.random() < BARE_SHARE:
            return Control(who=self.who) if self.who else None
        on, mind, opens, who = (chance.random() < WORDS_SHARE for _ in range(4))
        most_of_mind, most_taken = chance.choice((1, 2, 2)), chance.choice((1, 2))
        return replace(
            self,
            on=self.on[: most_taken if on else 0],
            mind=self.mind[: most_of_mind if mind else 0],
            opens=self.opens if opens else "",
            who=self.who if who or not self.who else ANYONE,
        )


def manner(angle: str) -> tuple[str, ...]:
    """The control word of an angle, if it has one."""
    word = OTHERWISE.get(angle, angle)
    return (word,) if any(word == name for name, _ in MANNERS) else ()


def length(words: int) -> str:
    return next(name for name, most in LENGTHS if words <= most)


def opening(reply: str, rank: Rank) -> str:
    """The word it begins with, in small letters, where many replies could begin so; else nothing."""
    first = FIRST.match(reply)
    word = first[1].lower() if first else ""
    return word if word in SPOKEN or (word and rank(word) < MOST_OPENING) else ""


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


def prompt(post: str, control: Control | str | None) -> str:
    """The post first, so that all readers of one draft share it; the reply follows after a space."""
    return f"{shared(post)}\nReader: {control}\nReply:" if control else f"{shared(post)}\nReply:"


def shared(post: str) -> str:
    """What the prompts of all readers of a post begin with."""
    return f"Post: {' '.join(post.split())}"
