"""Answers: what a server sent -> words, whether they were cut, and the chances of labels. Knows JSON and no network."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audience.language import Failed, Option
from models.decoding import NO_NUMBERS

SMOOTHING = 0.5  # added to each label's count: a label that was not drawn in a few draws is not impossible
LEAST = 1e-9  # probability of a label that nothing is left for
BLANK = " \t\n▁ĠĊ"  # how vocabularies write what stands before a word


class NoAnswer(ValueError):
    """What came is not the answer to a chat; the message says what it is not."""


@dataclass(frozen=True, slots=True)
class Said:
    """`reasoned`: private reasoning came, within the words or beside them. `prompt`: tokens, as the server counted them."""

    words: str
    reasoned: bool
    cut: bool
    prompt: int | None
    likely: tuple[tuple[str, float], ...]  # the likeliest first tokens and their log-probabilities; NaN where none was a number


def read(answer: Any) -> Said:
    """Raises NoAnswer for what has not the shape of a chat completion, Failed for one that was held back."""
    try:
        choice = answer["choices"][0]
        message, ended = choice["message"], choice.get("finish_reason")
        content, apart = message.get("content") or "", message.get("reasoning_content") or message.get("reasoning") or ""
        found = _likely(choice.get("logprobs"))
        counted = (answer.get("usage") or {}).get("prompt_tokens")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise NoAnswer("no chat completion") from None
    if not isinstance(content, str) or ended in {"abort", "error"}:
        raise NoAnswer("no whole chat completion")
    if ended == "content_filter":
        raise Failed("The server held the answer back (content filter); take a server that does not judge drafts.")
    words = content if content.strip() or not apart else "<think>"  # said nothing, and thought
    tokens = counted if isinstance(counted, int) and counted > 0 else None
    return Said(words, bool(apart) or "<think" in content, ended == "length", tokens, found)


def _likely(logprobs: Any) -> tuple[tuple[str, float], ...]:
    content = (logprobs or {}).get("content") or []
    return tuple((str(row["token"]), _number(row["logprob"])) for row in (content[0]["top_logprobs"] if content else []))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def labelled(said: Said, options: Sequence[Option]) -> dict[str, float]:
    """The probability of each label that is among the first tokens shown, with and without what stands before a word."""
    labels = {option.label for option in options}
    found: dict[str, float] = {}
    for token, logprob in said.likely:
        if math.isnan(logprob) or logprob > 1e-3:
            raise Failed(NO_NUMBERS)
        if token.strip(BLANK) in labels:
            found[token.strip(BLANK)] = found.get(token.strip(BLANK), 0.0) + math.exp(logprob)
    return found


def shares(said: Said, options: Sequence[Option]) -> tuple[float, ...]:
    """The probability of each label, summing to one. A label that is not shown is less likely than the least that is: it is
    given half of that, and never more than what the shown leave. Raises Failed where none is shown, or a score is no number.
    """
    found = labelled(said, options)
    if not sum(found.values()):
        raise Failed(
            f"The model puts none of the letters among its {len(said.likely)} likeliest words; "
            "play the seat again, or take another model."
        )
    shown = [math.exp(logprob) for _, logprob in said.likely]
    unseen = max(min(*shown, 1 - math.fsum(shown)) / 2, LEAST)
    weights = [found.get(option.label, unseen) for option in options]
    return tuple(weight / math.fsum(weights) for weight in weights)


def chosen(words: str, options: Sequence[Option]) -> str | None:
    """The label that an answer of a few words gives; as the JSON that was asked for, or as it comes."""
    labels = {option.label for option in options}
    try:
        found = json.loads(words)
        told = str(found.get("answer", "") if isinstance(found, dict) else found)
    except ValueError:
        told = words
    first = re.match(r"\W*(?:answer\W*)?(\w+)\b", told.rpartition("</think>")[2], re.IGNORECASE)
    return first[1] if first and first[1] in labels else None


def counted(drawn: Sequence[str | None], options: Sequence[Option]) -> tuple[float, ...]:
    """The share of each label in the draws, smoothed. Raises Failed where fewer than half of the draws gave one."""
    given = [label for label in drawn if label is not None]
    if 2 * len(given) < len(drawn):
        raise Failed("The model answers a choice between letters with something else; take another model.")
    whole = len(given) + SMOOTHING * len(options)
    return tuple((given.count(option.label) + SMOOTHING) / whole for option in options)
