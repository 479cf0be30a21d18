"""Cascade attention: many rows against one shared beginning, and each row against its own words, joined by log-sum-exp.

Shapes: R rows, L tokens of each that ask, H heads that ask, K heads that are asked (G = H // K ask the same one), P tokens of
the shared beginning, S tokens of a row's own, D numbers a head. The beginning is read where it lies and never copied.

Partial softmaxes are joined as in Milakov and Gimelshein 2018, "Online normalizer calculation for softmax" (arXiv 1805.02867).
Knows no tokens, no model and no order of work.
"""

from __future__ import annotations

import importlib
import math
from typing import Any, NamedTuple, Protocol

Tensor = Any  # torch is imported where it is used, and its types with it
NAME = "soundingboard-cascade"


class Part(NamedTuple):
    """A softmax that is not divided yet: weighted values (..., D), and the greatest score and the sum of weights (..., 1)."""

    values: Tensor
    top: Tensor
    sum: Tensor


class Step(Protocol):
    """What one pass through the layers does with queries (R, H, L, D), keys and values (R, K, L, D); gives (R, H, L, D)."""

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor: ...


def register() -> None:
    """Let transformers' models ask the Step that is handed to them as `step`; they make no masks of their own then."""
    transformers: Any = importlib.import_module("transformers")  # its types say less than it does
    masking: Any = importlib.import_module("transformers.masking_utils")
    transformers.AttentionInterface.register(NAME, _asked)
    masking.AttentionMaskInterface.register(NAME, lambda *_, **__: None)


def _asked(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: Tensor,
    *,
    step: Step,
    scaling: float | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    scale = 1 / math.sqrt(query.shape[-1]) if scaling is None else scaling
    return step.attend(module.layer_idx, query, key, value, scale).transpose(1, 2), None


def cascade(
    query: Tensor, shared: tuple[Tensor, Tensor] | None, key: Tensor, value: Tensor, mask: Tensor, scale: float
) -> Tensor:
    """Query (R, H, L, D), shared keys and values (K, P, D) each, own key and value (R, K, S, D), mask (R or 1, L, S) of 0
    and -inf -> (R, H, L, D).
    """
    rows, heads, asking, size = query.shape
    asked = key.shape[1]
    group = heads // asked
    # (R * K, G * L, D) against (R * K, S, D)
    own = _part(
        query.reshape(rows * asked, group * asking, size), key.reshape(rows * asked, -1, size), value.reshape(rows * asked, -1, size),
        scale, mask, (rows, asked * group, asking),
    )  # fmt: skip
    part = Part(*(each.view(rows, heads, asking, -1) for each in own))
    if shared is not None:
        part = _joined(part, _before(query, shared, scale, asked))
    return part.values / part.sum.to(part.values.dtype)


def _before(query: Tensor, shared: tuple[Tensor, Tensor], scale: float, asked: int) -> Part:
    """Everybody's queries against the one beginning: (K, R * G * L, D) against (K, P, D)."""
    rows, heads, asking, size = query.shape
    group = heads // asked
    together = query.view(rows, asked, group, asking, size).transpose(0, 1).reshape(asked, rows * group * asking, size)
    part = _part(together, *shared, scale)
    shape = (asked, rows, group, asking)
    return Part(*(each.view(*shape, -1).transpose(0, 1).reshape(rows, heads, asking, -1) for each in part))


def _part(
    query: Tensor, key: Tensor, value: Tensor, scale: float, mask: Tensor | None = None, shape: tuple[int, int, int] = (0, 0, 0)
) -> Part:
    """Query (N, M, D) against key and value (N, S, D). With a mask, N * M stands for `shape`: rows, heads, tokens."""
    import torch

    scores = torch.bmm(query, key.transpose(1, 2)).float().mul_(scale)
    if mask is not None:
        scores.view(*shape, -1).add_(mask[:, None])
    top = scores.amax(-1, keepdim=True)
    weights = scores.sub_(top).exp_()
    return Part(torch.bmm(weights.to(value.dtype), value), top, weights.sum(-1, keepdim=True))


def _joined(one: Part, other: Part) -> Part:
    top = one.top.maximum(other.top)
    a, b = (one.top - top).exp_(), (other.top - top).exp_()
    values = one.values * a.to(one.values.dtype) + other.values * b.to(other.values.dtype)
    return Part(values, top, one.sum * a + other.sum * b)
