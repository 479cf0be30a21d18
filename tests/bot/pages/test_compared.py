"""A comparison as a page and as Markdown: its order, its mark, its numbers, and what becomes of words that others wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings

from audience.report import MARK
from bot.pages import compared as words
from bot.pages import compared_charts as charts
from bot.pages.compared_markdown import markdown
from bot.pages.compared_page import html_page
from bot.pages.words import plain
from evidence.compare import Comparison, compare
from tests.bot.pages import hostile
from tests.bot.pages.reading import cells, read
from tests.bot.pages.test_markdown import READER, headings
from tests.evidence.weighing import A, B, C, leaning, moment, report, uneven

TWO = compare((report(uneven(1), A), report(uneven(2, 0.2), B, id="made-2")), moment, leaning(b=4.0))
THREE = compare([report(uneven(n, 0.2 * n), draft, id=f"made-{n}") for n, draft in enumerate((A, B, C))], moment, None)
PAGE = read(html_page(TWO))
ORDER = ["sources", "drafts", "tally", "personas", "minds", "replies", "flags", "made"]
HEADINGS = [
    "Who says so", "The drafts", "Side by side", "Who was moved most", "Who changed their mind, and where", "The replies",
    "Reasons to doubt it", "How it was made",
]  # fmt: skip


def test_the_parts_stand_in_the_order_of_the_page() -> None:
    assert [section.attributes["aria-labelledby"] for section in PAGE.all("section")] == ORDER
    assert [heading.text for heading in PAGE.all("h2")] == HEADINGS
    assert headings(markdown(TWO), "h2") == HEADINGS


def test_the_mark_is_first_and_last_and_in_the_title() -> None:
    text = PAGE.all("body")[0].text.split("Skip to the comparison")[1].strip()
    assert text.startswith(MARK)
    assert text.endswith(MARK)
    assert PAGE.all("title")[0].text.startswith(MARK)
    lines = markdown(TWO).splitlines()
    assert lines[0] == lines[-1] == f"**{MARK}**"


def test_the_verdict_is_the_heading_and_says_who_speaks() -> None:
    assert words.headline(TWO) == "Draft B: the panel and the ranker both hold it for the better one."
    assert PAGE.all("h1")[0].text.split() == words.headline(TWO).replace(":", "").replace(
        "the panel", "The panel", 1
    ).split() or (PAGE.all("h1")[0].text.split() == words.headline(TWO).replace(":", "").split())
    assert headings(markdown(TWO), "h1") == [words.headline(TWO)]


def test_panel_and_ranker_stand_apart_with_the_record_and_the_reasons() -> None:
    panel, ranker = PAGE.all("div", "source")
    assert "invented readers only" in panel.text
    assert "p = " in panel.text
    assert "right in 812 of 1,014 retweet pairs." in ranker.text
    assert "It names a date." in ranker.text
    assert "812" not in panel.text


def test_both_drafts_stand_in_full_and_the_tally_shows_the_numbers_of_both_reports() -> None:
    drafts = next(section for section in PAGE.all("section") if section.attributes["aria-labelledby"] == "drafts")
    assert [quote.text for quote in drafts.all("blockquote")] == [A.text, B.text]
    table = PAGE.all("table", "sides")[0]
    for row, told in zip(words.tally_rows(TWO), cells(table), strict=True):
        assert told == [row.label, *map("{} {} {}".format, "AB", row.people, row.spans)]


def test_the_personas_come_with_those_moved_most_first_and_each_once() -> None:
    moved = words.moves(TWO)
    assert [move.apart for move in moved] == sorted((move.apart for move in moved), reverse=True)
    assert len({move.name for move in moved}) == len(moved) == 12
    bells = charts.dumbbells(TWO)
    assert all(bell.one < bell.other for bell in bells)
    assert len(PAGE.all("line", "bell")) == len(bells)


def test_who_changed_their_mind_is_named_with_the_moment_and_both_reasons() -> None:
    found = hostile.comparison("x")
    assert words.minds(found)
    mind = words.minds(found)[0]
    assert mind.moment.startswith("moment ")
    assert (mind.before, mind.after) == (
        "scroll past, because it read as an advertisement", "read on, because it read as an advertisement"
    )  # fmt: skip
    assert f"| {mind.seat} |" in markdown(found)


def test_nobody_changed_their_mind_is_said() -> None:
    assert words.minds_sentence(TWO) == "No reader did something else under B than under A."
    assert "only their chances moved" in html_page(TWO)


def test_of_three_drafts_the_places_are_shown_and_the_ends_stand_beside_each_other() -> None:
    assert words.headline(THREE) == "Draft C: it is called better than every other draft."
    assert words.place_lines(THREE) == ("Place 1: C", "Place 2: B", "Place 3: A")
    assert words.ends(THREE) == (0, 2)
    page = read(html_page(THREE))
    assert [item.text for item in page.all("ul", "places")[0].all("li")] == list(words.place_lines(THREE))
    assert [h.text for h in page.all("h3")][:3] == ["A or B: B", "A or C: C", "B or C: C"]


def test_an_unfinished_draft_is_named() -> None:
    half = report(uneven(2), B)
    short = compare((report(uneven(1), A), type(half).of(half.rehearsal, half.reactions[:9], {})), moment, None)
    assert words.unfinished(short).startswith("Unfinished: draft B was not heard by every reader")
    assert words.unfinished(short) in html_page(short)
    assert "27 seats could not be weighed under both and are in no number." in markdown(short)


def test_the_page_asks_for_nothing_from_outside() -> None:
    for element in PAGE.all():
        assert element.tag not in {"script", "img", "iframe", "object", "form", "button", "input"}
        assert not any(name in element.attributes for name in ("src", "srcset", "action", "style"))
    assert {e.attributes["href"] for e in PAGE.all() if "href" in e.attributes} == {"#report", "data:,"}


@settings(max_examples=15, deadline=None)
@given(hostile.MARKED)
def test_words_of_others_are_shown_and_never_become_markup(text: str) -> None:
    page, plainly = read(html_page(hostile.comparison(text))), read(html_page(hostile.comparison("x")))
    assert {e.tag for e in page.all()} <= {e.tag for e in plainly.all()} | {"details", "summary"}
    assert {name for e in page.all() for name in e.attributes} <= {name for e in plainly.all() for name in e.attributes}
    assert [s.attributes["aria-labelledby"] for s in page.all("section")] == ORDER
    said = [quote.text for article in page.all("article") for quote in article.all("blockquote")]
    assert set(said) == {plain(f"{text} said?").strip()}


@settings(max_examples=15, deadline=None)
@given(hostile.MARKED)
def test_words_of_others_never_become_markdown(text: str) -> None:
    tokens, plainly = (READER.parse(markdown(hostile.comparison(each))) for each in (text, "x"))
    assert [t.tag for t in tokens if t.type == "heading_open"] == [t.tag for t in plainly if t.type == "heading_open"]
    for kind in ("table_open", "hr", "tr_open", "bullet_list_open", "blockquote_open"):
        assert sum(t.type == kind for t in tokens) == sum(t.type == kind for t in plainly), kind
    inline = [child for t in tokens for child in t.children or ()]
    assert {child.type for child in inline} <= {"text", "text_special", "hardbreak", "softbreak", "strong_open", "strong_close"}


def test_the_same_comparison_makes_the_same_page() -> None:
    again = compare(TWO.reports, moment, leaning(b=4.0))
    assert html_page(again) == html_page(TWO)


@pytest.mark.parametrize("c", [TWO, THREE], ids=["two", "three"])
def test_the_charts_are_told_to_those_who_do_not_see_them(c: Comparison) -> None:
    descriptions = [element.text for element in read(html_page(c)).all("desc")]
    assert descriptions == [charts.lanes_told(c), charts.dumbbells_told(c)]
    assert not re.search(r"\{\{|None", " ".join(descriptions))
