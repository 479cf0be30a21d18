"""Markdown: its order, its mark, its numbers, and what becomes of words that others wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from audience.draft import INVISIBLE
from audience.reaction import KIND
from audience.report import IS_NOT, MARK, Report
from bot.pages import words
from bot.pages.markdown import JOINER, bar, escaped, markdown, quoted
from tests import made
from tests.bot.pages import hostile

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
REPORT = made.report(rounds=2)
ORDER = [
    "The draft", "What would happen", "Who would stop", "The conversation", "Why they passed it by", "The replies",
    "The second round", "The worst plausible readings", "Reasons to doubt it", "How it was made",
]  # fmt: skip


def headings(text: str, tag: str) -> list[str]:
    tokens = READER.parse(text)
    return [_text(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open" and token.tag == tag]


def test_the_parts_stand_in_the_order_of_the_report() -> None:
    text = markdown(REPORT)
    assert headings(text, "h1") == [REPORT.headline]
    assert headings(text, "h2") == ORDER
    assert headings(markdown(made.report()), "h2") == [name for name in ORDER if name != "The second round"]


def test_the_track_record_stands_before_how_it_was_made_and_is_escaped() -> None:
    text = markdown(REPORT, ("Right in 3 of 4 *pairs*.", "The team's own: none."))
    assert headings(text, "h2") == [*ORDER[:-1], words.TRACK, ORDER[-1]]
    assert "Right in 3 of 4 \\*pairs\\*.\n\nThe team's own: none." in text


def test_the_mark_is_the_first_line_and_the_last() -> None:
    lines = markdown(REPORT).splitlines()
    assert lines[0] == lines[-1] == f"**{MARK}**"


def test_every_saying_is_headed_as_simulated() -> None:
    sayings = [head for tag in ("h3", "h4") for head in headings(markdown(REPORT), tag) if head.endswith("(simulated)")]
    assert len(sayings) == sum(r.reply is not None for r in REPORT.reactions)


def test_the_tally_shows_the_numbers_of_the_report() -> None:
    text = markdown(REPORT)
    for row in REPORT.tally.rows:
        shown = next(line for line in text.splitlines() if line.startswith(f"| {KIND[row.kind].label} |"))
        _, people, span, share, interval, _ = [cell.strip() for cell in shown.strip("|").split("|")]
        assert people == words.people(row.expected)
        assert span == words.span(row.low, row.high, 1000)
        assert float(share.rstrip("%")) / 100 == pytest.approx(row.share, rel=0.051)
        assert interval == words.percent_span(row.low, row.high)


def test_failed_seats_missing_seats_and_what_it_is_not_are_said() -> None:
    of = made.rehearsal()
    text = markdown(Report.of(of, made.reactions(of)[:4], {}))
    assert "Seat 2, Ben, beekeeper, first round: the model ran out of memory" in text
    assert "**Unfinished: 2 of 6 seats are missing" in text
    assert IS_NOT in text


def test_the_bar_has_its_dot_at_the_root_of_the_share() -> None:
    assert bar(0, 0, 0) == "●" + "·" * 20
    assert bar(0.16, 0.25, 0.36) == "········──●──········"
    assert bar(1, 1, 1).endswith("●")


@settings(max_examples=30, deadline=None)
@given(hostile.MARKED)
def test_words_of_others_never_become_markup(text: str) -> None:
    tokens = READER.parse(markdown(hostile.report(text)))
    plainly = READER.parse(markdown(hostile.report("x")))
    assert {t.type for t in tokens} <= {t.type for t in plainly}
    assert [t.tag for t in tokens if t.type == "heading_open"] == [t.tag for t in plainly if t.type == "heading_open"]
    for kind in ("table_open", "hr", "tr_open", "bullet_list_open", "blockquote_open"):
        assert sum(t.type == kind for t in tokens) == sum(t.type == kind for t in plainly), kind
    inline = [child for t in tokens for child in t.children or ()]
    assert {child.type for child in inline} <= {"text", "text_special", "hardbreak", "softbreak", "strong_open", "strong_close"}
    assert sum(child.type == "strong_open" for child in inline) == 2


@given(hostile.MARKED)
def test_escaped_words_read_as_they_were_written(text: str) -> None:
    tokens = READER.parse(escaped(text))
    assert "".join(_text(t) for t in tokens).replace(JOINER, "") == words.flat(text)


@given(hostile.MARKED)
def test_a_quotation_keeps_its_lines(text: str) -> None:
    tokens = READER.parse(quoted(f"a\n{text}\nb"))
    shown = [line for t in tokens if t.type == "inline" for line in _text(t).replace(JOINER, "").split("\n")]
    assert shown == [words.flat(line) for line in words.plain(f"a\n{text}\nb").splitlines() if words.flat(line)]


@given(hostile.MARKED)
def test_no_bare_address_is_left_to_be_linked_and_nobody_is_mentioned(text: str) -> None:
    line = escaped(text)
    assert not re.search(r"(?<!\\)://|www\.|@(?!\u2060)", line, re.IGNORECASE)
    assert not INVISIBLE.search(line.replace(f"@{JOINER}", "@"))


def _text(token: Token) -> str:
    if token.children is None:
        return token.content
    return "".join("\n" if child.type in {"hardbreak", "softbreak"} else child.content for child in token.children)
