"""Laid: rows of tokens, and threads of a post with its replies, as one batch; and how likely a model finds what they say.

A thread's post is read once, and each of its replies sees the post and itself: half the tokens of as many rows. Needs torch;
knows no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from models.voice.pairs import Row, Thread


@dataclass(frozen=True, slots=True)
class Laid:
    """A thread is a line: its post, then its rows one after the other, each at the positions that follow the post's. `parts` says of
    each token whose it is: 0 the post's, from 1 on the rows', -1 padding.
    """

    ids: Tensor  # [lines, tokens]
    positions: Tensor  # [lines, tokens]
    parts: Tensor  # [lines, tokens]
    lines: Tensor  # of each token that is said: its line,
    places: Tensor  # the place before it,
    said: Tensor  # itself,
    rows: Tensor  # and the number of its row, of all

    @classmethod
    def of(cls, some: Sequence[Row | Thread]) -> Laid:
        ids, positions, parts = list[Tensor](), list[Tensor](), list[Tensor]()
        lines, places, said, rows = list[int](), list[int](), list[int](), list[int]()
        number = 0
        for line, one in enumerate(some):
            post, replies = (one.post, one.rows) if isinstance(one, Thread) else ((), (one,))
            written, at, whose = list(post), list(range(len(post))), [0] * len(post)
            for part, row in enumerate(replies, 1):
                before = len(written) + len(row.prompt) - 1
                lines += [line] * len(row.reply)
                places += range(before, before + len(row.reply))
                said += row.reply
                rows += [number] * len(row.reply)
                number += 1
                written += row.prompt + row.reply
                at += range(len(post), len(post) + len(row))
                whose += [part] * len(row)
            for made, values in ((ids, written), (positions, at), (parts, whose)):
                made.append(torch.tensor(values))
        pad = partial(nn.utils.rnn.pad_sequence, batch_first=True)
        return cls(pad(ids), pad(positions), pad(parts, padding_value=-1), *map(torch.tensor, (lines, places, said, rows)))

    def mask(self, dtype: torch.dtype) -> Tensor | None:
        """What each token does not see, [lines, 1, tokens, tokens], to be added: all but what came before of the post and of its own
        row. None where no line has two rows: padding stands at the end, where a causal model never looks at it.
        """
        if int(self.parts.max()) < 2:
            return None
        theirs = self.parts[:, None, :]
        seen = ((theirs == 0) | (theirs == self.parts[:, :, None])).tril()
        return torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)[:, None]


def passed(model: Any, laid: Laid, **more: bool) -> Any:
    """What transformers makes of it, but for the head."""
    mask = laid.mask(model.dtype)
    return model.model(
        input_ids=laid.ids.to(model.device), position_ids=laid.positions.to(model.device),
        attention_mask=None if mask is None else mask.to(model.device), use_cache=False, **more,
    )  # fmt: skip


def loss(model: Any, some: Sequence[Row | Thread]) -> tuple[Tensor, int]:
    """Mean negative log-likelihood a token, in nats, of the replies given their prompts; and how many tokens these are."""
    laid = Laid.of(some)
    return losses(model, laid).mean(), len(laid.said)


def losses(model: Any, laid: Laid) -> Tensor:
    """The negative log-likelihood of each token that is said, in nats."""
    return unlikeliness(model, laid, passed(model, laid).last_hidden_state)


def unlikeliness(model: Any, laid: Laid, states: Tensor) -> Tensor:
    """The same, from the states that a pass ends with."""
    said = states[laid.lines, laid.places]
    return nn.functional.cross_entropy(model.lm_head(said).float(), laid.said.to(said.device), reduction="none")


def means(states: Tensor, laid: Laid, end: int) -> Tensor:
    """(rows, W): of each row, the mean of the states of what is said, but for its end."""
    words = laid.said != end
    found = states[laid.lines[words], laid.places[words] + 1].float()
    rows = laid.rows[words].to(found.device)
    number = int(laid.rows[-1]) + 1
    many = torch.bincount(rows, minlength=number)
    return torch.zeros(number, found.shape[-1], device=found.device).index_add(0, rows, found) / many[:, None]
