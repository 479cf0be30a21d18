"""Linear layers as their machine likes them: side by side where they read the same input, on a CPU laid out once for its kernels
and, by choice, in eight bits.

Eight bits: weights with one scale an output, inputs with one scale a token, both symmetric, sums exact in 32 bits (as in
Dettmers et al. 2022, "LLM.int8()", arXiv 2208.07339, without its outliers). Knows no tokens and no attention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

Tensor = Any  # torch is imported where it is used, and its types with it
Linear = Callable[[Tensor], Tensor]
Make = Callable[[Sequence[Any]], Linear]
"""Layers that read the same input -> one that gives their outputs, side by side."""
ROWS = 256  # tokens for which the layout is made; it serves any number
OUTPUTS = 4_096  # so many are brought into eight bits at a time: a whole head in single precision is larger than the model
FULL = 127
MIDDLE = 128  # unsigned eight bits: oneDNN has no fast kernel for signed inputs


def maker(model: Any, bits: int, *, laid_out: bool = True) -> Make:
    """How the linear layers of this model are made; `bits` is 16, the model's own type, or 8, which only a CPU can."""
    weight = model.get_output_embeddings().weight
    if bits == 8:
        return partial(_made, Eight.of)
    return partial(_made, Packed.of if laid_out and weight.device.type == "cpu" and _packs(weight.dtype) else Plain)


def _made(kind: Callable[[Tensor, Tensor | None], Linear], layers: Sequence[Any]) -> Linear:
    import torch

    if len(layers) == 1:
        return kind(layers[0].weight.detach(), None if layers[0].bias is None else layers[0].bias.detach())
    weight = torch.cat([layer.weight.detach() for layer in layers])
    return kind(weight, None if layers[0].bias is None else torch.cat([layer.bias.detach() for layer in layers]))


def _packs(dtype: Any) -> bool:
    """Whether oneDNN takes this type: bf16 only where the processor does."""
    import torch

    return dtype is not torch.bfloat16 or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - no public name


@dataclass(frozen=True, slots=True)
class Plain:
    """As it is."""

    weight: Tensor
    bias: Tensor | None

    def __call__(self, given: Tensor) -> Tensor:
        import torch

        return torch.nn.functional.linear(given, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class Packed:
    """The weight reordered for oneDNN."""

    weight: Tensor
    bias: Tensor | None

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None) -> Packed:
        import torch

        return cls(torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS), bias)  # noqa: SLF001 - no public name

    def __call__(self, given: Tensor) -> Tensor:
        import torch

        return torch.ops.mkldnn._linear_pointwise(given, self.weight, self.bias, "none", [], "")  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Eight:
    """Eight-bit weights for oneDNN, `scale` and `zero` of each output; gives the type it is given."""

    weight: Tensor
    scale: Tensor
    zero: Tensor
    bias: Tensor | None

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None) -> Eight:
        import torch

        small, scale = torch.empty(weight.shape, dtype=torch.int8), torch.empty(len(weight))
        for start in range(0, len(weight), OUTPUTS):
            part = slice(start, start + OUTPUTS)
            wide = weight[part].float()
            scale[part] = wide.abs().amax(1).clamp_(min=1e-8).div_(127)
            small[part] = wide.div_(scale[part, None]).round_().clamp_(-127, 127)
        return cls(torch.ops.onednn.qlinear_prepack(small, None), scale, torch.zeros(len(weight), dtype=torch.int64), bias)

    def __call__(self, given: Tensor) -> Tensor:
        import torch

        flat = given.reshape(-1, given.shape[-1])
        small, scale = eighth(flat)
        found = torch.ops.onednn.qlinear_pointwise(
            small, 1.0, MIDDLE, self.weight, self.scale, self.zero, None, 1.0, 0, given.dtype, "none", [], ""
        )
        found = found.mul_(scale)
        return (found if self.bias is None else found + self.bias).view(*given.shape[:-1], -1)


def eighth(given: Tensor) -> tuple[Tensor, Tensor]:
    """(N, W) in its own type -> (N, W) unsigned around MIDDLE, and the scales (N, 1) that they are to be multiplied by.

    In as few passes as torch has fast ones for: the largest of numbers without their signs as integers, and the way to eight bits over
    signed ones, whose top bit is turned then. In bf16 this takes a third of the time of the plain way.
    """
    import torch

    whole = {2: torch.int16, 4: torch.int32}[given.element_size()]
    unsigned = given.view(whole) & torch.iinfo(whole).max
    largest = unsigned.amax(-1, keepdim=True).view(given.dtype)
    scale = largest.clamp(min=1e-8).div_(FULL)
    signed = (given * scale.float().reciprocal()).round_().to(torch.int8)
    return signed.view(torch.uint8).bitwise_xor_(MIDDLE), scale
