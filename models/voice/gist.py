"""Gist: what of a draft the voice reads: no tags and no addresses, and no more than it was taught to read. Knows no weights."""

from __future__ import annotations

import re

from models.voice.pairs import MOST_POST

NOISE = re.compile(r"(?<!\w)#\w+|https?://\S+|www\.\S+")
SENTENCE = re.compile(r"(?<=[.!?…])\s+")


def gist(post: str) -> str:
    """The post in one line. Of one that is too long, how it begins and what it asks last, in whole sentences where it has any."""
    said = " ".join(NOISE.sub(" ", post).split()) or " ".join(post.split())
    if len(said) <= MOST_POST:
        return said
    sentences = SENTENCE.split(said)
    asked = next((sentence for sentence in reversed(sentences) if sentence.endswith("?")), "")
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(" ".join((*kept, sentence, asked))) > MOST_POST:
            break
        kept.append(sentence)
    return " ".join(kept if asked in kept else (*kept, asked))[:MOST_POST].strip()
