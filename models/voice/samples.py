"""Samples: what the voice itself says under real posts, so that its judge learns what makes no sense. What would never be shown is
left out. Needs torch; knows no persona.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from audience.language import Failed, Persona, Prompt, Sampling
from models.decoding import Answer, Job, Writing
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.voice.control import Control, Rank, prompt, worth_taking
from models.voice.fitness import LOOP, finished, off_the_subject
from models.voice.pairs import Pair, Told, ranks
from models.voice.speaking import NUCLEUS, TOKENS, TOP, VoiceChat
from models.worker import Worker

TOGETHER = 960  # asked at once, of like length
HEAT = 0.65  # more than when it is heard: the judge shall see what makes no sense
SAMPLING = Sampling(0, TOKENS, HEAT, NUCLEUS, top_k=TOP)
NOBODY = Persona("nobody", "Nobody", "", (), "", (), "", (), {"other": "lurks"})


def samples(
    model: Any,
    tokenizer: Any,
    pairs: Sequence[Pair],
    kept: Path,
    seed: int,
    tell: Callable[[str], None],
    told: Mapping[Pair, Told] = MappingProxyType({}),
) -> dict[Pair, str]:
    """Words of the voice by the pair under whose post it said them, at most one a pair. `kept` holds them for the next run; `told` says
    of some pairs who their readers are.
    """
    with suppress(OSError, ValueError):
        return {(post, reply): words for post, reply, words in json.loads(kept.read_text(encoding="utf-8"))}
    asked = _asked(pairs, told, ranks(tokenizer), random.Random(seed))
    said = asyncio.run(_said(model, tokenizer, asked, seed, tell))
    found = {pair: words for pair, words in zip(pairs, said, strict=True) if _fit(words, pair[0])}
    kept.write_text(json.dumps([(*pair, words) for pair, words in found.items()]), encoding="utf-8")
    return found


def _asked(pairs: Sequence[Pair], told: Mapping[Pair, Told], rank: Rank, chance: random.Random) -> list[str]:
    return [prompt(pair[0], control) for pair, control in zip(pairs, _controls(pairs, told, rank, chance), strict=True)]


def _controls(pairs: Sequence[Pair], told: Mapping[Pair, Told], rank: Rank, chance: random.Random) -> Iterator[Control]:
    """Every other time those of the real reply; else, as a rehearsal does, somebody else's manner and a word of the post."""
    for n, pair in enumerate(pairs):
        reader = told[pair].who if pair in told else ""
        if n % 2:
            yield Control.of(*pair, rank, reader)
        else:
            worth = worth_taking(pair[0], rank)
            another = Control.of(*chance.choice(pairs), rank, reader)
            yield replace(another, on=tuple(chance.sample(worth, min(1, len(worth)))), mind=())


async def _said(model: Any, tokenizer: Any, asked: Sequence[str], seed: int, tell: Callable[[str], None]) -> list[str]:
    """Of each what it said, empty where that was nothing."""
    chat = VoiceChat.of(tokenizer, [model.generation_config.eos_token_id])
    engine = Engine(Layers.of(model, 16), chat, "the voice", Room())
    order, said = sorted(range(len(asked)), key=lambda n: len(asked[n])), [""] * len(asked)
    async with Worker[Job, Answer](lambda: engine.play, "the voice") as worker:
        for at in range(0, len(order), TOGETHER):
            some = order[at : at + TOGETHER]
            jobs = (Writing(_question(asked[n]), replace(SAMPLING, seed=seed * len(asked) + n)) for n in some)
            for n, words in zip(some, await asyncio.gather(*map(worker.submit, jobs), return_exceptions=True), strict=True):
                said[n] = words if isinstance(words, str) else _nothing(words)
            tell(f"{at + len(some):,} of {len(asked):,} samples")
    return said


def _question(asked: str) -> Prompt:
    return Prompt("reply", "", "", asked, NOBODY, None)


def _nothing(ended: object) -> str:
    if isinstance(ended, Failed):
        return ""
    raise TypeError(f"the voice ended with {ended!r}")


def _fit(words: str, post: str) -> bool:
    return bool(words) and finished(words) and not off_the_subject(words, post) and not LOOP.search(words)
