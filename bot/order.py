"""Order: what a writer asked for, looked up and decided; and whether an order that was broken off could be taken up again.

Knows the words and nothing of models, of the store or of any face.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from audience.draft import Draft
from audience.errors import Refused
from audience.library import Library
from audience.panel import Panel
from audience.rehearsal import Reader, Rehearsal

GENERAL = "general"
PLATFORM = "linkedin"


@dataclass(frozen=True, slots=True)
class Order:
    """What a writer asked for, by name; nothing in it has been looked up yet."""

    draft: Draft
    panels: tuple[str, ...]
    personas: tuple[str, ...]
    platform: str
    audience: int
    seats: int
    replies: int
    rounds: int
    seed: int

    def panel(self, words: Library) -> Panel:
        if self.personas:
            return Panel.of(words.persona(name).key for name in self.personas)
        return Panel.together(words.panel(name) for name in self.panels or (GENERAL,))

    def rehearsal(self, words: Library, created: datetime) -> Rehearsal:
        """The order with everything looked up and decided but the model, so that what cannot be played is refused before one
        takes its time to load. Raises Refused for a name nobody knows or a number out of range.
        """
        panel, platform = self.panel(words), words.platform(self.platform)
        readers = tuple(Reader(p.key, p.name, p.bio) for p in words.seated(panel).values())
        return Rehearsal(
            new_id(), created, self.draft, panel, readers, platform, "", "", "", words.fingerprint(panel, platform),
            panel.seated(self.seats, self.seed), self.audience, self.replies, self.rounds, self.seed,
        )  # fmt: skip


def again(rehearsal: Rehearsal, words: Library, created: datetime, *, draft: Draft, seed: int) -> Rehearsal:
    """The same audience once more, for another draft or under another seed. Raises Refused where a reader is gone."""
    panel, platform = panel_now(rehearsal.panel, words), words.platform(rehearsal.platform.key)
    readers = tuple(Reader(p.key, p.name, p.bio) for p in words.seated(panel).values())
    return replace(
        rehearsal, id=new_id(), created=created, draft=draft, panel=panel, platform=platform, readers=readers, seed=seed,
        seats=panel.seated(len(rehearsal.seats), seed), fingerprint=words.fingerprint(panel, platform),
    )  # fmt: skip


def new_id() -> str:
    """Eight letters and digits that nobody mistakes for each other."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(8))


def same_words(rehearsal: Rehearsal, words: Library) -> None:
    """Refuse to take up a rehearsal whose readers would no longer be the same."""
    panel, platform = panel_now(rehearsal.panel, words), rehearsal.platform.key
    known = all(key in words.personas for key, _ in panel.shares) and platform in words.platforms
    if not known or words.fingerprint(panel, words.platform(platform)) != rehearsal.fingerprint:
        raise Refused(
            f"The words have changed since rehearsal {rehearsal.id} was begun (prompts, personas, panel or platform): the "
            "readers would not be the same; rehearse the draft anew."
        )


def same_model(rehearsal: Rehearsal, model: str) -> None:
    if model != rehearsal.model:
        raise Refused(
            f"Rehearsal {rehearsal.id} was played on {rehearsal.model}, and here is {model}: the readers "
            "would not be the same; rehearse the draft anew."
        )


def panel_now(panel: Panel, words: Library) -> Panel:
    """The panel with the words it has today: what is kept of it are its seats. One of single personas has none."""
    keys = panel.key.split("+")
    return Panel.together(words.panels[key] for key in keys) if all(key in words.panels for key in keys) else panel


def timings(seconds: float, seats: int, opening: float, before: Mapping[str, float]) -> dict[str, float]:
    """What is noted of the time a rehearsal took, with that of an earlier, broken-off run."""
    whole = seconds + before.get("seconds", 0.0)
    return {"opening": round(opening, 3), "seconds": round(whole, 3), "readers_per_second": round(seats / whole, 2)}
