"""Adapters: what was taught to the voice, as low-rank changes in eight bits in a safetensors file, merged into the weights when opened.

Eight bits with one scale a row, symmetric (as in Dettmers et al. 2022, arXiv 2208.07339). Knows no prompt and no training.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audience.language import Failed

FORMAT = "soundingboard.voice/2"
VOICE = "voice.safetensors"
SHIPPED = Path(__file__).with_name(VOICE)
FULL = 127
AGAIN = "install soundingboard again, or teach it again with: soundingboard models teach"
Tensor = Any  # torch is imported where it is used, and its types with it


def write(path: Path, changes: Mapping[str, Tensor], about: Mapping[str, object]) -> None:
    """Whole or not at all. `changes` are NAME.down [rank, in] and NAME.up [out, rank]."""
    import torch
    from safetensors.torch import save_file

    tensors = {}
    for name, change in changes.items():
        scale = (change.float().abs().amax(1, keepdim=True) / FULL).clamp(min=1e-12)
        tensors[f"{name}.codes"] = (change.float() / scale).round().to(torch.int8).contiguous().cpu()
        tensors[f"{name}.scales"] = scale[:, 0].float().contiguous().cpu()
    beside = path.with_suffix(".part")
    save_file(tensors, beside, {"about": json.dumps({"format": FORMAT, **about}, sort_keys=True)})
    beside.replace(path)


def about(path: Path) -> dict[str, Any]:
    """What stands at the head of the file. Raises Failed where it cannot be read, or is of another version."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            found: dict[str, Any] = json.loads((file.metadata() or {}).get("about", "{}"))
    except (OSError, SafetensorError, ValueError) as error:
        raise Failed(f"What was taught in {path} cannot be read ({error}); {AGAIN}.") from None
    if found.get("format") != FORMAT:
        raise Failed(
            f"What was taught in {path} is of the format {found.get('format')!r}, and this version reads {FORMAT}; {AGAIN}."
        )
    return found


def marked(changes: Mapping[str, Tensor]) -> str:
    """A mark that is another one whenever anything in them is."""
    told = hashlib.sha256()
    for name in sorted(changes):
        told.update(changes[name].detach().float().cpu().numpy().tobytes())
    return told.hexdigest()[:8]


def fingerprint(model: Any) -> str:
    """Of the weights before anything is added to them, from a sample of their bits; files around them may differ."""
    import torch

    sample = hashlib.sha256()
    for name, weight in sorted(model.named_parameters()):
        sample.update(f"{name}{tuple(weight.shape)}".encode())
        sample.update(weight.detach().flatten()[:64].to(torch.float32).cpu().numpy().tobytes())
    return sample.hexdigest()[:12]


def merge(model: Any, path: Path) -> None:
    """Add the changes to a model's own weights. Raises Failed where the two do not fit."""
    import torch

    base = fingerprint(model)
    if (taught := about(path).get("base")) != base:
        raise Failed(f"{path} was taught over other weights ({taught}, not {base}); fetch those again, or {AGAIN}.")
    weights, found = dict(model.named_parameters()), changes_of(path)
    try:
        with torch.no_grad():
            for name in sorted({key.rsplit(".", 1)[0] for key in found}):
                weight = weights[f"{name}.weight"]
                down, up = (found[f"{name}.{side}"].to(weight.dtype) for side in ("down", "up"))
                # Not in place: that would copy the pages of the file one by one, in twice the time.
                weight.data = torch.addmm(weight, up, down)
    except (KeyError, RuntimeError) as error:
        raise Failed(f"{path} does not fit its model ({error}); {AGAIN}.") from None


def changes_of(path: Path) -> dict[str, Tensor]:
    """NAME.down and NAME.up as they were written. Raises Failed where they cannot be read."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            names = {key.rsplit(".", 1)[0] for key in file.keys()}  # noqa: SIM118 - it is no dictionary
            return {
                name: file.get_tensor(f"{name}.codes") * file.get_tensor(f"{name}.scales")[:, None] for name in sorted(names)
            }
    except (OSError, SafetensorError, ValueError) as error:
        raise Failed(f"What was taught in {path} cannot be read ({error}); {AGAIN}.") from None
