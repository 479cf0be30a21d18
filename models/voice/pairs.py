"""Pairs: real replies with the post they stand under, read from a parquet file, as rows of tokens. Knows no weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.language import Failed
from models.voice.control import Control, Rank, prompt
from models.voice.fitness import off_the_subject

MOST_POST, MOST_REPLY = 400, 200  # characters: as long as drafts are; longer replies are never shown
# Ours: replies that were written for the voice, and replies of its own that were read and marked.
WRITTEN, MARKED = (Path(__file__).with_name(f"{name}.jsonl") for name in ("written", "marked"))
Pair = tuple[str, str]
"""A post and a reply."""
BLOCK = 4_000  # rows within which batches are made of like length, so that little is padding


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens of a prompt, and of the reply with its end."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.reply)


def read_pairs(path: Path, split: str = "") -> list[Pair]:
    """(post, reply), those of one split where the file has any. Raises Failed where it cannot be read."""
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path).to_pydict()
        posts, replies = table["statement"], table["reply"]
    except (OSError, KeyError, ValueError) as error:
        raise Failed(f"{path} cannot be read as pairs ({error}); give a parquet file with statement and reply.") from None
    splits = table.get("split", [split] * len(posts))
    return [(p, r) for p, r, s in zip(posts, replies, splits, strict=True) if p and r and (not split or s == split)]


def lessons(pairs: Sequence[Pair], tokenizer: Any, end: int) -> list[Row]:
    """Training rows of the pairs worth learning; some without control words."""
    rank = ranks(tokenizer)
    fit = worth_learning(pairs)
    return rows(fit, [Control.of(p, r, rank).taught(p, r) for p, r in fit], tokenizer, end)


def spoken_for(told: Mapping[Pair, str], tokenizer: Any, end: int) -> list[Row]:
    """Training rows of pairs of which it is told who the reader is."""
    rank = ranks(tokenizer)
    given = [Control.of(*pair, rank, who).taught(*pair) for pair, who in told.items()]
    return rows(list(told), given, tokenizer, end)


def read_written(path: Path) -> dict[Pair, str]:
    """Pairs that were written for the voice, and who each reader is, from a line of JSON a post."""
    posts = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(found["post"], reply): who for found in posts for who, reply in found["replies"]}


@dataclass(frozen=True, slots=True)
class Marked:
    """Replies of the voice's own under one post, by how well they fit."""

    post: str
    fits: tuple[str, ...] = ()
    half: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()


def read_marked(path: Path) -> list[Marked]:
    found = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Marked(f["post"], tuple(f["fits"]), tuple(f["half"]), tuple(f["misses"])) for f in found]


def worth_learning(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that are as long as drafts and replies are, and whose replies might be shown."""
    return [(p, r) for p, r in pairs if len(p) <= MOST_POST and len(r) <= MOST_REPLY and not off_the_subject(r, p)]


def rows(pairs: Sequence[Pair], given: Sequence[Control | None], tokenizer: Any, end: int) -> list[Row]:
    prompts = tokenizer([prompt(post, c) for (post, _), c in zip(pairs, given, strict=True)], add_special_tokens=False)
    replies = tokenizer([" " + " ".join(reply.split()) for _, reply in pairs], add_special_tokens=False)
    found = zip(prompts["input_ids"], replies["input_ids"], strict=True)
    return [Row(tuple(asked), (*said, end)) for asked, said in found]


def ranks(tokenizer: Any) -> Rank:
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    beyond = len(vocabulary)
    return lambda word: vocabulary.get(f"\u0120{word}", beyond)  # as byte-level BPE writes a leading space


def batches(found: Sequence[Sized], tokens: int, chance: Any) -> list[list[int]]:
    """Every row once, in batches of like length with at most so many tokens, padding counted. `chance` is numpy's."""
    made: list[list[int]] = []
    lot = chance.permutation(len(found))
    for block in (lot[at : at + BLOCK] for at in range(0, len(lot), BLOCK)):
        some: list[list[int]] = [[]]
        for n in sorted(map(int, block), key=lambda n: len(found[n])):
            if some[-1] and len(found[n]) * (len(some[-1]) + 1) > tokens:
                some.append([])
            some[-1].append(n)
        made += [some[n] for n in chance.permutation(len(some))]
    return made
