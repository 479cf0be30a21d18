"""A new kind of reaction is one row in the table: everything else goes through the table and needs no change."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace

import pytest

from audience import reaction
from audience.document import read_document, to_document
from audience.platform import Platform
from audience.reaction import KIND, KINDS, Kind, Reaction
from audience.report import Report
from bot.pages.markdown import markdown
from bot.pages.page import html_page
from bot.pages.words import tally_lines
from bot.room import BUILT_IN
from models.backends.understudy import EFFECTS, shift
from tests.audience import acting, written

BOOKMARK = Kind("bookmark", "keep for later", "keep it for later", "★", words=False, silent=False, weight=0.6, rate=0.004)


@pytest.fixture(params=[BOOKMARK, replace(BOOKMARK, key="quote", words=True, rate=0.02)], ids=["mute", "with words"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """The table with one more row, as though it had stood there when the program began."""
    row: Kind = request.param
    usual, longer = KINDS, (*KINDS, row)  # this very module holds the table too
    monkeypatch.setitem(KIND, row.key, row)
    for module in list(sys.modules.values()):
        if getattr(module, "KINDS", None) is usual:
            monkeypatch.setattr(module, "KINDS", longer)
    return row


async def played(kind: Kind) -> tuple[Report, acting.Scripted]:
    model = acting.Scripted()
    platform = Platform.parse("square", written.PLATFORM, "square.toml")
    of = replace(acting.rehearsal(16, rounds=2, replies=16, audience=1000), platform=platform)
    return Report.of(of, tuple(acting.final(await acting.played(of, model)).values()), {}), model


def test_the_table_is_longer_everywhere(kind: Kind) -> None:
    assert reaction.KINDS[-1] is kind


def test_a_platform_that_does_not_know_it_has_its_own_rate_for_it_and_one_that_does_may_name_it(kind: Kind) -> None:
    assert Platform.parse("square", written.PLATFORM, "x").rates[kind.key] == kind.rate
    named = written.PLATFORM.replace("[rates]\n", f"[rates]\n{kind.key} = 0.02\n").replace(
        "[sources]\n", f'[sources]\n{kind.key} = "guess"\n'
    )
    read = Platform.parse("square", named, "x")
    assert read.rates[kind.key] == 0.02
    assert math.isclose(sum(read.rates.values()), 1)


async def test_readers_are_asked_for_it_and_the_tally_counts_it(kind: Kind) -> None:
    report, model = await played(kind)
    menus = [options for prompt, options in model.weighed if prompt.task == "ask"]
    assert all(kind.key in {option.key for option in options} for options in menus)
    assert any(kind.told in prompt.own for prompt, _ in model.weighed)
    assert report.tally.row(kind.key).share > 0
    assert math.isclose(math.fsum(row.share for row in report.tally.rows), 1)


async def test_one_that_carries_words_is_given_the_floor(kind: Kind) -> None:
    report, _ = await played(kind)
    spoke = [r for r in report.part("first") if r.kind == kind.key and r.reply]
    assert bool(spoke) == kind.words


async def test_its_document_is_read_back(kind: Kind) -> None:
    report, _ = await played(kind)
    rehearsal, reactions, timings = read_document(json.loads(json.dumps(to_document(report))), "here")
    assert Report.of(rehearsal, reactions, timings).tally == report.tally


async def test_every_page_shows_it(kind: Kind) -> None:
    report, _ = await played(kind)
    assert kind.label in {row.label for row in tally_lines(report.tally, 1000)}
    assert kind.label in html_page(report)
    assert kind.label in markdown(report)


def test_the_sheet_has_a_column_for_it() -> None:
    """In a program of its own, because the columns are laid out when the sheet is imported."""
    program = (
        "from dataclasses import replace\n"
        "from audience import reaction\n"
        "row = replace(reaction.KINDS[2], key='bookmark')\n"
        "reaction.KINDS = (*reaction.KINDS, row)\n"
        "from bot.pages.sheet import COLUMNS\n"
        "print(*COLUMNS)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=BUILT_IN.parent)
    assert "p_bookmark" in ran.stdout.split()


def test_the_understudy_leaves_a_choice_that_it_has_no_guess_for_where_it_is(kind: Kind) -> None:
    assert shift(kind.key, dict.fromkeys(EFFECTS, 0.9)) == 0


def test_a_kind_taken_out_again_is_refused() -> None:
    with pytest.raises(ValueError, match="no reaction kind called 'bookmark'"):
        Reaction(1, "ada", kind="bookmark")
