"""The other half of the ranker: words, runs of letters and traits, weighed by a logistic regression. Needs torch.

Fitted on differences of pairs without an intercept, so that turning a pair turns the answer. Knows no file of outcomes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evidence.traits import BUCKETS, TRAITS, bucket, runs, terms, tidy, traits

Floats = NDArray[np.float32]
STEPS = 150


def fit(better: Sequence[str], worse: Sequence[str], weights: Floats, hold: float) -> tuple[Floats, Floats, Floats]:
    """(words [buckets], runs [buckets], traits [traits] in units of a difference's standard deviation).

    `hold` is the ridge: half of it times the squared weights is added to the sum of the losses.
    """
    scale = trait_spread(better, worse)
    matrix = _differences(better, worse, scale)
    found = torch.zeros(matrix.shape[1], 1, requires_grad=True)
    each = torch.from_numpy(weights)[:, None]

    def loss() -> Tensor:
        apart = torch.sparse.mm(matrix, found)
        return (each * torch.nn.functional.softplus(-apart)).sum() + hold / 2 * (found * found).sum()

    _minimise(found, loss)
    words, letters, rest = np.split(found.detach().numpy()[:, 0], [BUCKETS, 2 * BUCKETS])
    return words, letters, np.asarray(rest / scale, dtype=np.float32)


def trait_spread(better: Sequence[str], worse: Sequence[str]) -> Floats:
    """The standard deviation of each trait's difference within a pair."""
    apart = np.array([traits(tidy(a)) for a in better]) - np.array([traits(tidy(b)) for b in worse])
    return np.asarray(np.sqrt((apart * apart).mean(0)) + 1e-6, dtype=np.float32)


def _differences(better: Sequence[str], worse: Sequence[str], scale: Floats) -> Tensor:
    """[pairs, 2 * buckets + traits], sparse."""
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, couple in enumerate(zip(better, worse, strict=True)):
        for sign, text in zip((1.0, -1.0), map(tidy, couple), strict=True):
            for first, parts in ((0, terms(text)), (BUCKETS, runs(text))):
                rows += [row] * len(parts)
                columns += [first + bucket(part) for part in parts]
                values += [sign / max(1, len(parts)) ** 0.5] * len(parts)
            rows += [row] * len(TRAITS)
            columns += range(2 * BUCKETS, 2 * BUCKETS + len(TRAITS))
            values += (sign * np.array(traits(text)) / scale).tolist()
    shape = (len(better), 2 * BUCKETS + len(TRAITS))
    return torch.sparse_coo_tensor(torch.tensor([rows, columns]), torch.tensor(values), shape, check_invariants=True).coalesce()


def _minimise(found: Tensor, loss: Callable[[], Tensor]) -> None:
    optimizer = torch.optim.LBFGS([found], max_iter=STEPS, history_size=20, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]


def logistic(differences: Floats, weights: Floats, ridge: float) -> Floats:
    """[features] of a logistic regression without intercept in which every row is a win of the first; dense and small."""
    rows, each = torch.from_numpy(differences.astype(np.float32)), torch.from_numpy(weights.astype(np.float32))
    found = torch.zeros(rows.shape[1], requires_grad=True)
    _minimise(found, lambda: (each * torch.nn.functional.softplus(-(rows @ found))).sum() + ridge / 2 * (found * found).sum())
    return np.asarray(found.detach().numpy(), dtype=np.float32)
