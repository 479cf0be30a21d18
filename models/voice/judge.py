"""Judge: how much sense a reply makes under its post: MiniLM's encoder reads the two together, and the mean of its last states
gives one number. Taught to prefer real replies under their own post to others (models/voice/judging.py).

A cross-encoder (Nogueira and Cho 2019, arXiv 1901.04085) over the packaged sentence embeddings. Its numbers compare replies under
one post, not posts. Needs torch; knows no persona.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from audience.language import Failed
from models.backends.local import quiet_transformers
from models.embedding import packaged
from models.voice.adapter import merge

MOST_TOKENS = 160  # of a post with its reply; a longer post is read by its beginning
SEPARATOR = "[SEP]"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Posts with replies -> tokens: [CLS] post [SEP] reply [SEP]."""

    tokenizer: Tokenizer

    @classmethod
    def open(cls, folder: Path) -> Pairing:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MOST_TOKENS, strategy="only_first")
        tokenizer.no_padding()
        return cls(tokenizer)

    def __call__(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[int, ...]]:
        return [tuple(row.ids) for row in self.tokenizer.encode_batch([(_line(post), _line(said)) for post, said in pairs])]


def _line(text: str) -> str:
    return " ".join(text.split())


class Sense(nn.Module):
    """The encoder with a head that begins at nothing: what is taught is all low-rank changes."""

    def __init__(self, bert: Any, separator: int) -> None:
        super().__init__()
        self.bert, self.separator = bert, separator
        self.head = nn.Linear(bert.config.hidden_size, 1, bias=False, dtype=bert.dtype)
        nn.init.zeros_(self.head.weight)

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """[rows], one number each."""
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        real = torch.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)], real[n, : len(row)] = torch.tensor(row), 1
        ids, real = ids.to(self.bert.device), real.to(self.bert.device)
        ends = (ids == self.separator).long()
        second = (ends.cumsum(1) - ends).clamp(max=1) * real  # [rows, tokens], 1 where the reply stands
        states = self.bert(input_ids=ids, attention_mask=real, token_type_ids=second).last_hidden_state
        pooled = (states * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        found: Tensor = self.head(pooled)[:, 0].float()
        return found


def untaught(folder: Path) -> tuple[Sense, Pairing]:
    """As it is before anything is taught. Raises Failed where the encoder cannot be read."""
    transformers = quiet_transformers()
    try:
        bert = transformers.BertModel.from_pretrained(
            folder, add_pooling_layer=False, dtype=torch.bfloat16, local_files_only=True, attn_implementation="eager", hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        pairing = Pairing.open(folder)
    except (OSError, ValueError) as error:
        raise Failed(f"The sentence embeddings in {folder} cannot be read ({error}); install them again.") from None
    separator = pairing.tokenizer.token_to_id(SEPARATOR)
    if separator is None:
        raise Failed(f"The tokenizer in {folder} has no {SEPARATOR}; install the sentence embeddings again.")
    return Sense(bert, separator), pairing


@dataclass(frozen=True, slots=True)
class Judge:
    sense: Sense
    pairing: Pairing

    @classmethod
    def open(cls, path: Path) -> Judge:
        """With what was taught. Raises Failed where it, or the packaged encoder, cannot be read."""
        sense, pairing = untaught(packaged())
        merge(sense, path)
        return cls(sense.eval(), pairing)

    @torch.inference_mode()
    def strengths(self, post: str, replies: Sequence[str]) -> tuple[float, ...]:
        """The greater, the more sense; the difference of two is the logarithm of the odds that the one is the real reply."""
        return tuple(self.sense(self.pairing([(post, said) for said in replies])).tolist())
