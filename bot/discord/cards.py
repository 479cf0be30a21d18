"""Cards: what a rehearsal looks like in a channel, as pure functions from values to embeds.

Knows no connection and no store. The shares of the room that a card's parts get sum to less than an embed may hold, so no
report is too long. What stands in a library has its own cards in shelf_cards.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audience.changes import Changes, reader_lines, sentences
from audience.reaction import REASON
from audience.rehearsal import Rehearsal
from audience.report import Report
from bot.discord.fitting import DESCRIPTION, QUIET, Field, bullets, card, fitted, joined, line, prose
from bot.discord.marks import MarksSummary, marks_lines
from bot.discord.neutral import neutral
from bot.discord.shelf_cards import panel_card as panel_card
from bot.discord.shelf_cards import persona_card as persona_card
from bot.discord.shelf_cards import platform_card as platform_card
from bot.pages import words
from bot.pages.figures import percent
from bot.pages.words import figure, named

if TYPE_CHECKING:
    import discord

BAR = 20  # signs in a bar of progress
WORST_SHOWN = 2
WORST = "A tail, not a forecast: asked on purpose for their least generous reading; none of it is in the numbers."
CHART = "attachment://tally.png"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rehearsal is. `heard` counts seats, failed ones too; `left` is in seconds, None where nobody can say."""

    place: int  # in the queue; 0 while it is played
    heard: int
    seats: int
    silent: int
    speaking: int
    posted: int
    left: float | None
    remark: str = ""

    def __post_init__(self) -> None:
        if not (self.place >= 0 and 0 <= self.heard <= self.seats and self.silent + self.speaking <= self.heard):
            raise ValueError(f"no rehearsal can be at {self}")


def status(rehearsal: Rehearsal, progress: Progress) -> discord.Embed:
    """The card while readers are waiting or heard."""
    rows = [_bar(progress), _heard(progress)]
    if progress.left is not None and not progress.place:
        rows.append(_left(progress.left))
    if progress.remark:
        rows.append(f"\n{line(progress.remark, 500)}")
    return card(_stands(progress), "\n".join(rows), inline=_setting(rehearsal), id=rehearsal.id)


def _stands(progress: Progress) -> str:
    """Replies are written when everybody has read, which may take as long again."""
    if progress.place:
        return f"Waiting, place {progress.place:,}"
    if progress.heard < progress.seats:
        return "The audience is reading"
    return f"Everybody has read it{'; those who speak are writing' if progress.speaking > progress.posted else ''}"


def stopped(rehearsal: Rehearsal, why: str, heard: int) -> discord.Embed:
    """The card of a rehearsal that could not go on."""
    kept = f"{heard:,} of {named('reader', len(rehearsal.seats))} heard; what they said is kept."
    return card("Stopped", f"{neutral(why, 1_000)}\n\n{kept}", inline=_setting(rehearsal), id=rehearsal.id, color=QUIET)


def draft_card(rehearsal: Rehearsal, asker: str = "") -> discord.Embed:
    """The message from which the thread starts: the draft as it stands."""
    draft = rehearsal.draft
    shown = neutral(draft.text, DESCRIPTION - 200)
    cut = f"This shows the beginning; the draft has {len(draft.text):,} characters, and the readers read all of them."
    fields = [("With a picture of", neutral(draft.alt, 500) if draft.alt else "")]
    if len(neutral(draft.text, 2 * len(draft.text) + 1)) > len(shown):
        fields.append(("Cut here", cut))
    by = f", rehearsed for {line(asker, 80)}" if asker else ""
    return card(f"A draft for {line(rehearsal.platform.name, 80)}{by}", shown, fields, id=rehearsal.id)


def report_card(
    report: Report, marks: MarksSummary | None = None, changes: Changes | None = None, chart: str = CHART, remark: str = "",
    track: Sequence[str] = (),
) -> discord.Embed:  # fmt: skip
    """The card when everybody has been heard; the whole report is what Export gives."""
    notes = [f"**{line(report.headline, 600)}**", *(line(n, 250) for n in (words.unfinished(report), remark) if n)]
    embed = card("", "\n\n".join(notes), tuple(_findings(report, marks, changes, track)), id=report.rehearsal.id)
    return embed.set_image(url=chart) if chart else embed


def silent_ones(report: Report) -> tuple[discord.Embed, ...]:
    """Why each of the silent readers passed, reason by reason, all of them by name."""
    told = [r for r in report.part("first") if r.silence]
    fields = []
    for reason, seats, _ in report.silence.reasons:
        who = [words.first_name_of(report, r.persona) for r in told if r.silence == reason]
        names = [f"{name} ({who.count(name)} seats)" if who.count(name) > 1 else name for name in dict.fromkeys(who)]
        fields.append((f"{seats:,} of {report.silence.seats:,}: {REASON[reason].seen}", joined(names, 500)))
    return (card("The silent ones", words.silence_sentence(report), fields, id=report.rehearsal.id),)


