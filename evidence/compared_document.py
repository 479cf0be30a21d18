"""The JSON document of a comparison, `soundingboard.compare/1`, described by docs/compare.schema.json.

It names the rehearsals, whose own documents hold every seat. Knows no file; nothing reads it back.
"""

from __future__ import annotations

from typing import Any

from audience.report import MARK, Report
from audience.tally import Row
from evidence.compare import Comparison, Pair
from evidence.forecast import Forecast
from evidence.paired import Difference
from evidence.verdict import LETTERS

SCHEMA = "soundingboard.compare/1"
Json = dict[str, Any]


def to_document(c: Comparison, is_not: str) -> Json:
    """One JSON object. Same drafts, seed, model and ranker: the same, apart from the ids."""
    r = c.reports[0].rehearsal
    return {
        "schema": SCHEMA, "simulated": True, "mark": MARK, "verdict": c.verdict, "complete": c.complete,
        "places": [{"best": p.best, "worst": p.worst, "drafts": [LETTERS[n] for n in p.drafts]} for p in c.places],
        "pairs": [_pair(pair) for pair in c.pairs],
        "drafts": [_draft(letter, report) for letter, report in zip(LETTERS, c.reports, strict=False)],
        "ranker": c.ranker or None, "without": c.without or None,
        "panel": r.panel.key, "platform": r.platform.key, "seats": len(r.seats), "audience": r.audience, "seed": r.seed,
        "model": r.model, "remark": r.remark, "fingerprint": r.fingerprint, "is_not": is_not,
    }  # fmt: skip


def _draft(letter: str, report: Report) -> Json:
    r = report.rehearsal
    return {
        "letter": letter, "id": r.id, "text": r.draft.text, "alt": r.draft.alt, "headline": report.headline, "depth": r.depth,
        "complete": report.complete, "tally": [_row(row) for row in report.tally.rows],
        "personas": [{"persona": p.persona, "shares": dict(p.shares)} for p in report.tally.personas],
    }  # fmt: skip


def _row(row: Row) -> Json:
    return {"kind": row.kind, "share": row.share, "low": row.low, "high": row.high, "expected": row.expected}


def _pair(pair: Pair) -> Json:
    return {
        "first": LETTERS[pair.first], "second": LETTERS[pair.second],
        "winner": None if pair.winner is None else LETTERS[pair.winner], "speaks": pair.verdict.speaks,
        "why": list(pair.verdict.why), "panel": _panel(pair.panel), "forecast": _forecast(pair.forecast),
    }  # fmt: skip


def _panel(d: Difference) -> Json:
    return {
        "mean": d.mean, "share": d.share, "chance": d.chance, "kinds": dict(d.kinds), "seats": d.seats, "lost": d.lost,
        "personas": d.personas, "moments": d.phrasings, "silent": d.silent or None,
    }  # fmt: skip


def _forecast(f: Forecast | None) -> Json | None:
    if f is None:
        return None
    return {
        "probability": f.probability, "strengths": list(f.strengths), "depth": f.depth or None, "reasons": list(f.reasons),
        "record": {"right": f.record.right, "cases": f.record.cases, "of": f.record.of},
    }  # fmt: skip
