"""Weights in four bits: by how much a taught encoder differs from the untouched one, small enough to ship several.

A change is small beside the weight it changes, so it bears coarse steps (Liu et al. 2024, arXiv 2402.10193, go down to one
bit). Groups of 64 along the last axis share a scale. Knows no model.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
GROUP = 64
MOST = 7  # the codes run from -7 to 7
STEPS = np.array([(byte % 16 - 8, byte // 16 - 8) for byte in range(256)], dtype=np.float32)  # both codes of each byte
BOTH = STEPS.view(np.int64)[:, 0]  # a byte's two floats as one number: looked up five times as fast


def packed(change: Floats) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """(codes [..., width / 2], two a byte; scales [..., width / 64]). The width is a multiple of 64."""
    groups = change.reshape(-1, GROUP)
    scales = _best_scales(groups)
    codes = (_rounded(groups, scales.astype(np.float32)) + 8).astype(np.uint8)
    pairs = codes.reshape(*change.shape[:-1], -1, 2)
    return np.asarray(pairs[..., 0] | (pairs[..., 1] << 4), dtype=np.uint8), scales.reshape(*change.shape[:-1], -1)


def _best_scales(groups: Floats) -> NDArray[np.float16]:
    """For each group the scale, of a few below the largest weight over 7, that loses least."""
    largest = np.abs(groups).max(1) / MOST + np.float32(1e-8)
    tried = [(largest * part).astype(np.float16) for part in (1.0, 0.85, 0.7, 0.55)]
    lost = [((_rounded(groups, s.astype(np.float32)) * s.astype(np.float32)[:, None] - groups) ** 2).sum(1) for s in tried]
    return np.asarray(np.choose(np.argmin(lost, 0), tried), dtype=np.float16)


def _rounded(groups: Floats, scales: Floats) -> Floats:
    steps = groups / np.maximum(scales, np.float32(1e-7))[:, None]
    return np.asarray(np.clip(np.rint(steps), -MOST, MOST), dtype=np.float32)


def unpacked(codes: NDArray[np.uint8], scales: NDArray[np.float16]) -> Floats:
    """The change again, to half a step: [..., width] of `packed`'s [..., width / 2]."""
    groups = BOTH[codes].view(np.float32).reshape(-1, GROUP)
    groups *= scales.reshape(-1, 1).astype(np.float32)
    return groups.reshape(*codes.shape[:-1], -1)
