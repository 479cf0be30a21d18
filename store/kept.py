"""Kept and Summary, what the store gives back, and how they are written down: as JSON, by audience.document alone.

Knows no SQL and no file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from audience.document import Json, reaction_document, read_reaction, read_rehearsal, rehearsal_document
from audience.errors import Failed, Refused, unknown
from audience.reaction import Part, Reaction
from audience.rehearsal import Rehearsal

LEAST = 4  # characters of an id that may stand for the whole of it
OPENING = 60  # characters of a draft in a summary


@dataclass(frozen=True, slots=True)
class Kept:
    """A rehearsal with all that came back. Loaded, its reactions are in the order of part and seat, its date in UTC."""

    rehearsal: Rehearsal
    reactions: tuple[Reaction, ...]
    timings: Mapping[str, float]
    finished: bool

    def __post_init__(self) -> None:
        for (part, seat), times in Counter((r.part, r.seat) for r in self.reactions).items():
            if times > 1:
                raise Refused(
                    f"Rehearsal {self.rehearsal.id!r} holds seat {seat} of the part {part!r} {times} times; export it again."
                )


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list. `seats` were asked for, `played` have reacted in the first part, failed ones included."""

    id: str
    created: datetime
    opening: str
    panel: str
    platform: str
    model: str
    seats: int
    played: int
    finished: bool


def read_summary(row: Iterable[Any]) -> Summary:
    """The fields of a Summary in their order, the whole draft in place of its opening."""
    name, created, draft, panel, platform, model, seats, played, finished = row
    opening, date = first_words(draft), datetime.fromisoformat(created)
    return Summary(name, date, opening, panel, platform, model, seats, played, finished=bool(finished))


def rehearsal_text(rehearsal: Rehearsal) -> str:
    """The JSON of a rehearsal, its date in UTC, so that dates as text sort as dates. Raises Refused."""
    what = f"Rehearsal {rehearsal.id!r}"
    if not rehearsal.id.strip() or not rehearsal.id.isprintable():  # SQLite ends an id in JSON at its first NUL
        raise Refused(f"{what} cannot be kept under such an id; give it one of letters, digits and hyphens.")
    if rehearsal.created.utcoffset() is None:
        raise Refused(f"{what} has a date without a time zone ({rehearsal.created}); add one, such as +00:00.")
    try:
        created = rehearsal.created.astimezone(UTC)
    except OverflowError:
        raise Refused(f"{what} has a date that no calendar holds in UTC ({rehearsal.created}); correct it.") from None
    return _text(rehearsal_document(replace(rehearsal, created=created)), what)


def reaction_text(reaction: Reaction) -> str:
    """The JSON of a reaction, without its part. Raises Refused."""
    return _text(reaction_document(reaction), f"The reaction of seat {reaction.seat}")


def timings_text(timings: Mapping[str, float]) -> str:
    return _text(dict(timings), "The note of timings")


def read_kept(rehearsal: str, timings: str, finished: int, reactions: Iterable[tuple[Part, str]], where: str) -> Kept:
    """What was written down, as values again. Raises Failed where it is damaged."""
    try:
        return Kept(
            read_rehearsal(json.loads(rehearsal)),
            tuple(read_reaction(json.loads(text), part) for part, text in reactions),
            json.loads(timings),
            bool(finished),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Failed(f"{where} is damaged ({type(error).__name__}: {error}); delete it, or bring back a backup.") from error


def chosen(given: str, ids: Sequence[str]) -> str:
    """The id meant by an id, by the beginning of one, or by "last"; `ids` are the newest first. Raises Refused."""
    if given == "last" and ids:
        return ids[0]
    if given in ids:
        return given
    found = [name for name in ids if given and name.startswith(given)]
    if found and len(given) < LEAST:
        raise Refused(f"{given!r} is too little of a rehearsal's id; give at least {LEAST} characters of it.")
    if len(found) > 1:
        some = ", ".join(found[:3]) + (", ..." if len(found) > 3 else "")
        raise Refused(f"{given!r} begins the ids of {len(found)} rehearsals ({some}); give more of the one you mean.")
    if not found:
        raise unheard_of(given, ids)
    return found[0]


def unheard_of(given: str, ids: Sequence[str]) -> Refused:
    """Hints are cut to the length of what was given, because a beginning is seldom like a whole id."""
    if not ids:
        return Refused(f"There is no rehearsal {given!r}, nor any other yet; rehearse a draft first.")
    most = max(LEAST, len(given))
    return unknown("rehearsal", given, {name if name.startswith(given) else name[:most] for name in ids})


def first_words(draft: str) -> str:
    """The first words of a draft, on one line."""
    line = " ".join(draft.split())
    if len(line) <= OPENING:
        return line
    words, _, _ = line[: OPENING + 1].rpartition(" ")
    return f"{words or line[:OPENING]}…"  # some scripts put no spaces between words


def _text(document: Json, what: str) -> str:
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError as error:
        raise Refused(f"{what} cannot be kept ({error}); take out the broken character or number.") from None
    return text
