"""The web page: its order, its mark, its numbers, its colours, and what becomes of words that others wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

import bot.pages.page
from audience.draft import INVISIBLE, Draft
from audience.report import IS_NOT, MARK, Report
from bot.pages import charts, words
from bot.pages.page import html_page
from tests import made
from tests.bot.pages import hostile
from tests.bot.pages.reading import Element, cells, read

CSS = (Path(bot.pages.page.__file__).parent / "page.css").read_text()
ORDER = ["draft", "tally", "personas", "conversation", "silence", "replies", "second", "worst", "flags", "made"]
REPORT = made.report(rounds=2)
PAGE = read(html_page(REPORT))


def sections(page: Element) -> list[str]:
    return [section.attributes["aria-labelledby"] for section in page.all("section")]


def section(page: Element, name: str) -> Element:
    return next(s for s in page.all("section") if s.attributes["aria-labelledby"] == name)


def test_the_parts_stand_in_the_order_of_the_report() -> None:
    assert sections(PAGE) == ORDER
    assert sections(read(html_page(made.report()))) == [name for name in ORDER if name != "second"]


def test_how_often_its_like_was_right_stands_before_how_it_was_made() -> None:
    page = read(html_page(REPORT, ("Right in 3 of 4 <pairs>.", "The team's own: none.")))
    assert sections(page) == [*ORDER[:-1], "track", ORDER[-1]]
    assert [line.text for line in section(page, "track").all("p")] == ["Right in 3 of 4 <pairs>.", "The team's own: none."]


def test_the_mark_is_at_the_top_at_the_foot_and_in_the_title() -> None:
    marks = PAGE.all("p", "mark")
    assert [mark.text for mark in marks] == [MARK, MARK]
    shown = [e for e in PAGE.all("body")[0].all() if e.text.strip() and e.attributes.get("class") != "skip"]
    assert shown[0].text.strip() == MARK
    assert shown[-1].text.strip() == MARK
    assert PAGE.all("title")[0].text.startswith(MARK)
    assert f'@top-left {{ content: "{MARK}"; }}' in PAGE.all("style")[0].text


def test_every_saying_wears_the_badge_and_names_its_reader() -> None:
    sayings = PAGE.all("article")
    assert len(sayings) == sum(r.reply is not None for r in REPORT.reactions)
    for saying in sayings:
        assert [badge.text for badge in saying.all("span", "badge")] == ["simulated"]
        assert "keeps bees." in saying.all("p", "bio")[0].text
    assert "angle: asks" in sayings[0].text


def test_the_headline_the_draft_and_what_it_is_not_are_there_word_for_word() -> None:
    assert " ".join(PAGE.all("h1")[0].text.split()) == REPORT.headline
    assert section(PAGE, "draft").all("blockquote")[0].text == REPORT.rehearsal.draft.text
    assert IS_NOT in section(PAGE, "made").text


def test_headings_never_skip_a_level_and_there_is_one_of_the_first() -> None:
    levels = [int(e.tag[1]) for e in PAGE.all() if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False))


def test_ids_are_said_once_and_every_reference_finds_one() -> None:
    ids = [e.attributes["id"] for e in PAGE.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    wanted = {name for e in PAGE.all() for name in e.attributes.get("aria-labelledby", "").split()}
    assert wanted <= set(ids)
    assert PAGE.all("a")[0].attributes["href"].lstrip("#") in ids


def test_every_chart_is_told_in_words_and_has_a_table_beside_it() -> None:
    drawings = [svg for svg in PAGE.all("svg") if svg.attributes.get("role") == "img"]
    assert len(drawings) == 3
    for svg in drawings:
        assert svg.all("title")[0].text
        assert svg.all("desc")[0].text
    for name in ("tally", "personas", "second"):
        assert section(PAGE, name).all("table")
    assert all("aria-hidden" in svg.attributes for svg in PAGE.all("svg") if svg not in drawings)


@pytest.mark.parametrize(("name", "tally"), [("tally", REPORT.tally), ("second", REPORT.second)])
def test_the_tally_shows_the_numbers_of_the_report(name: str, tally: object) -> None:
    counted = REPORT.tally if tally is REPORT.tally else REPORT.second
    people = REPORT.rehearsal.audience if tally is REPORT.tally else REPORT.stayed
    assert counted is not None
    shown = cells(section(PAGE, name).all("table")[0])
    assert len(shown) == len(counted.rows)
    for (_, expected, span, share), row in zip(shown, counted.rows, strict=True):
        assert _number(expected) == pytest.approx(row.expected, rel=0.051, abs=0.5)
        low, high = [_number(end) / people for end in (span.split(" to ") * 2)[:2]]
        assert (low, high) == pytest.approx((row.low, row.high), rel=0.051, abs=0.5 / people)
        assert _number(share.rstrip("%")) / 100 == pytest.approx(row.share, rel=0.051)


def test_the_chart_stands_where_the_shares_are() -> None:
    dots = [float(dot.attributes["cx"].rstrip("%")) for dot in section(PAGE, "tally").all("circle")]
    assert [(dot / 100) ** 2 for dot in dots] == pytest.approx([row.share for row in REPORT.tally.rows], abs=2e-4)
    whiskers = section(PAGE, "tally").all("line", "whisker")[::3]
    for line, row in zip(whiskers, REPORT.tally.rows, strict=True):
        ends = [(float(line.attributes[x].rstrip("%")) / 100) ** 2 for x in ("x1", "x2")]
        assert ends == pytest.approx([row.low, row.high], abs=2e-4)


def test_both_a_thousandth_and_nine_tenths_can_be_read_off_the_scale() -> None:
    assert charts.across(0) == 0
    assert charts.across(0.001) > 3
    assert charts.across(1) - charts.across(0.9) > 5


def test_the_personas_show_their_chances() -> None:
    shown = cells(section(PAGE, "personas").all("table")[0])
    wanted = [
        [line.name, str(line.seats), *(words.percent(p) for p in (line.stop, line.like, line.reply) if p is not None)]
        for line in words.persona_lines(REPORT)
    ]
    wanted[1][1] = "2 (1 failed)"
    assert shown == wanted
    ticks = section(PAGE, "personas").all("line", "tick")
    assert len(ticks) == 3 * len(shown)


def test_a_failed_seat_is_shown_with_its_reason() -> None:
    assert "Seat 2, Ben, beekeeper, first round: the model ran out of memory" in section(PAGE, "flags").text


def test_an_unfinished_rehearsal_says_so_under_its_headline() -> None:
    of = made.rehearsal()
    page = read(html_page(Report.of(of, made.reactions(of)[:4], {})))
    assert page.all("p", "missing")[0].text.startswith("Unfinished: 2 of 6 seats are missing")
    assert not [p for p in PAGE.all("p", "missing") if "Unfinished" in p.text]


def test_a_rehearsal_that_could_not_be_played_still_makes_a_page() -> None:
    page = read(html_page(Report.of(made.rehearsal(), (), {})))
    assert "No forecast" in page.all("h1")[0].text
    assert "no tally" in section(page, "tally").text


def test_a_long_draft_is_all_there_and_its_rest_waits_behind_a_tap() -> None:
    draft = Draft.clean("We have news for you. " * 100)
    of = made.rehearsal(draft=draft)
    quotes = section(read(html_page(Report.of(of, made.reactions(of), {}))), "draft").all("blockquote")
    assert len(quotes) == 2
    assert "".join(quote.text for quote in quotes) == draft.text


def test_the_worst_readings_are_in_no_other_part() -> None:
    worst = REPORT.part("worst")[0].reply or "missing"
    assert [name for name in ORDER if worst in section(PAGE, name).text] == ["worst"]


def test_the_second_round_warns_of_herding_and_its_answers_stand_under_what_they_answer() -> None:
    assert words.HERDING in section(PAGE, "second").text
    thread = section(PAGE, "replies").all("div", "thread")[0]
    assert [saying.all("blockquote")[0].text for saying in thread.all("article")] == ["What does <b>it</b> cost?", "Same here."]


def test_the_page_asks_for_nothing_from_outside() -> None:
    for element in PAGE.all():
        assert element.tag not in {"script", "img", "iframe", "object", "form", "button", "input"}
        assert not any(name in element.attributes for name in ("src", "srcset", "action", "style"))
    assert {e.attributes["href"] for e in PAGE.all() if "href" in e.attributes} == {"#report", "data:,"}
    assert not re.search(r"url\(|@import|@font-face", CSS)
    assert "user-select" not in CSS


@settings(max_examples=30, deadline=None)
@given(hostile.MARKED)
def test_words_of_others_are_shown_and_never_become_markup(text: str) -> None:
    report = hostile.report(text)
    page = read(html_page(report))
    assert {e.tag for e in page.all()} <= {e.tag for e in PAGE.all()}
    assert {name for e in page.all() for name in e.attributes} <= {name for e in PAGE.all() for name in e.attributes}
    assert {e.attributes["href"] for e in page.all() if "href" in e.attributes} == {"#report", "data:,"}
    assert sections(page) == ORDER
    assert [q.text for q in section(page, "worst").all("blockquote")] == [words.plain(f"{text} said?").strip()]
    assert not INVISIBLE.search("".join(part.text for part in page.all("body")))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "least"), [("ink", 7.0), ("muted", 4.5), ("accent", 4.5)])
@pytest.mark.parametrize("back", ["paper", "wash"])
def test_text_stands_out_from_its_ground(scheme: str, front: str, back: str, least: float) -> None:
    colours = _colours(scheme)
    assert _contrast(colours[front], colours[back]) >= least


def test_the_dark_scheme_is_dark_and_the_light_one_light() -> None:
    assert _light(_colours("dark")["paper"]) < 0.02
    assert _light(_colours("light")["paper"]) > 0.9


def test_motion_stops_for_those_who_ask_for_it_and_paper_has_its_own_style() -> None:
    assert "prefers-reduced-motion: reduce" in CSS
    assert "@media print" in CSS
    assert ":focus-visible" in CSS


def test_the_same_report_makes_the_same_page() -> None:
    assert html_page(REPORT) == html_page(made.report(rounds=2))


def _number(text: str) -> float:
    return 0.25 if text == "under 1" else float(text.replace(",", ""))


def _colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", light)) | (
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", dark)) if scheme == "dark" else {}
    )


def _light(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
