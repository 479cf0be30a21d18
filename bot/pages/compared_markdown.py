"""markdown(): a comparison as Markdown. Knows which words go where; what others wrote is escaped as in a report."""

from __future__ import annotations

from collections.abc import Iterator

from audience.report import MARK
from bot.pages import compared as words
from bot.pages.markdown import escaped, list_of, quoted, saying, table
from bot.pages.words import flag_lines, sayings
from evidence.compare import Comparison
from evidence.verdict import LETTERS


def markdown(c: Comparison) -> str:
    """The whole comparison. Same comparison, same text."""
    parts = (
        [f"**{MARK}**"], _verdict(c), _sources(c), _drafts(c), _tally(c), _personas(c), _readers(c), _replies(c), _doubts(c),
        _made(c), ["---", f"**{MARK}**"],
    )  # fmt: skip
    return "\n\n".join(block for part in parts for block in part) + "\n"


def _verdict(c: Comparison) -> Iterator[str]:
    yield f"# {escaped(words.headline(c))}"
    if missing := words.unfinished(c):
        yield f"**{escaped(missing)}**"
    yield from list_of(words.place_lines(c))


def _sources(c: Comparison) -> Iterator[str]:
    yield "## Who says so"
    for pair in c.pairs:
        if len(c.pairs) > 1:
            yield f"### {escaped(words.pair_title(pair))}"
        yield f"**The panel.** {' '.join(map(escaped, words.panel_sentences(c, pair)))}"
        yield f"**The ranker.** {' '.join(map(escaped, words.ranker_sentences(pair)))}"


def _drafts(c: Comparison) -> Iterator[str]:
    yield "## The drafts"
    for letter, report in words.drafts(c):
        draft = report.rehearsal.draft
        yield f"### Draft {letter}"
        yield quoted(draft.text)
        if draft.alt:
            yield f"With a picture of: {escaped(draft.alt)}"
        yield f"{words.measured(draft)}. {escaped(report.headline)}"


def _tally(c: Comparison) -> Iterator[str]:
    yield "## Side by side"
    rows = words.tally_rows(c)
    if not rows:
        yield "No seat could be played."
        return
    yield f"Of {c.reports[0].rehearsal.audience:,} people each, with 80% intervals."
    heads = [head for letter, _ in words.drafts(c) for head in (f"{letter}, people", "80% interval", "Share")]
    each = [zip(row.people, row.spans, row.percents, strict=True) for row in rows]
    cells = [[cell for three in draft for cell in three] for draft in each]
    yield table(("What they do", *heads), [(row.label, *told) for row, told in zip(rows, cells, strict=True)])


def _personas(c: Comparison) -> Iterator[str]:
    yield "## Who was moved most"
    yield "The chance that one such person stops, those whom the drafts move furthest apart first."
    rows = [(escaped(move.name), *map(words.chance, move.stops)) for move in words.moves(c)]
    yield table(("Persona", *(letter for letter, _ in words.drafts(c))), rows)


def _readers(c: Comparison) -> Iterator[str]:
    one, other = (LETTERS[n] for n in words.ends(c))
    yield "## Who changed their mind, and where"
    yield words.minds_sentence(c)
    rows = [
        (escaped(mind.name), str(mind.seat), escaped(mind.moment), escaped(mind.before), escaped(mind.after))
        for mind in words.minds(c)
    ]
    if rows:
        yield table(("Reader", "Seat", "Moment", f"Under {one}", f"Under {other}"), rows)


def _replies(c: Comparison) -> Iterator[str]:
    yield "## The replies"
    for letter, report in words.drafts(c):
        said = sayings(report, "first")
        yield f"### To draft {letter}"
        if not said:
            yield "Nobody came to words."
        for reaction in said:
            yield from saying(report, reaction, "####")


def _doubts(c: Comparison) -> Iterator[str]:
    yield "## Reasons to doubt it"
    lines = [f"Draft {letter}, {flag}" for letter, report in words.drafts(c) for flag in flag_lines(report)]
    yield from list_of(lines) if lines else iter(["No flag is up. That is no promise; see what it is not."])


def _made(c: Comparison) -> Iterator[str]:
    yield "## How it was made"
    yield table(("What", "How"), [(heading, escaped(text)) for heading, text in words.made(c)])
    yield words.IS_NOT
