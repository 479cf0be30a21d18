"""Values that many tests need: a small persona, a rehearsal of it, reactions, a report. No files, no model."""

from __future__ import annotations

from datetime import UTC, datetime

from audience.draft import Draft
from audience.panel import Panel
from audience.persona import GROUPS, Persona
from audience.platform import Platform
from audience.reaction import KINDS, Reaction
from audience.rehearsal import Reader, Rehearsal
from audience.report import Report

RATES = {"scroll": 0.88, "read": 0.1, "like": 0.012, "share": 0.001, "reply": 0.0065, "hide": 0.0005}
DRAFT = Draft.clean("We moved the export button. Forty of you told us. What else did we move?")


def persona(key: str = "ada", *, name: str | None = None) -> Persona:
    return Persona(
        key=key,
        name=name or f"{key.title()}, beekeeper",
        bio=f"{key.title()} keeps bees behind the station.",
        interests=("bees", "night buses", "export buttons"),
        brands="Buys what lasts.",
        annoys=("slogans", "hidden prices"),
        writes="Short.",
        languages=("en",),
        habits={"other": "lurks"},
        examples=("Who fixed it?",),
        repertoire={group: tuple(f"{key} {group} {n} on $phrase" for n in range(3)) for group in GROUPS},
        words=f"the file of {key}",
    )


def platform() -> Platform:
    return Platform("square", "The Square", "You cross the square.", 3000, 200, "guess", RATES, dict.fromkeys(RATES, "guess"))


def rehearsal(
    personas: tuple[str, ...] = ("ada", "ben", "cem"), seats: int = 6, *, rounds: int = 1, draft: Draft = DRAFT, id: str = "made-1",
    audience: int = 1000, replies: int = 12, seed: int = 7,
) -> Rehearsal:  # fmt: skip
    panel = Panel.of(personas)
    readers = tuple(Reader(p, f"{p.title()}, beekeeper", f"{p.title()} keeps bees.") for p in dict.fromkeys(personas))
    return Rehearsal(
        id, datetime(2026, 11, 23, 12, 0, tzinfo=UTC), draft, panel, readers, platform(), "scripted: v1", "A scripted model.", "",
        "0123456789abcdef", panel.seated(seats, seed), audience, replies, rounds, seed,
    )  # fmt: skip


def reactions(of: Rehearsal) -> tuple[Reaction, ...]:
    """Every seat weighed at the platform's rates; the first replies, the second failed, the rest scroll past."""
    shares = tuple((kind.key, RATES[kind.key]) for kind in KINDS)
    found = [
        Reaction(s.number, s.persona, "first", shares, "scroll", "pitch", silence="pitch", moved=0.1 * s.number)
        for s in of.seats
    ]
    first, second = of.seats[0], of.seats[1]
    found[0] = Reaction(
        first.number, first.persona, "first", shares, "reply", "asked", "asks", "What does <b>it</b> cost?", silence="pitch"
    )
    found[1] = Reaction(second.number, second.persona, "first", failed="the model ran out of memory")
    found.append(
        Reaction(of.seats[2].number, of.seats[2].persona, "worst", angle="worst", reply="They broke it & want praise.")
    )
    if of.rounds == 2:
        found.append(Reaction(3, of.seats[2].persona, "second", shares, "reply", angle="agrees", reply="Same here.", answers=1))
    return tuple(found)


def report(*, rounds: int = 1) -> Report:
    of = rehearsal(rounds=rounds)
    return Report.of(of, reactions(of), {"seconds": 1.5})
