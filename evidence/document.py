"""Documents: a frozen forecast and a fit as JSON, written and read back. What is computed from them is never read back.

Knows no file and no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from evidence.outcome import Expected, Publication
from evidence.refit import FEATURES, Fit

Json = dict[str, Any]  # a JSON object: its shape is this module's business, not the type checker's


def publication_document(p: Publication) -> Json:
    """Its date in UTC, so that dates as text sort as dates."""
    return {
        "rehearsal": p.rehearsal, "draft": p.draft, "platform": p.platform, "model": p.model,
        "rows": [{"kind": row.kind, "share": row.share, "low": row.low, "high": row.high} for row in p.rows],
        "ranker": p.ranker or None, "strength": p.strength, "depth": p.depth or None,
        "published": p.published.astimezone(UTC).isoformat(),
    }  # fmt: skip


def read_publication(d: Mapping[str, Any]) -> Publication:
    """Raises KeyError, TypeError or ValueError where it is damaged."""
    rows = tuple(Expected(row["kind"], float(row["share"]), float(row["low"]), float(row["high"])) for row in d["rows"])
    strength = None if d["strength"] is None else float(d["strength"])
    return Publication(
        d["rehearsal"], d["draft"], d["platform"], d["model"], rows, d["ranker"] or "", strength, d["depth"] or "",
        datetime.fromisoformat(d["published"]),
    )  # fmt: skip


def fit_document(fit: Fit) -> Json:
    return {
        "weights": dict(zip(FEATURES, fit.weights, strict=True)), "fitted": fit.fitted.astimezone(UTC).isoformat(),
        "posts": fit.posts, "pairs": fit.pairs, "before": fit.before, "after": fit.after, "sure": fit.sure,
        "platforms": list(fit.platforms), "noise": fit.noise,
    }  # fmt: skip


def read_fit(d: Mapping[str, Any]) -> Fit:
    """Raises KeyError, TypeError or ValueError where it is damaged."""
    weights = tuple(float(d["weights"][name]) for name in FEATURES)
    return Fit(
        weights, datetime.fromisoformat(d["fitted"]), int(d["posts"]), int(d["pairs"]),
        float(d["before"]), float(d["after"]), float(d["sure"]), tuple(map(str, d["platforms"])), float(d["noise"]),
    )  # fmt: skip
