"""The report on a screen, without a program around it: its order, its chart, and that what others wrote stays text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from audience.draft import Draft
from audience.reaction import Reaction
from audience.rehearsal import Reader
from audience.report import IS_NOT, MARK, Report
from bot.terminal.view import AXIS, axis, chart, show
from tests import made

HOSTILE = "[bold red]x[/bold red] :boom: [link=https://example.org]y[/link] \\[z] [/]"
ORDER = (
    MARK[:30], "of 1,000 people", "\nWhat would probably happen\n", "By persona", "\nThe conversation\n", "lines of reply for each",
    "\nWhy the silent ones passed\n", "\nThe replies\n", "\nThe worst plausible readings\n", "\nFlags\n", "\nSeats that failed\n",
    "\nHow this was made\n", "Seed: 7", "What it is not:",
)  # fmt: skip
shares = st.floats(0, 1)


def printed(report: Report, capsys: pytest.CaptureFixture[str]) -> str:
    show(report, (), no_color=True)
    return capsys.readouterr().out


def joined(text: str) -> str:
    return " ".join(text.split())


def test_the_sections_come_in_the_order_that_was_promised(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(made.report(), capsys)
    places = [text.find(words) for words in ORDER]
    assert -1 not in places
    assert places == sorted(places)


def test_the_mark_stands_first_and_last_and_what_it_is_not_is_said_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(made.report(), capsys)
    assert text.startswith(MARK)
    assert text.rstrip().endswith(MARK)
    assert IS_NOT in joined(text)


def test_a_second_round_stands_apart_with_its_answers_under_what_they_answer(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(made.report(rounds=2), capsys)
    reply, answer = text.index("What does <b>it</b> cost?"), text.index("Same here.")
    assert reply < answer < text.index("The second round, shown apart")
    assert text.index("The second round, shown apart") < text.index("What those who stayed would do next")
    indents = {
        words: len(line) - len(line.lstrip()) for line in text.splitlines() for words in ("cost?", "Same here") if words in line
    }
    assert indents["cost?"] < indents["Same here"]


def test_a_report_in_which_nobody_could_be_played_is_still_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    of = made.rehearsal()
    failed = tuple(Reaction(seat.number, seat.persona, "first", failed="the model fell over") for seat in of.seats)
    text = printed(Report.of(of, failed, {}), capsys)
    assert "No forecast: not one reader could be played." in text
    assert text.count("the model fell over") >= len(failed)
    assert MARK in text


def test_a_report_of_which_nothing_has_been_played_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(Report.of(made.rehearsal(), (), {}), capsys)
    assert "Unfinished: 6 of 6 seats are missing" in text


def test_markup_in_what_others_wrote_is_shown_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    report = made.report()
    readers = tuple(Reader(r.persona, f"{r.name} {HOSTILE}", HOSTILE) for r in report.rehearsal.readers)
    rehearsal = replace(report.rehearsal, draft=Draft.clean(HOSTILE), readers=readers, remark=HOSTILE)
    said = tuple(replace(r, reply=HOSTILE) if r.reply else r for r in report.reactions)
    text = joined(printed(Report.of(rehearsal, said, {}), capsys))
    assert text.count(HOSTILE) >= 4


def test_control_characters_in_what_others_wrote_never_reach_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    report = made.report()
    said = tuple(replace(r, reply="\x1b[2Jgone\x07 \u202eback\x9b31m\r") if r.reply else r for r in report.reactions)
    text = printed(replace(report, reactions=said), capsys)
    assert "gone" in text
    assert not set("\x1b\x07\x9b\u202e\r") & set(text)


def test_many_personas_are_cut_to_the_warmest_and_the_coldest_and_none_is_counted_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = tuple(f"p{number}" for number in range(30))
    of = made.rehearsal(names, 30)
    text = printed(Report.of(of, made.reactions(of), {}), capsys)
    table = text[text.index("By persona") : text.index("The conversation")]
    assert table.count("beekeeper") == 8
    assert "and 22 between them" in table


def test_a_tally_of_a_billion_people_keeps_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    of = made.rehearsal(audience=1_000_000_000)
    text = printed(Report.of(of, made.reactions(of), {}), capsys)
    assert max(map(cell_len, text.splitlines())) <= 100
    rows = [line for line in text.splitlines() if "├" in line or "●" in line]
    assert len(rows) == 6
    assert len({line.rindex(")") for line in rows}) == 1


def test_the_widest_letters_do_not_run_over_the_edge(capsys: pytest.CaptureFixture[str]) -> None:
    report = made.report()
    said = tuple(replace(r, reply="彼らはボタンを動かした" * 20) if r.reply else r for r in report.reactions)
    readers = tuple(replace(r, name="彼らはボタンを動かした" * 9) for r in report.rehearsal.readers)
    text = printed(Report.of(replace(report.rehearsal, readers=readers), said, {}), capsys)
    assert max(map(cell_len, text.splitlines())) <= 100


@given(st.tuples(shares, shares, shares))
def test_the_dot_lies_inside_its_whiskers(three: tuple[float, float, float]) -> None:
    low, share, high = sorted(three)
    drawn = chart(low, share, high)
    body = drawn.strip()
    assert len(drawn) == AXIS
    assert body.count("●") == 1
    assert set(body[1:-1]) <= {"─", "●"}
    assert body[0] in "├●"
    assert body[-1] in "┤●"


@given(shares, shares)
def test_a_larger_share_never_stands_further_left(one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert chart(less, less, less).index("●") <= chart(more, more, more).index("●")


@pytest.mark.parametrize(("label", "share"), [("0.1%", 0.001), ("1%", 0.01), ("10%", 0.1)])
def test_the_axis_is_where_the_chart_puts_its_share(label: str, share: float) -> None:
    assert axis().split().count(label) == 1
    assert f" {axis()}".index(f" {label}") == chart(share, share, share).index("●")
    assert len(axis()) == AXIS
