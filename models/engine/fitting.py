"""Which models the engine can take: by their settings, and by a probe that compares two ways of reading the same words.

Knows models by their shape; no prompt and no order of work.
"""

from __future__ import annotations

from typing import Any

from models.engine.keeping import Beginning
from models.engine.layers import Layers
from models.engine.steps import ReadBeginning, ReadOwn, causal

Tensor = Any  # torch is imported where it is used, and its types with it
PROBE = (7, 5)  # tokens of a beginning and of what follows
NEAR = 0.25  # of the spread of the scores: rounding in bf16 moves those of a model of random weights by up to a fifth


def unfit(model: Any) -> str:
    """Why the engine cannot take this model, for a line to people; empty where it can.

    Some things are told by its settings; all are shown by a probe: the same tokens read by the model as it comes, in one piece,
    and by the engine's layers over its weights, in two.
    """
    import torch

    if why := _told(model):
        return why
    head = model.get_output_embeddings()
    ids = (torch.arange(sum(PROBE), device=model.device) * 37 + 11) % head.weight.shape[0]
    with torch.inference_mode():
        whole = model(input_ids=ids[None], use_cache=False).logits[0, -PROBE[1] :].float()
        try:
            parts = head(_in_two(model, ids)).float()
        except (TypeError, AttributeError, RuntimeError, IndexError, ValueError):
            parts = whole + float("inf")
    return "" if (parts - whole).abs().max() <= NEAR * whole.std() else "its layers do not work as the engine expects"


def _told(model: Any) -> str:
    config = model.config
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None) if getattr(config, "use_sliding_window", True) else None
    if kinds != {"full_attention"}:
        return f"some of its layers are of the kind {min(kinds - {'full_attention'})}"
    if window and window < config.max_position_embeddings:
        return f"its attention looks {window:,} tokens back"
    return ""


def _in_two(model: Any, ids: Tensor) -> Tensor:
    """Hidden states of the second piece."""
    import torch

    many, _ = PROBE
    beginning = Beginning(tuple(ids[:many].tolist()))
    places = torch.arange(len(ids), device=ids.device)[None]
    none = causal(len(ids), Layers.looked_at(model))
    Layers.looked_at(model)(ids[None, :many], places[:, :many], ReadBeginning(beginning, none[:, :many, :many]))
    then = ReadOwn(beginning, none[:, many:, many:])
    return Layers.looked_at(model)(ids[None, many:], places[:, many:], then)[0]
