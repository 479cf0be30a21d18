"""What readers ask, and whether the draft leaves it open. Knows text only; signs, not understanding.

A question counts as answered when the draft shows the sign of such an answer: a figure with a currency for a price, a date
for a time. Signs are English; in other languages every question counts as open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing readers often miss: how they ask for it, and the sign in a draft that it is there."""

    key: str
    asked: re.Pattern[str]
    given: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Question:
    words: str
    persona: str
    gap: str  # "" where it is none of the usual ones
    open: bool


def _gap(key: str, asked: str, given: str) -> Gap:
    return Gap(key, re.compile(asked, re.IGNORECASE), re.compile(given, re.IGNORECASE))


GAPS: tuple[Gap, ...] = (
    _gap("price", r"\b(price|cost|costs|how much|pay|pays|paid|charge|fee|cheap|free)\b",
         r"[$€£¥]\s?\d|\d\s?(?:[$€£¥%]|eur|usd|gbp|pounds?|euros?|dollars?|cents?)\b|\bfree\b|\bno (?:extra )?(?:cost|charge|fee)"),
    _gap("when", r"\b(when|how soon|how long|what time|which day|until|deadline)\b",
         r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d"
         r"|\b\d{1,2}(?::\d\d| ?[ap]m)\b|\btoday\b|\btomorrow\b|\b20\d\d\b|\bnext (?:week|month|year)\b"),
    _gap("where", r"\b(where|which (?:town|city|branch|shop|country|street))\b",
         r"\b(?:street|road|square|avenue|hall|online|website|app store)\b|\bin [A-Z][a-z]+"),
    _gap("who", r"\b(who|whose|whom)\b", r"\b(?:our team|i|my name|signed|founder|[A-Z][a-z]+ (?:and|from) [A-Z])"),
    _gap("proof", r"\b(proof|evidence|source|according to|measured|numbers?|tested|data|how do you know)\b",
         r"\b\d+(?:[.,]\d+)? ?(?:%|percent|people|customers|users|hours|days|times)\b|\bstudy\b|\bsurvey\b"),
    _gap("next", r"\b(sign up|apply|join|register|download|get it|order|start)\b", r"https?://|\blink\b|\bsign up\b|\breply\b|\bask\b"),
)  # fmt: skip


def questions_in(reply: str, persona: str, draft: str) -> tuple[Question, ...]:
    """The sentences of a reply that end in a question mark, each with the gap it points at."""
    asked = [sentence.strip() for sentence in re.findall(r"[^.!?\n]+\?+", reply)]
    return tuple(_question(words, persona, draft) for words in asked if words)


def _question(words: str, persona: str, draft: str) -> Question:
    gap = next((gap for gap in GAPS if gap.asked.search(words)), None)
    return Question(words, persona, gap.key if gap else "", gap is None or not gap.given.search(draft))
