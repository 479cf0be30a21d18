"""The page in a real browser: it fits a phone and a desk, is dark in the dark, and is walked through with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.pages.compared_page import html_page as compared_page
from bot.pages.page import html_page
from tests.bot.pages import browser, hostile

WORDS = f"{'Donaudampfschiff' * 12} 👩‍👩‍👧‍👦 שלום עולם <script>alert(1)</script> and so on, for as long as anybody would read. "
MEASURE = """(() => {
    const wide = document.documentElement.clientWidth;
    const open = [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility() && !e.matches(".skip, title, desc"));
    const told = open.filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
    const out = e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > wide + 1 || r.left < -1); };
    const boxes = [...document.querySelectorAll("svg.chart")].map(s => [...s.querySelectorAll("text")].map(t => [t, t.getBoundingClientRect()]));
    const meet = (a, b) => a.right > b.left && b.right > a.left && a.bottom > b.top + 3 && b.bottom > a.top + 3;
    const clash = boxes.flatMap(b => b.flatMap(([t, r], n) => b.slice(n + 1).filter(([, o]) => meet(r, o)).map(([u]) => t.textContent + " / " + u.textContent)));
    return {
        clash: clash, wide: wide, scroll: document.documentElement.scrollWidth,
        smallest: Math.min(...told.map(e => parseFloat(getComputedStyle(e).fontSize))), told: told.length,
        outside: open.filter(out).map(e => e.outerHTML.slice(0, 120)),
        ground: getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number),
        ink: getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number),
    };
})()"""
FOCUS = "(e => e.tagName + ' ' + e.textContent.trim().slice(0, 24))(document.activeElement)"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Tab]:
    program = browser.found()
    if program is None:
        pytest.skip("no Chromium or Chrome is installed here, so the page is not tried in a real browser")
    with browser.opened(program, tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html_page(hostile.report(WORDS * 6, audience=1_000_000_000, personas=14)), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> str:
    return compared(tmp_path_factory, 2)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> str:
    return compared(tmp_path_factory, 3)


def compared(tmp_path_factory: pytest.TempPathFactory, drafts: int) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "comparison.html"
    path.write_text(compared_page(hostile.comparison(WORDS * 6, drafts)), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("which", ["page", "comparison", "three"])
def test_the_page_fits_its_window_and_can_be_read(
    tab: browser.Tab, which: str, width: int, scheme: str, request: pytest.FixtureRequest
) -> None:
    tab.show(request.getfixturevalue(which), width, scheme)
    tab.measure("document.querySelectorAll('details').forEach(d => d.open = true)")
    found: dict[str, Any] = tab.measure(MEASURE)
    assert found["wide"] == width
    assert found["scroll"] <= width
    assert found["outside"] == []
    assert found["clash"] == []
    assert found["told"] > 100
    assert found["smallest"] >= 12
    dark, light = (found["ground"], found["ink"]) if scheme == "dark" else (found["ink"], found["ground"])
    assert max(dark) < 60
    assert min(light) > 200


def test_the_tab_key_reaches_the_skip_link_and_every_fold_in_order(tab: browser.Tab, page: str) -> None:
    tab.show(page, 390, "light")
    reached = []
    for _ in range(3):
        tab.press("Tab", 9)
        reached.append(tab.measure(FOCUS))
        outline = tab.measure("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
    assert reached == ["A Skip to the report", "SUMMARY The rest of the draft", "SUMMARY 14 personas, those who g"]


def test_the_skip_link_is_seen_when_it_is_reached_and_leads_to_the_report(tab: browser.Tab, page: str) -> None:
    tab.show(page, 390, "light")
    assert tab.measure("document.querySelector('.skip').getBoundingClientRect().right < 0")
    tab.press("Tab", 9)
    assert tab.measure("document.querySelector('.skip').getBoundingClientRect().left >= 0")
    tab.press("Enter", 13)
    assert tab.measure("location.hash") == "#report"


def test_the_page_makes_no_request_and_leaves_the_console_empty(tab: browser.Tab, page: str) -> None:
    tab.events.clear()
    tab.show(page, 1280, "light")
    tab.measure("new Promise(done => setTimeout(done, 200))")
    asked = {event["request"]["url"] for event in tab.said("Network.requestWillBeSent")}
    assert asked <= {page, "data:,"}
    assert page in asked
    for sort in ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
        assert tab.said(sort) == []
