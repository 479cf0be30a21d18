"""comparison_card(): a comparison as one card, verdict first. Knows no connection and no store.

The room that its parts get sums to less than an embed may hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.discord.fitting import Field, bullets, card, fitted, line, prose
from bot.discord.neutral import neutral
from bot.pages import compared as words
from bot.pages.words import flag_lines, named
from evidence.compare import Comparison
from evidence.verdict import LETTERS

if TYPE_CHECKING:
    import discord


def comparison_card(c: Comparison) -> discord.Embed:
    """The whole of it is in the files beside the card."""
    notes = [f"**{line(words.headline(c), 400)}**", *words.place_lines(c)]
    if missing := words.unfinished(c):
        notes.append(line(missing, 250))
    return card("", "\n".join(notes), tuple(_findings(c)), id=", ".join(report.rehearsal.id for report in c.reports))


def _findings(c: Comparison) -> Iterator[Field]:
    for letter, report in words.drafts(c):
        yield f"Draft {letter}", neutral(report.rehearsal.draft.text, 250)
    panel, ranker = [], []
    for pair in c.pairs:
        before = f"{pair.letters[0]} or {pair.letters[1]}: " if len(c.pairs) > 1 else ""
        panel.append(f"{before}{' '.join(words.panel_sentences(c, pair)[: 2 if len(c.pairs) == 1 else 1])}")
        ranker.append(f"{before}{' '.join(words.ranker_sentences(pair))}")
    yield "The panel", prose(panel, 1_000, 330 if len(c.pairs) > 1 else 600)
    yield "The ranker", prose(ranker, 800, 260 if len(c.pairs) > 1 else 780)
    yield f"Of {c.reports[0].rehearsal.audience:,} people", _tally(c)
    one, other = (LETTERS[n] for n in words.ends(c))
    minds = [f"{mind.name}: {one}, {mind.before}; {other}, {mind.after}" for mind in words.minds(c)]
    yield "Who changed their mind", bullets(minds, 500, 200) or words.minds_sentence(c)
    flags = [f"Draft {letter}: {flag}" for letter, report in words.drafts(c) for flag in flag_lines(report)]
    yield "Reasons to doubt it", bullets(flags, 400, 200) or "No flag is up. That is no promise."
    r = c.reports[0].rehearsal
    yield (
        "How it was made",
        f"-# {line(r.panel.name, 80)}: {named('seat', len(r.seats))}; {line(r.platform.name, 80)}; model {line(r.model, 120)}; seed {r.seed}",
    )


def _tally(c: Comparison) -> str:
    letters = [letter for letter, _ in words.drafts(c)]
    rows = []
    for row in words.tally_rows(c):
        each = (f"{a} {b} ({s})" for a, b, s in zip(letters, row.people, row.spans, strict=True))
        rows.append(f"**{row.label}** {'; '.join(each)}")
    return fitted([*rows, "-# With 80% intervals."], 700) if rows else "No seat could be played."
