"""One member of the ranker: MiniLM's encoder taught by pairs, with a head for each sort of text. Needs torch.

A member gives a text a strength; the chance that one text does better is the logistic of the difference (Bradley and Terry
1952). Siamese, with mean pooling (Reimers and Gurevych 2019, arXiv 1908.10084). Knows no file of outcomes.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

Floats = NDArray[np.float32]
LONGEST = 64  # tokens of a text in training; the longest post of the data has fewer
BLOCK = 16  # batches within which pairs are ordered by length, so that little is padding
GRADIENT = 1.0  # the norm to which gradients are clipped


@dataclass(frozen=True, slots=True)
class Recipe:
    """`rate` is the learning rate of the last layer; each layer below learns `decay` times as fast as the one above
    (Howard and Ruder 2018, arXiv 1801.06146). `smoothing` moves each target towards one half.
    """

    passes: float = 1.5
    rate: float = 5e-5
    decay: float = 0.9
    head: float = 1e-3
    batch: int = 32
    dropout: float = 0.1
    smoothing: float = 0.05
    weight_decay: float = 0.01
    warm: float = 0.1


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pairs as a member learns them: the first of each is the better one; `sort` says which head, 0 posts, 1 headlines."""

    better: Sequence[str]
    worse: Sequence[str]
    weights: Floats
    sorts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Member:
    """What was learned: by how much each weight differs from the untouched encoder's, and the heads [sorts, width]."""

    changes: Mapping[str, Floats]
    head: Floats


class _Scorer(nn.Module):
    """Texts in, strengths out: [texts, sorts]."""

    def __init__(self, base: Path, recipe: Recipe, sorts: int) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            base, attn_implementation="eager", add_pooling_layer=False, hidden_dropout_prob=recipe.dropout,
            attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        for parameter in self.bert.embeddings.parameters():
            parameter.requires_grad_(False)  # half of all weights, and what would not fit beside the rest
        self.drop = nn.Dropout(recipe.dropout)
        self.head = nn.Linear(self.bert.config.hidden_size, sorts, bias=False)
        nn.init.zeros_(self.head.weight)

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        real = torch.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)], real[n, : len(row)] = torch.tensor(row), 1
        ids, real = ids.to(self.head.weight.device), real.to(self.head.weight.device)
        with torch.autocast(ids.device.type, torch.bfloat16):
            states = self.bert(input_ids=ids, attention_mask=real).last_hidden_state.float()
        pooled = (states * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        strengths: Tensor = self.head(self.drop(pooled).float())
        return strengths


def fit(base: Path, lessons: Lessons, recipe: Recipe, seed: int, tell: Callable[[str], None]) -> Member:
    """Teach the encoder in `base`. Same lessons, recipe, seed, machine and number of threads: the same member."""
    torch.manual_seed(seed)
    before = BertModel.from_pretrained(base, add_pooling_layer=False).state_dict()
    scorer = _Scorer(base, recipe, int(lessons.sorts.max()) + 1).to("cuda" if torch.cuda.is_available() else "cpu")
    _teach(scorer, _read(base, lessons), lessons, recipe, np.random.default_rng(seed), tell)
    after = scorer.bert.state_dict()
    changed = {name: (after[name].cpu() - before[name]).float().numpy() for name in after if name.startswith("encoder.")}
    return Member(changed, scorer.head.weight.detach().cpu().float().numpy())


def _read(base: Path, lessons: Lessons) -> tuple[list[list[int]], list[list[int]]]:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    better, worse = ([row.ids for row in tokenizer.encode_batch(list(texts))] for texts in (lessons.better, lessons.worse))
    return better, worse


def _teach(
    scorer: _Scorer,
    rows: tuple[list[list[int]], list[list[int]]],
    lessons: Lessons,
    recipe: Recipe,
    chance: np.random.Generator,
    tell: Callable[[str], None],
) -> None:
    better, worse = rows
    steps = math.ceil(recipe.passes * len(better) / recipe.batch)
    optimizer, schedule = _optimizer(scorer, recipe, steps)
    lengths = np.array([len(b) + len(w) for b, w in zip(better, worse, strict=True)])
    batches, started, heard = _batches(lengths, recipe.batch, chance), time.monotonic(), 0.0
    scorer.train()
    for step in range(1, steps + 1):
        at = next(batches)
        strengths = scorer([better[n] for n in at] + [worse[n] for n in at])
        loss = _loss(strengths, torch.from_numpy(lessons.sorts[at]), torch.from_numpy(lessons.weights[at]), recipe.smoothing)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(scorer.parameters(), GRADIENT)
        optimizer.step()
        schedule.step()
        heard += float(loss.detach())
        if step % 50 == 0:
            left = (time.monotonic() - started) / step * (steps - step)
            tell(f"step {step} of {steps}, loss {heard / 50:.3f}, {left / 60:.0f} minutes left")
            heard = 0.0


def _loss(strengths: Tensor, sorts: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Weighted logistic loss of the differences better - worse; strengths [2 * pairs, sorts]."""
    sorts, weights = sorts.to(strengths.device), weights.to(strengths.device)
    better, worse = strengths.chunk(2)
    apart = (better - worse).gather(1, sorts[:, None])[:, 0]
    each = nn.functional.softplus(-apart) * (1 - smoothing / 2) + nn.functional.softplus(apart) * smoothing / 2
    return (each * weights).sum() / weights.sum()


def _batches(lengths: NDArray[np.int64], batch: int, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Pass after pass, pairs of like length together, in an order by lot."""
    while True:
        lot, found = chance.permutation(len(lengths)), []
        for block in (lot[at : at + batch * BLOCK] for at in range(0, len(lot), batch * BLOCK)):
            ordered = block[np.argsort(lengths[block], kind="stable")]
            found += [ordered[at : at + batch] for at in range(0, len(ordered), batch)]
        yield from (found[n] for n in chance.permutation(len(found)))


def _optimizer(
    scorer: _Scorer, recipe: Recipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """AdamW with slower lower layers; the rate rises, then falls to nothing."""
    top, groups = scorer.bert.config.num_hidden_layers - 1, []
    for name, parameter in scorer.bert.named_parameters():
        if (layer := re.search(r"layer\.(\d+)\.", name)) and parameter.requires_grad:
            rate = recipe.rate * recipe.decay ** (top - int(layer[1]))
            groups.append({"params": [parameter], "lr": rate, "weight_decay": recipe.weight_decay * (parameter.ndim > 1)})
    groups.append({"params": list(scorer.head.parameters()), "lr": recipe.head, "weight_decay": recipe.weight_decay})
    optimizer, warm = torch.optim.AdamW(groups), max(1, int(recipe.warm * steps))
    shape = lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))  # noqa: E731
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, shape)
