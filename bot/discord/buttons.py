"""Buttons: which ones stand under what, and what each is called. What they do stands with the commands.

The table LOOKS is the only place where a label is written; languages/ holds it in other tongues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot.discord.marks import MARKS
from bot.discord.press import Look, Name, row
from bot.room import Staging

RED, BLUE = discord.ButtonStyle.danger, discord.ButtonStyle.primary
LOOKS: Mapping[str, Look] = {
    "cancel": Look("Cancel", style=RED),
    **{mark.key: Look(mark.label, mark.emoji) for mark in MARKS},
    "answer": Look("Answer this reader", "💬"),
    "again": Look("Run again"),
    "revise": Look("Revise", style=BLUE),
    "silent": Look("The silent ones"),
    "export": Look("Export"),
    "published": Look("Published it"),
    "numbers": Look("Record numbers"),
    "delete": Look("Delete"),  # it only asks; the red one is behind it
    "delete-for-good": Look("Delete for good", style=RED),
    "keep": Look("Keep it"),
    "go-on": Look("Go on", style=BLUE),
    "rehearse-this": Look("Rehearse this", style=BLUE),
    "not-a-draft": Look("Not a draft"),
}


def starter(staging: Staging) -> ui.View:
    return _row(staging, "starter", "delete")


def under_way(staging: Staging) -> ui.View:
    return _row(staging, "card", "cancel")


def over(staging: Staging, *, published: bool = False) -> ui.View:
    """What can be done once it has ended; one that was stopped may go on. `published`: whether its forecast is frozen."""
    if staging.state == "stopped":
        return _row(staging, "card", "go-on", "again", "silent", "export", "delete")
    return _row(staging, "card", "revise", "again", "silent", "export", "numbers" if published else "published", "delete")


def numbers(staging: Staging) -> ui.View:
    return _row(staging, "published", "numbers")


def under_reply(staging: Staging, post: str) -> ui.View:
    marks = [(Name("mark", staging.rehearsal, post, mark.key), LOOKS[mark.key]) for mark in MARKS]
    return row([*marks, (Name("answer", staging.rehearsal, post), LOOKS["answer"])], staging.locale)


def under_answer(staging: Staging, post: str) -> ui.View:
    return _row(staging, post, "answer")


def sure(staging: Staging, others: str = "") -> ui.View:
    """`others` are the rehearsals that go with this one, where a comparison is deleted."""
    names = (Name("delete-for-good", staging.rehearsal, "sure", others), Name("keep", staging.rehearsal, "sure"))
    return row([(name, LOOKS[name.verb]) for name in names], staging.locale)


def under_comparison(staging: Staging, others: Sequence[str]) -> ui.View:
    """The message stands in the ledger of the first rehearsal; `others` are those of the other drafts."""
    return row([(Name("delete", staging.rehearsal, "comparison", ".".join(others)), LOOKS["delete"])], staging.locale)


def offer(message: int, locale: str) -> ui.View:
    return row([(Name(verb, "-", str(message)), LOOKS[verb]) for verb in ("rehearse-this", "not-a-draft")], locale)


def _row(staging: Staging, post: str, *verbs: str) -> ui.View:
    return row([(Name(verb, staging.rehearsal, post), LOOKS[verb]) for verb in verbs], staging.locale)
