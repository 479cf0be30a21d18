"""Layers: one pass through a model of the Llama family: its own weights, in as few operations as its mathematics needs.

Plain modules spend as long on norms, turned positions and casts as on half of their products. Here queries, keys and values are
one product, gate and up another, a norm is one operation where there is one. Whether a model is of the family, nobody asks its
name: a probe compares (fitting.py). Shapes as in attention.py, W the width. Knows no tokens and no order of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from models.engine.attention import Step
from models.engine.linears import Make, maker

Tensor = Any  # torch is imported where it is used, and its types with it
Turn = tuple[Tensor, Tensor]  # cosines and sines of the places, (R or 1, 1, L, D) each


@dataclass(frozen=True, slots=True)
class Norm:
    """Root mean square (Zhang and Sennrich 2019, arXiv 1910.07467)."""

    weight: Tensor
    little: float

    def __call__(self, given: Tensor) -> Tensor:
        import torch

        return torch.nn.functional.rms_norm(given, self.weight.shape, self.weight, self.little)

    def of_heads(self, given: Tensor) -> Tensor:
        """The same for many short rows, for which torch's own is slow."""
        import torch

        norm = torch.linalg.vector_norm(given, dim=-1, keepdim=True, dtype=torch.float32)
        scale = norm.square_().div_(given.shape[-1]).add_(self.little).rsqrt_().to(given.dtype)
        return (given * scale).mul_(self.weight)

    @classmethod
    def of(cls, module: Any) -> Norm:
        return cls(module.weight.detach().clone(), module.variance_epsilon)


@dataclass(frozen=True, slots=True)
class Layer:
    """`sizes` are H, K and D; `of_heads` norms queries and keys; `turned` by their places they may not be."""

    sizes: tuple[int, int, int]
    scale: float
    before: Norm
    asking: Callable[[Tensor], Tensor]
    of_heads: tuple[Norm, Norm] | None
    turned: bool
    out: Callable[[Tensor], Tensor]
    after: Norm
    wide: Callable[[Tensor], Tensor]
    bent: Callable[[Tensor], Tensor]
    narrow: Callable[[Tensor], Tensor]

    def __call__(self, hidden: Tensor, turn: Turn, step: Step, number: int) -> Tensor:
        """(R, L, W) -> (R, L, W)."""
        hidden = hidden + self.out(self._seen(hidden, turn, step, number))
        gate, up = self.wide(self.after(hidden)).chunk(2, -1)
        return hidden.add_(self.narrow(self.bent(gate).mul_(up)))

    def _seen(self, hidden: Tensor, turn: Turn, step: Step, number: int) -> Tensor:
        heads, asked, size = self.sizes
        rows, length, _ = hidden.shape
        made = self.asking(self.before(hidden)).view(rows, length, -1, size).transpose(1, 2)
        query, key, value = made.split((heads, asked, asked), 1)
        if self.of_heads:
            query, key = self.of_heads[0].of_heads(query), self.of_heads[1].of_heads(key)
        if self.turned:
            query, key = turned(query, turn), turned(key, turn)
        return step.attend(number, query, key, value, self.scale).transpose(1, 2).reshape(rows, length, -1)


