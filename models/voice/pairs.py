"""Pairs: real replies with the post they stand under, read from a parquet file, as rows of tokens. Knows no weights."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from audience.language import Failed
from models.voice.control import Control, Rank, prompt, shared
from models.voice.fitness import off_the_subject

MOST_POST, MOST_REPLY = 400, 200  # characters: as long as drafts are; longer replies are never shown
WRITTEN = Path(__file__).with_name("written.jsonl")  # replies that were written for the voice
Pair = tuple[str, str]
"""A post and a reply."""
Asked = Control | str | None
"""How a reply was to be: control words, also as they stand in a prompt."""
Tell = Callable[[str], None]
"""Hears how far a teaching is."""
BLOCK = 4_000  # rows within which batches are made of like length, so that little is padding


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens of a prompt, and of the reply with its end."""

    prompt: tuple[int, ...]
    reply: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.reply)

    @property
    def replies(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Thread:
    """Tokens of a post, read once, and the rows of those who answer it, who see it and not each other."""

    post: tuple[int, ...]
    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.post) + sum(map(len, self.rows))

    @property
    def replies(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a reply that was written for the voice: who the reader is, and its angle."""

    who: str
    angle: str


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


def read_lessons(pairs: Sequence[Pair], tokenizer: Any, end: int) -> list[Row]:
    """Training rows of the pairs worth learning; some without control words."""
    rank = ranks(tokenizer)
    fit = worth_learning(pairs)
    return rows(fit, [Control.of(p, r, rank).taught(p, r) for p, r in fit], tokenizer, end)


def spoken_for(told: Mapping[Pair, Told], tokenizer: Any, end: int) -> list[Thread]:
    """Training threads of pairs of which it is told who the reader is and what the reply sets out to do."""
    rank, by_post = ranks(tokenizer), defaultdict[str, list[tuple[Asked, str]]](list)
    for pair, by in told.items():
        by_post[pair[0]].append((Control.of(*pair, rank, by.who, by.angle).taught(*pair), pair[1]))
    return threads(list(by_post.items()), tokenizer, end)


def threads(given: Sequence[tuple[str, Sequence[tuple[Asked, str]]]], tokenizer: Any, end: int) -> list[Thread]:
    """One of each post, with its replies as they were to be and as they are."""
    told = [(post, control, reply) for post, said in given for control, reply in said]
    made = iter(rows([(post, reply) for post, _, reply in told], [control for _, control, _ in told], tokenizer, end))
    posts = tokenizer([shared(post) for post, _ in given], add_special_tokens=False)["input_ids"]
    return [
        Thread(tuple(post), tuple(Row(row.prompt[len(post) :], row.reply) for row in islice(made, len(said))))
        for post, (_, said) in zip(posts, given, strict=True)
    ]


def read_written(path: Path) -> dict[Pair, Told]:
    """Pairs that were written for the voice, and what is told of each, from a line of JSON a post."""
    posts = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(found["post"], reply): Told(who, angle) for found in posts for who, angle, reply in found["replies"]}


def worth_learning(pairs: Sequence[Pair]) -> list[Pair]:
    """Those that are as long as drafts and replies are, and whose replies might be shown."""
    return [(p, r) for p, r in pairs if len(p) <= MOST_POST and len(r) <= MOST_REPLY and not off_the_subject(r, p)]


def rows(pairs: Sequence[Pair], given: Sequence[Asked], tokenizer: Any, end: int) -> list[Row]:
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
