"""The JSON document of a rehearsal, `soundingboard.report/1`: written from a report, read back into a rehearsal.

docs/report.schema.json describes it. Knows no file and no database; what is computed (tally, flags) is never read back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audience.draft import Draft
from audience.errors import Refused
from audience.panel import Panel
from audience.platform import Platform
from audience.reaction import Part, Reaction
from audience.rehearsal import Reader, Rehearsal
from audience.report import IS_NOT, MARK, Report
from audience.tally import Tally

SCHEMA = "soundingboard.report/1"
Json = dict[str, Any]  # a JSON object: its shape is the schema's business, not the type checker's


def to_document(report: Report) -> Json:
    """One JSON object. Same seed, draft and model: the same, apart from id, created and timings."""
    r = report.rehearsal
    return {
        "schema": SCHEMA,
        "simulated": True,
        "mark": MARK,
        **rehearsal_document(r),
        "complete": report.complete,
        "headline": report.headline,
        "tally": _tally(report.tally),
        "personas": [
            {"persona": p.persona, "seats": p.seats, "failed": p.failed, "shares": dict(p.shares)}
            for p in report.tally.personas
        ],
        "seats": [reaction_document(x) for x in report.part("first")],
        "conversation": _conversation(report),
        "silence": {
            "seats": report.silence.seats,
            "reasons": [{"reason": k, "seats": n, "personas": list(who)} for k, n, who in report.silence.reasons],
        },
        "worst": [reaction_document(x) for x in report.part("worst")],
        "second": None
        if report.second is None
        else {"tally": _tally(report.second), "seats": [reaction_document(x) for x in report.part("second")]},
        "flags": [{"flag": f.flag, "value": f.value, "threshold": f.threshold, "reason": f.reason} for f in report.flags],
        "is_not": IS_NOT,
        "timings": dict(report.timings),
    }


def rehearsal_document(r: Rehearsal) -> Json:
    return {
        "id": r.id,
        "created": r.created.isoformat(),
        "draft": {
            "text": r.draft.text, "alt": r.draft.alt, "words": r.draft.words, "characters": len(r.draft.text),
            "lines": r.draft.lines, "removed": r.draft.removed,
        },
        "panel": {
            "panel": r.panel.key, "name": r.panel.name, "bio": r.panel.bio, "seats": len(r.seats),
            "shares": dict(r.panel.shares),
            "readers": [{"persona": x.persona, "name": x.name, "bio": x.bio} for x in r.readers],
        },
        "platform": {
            "platform": r.platform.key, "name": r.platform.name, "framing": r.platform.framing, "limit": r.platform.limit,
            "fold": r.platform.fold, "source": r.platform.source, "rates": dict(r.platform.rates),
            "sources": dict(r.platform.sources),
        },
        "audience": r.audience, "replies": r.replies, "rounds": r.rounds, "seed": r.seed,
        "model": r.model, "remark": r.remark, "depth": r.depth, "fingerprint": r.fingerprint,
    }  # fmt: skip


def reaction_document(r: Reaction) -> Json:
    return {
        "persona": r.persona, "seat": r.seat, "probabilities": dict(r.probabilities), "kind": r.kind or None,
        "reason": r.reason or None, "silence": r.silence or None, "reply": r.reply, "angle": r.angle or None, "answers": r.answers, "moved": r.moved,
        "unsteady": r.unsteady, "nearest": r.nearest, "failed": r.failed,
    }  # fmt: skip


def read_document(document: object, where: str) -> tuple[Rehearsal, tuple[Reaction, ...], dict[str, float]]:
    """The rehearsal, its reactions and its timings. Raises Refused where the document is not one of ours."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise Refused(f"{where} is not a document of schema {SCHEMA}; give a file written by --json or by export.")
    try:
        rehearsal = read_rehearsal(document)
        second = document["second"] or {"seats": []}
        parts: Sequence[tuple[Part, list[Json]]] = (
            ("first", document["seats"]), ("worst", document["worst"]), ("second", second["seats"]),
        )  # fmt: skip
        reactions = tuple(read_reaction(row, part) for part, rows in parts for row in rows)
        return rehearsal, reactions, {str(k): float(v) for k, v in document["timings"].items()}
    except Refused:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"{where} is damaged: {type(error).__name__} at {error}; export it again.") from None


def read_rehearsal(d: Mapping[str, Any]) -> Rehearsal:
    """The rehearsal in a document; raises KeyError, TypeError or ValueError where it is damaged."""
    panel = Panel(d["panel"]["panel"], d["panel"]["name"], d["panel"]["bio"], tuple(d["panel"]["shares"].items()))
    p = d["platform"]
    return Rehearsal(
        id=d["id"],
        created=datetime.fromisoformat(d["created"]),
        draft=Draft(d["draft"]["text"], d["draft"]["alt"], d["draft"]["removed"]),
        panel=panel,
        readers=tuple(Reader(x["persona"], x["name"], x["bio"]) for x in d["panel"]["readers"]),
        platform=Platform(p["platform"], p["name"], p["framing"], p["limit"], p["fold"], p["source"], p["rates"], p["sources"]),
        model=d["model"],
        remark=d["remark"],
        depth=d["depth"],
        fingerprint=d["fingerprint"],
        seats=panel.seated(d["panel"]["seats"], d["seed"]),
        audience=d["audience"],
        replies=d["replies"],
        rounds=d["rounds"],
        seed=d["seed"],
    )


def read_reaction(d: Mapping[str, Any], part: Part) -> Reaction:
    return Reaction(
        seat=d["seat"], persona=d["persona"], part=part, probabilities=tuple(d["probabilities"].items()),
        kind=d["kind"] or "", reason=d["reason"] or "", silence=d["silence"] or "", angle=d["angle"] or "", reply=d["reply"], answers=d["answers"],
        moved=d["moved"], unsteady=d["unsteady"], nearest=d["nearest"], failed=d["failed"],
    )  # fmt: skip


def _tally(tally: Tally) -> list[Json]:
    return [
        {"kind": row.kind, "share": row.share, "low": row.low, "high": row.high, "expected": row.expected} for row in tally.rows
    ]


def _conversation(report: Report) -> Json:
    c = report.conversation
    return {
        "replies": c.replies, "low": c.low, "high": c.high, "lines_per_reply": c.lines_per_reply, "draft_lines": c.draft_lines,
        "lines_of_reply_per_line_of_draft": {"expected": c.ratio, "low": c.ratio_low, "high": c.ratio_high},
        "answerers": [{"persona": persona, "probability": p} for persona, p in c.answerers],
        "questions": [{"question": q.words, "persona": q.persona, "gap": q.gap or None, "open": q.open} for q in c.questions],
    }  # fmt: skip
