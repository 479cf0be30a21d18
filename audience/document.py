"""The JSON document of a rehearsal, `soundingboard.report/1`: written from a report, read back into a rehearsal.

docs/report.schema.json describes it. Knows no file and no database; what is computed (tally, flags) is never read back.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from audience.draft import Draft
from audience.errors import Refused
from audience.panel import Panel
from audience.platform import Platform
from audience.reaction import Part, Reaction
from audience.rehearsal import Reader, Rehearsal
from audience.report import IS_NOT, MARK, Report
from audience.tally import Tally

SCHEMA = "soundingboard.report/1"
Value = TypeVar("Value")
Json = dict[str, Any]  # a JSON object: its shape is the schema's business, not the type checker's


def to_document(report: Report, track: Sequence[str] = ()) -> Json:
    """One JSON object. Same seed, draft and model: the same, apart from id, created and timings.

    `track` says in sentences how often forecasts like this one were right; whoever reads the document back leaves it.
    """
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
        "track": list(track),
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
        "reason": r.reason or None, "silence": r.silence or None, "reply": r.reply, "ready": r.ready, "angle": r.angle or None, "answers": r.answers, "moved": r.moved,
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
        _hold_together(rehearsal, reactions)
        return rehearsal, reactions, _numbers(document, "timings")
    except Refused:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"{where} is damaged: {type(error).__name__} at {error}; export it again.") from None


def read_rehearsal(d: Mapping[str, Any]) -> Rehearsal:
    """The rehearsal in a document; raises KeyError, TypeError or ValueError where it is damaged."""
    p, draft, panel = d["panel"], d["draft"], _panel(d["panel"])
    return Rehearsal(
        id=_as(str, d, "id"),
        created=datetime.fromisoformat(d["created"]),
        draft=Draft(_as(str, draft, "text"), _as(str, draft, "alt"), _as(int, draft, "removed")),
        panel=panel,
        readers=tuple(Reader(_as(str, x, "persona"), _as(str, x, "name"), _as(str, x, "bio")) for x in p["readers"]),
        platform=_platform(d["platform"]),
        model=_as(str, d, "model"),
        remark=_as(str, d, "remark"),
        depth=_as(str, d, "depth"),
        fingerprint=_as(str, d, "fingerprint"),
        seats=panel.seated(_as(int, p, "seats"), _as(int, d, "seed")),
        audience=_as(int, d, "audience"),
        replies=_as(int, d, "replies"),
        rounds=_as(int, d, "rounds"),
        seed=_as(int, d, "seed"),
    )


def read_reaction(d: Mapping[str, Any], part: Part) -> Reaction:
    return Reaction(
        seat=_as(int, d, "seat"), persona=_as(str, d, "persona"), part=part,
        probabilities=tuple(_numbers(d, "probabilities").items()),
        kind=_given(str, d, "kind") or "", reason=_given(str, d, "reason") or "", silence=_given(str, d, "silence") or "",
        angle=_given(str, d, "angle") or "", reply=_given(str, d, "reply"),
        ready="ready" in d and _as(bool, d, "ready"),  # documents of before know nothing of it
        answers=_given(int, d, "answers"),
        moved=_number(d, "moved"), unsteady=_number(d, "unsteady"), nearest=_number(d, "nearest"), failed=_given(str, d, "failed"),
    )  # fmt: skip


def _panel(p: Mapping[str, Any]) -> Panel:
    shares = _numbers(p, "shares")
    if not shares or min(shares.values()) <= 0:
        raise ValueError(f"'shares', which hold {p['shares']!r}")
    return Panel(_as(str, p, "panel"), _as(str, p, "name"), _as(str, p, "bio"), tuple(shares.items()))


def _platform(p: Mapping[str, Any]) -> Platform:
    sources = _as(dict, p, "sources")
    return Platform(
        _as(str, p, "platform"), _as(str, p, "name"), _as(str, p, "framing"), _as(int, p, "limit"), _as(int, p, "fold"),
        _as(str, p, "source"), _numbers(p, "rates"), {kind: _as(str, sources, kind) for kind in sources},
    )  # fmt: skip


def _hold_together(rehearsal: Rehearsal, reactions: Sequence[Reaction]) -> None:
    """Every seat has a reader, and every reaction is by whoever sits there."""
    seated = {seat.number: seat.persona for seat in rehearsal.seats}
    if strangers := set(seated.values()) - {reader.persona for reader in rehearsal.readers}:
        raise ValueError(f"'readers', which lack {', '.join(sorted(strangers))}")
    for reaction in reactions:
        if seated.get(reaction.seat) != reaction.persona:
            raise ValueError(f"seat {reaction.seat}, which is not {reaction.persona}'s")


def _as(sort: type[Value], d: Mapping[str, Any], key: str) -> Value:
    """The value of a key, where it is of exactly this sort: a truth value is no number."""
    value = d[key]
    if type(value) is not sort:
        raise TypeError(f"{key!r}, which holds {value!r}")
    return value


def _given(sort: type[Value], d: Mapping[str, Any], key: str) -> Value | None:
    return None if d[key] is None else _as(sort, d, key)


def _number(d: Mapping[str, Any], key: str) -> float:
    value = d[key]
    if type(value) not in {int, float} or not abs(value) <= sys.float_info.max:
        raise ValueError(f"{key!r}, which holds {value!r}")
    return float(value)


def _numbers(d: Mapping[str, Any], key: str) -> dict[str, float]:
    table = _as(dict, d, key)
    return {name: _number(table, name) for name in table}


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
