"""Linear layers as a CPU likes them: weights laid out once for its kernels, side by side where they read the same input, and,
by choice, in eight bits.

Eight bits: weights with one scale an output, inputs with one scale a token, both symmetric, sums exact in 32 bits (as in
Dettmers et al. 2022, "LLM.int8()", arXiv 2208.07339, without its outliers). Knows no tokens and no attention.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from torch import nn

Tensor = Any  # torch is imported where it is used, and its types with it
TOGETHER = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))  # read the same input
ROWS = 256  # tokens for which the layout is made; it serves any number
FULL = 126  # of 127: the scale is rounded to bf16, and 127.5 would wrap around
MIDDLE = 128  # unsigned eight bits: oneDNN has no fast kernel for signed inputs


def laid_out(model: Any, bits: int) -> nn.Module:
    """Replace every linear layer of a model on a CPU, and give its head, laid out too; `bits` is 16, the model's own type, or 8.

    The model keeps the weights of its head, which a few rows at a time are taken from; all others are given back.
    """
    from torch import nn

    head: nn.Module = model.get_output_embeddings()
    if bits == 16 and not _packs(head.weight.dtype):
        return head
    for parent in list(model.model.modules()):
        for names in TOGETHER:
            layers = [getattr(parent, name, None) for name in names]
            if all(isinstance(layer, nn.Linear) for layer in layers):
                for name, part in zip(names, _side_by_side(layers, bits), strict=True):
                    setattr(parent, name, part)
        for name, layer in list(parent.named_children()):
            if isinstance(layer, nn.Linear):
                setattr(parent, name, _made(layer.weight, layer.bias, bits))
    return _made(head.weight, head.bias, bits)


def _packs(dtype: Any) -> bool:
    """Whether oneDNN takes this type: bf16 only where the processor does."""
    import torch

    return dtype is not torch.bfloat16 or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # noqa: SLF001 - no public name


def _made(weight: Tensor, bias: Tensor, bits: int) -> nn.Module:
    kind = _eight() if bits == 8 else _sixteen()
    made: nn.Module = kind(weight.detach(), None if bias is None else bias.detach())
    return made


def _sixteen() -> Any:
    import torch

    class Packed(torch.nn.Module):
        """The weight reordered for oneDNN."""

        def __init__(self, weight: Tensor, bias: Tensor) -> None:
            super().__init__()
            self.bias, self.shape = bias, weight.shape
            self.packed = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), ROWS)  # noqa: SLF001 - no public name

        def forward(self, given: Tensor) -> Tensor:
            return torch.ops.mkldnn._linear_pointwise(given, self.packed, self.bias, "none", [], "")  # noqa: SLF001

    return Packed


def _eight() -> Any:
    import torch

    class Eight(torch.nn.Module):
        """Eight-bit weights for oneDNN; gives the type it is given."""

        def __init__(self, weight: Tensor, bias: Tensor) -> None:
            super().__init__()
            wide = weight.float()
            self.bias, self.shape = bias, weight.shape
            self.scale = wide.abs().amax(1).clamp(min=1e-8).div(127).contiguous()
            small = (wide / self.scale[:, None]).round().clamp(-127, 127).to(torch.int8)
            self.packed = torch.ops.onednn.qlinear_prepack(small, None)
            self.zero = torch.zeros(len(weight), dtype=torch.int64)

        def forward(self, given: Tensor) -> Tensor:
            flat = given.reshape(-1, given.shape[-1])
            scale = flat.abs().amax(-1, keepdim=True).clamp_(min=1e-8).div_(FULL)
            small = (flat / scale).round_().add_(MIDDLE).to(torch.uint8)
            found = torch.ops.onednn.qlinear_pointwise(
                small, 1.0, MIDDLE, self.packed, self.scale, self.zero, None, 1.0, 0, given.dtype, "none", [], ""
            )
            found = found.mul_(scale)
            return (found if self.bias is None else found + self.bias).view(*given.shape[:-1], -1)

    return Eight


def _side_by_side(layers: Sequence[Any], bits: int) -> list[nn.Module]:
    """One product for all; the first that is asked computes it, the others take their part of it."""
    import torch

    weight = torch.cat([layer.weight.detach() for layer in layers])
    bias = None if layers[0].bias is None else torch.cat([layer.bias.detach() for layer in layers])
    whole = _made(weight, bias, bits)
    sizes = [layer.out_features for layer in layers]

    class Side(torch.nn.Module):
        """One of several layers that are always asked in turn, about the same input."""

        held: ClassVar[list[Tensor]] = []  # what the others will take; one list for all of this group

        def __init__(self, first: bool) -> None:
            super().__init__()
            self.first = first
            if first:
                self.whole = whole

        def forward(self, given: Tensor) -> Tensor:
            if self.first:
                self.held[:] = self.whole(given).split(sizes, -1)
            return self.held.pop(0)

    return [Side(number == 0) for number in range(len(layers))]
