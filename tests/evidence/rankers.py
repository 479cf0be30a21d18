"""A small ranker for tests, over a real encoder of one layer; and a folder with such an encoder in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from transformers import BertConfig, BertModel

from evidence.ranker import FORMAT
from evidence.traits import BUCKETS, TRAITS, bucket
from models.embedding import Encoder, packaged

WIDTH = 64


def encoder_folder(folder: Path) -> Path:
    """One layer of random weights, in the hub's layout, with the packaged tokenizer."""
    torch.manual_seed(0)
    tokenizer = (packaged() / "tokenizer.json").read_text(encoding="utf-8")
    config = BertConfig(
        vocab_size=30_522, hidden_size=WIDTH, num_hidden_layers=1, num_attention_heads=2, intermediate_size=2 * WIDTH,
        max_position_embeddings=256,
    )  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    return folder


def ranker_file(path: Path, **about: object) -> Path:
    """A ranker whose only knowledge is that "bees" do well and "synergy" does badly."""
    words = np.zeros((2, BUCKETS), dtype=np.float16)
    words[:, bucket("bees")], words[:, bucket("synergy")] = 2, -2
    tensors: dict[str, Any] = {
        "heads": np.zeros((1, 2, WIDTH), dtype=np.float32), "words": words, "letters": np.zeros_like(words),
        "traits": np.zeros((2, len(TRAITS)), dtype=np.float32), "join": np.ones((2, 2), dtype=np.float32),
        "gate": np.zeros(len(TRAITS) + 1, dtype=np.float32), "centres": np.eye(WIDTH, dtype=np.float16),
    }  # fmt: skip
    whole = {
        "format": FORMAT, "name": "a small ranker", "members": 1, "depth": {"longest": 300, "far": 2.0}, "associations": [],
        "sorts": ["made-up pairs", "made-up headlines"], "bands": [{"sort": 0, "least": 0.5, "most": 1.0, "right": 3, "cases": 4}],
    }  # fmt: skip
    save_file(tensors, path, {"about": json.dumps(whole | about)})
    return path


def small_encoder(folder: Path) -> Encoder:
    return Encoder.open(encoder_folder(folder))
