"""Cascade attention: many rows against one shared beginning, and each row against its own words, under one softmax.

Shapes: R rows, L tokens of each that ask, H heads that ask, K heads that are asked (G = H // K ask the same one), P tokens of
the shared beginning, S tokens of a row's own, D numbers a head. The beginning is read where it lies and never copied; of both
parts only the scores are brought together. Torch's fused attention is not used on purpose: on a CPU its rounding depends on
where its buffers lie. Knows no tokens, no model and no order of work.
"""

from __future__ import annotations

from typing import Any, Protocol

Tensor = Any  # torch is imported where it is used, and its types with it
FEW = 8  # queries under which keys by queries is twice as fast as queries by keys, on a CPU


class Step(Protocol):
    """What one pass through the layers does with queries (R, H, L, D), keys and values (R, K, L, D); gives (R, H, L, D)."""

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor: ...


def cascade(
    query: Tensor, shared: tuple[Tensor, Tensor] | None, key: Tensor, value: Tensor, mask: Tensor, scale: float
) -> Tensor:
    """Query (R, H, L, D), shared keys and values (K, P, D) each, own key and value (R, K, S, D), mask (R or 1, L, S) of 0
    and -inf -> (R, H, L, D).
    """
    rows, heads, asking, size = query.shape
    asked, seen = key.shape[1:3]
    each = (heads // asked) * asking  # queries of a row that ask one head
    key, value = key.reshape(rows * asked, seen, size), value.reshape(rows * asked, seen, size)
    hidden = mask[:, None, None].expand(rows, asked, heads // asked, asking, seen).reshape(rows * asked, each, seen)
    own = _scores(query.reshape(rows * asked, each, size), key, hidden, scale)
    if shared is None:
        return (own.softmax(-1) @ value).view(query.shape)
    together = query.reshape(rows, asked, each, size).transpose(0, 1).reshape(asked, rows * each, size)
    before = _shared_scores(together, shared[0], scale).view(asked, rows, each, -1).transpose(0, 1)
    return _joined(before, own.view(rows, asked, each, seen), shared[1], value).view(query.shape)


def _scores(query: Tensor, key: Tensor, mask: Tensor, scale: float) -> Tensor:
    """Query (N, M, D) against key (N, S, D), mask (N, M, S) -> (N, M, S)."""
    import torch

    if query.shape[1] < FEW:
        return torch.baddbmm(mask.transpose(1, 2), key, query.transpose(1, 2), alpha=scale).transpose(1, 2)
    return torch.baddbmm(mask, query, key.transpose(1, 2), alpha=scale)


def _shared_scores(query: Tensor, key: Tensor, scale: float) -> Tensor:
    import torch

    nothing = query.new_zeros(1).expand(len(key), query.shape[1], key.shape[1])
    return torch.baddbmm(nothing, query, key.transpose(1, 2), beta=0, alpha=scale)


def _joined(before: Tensor, own: Tensor, shared: Tensor, value: Tensor) -> Tensor:
    """Scores (R, K, M, P) and (R, K, M, S), values (K, P, D) and (R * K, S, D) -> (R, K, M, D)."""
    import torch

    rows, asked, each, many = before.shape
    weights = torch.cat((before, own), -1).softmax(-1)
    of_shared = weights[..., :many].transpose(0, 1).reshape(asked, rows * each, many) @ shared
    of_own = (weights[..., many:].reshape(rows * asked, each, -1) @ value).view(rows, asked, each, -1)
    return of_own.add_(of_shared.view(asked, rows, each, -1).transpose(0, 1))
