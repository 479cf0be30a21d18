"""Weights: the files of one model folder: whole or half there, how large, and whose they are. Reads headers, never weights.

Knows file formats (config.json, safetensors, GGUF) and no program that runs them.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.language import Failed, Refused

Json = Mapping[str, Any]  # what a JSON file of somebody else holds
MIB = 1 << 20
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "spiece.model")
CAUSAL = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model lies: the name it was asked by, its folder or .gguf file, and how to get it whole."""

    name: str
    path: Path
    again: str = "copy its files again"

    @property
    def packed(self) -> bool:
        return self.path.suffix == ".gguf"


def check(place: Place) -> None:
    """Raise Refused where this is no causal language model, Failed where it is only half there."""
    if place.packed:
        _whole_gguf(place)
        return
    _no_empty_files(place)
    config = read_json(place, place.path / "config.json")
    kinds = config.get("architectures") or ("ForCausalLM",)
    if config.get("is_encoder_decoder") or not any(str(kind).endswith(CAUSAL) for kind in kinds):
        raise Refused(f"{place.name} is not a causal language model ({', '.join(map(str, kinds))}); name one that writes text.")
    if not any((place.path / name).exists() for name in TOKENIZERS):
        raise Failed(f"{place.path} holds no tokenizer ({TOKENIZERS[0]}); {place.again}.")
    for file in weight_files(place):
        header(place, file)


def _no_empty_files(place: Place) -> None:
    if not (place.path / "config.json").exists():
        raise Refused(
            f"{place.path} holds no config.json, so it is no model folder; name the folder that does, or a .gguf file."
        )
    for file in sorted(place.path.iterdir()):
        if file.suffix == ".incomplete" or (file.is_symlink() and not file.exists()):
            raise Failed(f"{file} is only half downloaded; {place.again}.")
        if file.is_file() and not file.stat().st_size and file.suffix in {".json", ".safetensors", ".model"}:
            raise Failed(f"{file} is empty; {place.again}.")


def _whole_gguf(place: Place) -> None:
    with place.path.open("rb") as file:
        if file.read(4) != b"GGUF" or place.path.stat().st_size < MIB // 64:
            raise Failed(f"{place.path} is not a whole GGUF file; {place.again}.")


def weight_files(place: Place) -> list[Path]:
    """The safetensors of the folder, all those the index names. Pickled weights can run code, so they are never read."""
    index = place.path / "model.safetensors.index.json"
    if index.exists():
        files = [place.path / name for name in sorted(set(read_json(place, index).get("weight_map", {}).values()))]
    else:
        files = sorted(place.path.glob("*.safetensors"))
    missing = [file.name for file in files if not file.exists()]
    if missing:
        raise Failed(f"{place.path} lacks {len(missing)} of {len(files)} weight files ({missing[0]}); {place.again}.")
    if not files:
        raise Failed(f"{place.path} holds no safetensors weights (pickled ones are never read); {place.again}.")
    return files


def header(place: Place, file: Path) -> Json:
    """The tensors of one safetensors file; checks that the file is as long as they say."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        text = opened.read(length) if length < size else b""
    try:
        tensors = {name: row for name, row in json.loads(text).items() if name != "__metadata__"}
        whole = 8 + length + max((row["data_offsets"][1] for row in tensors.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Failed(f"{file} is damaged; {place.again}.") from None
    if size < whole:
        raise Failed(f"{file} has {size:,} of {whole:,} bytes, so it is only half there; {place.again}.")
    return tensors


def read_json(place: Place, file: Path) -> Json:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise Failed(f"{file} is damaged; {place.again}.")
    return found


def parameters(place: Place) -> int:
    """How many weights the model has; a guess from the file name's Q4, Q8, F16 for a GGUF file."""
    if place.packed:
        bits = re.search(r"[QF](\d+)", place.path.name)
        return place.path.stat().st_size * 8 // (int(bits[1]) if bits else 4)
    tensors = [row for file in weight_files(place) for row in header(place, file).values()]
    return sum(math.prod(row["shape"]) for row in tensors)


def identity(place: Place) -> str:
    """8 hex digits that change with the configuration, the words and the weights (their first, middle and last MiB)."""
    found = hashlib.sha256()
    files = [place.path] if place.packed else sorted(f for f in place.path.iterdir() if f.suffix in _TELLING)
    for file in files:
        size = file.stat().st_size
        found.update(f"{file.name}\0{size}\0".encode())
        with file.open("rb") as opened:
            for start in sorted({0, max(0, size // 2), max(0, size - MIB)}):
                opened.seek(start)
                found.update(opened.read(MIB))
    return found.hexdigest()[:8]


_TELLING = frozenset({".json", ".jinja", ".model", ".safetensors", ".txt"})
