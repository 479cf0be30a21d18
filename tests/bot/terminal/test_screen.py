"""What a writer sees on a screen: readers coming in, replies under names, then the report; colours only where wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from audience.report import MARK
from tests.bot.terminal.desk import DRAFT, SMALL, Desk, environment
from tests.bot.terminal.screen import COLOUR, CTRL_C, Place, Screen, on_screen

SCRIPT = """
delay = 0.02
[options]
reply = 30
[personas.abel]
words = ["[bold red]Who fixed it?[/] :boom: [link=http://x]y[/link]"]
[personas.fatou]
words = ["彼らは輸出ボタンを動かした。彼らは輸出ボタンを動かした。彼らは輸出ボタンを動かした。彼らは輸出ボタンを動かした。"]
"""
ORDER = (
    "rehearse", "--text", DRAFT, "--persona", "abel", "--persona", "fatou", "--persona", "jasna", "--seats", "3", "--audience",
    "1000000", "--model", "scripted:slow.toml",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shared:
    folder: Path
    environment: Mapping[str, str]


def played(place: Place, *more: str, columns: int = 100) -> Screen:
    (place.folder / "slow.toml").write_text(SCRIPT, encoding="utf-8")
    with on_screen(place, *ORDER, *more, columns=columns) as screen:
        assert screen.end() == 0, screen.text
        return screen


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Shared:
    folder = tmp_path_factory.mktemp("shared")
    return Shared(folder, environment(folder, vectors))


@pytest.fixture(scope="module")
def once(shared: Shared) -> Screen:
    """One rehearsal as it was seen, for all that only look at it."""
    return played(shared)


def shown(place: Place, *more: str, columns: int = 100) -> Screen:
    with on_screen(place, "show", *more, columns=columns) as screen:
        assert screen.end() == 0, screen.text
        return screen


def widest(text: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, text.splitlines()))


def report(text: str) -> str:
    """What stays on the screen: the report, from its mark on."""
    return text[text.index(MARK[:20]) :]


def test_readers_come_in_then_their_replies_under_their_names_then_the_report(once: Screen) -> None:
    text = once.text
    said = [
        "Simulated audience: 3 readers, LinkedIn, rehearsal ",
        "0 of 3 readers",
        "would reply",
        "Jasna, business-to-business marketer (simulated)  Jasna has read it.",
        MARK,
        "What would probably happen",
    ]
    assert [text.index(words) for words in said] == sorted(text.index(words) for words in said)


def test_a_reply_is_seen_while_it_is_being_said(desk: Desk) -> None:
    (desk.folder / "slow.toml").write_text(
        'delay = 0.6\n[options]\nreply = 30\n[personas.abel]\nwords = ["Which part of it changed?"]', encoding="utf-8"
    )
    alone = ("rehearse", "--text", DRAFT, "--persona", "abel", "--seats", "1", "--audience", "1000000", "--model")
    with on_screen(desk, *alone, "scripted:slow.toml") as screen:
        screen.until(lambda text: re.search(r"\(simulated\) is saying  Which part\b(?! of it changed\?)", text))
        assert screen.end() == 0
    assert "is saying" not in report(screen.text)


def test_the_live_view_wipes_itself_away(once: Screen) -> None:
    raw = once.raw
    assert "\x1b[2K" in raw, "the lines of the live view are erased"
    assert raw.count("\x1b[?25l") == raw.count("\x1b[?25h"), "the cursor is back"


def test_markup_in_replies_is_shown_as_text_while_they_come_and_in_the_report(once: Screen) -> None:
    assert once.text.count("[bold red]Who fixed it?[/] :boom: [link=http://x]y[/link]") == 2


@pytest.mark.parametrize("columns", [40, 72, 80, 200])
def test_no_line_of_the_report_is_wider_than_the_screen(columns: int, once: Screen, shared: Shared) -> None:
    text = shown(shared, columns=columns).text
    assert widest(text) <= columns
    for title in ("What would probably happen", "The conversation", "The replies", "Flags", "How this was made"):
        assert f"\n{title}\n" in text
    assert text.count("●") == 6


@pytest.mark.parametrize("columns", [40, 1])
def test_the_live_view_does_not_break_on_a_narrow_screen(columns: int, desk: Desk) -> None:
    assert "●" in played(desk, columns=columns).text


def test_there_is_colour_where_nobody_objects(once: Screen, shared: Shared) -> None:
    assert COLOUR.search(report(once.raw))
    assert COLOUR.search(shown(shared).raw)


def test_no_color_gives_no_code_for_colour(desk: Desk) -> None:
    screen = played(desk, "--no-color")
    assert not COLOUR.search(screen.raw)
    assert MARK in screen.text


def test_no_color_in_the_environment_does_the_same(once: Screen, shared: Shared) -> None:
    objecting = Shared(shared.folder, {**shared.environment, "NO_COLOR": "1"})
    assert not COLOUR.search(shown(objecting).raw)
    assert not COLOUR.search(played(objecting).raw)


def test_show_has_no_colour_where_it_is_not_wanted(once: Screen, shared: Shared) -> None:
    assert not COLOUR.search(shown(shared, "--no-color").raw)


@pytest.mark.parametrize("silencing", ["--quiet", "--json"])
def test_quiet_and_json_draw_nothing_live(silencing: str, desk: Desk) -> None:
    screen = played(desk, silencing)
    assert "readers" not in screen.text.partition("{")[0].partition(" people who")[0]
    assert "\x1b" not in screen.raw
    assert "simulated" in screen.text.lower()


def test_into_a_pipe_nothing_moves_and_nothing_is_coloured(desk: Desk) -> None:
    desk.write("slow.toml", SCRIPT)
    with desk.start(*ORDER) as running:
        out, err = running.communicate(timeout=20)
    assert err == ""
    assert "\x1b" not in out
    assert widest(out) <= 100


def test_delete_asks_on_the_screen(desk: Desk) -> None:
    desk.done("rehearse", *SMALL)
    with on_screen(desk, "delete", "last") as screen:
        screen.until(lambda text: re.search(r"Delete \w{8}, “We moved .*”\? \[y/N\]", text))
        screen.press(b"y\n")
        assert screen.end() == 0
    assert desk.ids() == []


def test_ctrl_c_is_an_answer_too(desk: Desk) -> None:
    desk.done("rehearse", *SMALL)
    with on_screen(desk, "delete", "last") as screen:
        screen.until(lambda text: "[y/N]" in text)
        screen.insist(CTRL_C)
        assert screen.end() == 130
    assert "Traceback" not in screen.text
    assert len(desk.ids()) == 1
