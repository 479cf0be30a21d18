"""Tidying: what a language model wrote -> the words of a reader, or Failed with the reason. Knows text, no model.

Private reasoning goes first and never comes back; then what models put round a reply: quotes, a name, list marks, hashtags.
"""

from __future__ import annotations

import re

from audience.language import Failed

OPENED = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)|\[THINK\].*?(?:\[/THINK\]|\Z)", re.DOTALL | re.IGNORECASE
)
CLOSED = re.compile(r"\A.*(?:</(?:think|thinking|thought|reasoning)>|\[/THINK\])", re.DOTALL | re.IGNORECASE)
QUOTES = (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("»", "«"), ("‘", "’"), ("'", "'"), ("`", "`"))
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")  # and what is left of a character the limit cut in two
LIST = re.compile(r"\A(?:[-*•–—]|\d{1,2}[.)])\s+")
NAMES = "comment|reply|answer|response|me|my comment|my reply"
HASHTAGS = re.compile(r"(?:(?:\A|\s+)#\w[\w-]*)+\s*\Z")
SENTENCE = re.compile(r".*[.!?…。！？][\"'”’»)\]]*(?=\s|\Z)", re.DOTALL)
REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\A(?:i['’]m |i am )?(?:sorry|apologi[sz]e)?,?\s*(?:but )?i (?:can['’]?t|cannot|can not|am unable to|am not able to|won['’]t) "
    r"(?:assist|help you|help with|fulfil|comply|provide|create|generate|write|engage in|participate|role-?play)\b",
    re.IGNORECASE,
)


def tidied(raw: str, first_name: str, *, cut: bool) -> str:
    """The words alone, never empty. `cut` says that the limit of tokens came before the end. Raises Failed."""
    said_aloud = spoken(raw)
    if not said_aloud:
        said = "only reasoned and never answered" if raw.strip() else "said nothing"
        raise Failed(f"The model {said}; play the seat again, or take another model.")
    if REFUSAL.search(said_aloud):
        raise Failed(f"The model refused to play {first_name} ({' '.join(said_aloud.split())[:80]}); take another model.")
    words = _bare(_whole(said_aloud) if cut else said_aloud, first_name)
    if not re.search(r"\w|[^\x00-\x7f]", words):
        raise Failed("The model said nothing but marks; play the seat again, or take another model.")
    return words


def spoken(raw: str) -> str:
    """Without private reasoning, ended or not; the whole reply, or as much of it as there is yet."""
    return CONTROL.sub("", CLOSED.sub("", OPENED.sub("", raw))).strip()


def _bare(words: str, first_name: str) -> str:
    """Take off one wrapping after the other until none is left; each is shorter, so this ends."""
    name = re.compile(rf"\A(?:{re.escape(first_name)}[^:\n]{{0,40}}|{NAMES}):\s*", re.IGNORECASE)
    while True:
        bare = HASHTAGS.sub("", LIST.sub("", name.sub("", _unquoted(words)))).strip()
        if bare == words:
            return re.sub(r"\s*\n\s*", "\n", words)
        words = bare


def _unquoted(words: str) -> str:
    for first, last in QUOTES:
        inner = words[1:-1]
        if len(words) > 1 and words[0] == first and words[-1] == last and first not in inner and last not in inner:
            return inner
    return words


def _whole(words: str) -> str:
    """Without the half sentence at the end; where there is no whole one, without the half word."""
    found = SENTENCE.match(words)
    if found:
        return found[0]
    return f"{words.rpartition(' ')[0] or words}…"
