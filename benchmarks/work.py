"""The work that engines are timed at: readers who share a draft, as prompts of so many tokens, for a model of random weights.

Speed does not depend on what the weights or the words say. Used by benchmarks that compare engines; prints nothing.
"""

from __future__ import annotations

import asyncio
import importlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audience.language import Option, Prompt
from audience.reaction import KINDS
from models.decoding import Answer, Job, Weighing
from models.engine.running import Engine
from models.worker import More, Ticket
from tests import made

SYSTEM, DRAFT, OWN, MENU, SAID = 100, 150, 120, 40, 40  # tokens
VOCABULARY = 151_936
WORDS = 49_000  # of them, from which the words are drawn; a smaller model knows no more


@dataclass
class Numbers:
    """A tokenizer whose words are the numbers of its tokens; a letter of a menu is one token."""

    chat_template: str | dict[str, str] | None = None
    unk_token_id: int | None = None
    all_special_tokens: list[str] = field(default_factory=list)
    all_special_ids: list[int] = field(default_factory=list)
    added_tokens_decoder: Mapping[int, Any] = field(default_factory=dict)

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        return [int(word) if word.isdigit() else ord(word[0]) for word in text.split()]

    def decode(self, ids: Sequence[int], **_: object) -> str:
        return " ".join(map(str, ids))

    def apply_chat_template(self, *_: object, **__: object) -> str:
        raise NotImplementedError


def tokens(many: int, seed: str) -> str:
    chance = random.Random(seed)
    return " ".join(str(chance.randrange(200, WORDS)) for _ in range(many))


def reader(number: int, more: str = "", draft: str = "draft") -> Prompt:
    own = tokens(OWN, f"own {number}")
    return Prompt("reply", tokens(SYSTEM, "system"), tokens(DRAFT, draft), f"{own} {more}".strip(), made.persona("ada"), None)


def menus(number: int) -> list[Weighing]:
    """Both orders of the six kinds."""
    options = [Option(label, kind.key, kind.told) for label, kind in zip("ABCDEF", KINDS, strict=True)]
    return [Weighing(reader(number, tokens(MENU, f"menu {turn}")), tuple(options)) for turn in range(2)]


def play(engine: Engine, jobs: Sequence[Job], more: More[Job, Answer] = tuple) -> list[Answer]:
    """All answers, in the order of the jobs."""
    return asyncio.run(_played(engine, jobs, more))


async def _played(engine: Engine, jobs: Sequence[Job], more: More[Job, Answer]) -> list[Answer]:
    """On this very thread: products made on two threads in turn have two teams of helpers, who then sleep where one would wait."""
    tickets = asked(jobs, asyncio.get_running_loop())
    engine.play(tickets, more)
    return await asyncio.gather(*(ticket.future for ticket in tickets))


def asked(jobs: Sequence[Job], loop: asyncio.AbstractEventLoop) -> list[Ticket[Job, Answer]]:
    return [Ticket[Job, Answer](job, loop.create_future()) for job in jobs]


def shape() -> Any:
    """Random weights in the shape of Qwen3-0.6B, as its card states it: 28 layers, hidden 1,024, 16 and 8 heads of 128."""
    import torch

    transformers: Any = importlib.import_module("transformers")  # its types say less than it does
    torch.manual_seed(0)
    config = transformers.Qwen3Config(
        vocab_size=VOCABULARY, hidden_size=1_024, intermediate_size=3_072, num_hidden_layers=28, num_attention_heads=16,
        num_key_value_heads=8, head_dim=128, tie_word_embeddings=True, max_position_embeddings=40_960,
    )  # fmt: skip
    model: Any = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    model.generation_config.eos_token_id = None
    return model
