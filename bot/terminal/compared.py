"""The comparison on a screen: verdict first, then who says so, then the drafts side by side. Knows no files."""

from __future__ import annotations

from audience.report import MARK
from bot.pages import compared as words
from bot.pages.figures import flat
from bot.pages.words import flag_lines
from bot.terminal.view import Page
from evidence.compare import Comparison
from evidence.verdict import LETTERS

SHOWN_PERSONAS = 8
SHOWN_READERS = 12


def show(c: Comparison, no_color: bool) -> None:
    """Print the whole comparison to standard output."""
    page = Page.on(no_color)
    page.prose(MARK, "bold reverse", indent=0)
    page.line()
    page.prose(words.headline(c), "bold")
    if missing := words.unfinished(c):
        page.prose(missing, "yellow")
    for place in words.place_lines(c):
        page.prose(place)
    _sources(page, c)
    _drafts(page, c)
    _tally(page, c)
    _personas(page, c)
    _readers(page, c)
    _made(page, c)
    page.line()
    page.prose(MARK, "bold reverse", indent=0)


def _sources(page: Page, c: Comparison) -> None:
    """The panel and the ranker, apart."""
    for pair in c.pairs:
        if len(c.pairs) > 1:
            page.heading(words.pair_title(pair))
        for title, sentences in (("The panel", words.panel_sentences(c, pair)), ("The ranker", words.ranker_sentences(pair))):
            if len(c.pairs) == 1:
                page.heading(title)
            for sentence in sentences:
                page.prose(sentence)


def _drafts(page: Page, c: Comparison) -> None:
    page.heading("The drafts")
    for letter, report in words.drafts(c):
        r = report.rehearsal
        page.prose(f"{letter}  {r.draft.text}", "cyan")
        page.prose(f"{words.measured(r.draft)}; kept as {flat(r.id)}, soundingboard show {flat(r.id)}", "dim", indent=5)


def _tally(page: Page, c: Comparison) -> None:
    page.heading("Side by side")
    rows = words.tally_rows(c)
    if not rows:
        page.prose("No seat could be played.")
        return
    heads = ("", *(letter for letter, _ in words.drafts(c)))
    page.table(heads, [(f"{row.emoji} {row.label}", *map("{} ({})".format, row.people, row.spans)) for row in rows])
    page.prose(f"Of {c.reports[0].rehearsal.audience:,} people each, with 80% intervals.", "dim")


def _personas(page: Page, c: Comparison) -> None:
    moves = words.moves(c)
    if not moves:
        return
    page.heading("Who would stop, those moved most first")
    heads = ("", *(letter for letter, _ in words.drafts(c)))
    page.table(heads, [(move.name, *map(words.chance, move.stops)) for move in moves[:SHOWN_PERSONAS]])
    if len(moves) > SHOWN_PERSONAS:
        page.prose(f"and {len(moves) - SHOWN_PERSONAS} who were moved less; --html and --json show all.", "dim")


def _readers(page: Page, c: Comparison) -> None:
    page.heading("Who changed their mind, and where")
    page.prose(words.minds_sentence(c), "dim")
    one, other = (LETTERS[n] for n in words.ends(c))
    minds = words.minds(c)
    for mind in minds[:SHOWN_READERS]:
        page.prose(f"{mind.name} (seat {mind.seat}, {mind.moment}): {one}, {mind.before}; {other}, {mind.after}")
    if len(minds) > SHOWN_READERS:
        page.prose(f"and {len(minds) - SHOWN_READERS} more; --html shows all.", "dim")


def _made(page: Page, c: Comparison) -> None:
    page.heading("How this was made")
    for letter, report in words.drafts(c):
        for flag in flag_lines(report):
            page.prose(f"Flag, draft {letter}: {flag}", "dim")
    for title, text in words.made(c):
        if title != "Readers" and not title.startswith("Base rate"):
            page.prose(f"{title}: {text}", "dim")
    page.prose(words.IS_NOT)