def turned(given: Tensor, turn: Turn) -> Tensor:
    """Rotary positions (Su et al. 2021, arXiv 2104.09864), each number with the one half a head away; some leave a rest as it is."""
    cosines, sines = turn
    size = cosines.shape[-1]
    made = given.new_empty(given.shape)
    first, second = given[..., :size].chunk(2, -1)
    one, other = made[..., :size].chunk(2, -1)
    for into, own, across, sign, half in ((one, first, second, -1, 0), (other, second, first, 1, 1)):
        part = slice(half * size // 2, (half + 1) * size // 2)
        into.copy_(own).mul_(cosines[..., part]).addcmul_(across, sines[..., part], value=sign)
    if size < given.shape[-1]:
        made[..., size:] = given[..., size:]
    return made


@dataclass(frozen=True, slots=True)
class Layers:
    """Tokens and places (R, L) -> hidden states (R, L, W) and, for some, scores of what comes next. `words` are the head's rows,
    of which a menu takes a few.
    """

    embed: Callable[[Tensor], Tensor]
    places: Callable[[Tensor, Tensor], Turn]
    layers: Iterable[Layer]
    last: Norm
    head: Callable[[Tensor], Tensor]
    words: Any
    longest: int | None

    @classmethod
    def of(cls, model: Any, bits: int) -> Layers:
        """Lays the model out for its machine, a layer at a time, and empties it meanwhile; `bits` is 16, its own type, or 8."""
        make = maker(model, bits)
        layers = list(_layers(model, make, emptying=True))
        _let_go(model)
        return cls._of(model, layers, make([model.get_output_embeddings()]))

    @classmethod
    def looked_at(cls, model: Any) -> Layers:
        """The same for one pass, leaving the model whole. Raises AttributeError and others where it is of another family."""
        return cls._of(model, _layers(model, maker(model, 16, laid_out=False), emptying=False), model.get_output_embeddings())

    @classmethod
    def _of(cls, model: Any, layers: Iterable[Layer], head: Any) -> Layers:
        inner = model.model
        longest = getattr(model.config, "max_position_embeddings", None)
        words = model.get_output_embeddings()
        return cls(inner.embed_tokens, inner.rotary_emb, layers, Norm.of(inner.norm), head, words, longest)

    @property
    def device(self) -> Any:
        return self.words.weight.device

    @property
    def dtype(self) -> Any:
        return self.words.weight.dtype

    def __call__(self, ids: Tensor, places: Tensor, step: Step) -> Tensor:
        return self.last(self.through(self.embed(ids), places, step))

    def through(self, hidden: Tensor, places: Tensor, step: Step, first: int = 0, last: int | None = None) -> Tensor:
        """Through the layers from `first` to before `last`."""
        cosines, sines = (each[:, None] for each in self.places(hidden, places))
        for number, layer in islice(enumerate(self.layers), first, last):
            hidden = layer(hidden, (cosines, sines), step, number)
        return hidden

    def scores(self, hidden: Tensor, tokens: Sequence[int]) -> Tensor:
        """Of these tokens alone."""
        import torch

        bias = None if self.words.bias is None else self.words.bias[tokens]
        return torch.nn.functional.linear(hidden, self.words.weight[tokens], bias)


def _layers(model: Any, make: Make, *, emptying: bool) -> Iterator[Layer]:
    import torch

    for number, layer in enumerate(model.model.layers):
        yield _layer(layer, make)
        if emptying:
            model.model.layers[number] = torch.nn.Identity()


def _let_go(model: Any) -> None:
    """What is left of the model becomes its own: on a CPU it was a view that keeps the whole file mapped."""
    left = model.model.embed_tokens.weight, model.get_output_embeddings().weight, model.model.norm.weight
    for weight in {id(weight): weight for weight in left if weight.device.type == "cpu"}.values():
        weight.data = weight.detach().clone()


def _layer(layer: Any, make: Make) -> Layer:
    attention, inner = layer.self_attn, layer.mlp
    asking = _together(attention, "qkv_proj", ("q_proj", "k_proj", "v_proj"))
    size = attention.head_dim
    heads = attention.o_proj.in_features // size
    asked = (sum(each.out_features for each in asking) // size - heads) // 2
    norms = [getattr(attention, name, None) for name in ("q_norm", "k_norm")]
    return Layer(
        (heads, asked, size), attention.scaling, Norm.of(layer.input_layernorm), make(asking),
        (Norm.of(norms[0]), Norm.of(norms[1])) if all(norms) else None, bool(getattr(attention, "use_rope", True)),
        make([attention.o_proj]), Norm.of(layer.post_attention_layernorm),
        make(_together(inner, "gate_up_proj", ("gate_proj", "up_proj"))),
        getattr(inner, "act_fn", None) or inner.activation_fn, make([inner.down_proj]),
    )  # fmt: skip


def _together(module: Any, whole: str, parts: Sequence[str]) -> list[Any]:
    """The layers that read one input, where a model keeps them apart and where it does not."""
    return [getattr(module, whole)] if hasattr(module, whole) else [getattr(module, part) for part in parts]
