"""Samples: what the voice itself says under real posts, so that its judge learns what makes no sense. Drawn by transformers' own
`generate`, in batches of like length; what would never be shown is left out. Needs torch; knows no persona.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from models.voice.control import Control, Rank, prompt, worth_taking
from models.voice.fitness import LOOP, finished, off_the_subject
from models.voice.pairs import Pair, ranks
from models.voice.speaking import HEAT, NUCLEUS, TOKENS, TOP

BATCH = 64
TOLD_EVERY = 20  # batches


def samples(
    model: Any, tokenizer: Any, pairs: Sequence[Pair], kept: Path, seed: int, tell: Callable[[str], None]
) -> dict[Pair, str]:
    """Words of the voice by the pair under whose post it said them, at most one a pair. `kept` holds them for the next run."""
    with suppress(OSError, ValueError):
        return {(post, reply): words for post, reply, words in json.loads(kept.read_text(encoding="utf-8"))}
    torch.manual_seed(seed)
    asked, found = _asked(pairs, ranks(tokenizer), random.Random(seed)), dict[Pair, str]()
    order = sorted(range(len(pairs)), key=lambda n: len(asked[n]))
    for done, at in enumerate(range(0, len(order), BATCH)):
        some = order[at : at + BATCH]
        for n, words in zip(some, _said(model, tokenizer, [asked[n] for n in some]), strict=True):
            if _fit(words, pairs[n][0]):
                found[pairs[n]] = words
        if done % TOLD_EVERY == 0:
            tell(f"{at + len(some):,} of {len(pairs):,} samples")
    kept.write_text(json.dumps([(*pair, words) for pair, words in found.items()]), encoding="utf-8")
    return found


def _asked(pairs: Sequence[Pair], rank: Rank, chance: random.Random) -> list[str]:
    return [prompt(pair[0], control) for pair, control in zip(pairs, _controls(pairs, rank, chance), strict=True)]


def _controls(pairs: Sequence[Pair], rank: Rank, chance: random.Random) -> Iterator[Control]:
    """Every other time those of the real reply; else, as a rehearsal does, somebody else's manner and a word of the post."""
    for n, pair in enumerate(pairs):
        if n % 2:
            yield Control.of(*pair, rank)
        else:
            worth = worth_taking(pair[0], rank)
            yield replace(Control.of(*chance.choice(pairs), rank), on=tuple(chance.sample(worth, min(1, len(worth)))), mind=())


@torch.inference_mode()
def _said(model: Any, tokenizer: Any, asked: Sequence[str]) -> list[str]:
    """Of each its first line, empty where it did not end."""
    end = model.generation_config.eos_token_id
    rows = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in asked]
    longest = max(map(len, rows))
    ids = torch.tensor([[end] * (longest - len(row)) + row for row in rows], device=model.device)
    real = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=model.device)
    said = model.generate(
        input_ids=ids, attention_mask=real, max_new_tokens=TOKENS, do_sample=True, temperature=HEAT, top_p=NUCLEUS, top_k=TOP,
        pad_token_id=end,
    )[:, longest:].tolist()  # fmt: skip
    words = [tokenizer.decode(row, skip_special_tokens=True).strip() if end in row else "" for row in said]
    return [one.splitlines()[0].strip() if one else "" for one in words]


def _fit(words: str, post: str) -> bool:
    return bool(words) and finished(words) and not off_the_subject(words, post) and not LOOP.search(words)