def _findings(
    report: Report, marks: MarksSummary | None, changes: Changes | None, track: Sequence[str]
) -> Iterator[Field]:  # fmt: skip
    yield "What changed", _changed(changes) if changes else ""
    yield f"Of {report.rehearsal.audience:,} people", _tally(report)
    yield "The conversation", _conversation(report)
    yield "What readers ask and the draft leaves open", _asked(report)
    why = (f"- {seats:,} of {report.silence.seats:,}: {REASON[reason].seen}" for reason, seats, _ in report.silence.reasons)
    yield "Why the silent ones passed", fitted([words.silence_sentence(report), *why], 700)
    yield "The least generous reading", _worst(report)
    yield "The team's marks", bullets(marks_lines(report, marks), 350) if marks else ""
    yield "Reasons to doubt it", bullets(_flags(report), 550) or "No flag is up. That is no promise."
    yield words.TRACK, prose(track, 300) if track else ""
    yield "How it was made", _made(report)


def _tally(report: Report) -> str:
    lines = words.tally_lines(report.tally, report.rehearsal.audience)
    rows = [f"**{row.label}** {row.people} ({row.people_span}), {row.percent}" for row in lines]
    return fitted([*rows, f"-# With 80% intervals. {words.basis(report.tally)}"], 500)


def _conversation(report: Report) -> str:
    """How much, and who; the replies behind the figure stand in the headline."""
    likeliest = [(who, chance) for who, chance in report.conversation.answerers if chance > 0] if report.tally.rows else []
    names = joined((f"{words.first_name_of(report, who)} ({percent(chance)})" for who, chance in likeliest), 300)
    return prose((words.how_much(report)[0], f"Likeliest to answer: {names}." if names else ""), 500).rstrip()


def _asked(report: Report) -> str:
    if not report.conversation.questions:
        return "Nobody asked anything."
    asked = words.questions(report, open=True)
    return bullets((f"“{q.words}” ({words.asker(report, q)})" for q in asked), 450, 200) or "What they ask, the draft answers."


def _worst(report: Report) -> str:
    """One or two, short; the tail is named before it is quoted."""
    sayings = sorted(words.sayings(report, "worst"), key=lambda r: len(r.reply or ""))[:WORST_SHOWN]
    rows = [f"- “{line(r.reply or '', 200)}” ({line(words.first_name_of(report, r.persona), 40)}, simulated)" for r in sayings]
    return "\n".join([WORST, *rows]) if rows else ""


def _flags(report: Report) -> Iterator[str]:
    """What is meant comes before the name and the numbers of the flag, which only the export explains."""
    for flag in report.flags:
        yield f"{flag.reason[:1].upper()}{flag.reason[1:]} ({flag.flag}: {flag.value:g}, threshold {flag.threshold:g})"


def _changed(changes: Changes) -> str:
    told = prose(sentences(changes), 480)
    return "\n".join(filter(None, [told, bullets(reader_lines(changes), 220, 80)]))


def _made(report: Report) -> str:
    r = report.rehearsal
    return "\n".join((
        f"-# {line(r.panel.name, 80)}: {named('seat', len(r.seats))}, {named('persona', len(r.readers))}; {line(r.platform.name, 80)}",
        f"-# {line(r.remark, 300)}",
        f"-# Model {line(r.model, 120)}; seed {r.seed}; fingerprint of the words {line(r.fingerprint, 40)}",
    ))  # fmt: skip


def _setting(rehearsal: Rehearsal) -> tuple[Field, ...]:
    values = (("Panel", rehearsal.panel.name), ("Platform", rehearsal.platform.name), ("Model", rehearsal.model))
    return tuple((heading, line(value, 150)) for heading, value in values)


def _bar(progress: Progress) -> str:
    full = BAR * progress.heard // progress.seats if progress.seats else 0
    return "▰" * full + "▱" * (BAR - full)


def _heard(progress: Progress) -> str:
    parts = [f"{progress.heard:,} of {named('reader', progress.seats)} heard"]
    if progress.heard:
        parts.append(f"{progress.silent:,} silent{' so far' if progress.heard < progress.seats else ''}")
        parts.append(f"{progress.speaking:,} {'wants' if progress.speaking == 1 else 'want'} to speak")
    if progress.posted:
        parts.append(f"{progress.posted:,} posted here")
    return " · ".join(parts)


def _left(seconds: float) -> str:
    """No more exact than anybody can know it."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {5 * math.ceil(seconds / 5) if seconds < 30 else 10 * math.ceil(seconds / 10)} seconds left"
    return f"about {figure(math.ceil(seconds / 60))} minutes left"
