"""Sampling: one token for each row, by the row's own chance and its own settings. Knows scores and no model.

The score of what was said is divided (above zero) or multiplied (below) by `repetition` (Keskar et al. 2019, "CTRL", arXiv 1909.05858);
then temperature, the `top_k` likeliest, of them the nucleus of `top_p` (Holtzman et al. 2020, arXiv 1904.09751), and of that
what is at least `min_p` times as likely as the likeliest (Nguyen et al. 2024, arXiv 2407.01082).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.decoding import Voice

Tensor = Any  # torch is imported where it is used, and its types with it


def drawn(scores: Tensor, voices: Sequence[Voice]) -> list[int | None]:
    """Scores (R, vocabulary) -> R tokens, none where the scores are no numbers. Takes one number from the chance of each voice."""
    import torch

    scores = _repeated(scores, voices)
    heat, top, least, chance = torch.tensor(
        [(v.sampling.temperature, v.sampling.top_p, v.sampling.min_p, v.chance.random()) for v in voices],
        dtype=torch.float64, device=scores.device,
    ).T[:, :, None]  # fmt: skip
    most = torch.tensor([v.sampling.top_k for v in voices], device=scores.device)[:, None]
    found, order = scores.topk(min(int(most.max()), scores.shape[-1]))
    broken = ~found[:, :1].isfinite()  # nothing counts as greater than a score that is no number
    found = found.masked_fill(broken, 0)
    rank = torch.arange(found.shape[-1], device=scores.device)[None]
    shares = (found.double() / heat).masked_fill(rank >= most, float("-inf")).softmax(-1)
    inside = (shares.cumsum(-1) - shares < top) & (shares >= least * shares[:, :1])  # the likeliest is always inside
    reached = (shares * inside).cumsum(-1)
    place = torch.searchsorted(reached, chance * reached[:, -1:], right=True)
    tokens = order.gather(1, place.clamp(max=inside.sum(-1, keepdim=True) - 1)).masked_fill(broken, -1)
    return [None if token < 0 else token for token in tokens[:, 0].tolist()]


def _repeated(scores: Tensor, voices: Sequence[Voice]) -> Tensor:
    import torch

    for row, voice in enumerate(voices):
        if voice.sampling.repetition != 1 and voice.said:
            said = torch.tensor(sorted(set(voice.said)), device=scores.device)
            held = scores[row, said]
            scores[row, said] = torch.where(held > 0, held / voice.sampling.repetition, held * voice.sampling.repetition)
    return scores
