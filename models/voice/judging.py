"""Judging: which of the voice's own replies make sense under their post, by a probe that is learned from replies which somebody read
and marked: ridge regression (Hoerl and Kennard 1970) of the marks on the mean of the hidden states of what was said. Nothing is read twice:
while the voice speaks the probe tells. Needs torch where it learns; knows no rehearsal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.language import Failed
from models.engine.probe import Probe
from models.voice.adapter import AGAIN
from models.voice.gist import gist
from models.voice.pairs import Tell, batches, threads

FORMAT = "soundingboard.judge/1"
JUDGE = "judge.safetensors"
MARKED = Path(__file__).with_name("marked.jsonl")  # what the voice said to posts of ours, read and marked
FITS = 3  # the mark of a reply that fits well; 2 is thin, 1 half fits, 0 misses
DEPTH = 2 / 3  # of the layers: what they know of sense they know there, before they turn to the next word
RIDGE = 3_000.0  # beside the number of replies, on the diagonal of states in units of their own spread
TOKENS = 2_048  # of a batch, padding counted
TOLD_EVERY = 100  # batches
Tensor = Any  # torch is imported where it is used, and its types with it


@dataclass(frozen=True, slots=True)
class Marked:
    """What a voice of some mark said to a post with some control words, and how each was marked."""

    voice: str
    post: str
    control: str
    said: tuple[tuple[str, int], ...]


def read_marked(path: Path) -> list[Marked]:
    """From a line of JSON each: {"voice": ..., "post": ..., "control": ..., "marked": [[WORDS, MARK], ...]}."""
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Marked(found["voice"], gist(found["post"]), found["control"], tuple((words, mark) for words, mark in found["marked"]))
        for found in lines
    ]


def learn(model: Any, tokenizer: Any, given: Sequence[Marked], tell: Tell) -> Probe:
    """The probe of a taught model."""
    import torch

    depth = round(DEPTH * len(model.model.layers))
    states = states_of(model, tokenizer, given, depth, tell)
    marks = torch.tensor([mark for one in given for _, mark in one.said], dtype=torch.float32)
    middle, spread = states.mean(0), states.std(0).clamp(min=1e-6)
    scaled = ((states - middle) / spread).double()
    found = torch.linalg.solve(
        scaled.T @ scaled + RIDGE * torch.eye(scaled.shape[1]), scaled.T @ (marks - marks.mean()).double()
    )
    weights = found.float() / spread
    return Probe(depth, weights, float(marks.mean() - middle @ weights))


def states_of(model: Any, tokenizer: Any, given: Sequence[Marked], depth: int, tell: Tell) -> Tensor:
    """(N, W): of every reply, one after the other, the mean of its tokens' hidden states after `depth` layers."""
    import numpy as np
    import torch

    from models.voice.laying import Laid, means, passed

    end = model.generation_config.eos_token_id
    asked = threads([(one.post, [(one.control, words) for words, _ in one.said]) for one in given], tokenizer, end)
    found: list[Tensor] = [None] * len(asked)
    made = batches(asked, TOKENS, np.random.default_rng(0))
    with torch.inference_mode(), _as_far_as(model, depth):
        for number, batch in enumerate(made, 1):
            laid = Laid.of([asked[n] for n in batch])
            read: Tensor = means(passed(model, laid, output_hidden_states=True).hidden_states[depth], laid, end).cpu()
            for n, of in zip(batch, read.split([len(asked[n].rows) for n in batch]), strict=True):
                found[n] = of
            if number % TOLD_EVERY == 0:
                tell(f"read {number:,} of {len(made):,} batches of what was marked")
    return torch.cat(found)


@contextmanager
def _as_far_as(model: Any, depth: int) -> Iterator[None]:
    """The layers beyond are left out; one more stays, for what comes out of the last is normed."""
    layers = model.model.layers
    model.model.layers = layers[: depth + 1]
    try:
        yield
    finally:
        model.model.layers = layers


def write(path: Path, probe: Probe, about: dict[str, object]) -> None:
    """`about` says beside what else by which voice's states: "voice" is its mark."""
    from safetensors.torch import save_file

    told = {"format": FORMAT, "depth": probe.depth, "bias": probe.bias, **about}
    told["mark"] = hashlib.sha256(json.dumps(told, sort_keys=True).encode() + probe.weights.numpy().tobytes()).hexdigest()[:8]
    save_file({"weights": probe.weights.contiguous()}, path, {"about": json.dumps(told, sort_keys=True)})


def about(path: Path) -> dict[str, Any]:
    """What stands at the head of the file. Raises Failed where it cannot be read, or is of another version."""
    return _read(path)[0]


def read(path: Path, voice: str) -> Probe:
    """Raises Failed where the file is damaged, or was learned from another voice than the one of this mark."""
    import torch

    told, weights = _read(path)
    if told.get("voice") != voice:
        raise Failed(f"The judge in {path} was learned from another voice ({told.get('voice')}, not {voice}); {AGAIN}.")
    return Probe(told["depth"], torch.from_numpy(weights), told["bias"])


def _read(path: Path) -> tuple[dict[str, Any], Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            told, weights = json.loads((file.metadata() or {}).get("about", "{}")), file.get_tensor("weights")
    except (OSError, SafetensorError, ValueError) as error:
        raise Failed(f"The judge in {path} cannot be read ({error}); {AGAIN}.") from None
    if told.get("format") != FORMAT:
        raise Failed(f"The judge in {path} is of the format {told.get('format')!r}, and this version reads {FORMAT}; {AGAIN}.")
    return told, weights
