"""Memory: how many bytes a model will take, computed from its shape before anything is loaded; and whether so many are free.

The figures follow what the engine holds (models/engine): its linear layers laid out anew, in sixteen bits or in eight, the rows
of words as the file has them, keys and values. Files are mapped while they are read, so their pages are the system's to take back.
Knows shapes and bytes; no torch, and no model by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audience.language import Failed
from models.shelf import KEPT
from models.weights import Place, header, parameters, read_json, weight_files

PROGRAM = 550 * 10**6  # bytes that Python, torch, transformers and what is done in them take themselves
HELD = 10 * 2048  # tokens whose keys and values the rows that speak may hold together: 96 of the usual length
STEP = 768  # tokens that one step reads at most
SPOKEN = 96  # rows that speak together at most, whose scores of every word are looked at
LONGER = 1.15  # rows are given room in whole pages, and that of all grows with the longest
PIECES = 1.05  # what allocating leaves unused between pieces


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a decoder as its configuration has it. `asked` are the heads of keys and values, `size` the numbers of one head."""

    layers: int
    width: int
    inner: int
    heads: int
    asked: int
    size: int
    vocabulary: int
    tied: bool = True  # one table of words serves for reading and for speaking

    @classmethod
    def of(cls, config: Mapping[str, Any], tied: bool) -> Shape:
        """From a config.json; what it does not say counts as nothing."""
        inner = config.get("text_config") or config
        heads, width = inner.get("num_attention_heads") or 1, inner.get("hidden_size") or 0
        return cls(
            inner.get("num_hidden_layers") or 0, width, inner.get("intermediate_size") or 0, heads,
            inner.get("num_key_value_heads") or heads, inner.get("head_dim") or width // heads, inner.get("vocab_size") or 0, tied,
        )  # fmt: skip

    @property
    def words(self) -> int:
        return self.vocabulary * self.width

    @property
    def parameters(self) -> int:
        """Without norms and biases, which are under one in a thousand."""
        read = self.width * (self.heads + 2 * self.asked) * self.size + self.heads * self.size * self.width
        return self.layers * (read + 3 * self.width * self.inner) + self.words * (1 if self.tied else 2)

    @property
    def outputs(self) -> int:
        """Of all linear layers: each has a scale of its own in eight bits."""
        return self.layers * ((self.heads + 2 * self.asked) * self.size + 2 * self.width + 2 * self.inner) + self.vocabulary

    @property
    def token(self) -> int:
        """Bytes of one token's keys and values, in bf16."""
        return 2 * 2 * self.layers * self.asked * self.size

    def plan(self, bits: int, kept: int = KEPT, weights: int = 0) -> Plan:
        """`weights` are those that the files hold, where they are at hand."""
        weights = weights or self.parameters
        tables = self.words * (1 if self.tied else 2)
        laid_out = (
            2 * (weights + self.words)  # the head stands there twice: laid out, and as rows of which a menu takes a few
            if bits == 16
            else (weights - tables) + self.words + 12 * self.outputs + 2 * tables
        )
        # What a step leaves in the widest places, in bf16 and in fp32, and about as much again that lies unused between pieces.
        step = 2 * 6 * (STEP * (2 * self.inner + 4 * self.width) + SPOKEN * self.vocabulary)
        return Plan(int(laid_out * PIECES), int(self.token * HELD * LONGER), kept, step)


@dataclass(frozen=True, slots=True)
class Plan:
    """Bytes: of the weights as they are held, of the rows that speak, of beginnings that are kept, of one step; at most."""

    weights: int
    rows: int
    kept: int
    step: int
    program: int = PROGRAM

    @property
    def bytes(self) -> int:
        return self.weights + self.rows + self.kept + self.step + self.program

    @property
    def fixed(self) -> int:
        """What does not grow with the model."""
        return self.kept + self.program


def planned(place: Place, bits: int = 16, kept: int = KEPT) -> Plan:
    """What the model of that place will take. Raises Failed where its files are not whole."""
    if place.packed:
        return Plan(int(parameters(place) * 4 * PIECES), 0, kept, 0)  # unpacked in single precision first
    tensors = {name: row for file in weight_files(place) for name, row in header(place, file).items()}
    config = read_json(place, place.path / "config.json")
    shape = Shape.of(config, tied=not any(name.endswith("lm_head.weight") for name in tensors))
    plan = shape.plan(bits, kept, weights := parameters(place))
    turned = 2 * weights if any(row.get("dtype") != "BF16" for row in tensors.values()) else 0  # read into memory of our own
    return Plan(max(plan.weights, turned), plan.rows, plan.kept, plan.step)


def fit(place: Place, free: int, bits: int = 16, kept: int = KEPT) -> None:
    """Raise Failed, with both numbers and what would fit, where the model is larger than the free memory in bytes."""
    plan = planned(place, bits, kept)
    if plan.bytes <= free:
        return
    raise Failed(
        f"{place.name} needs about {plan.bytes / 1e9:.1f} GB of memory{' in eight bits' if bits == 8 else ''} and "
        f"{free / 1e9:.1f} GB are free; close other programs, or take {_smaller(place, free, bits, kept, plan)}."
    )


def _smaller(place: Place, free: int, bits: int, kept: int, plan: Plan) -> str:
    """What would fit: the same in eight bits, or a size, in proportion to this one."""
    if bits == 16 and eight_bits(place) and (small := planned(place, 8, kept).bytes) <= free:
        return f"local:{place.name}@int8, which needs about {small / 1e9:.1f} GB"
    share = max(0.0, (free - plan.fixed) / (plan.bytes - plan.fixed))
    return f"a model of at most {share * parameters(place) / 1e9:.1f} billion parameters"


def eight_bits(place: Place) -> bool:
    """Whether eight bits may do, as far as its settings tell: only the engine has them, and it wants all of a text in view."""
    if place.packed:
        return False
    config = read_json(place, place.path / "config.json")
    inner = config.get("text_config") or config
    window = inner.get("sliding_window") if inner.get("use_sliding_window", True) else None
    return not window or window >= (inner.get("max_position_embeddings") or 0)
