"""Fitting: whether the engine can take a model, shown by what it answers; what it cannot take goes the plain way.

Knows models by their shape; no prompt and no order of work.
"""

from __future__ import annotations

from typing import Any

from models.engine.attention import NAME, register
from models.engine.keeping import Beginning
from models.engine.steps import ReadBeginning, ReadOwn, causal

Tensor = Any  # torch is imported where it is used, and its types with it
PROBE = (7, 5)  # tokens of a beginning and of what follows
NEAR = 0.25  # of the spread of the scores: rounding in bf16 moves those of a model of random weights by up to a fifth


def unfit(model: Any) -> str:
    """Why the engine cannot take this model, for a line to people; empty where it can, and its attention is then set.

    Some things are told by its settings; all are shown by a probe: the same tokens in one piece and in two.
    """
    import torch

    if why := _told(model):
        return why
    plain = model.config._attn_implementation  # noqa: SLF001 - it has a public setter and no getter
    head, inner = model.get_output_embeddings(), model.model
    ids = (torch.arange(sum(PROBE), device=model.device) * 37 + 11) % head.weight.shape[0]
    with torch.inference_mode():
        whole = model(input_ids=ids[None], use_cache=False).logits[0, -PROBE[1] :].float()
        register()
        model.set_attn_implementation(NAME)
        try:
            parts = head(_in_two(inner, ids)).float()
        except (TypeError, AttributeError, RuntimeError, IndexError):
            parts = whole + float("inf")
    if (parts - whole).abs().max() <= NEAR * whole.std():
        return ""
    model.set_attn_implementation(plain)
    return "its layers do not work as the engine expects"


def _told(model: Any) -> str:
    config = model.config
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    window = getattr(config, "sliding_window", None) if getattr(config, "use_sliding_window", True) else None
    if kinds != {"full_attention"}:
        return f"some of its layers are of the kind {min(kinds - {'full_attention'})}"
    if window and window < config.max_position_embeddings:
        return f"its attention looks {window:,} tokens back"
    if not hasattr(model, "model") or not getattr(model, "_supports_attention_backend", False):
        return "its attention is its own"
    return ""


def _in_two(inner: Any, ids: Tensor) -> Tensor:
    """Hidden states of the second piece."""
    import torch

    many, more = PROBE
    beginning = Beginning(tuple(ids[:many].tolist()))
    places = torch.arange(len(ids), device=ids.device)[None]
    first = ReadBeginning(beginning, causal(many, ids.device))
    inner(input_ids=ids[None, :many], position_ids=places[:, :many], use_cache=False, step=first)
    then = ReadOwn(beginning, causal(more, ids.device))
    return inner(input_ids=ids[None, many:], position_ids=places[:, many:], use_cache=False, step=then).last_hidden_state[0]
