"""Probe: one number that a model's own hidden states tell of a token, by a linear reading of them at some depth (Alain and Bengio 2016,
arXiv 1610.01644). Reading it costs nothing: the model passes there while it speaks. Knows not what the number means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Tensor = Any  # torch is imported where it is used, and its types with it


@dataclass(frozen=True, slots=True)
class Probe:
    """Of the states (W) as they are after `depth` layers: times `weights` (W, fp32), and `bias` more."""

    depth: int
    weights: Tensor
    bias: float

    def __call__(self, hidden: Tensor) -> Tensor:
        """(..., W) -> (...)."""
        return hidden.float() @ self.weights + self.bias
