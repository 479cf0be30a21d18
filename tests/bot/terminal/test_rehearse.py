"""A draft goes in, an audience answers: every way to give one, every option, every output with its mark."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest

from audience.report import MARK as WHOLE_MARK
from tests.bot.terminal.desk import DRAFT, FEW, MARK, QUICK, SMALL, Desk, Document, program, same, valid

REPLYING = ("--audience", "1000000", "--replies", "3")  # so large an audience that every seat has somebody who replies


def document(desk: Desk, *arguments: str | Path) -> Document:
    return desk.done("rehearse", *SMALL, *arguments, "--json").document


@pytest.mark.parametrize("given", [("draft.md",), ("-",), ("--text", DRAFT)], ids=["file", "standard input", "text"])
def test_a_draft_comes_from_a_file_from_standard_input_or_from_the_command_line(given: tuple[str, ...], desk: Desk) -> None:
    said = desk.done("rehearse", *given, *FEW, *QUICK, "--json", stdin=DRAFT.encode())
    assert said.document["draft"]["text"] == DRAFT


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read_as_it_looks(desk: Desk) -> None:
    path = desk.write("windows.txt", b"\xef\xbb\xbfWe moved it.\r\nWhere to?\r\n")
    assert desk.done("rehearse", path, *FEW, *QUICK, "--json").document["draft"]["text"] == "We moved it.\nWhere to?"


def test_the_general_panel_takes_48_seats_for_a_thousand_people_unless_told_otherwise(desk: Desk) -> None:
    found = desk.done("rehearse", "--text", DRAFT, *QUICK, "--json").document
    assert (found["panel"]["panel"], len(found["seats"]), found["audience"]) == ("general", 48, 1000)
    assert (found["platform"]["platform"], found["rounds"], found["seed"]) == ("linkedin", 1, 1)


def test_two_panels_sit_together(desk: Desk) -> None:
    found = desk.done("rehearse", "draft.md", "--panel", "critics", "--panel", "developers", *QUICK, "--json").document
    alone = [
        json.loads(desk.done("rehearse", "draft.md", "--panel", p, *QUICK, "--json").out) for p in ("critics", "developers")
    ]
    assert found["panel"]["panel"] == "critics+developers"
    assert set(found["panel"]["shares"]) == {key for one in alone for key in one["panel"]["shares"]}


def test_personas_are_seated_one_by_one_and_one_named_twice_has_two_shares(desk: Desk) -> None:
    found = desk.done("rehearse", "draft.md", *FEW, "--persona", "abel", *QUICK, "--seats", "8", "--json").document
    seated = [seat["persona"] for seat in found["seats"]]
    assert {name: seated.count(name) for name in seated} == {"fatou": 2, "jasna": 2, "abel": 4}


def test_options_arrive_in_the_document(desk: Desk) -> None:
    found = document(
        desk,
        "--platform",
        "reddit",
        "--audience",
        "5000",
        "--seats",
        "9",
        "--replies",
        "2",
        "--alt",
        "A grey button",
        "--seed",
        "7",
    )
    assert found["platform"]["platform"] == "reddit"
    assert (found["audience"], len(found["seats"]), found["replies"], found["seed"]) == (5000, 9, 2, 7)
    assert found["draft"]["alt"] == "A grey button"
    assert found["model"].startswith("null:")


def test_names_are_found_in_capitals_too(desk: Desk) -> None:
    found = desk.done("rehearse", "draft.md", "--panel", "Critics", "--platform", "LinkedIn", *QUICK, "--json").document
    assert (found["panel"]["panel"], found["platform"]["platform"]) == ("critics", "linkedin")


@pytest.mark.parametrize("most", [0, 1, 3])
def test_at_most_so_many_replies_are_written_as_were_asked_for(most: int, desk: Desk) -> None:
    found = document(desk, *REPLYING, "--replies", str(most))
    assert sum(seat["kind"] == "reply" for seat in found["seats"]) >= 3
    assert sum(seat["reply"] is not None for seat in found["seats"]) == most


def test_a_second_round_stands_apart_and_a_first_one_has_none(desk: Desk) -> None:
    assert document(desk, *REPLYING)["second"] is None
    found = document(desk, *REPLYING, "--rounds", "2")
    assert found["rounds"] == 2
    assert found["second"]["seats"]
    assert found["tally"] == document(desk, *REPLYING)["tally"]


def test_the_document_is_valid_complete_and_its_shares_sum_to_one(desk: Desk) -> None:
    for rounds in ("1", "2"):
        found = valid(document(desk, *REPLYING, "--rounds", rounds))
        assert found["simulated"] is True
        assert found["complete"] is True


def test_shares_sum_to_one_in_the_tally_and_in_every_seat(desk: Desk) -> None:
    found = document(desk, *REPLYING)
    assert sum(row["share"] for row in found["tally"]) == pytest.approx(1)
    for seat in found["seats"]:
        assert sum(seat["probabilities"].values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("model", ["understudy:", "scripted:"])
def test_the_same_seed_draft_and_model_give_the_same_document(model: str, desk: Desk) -> None:
    """Twice here, and once in a process that has never seen the words before."""
    order = (
        "rehearse",
        "--text",
        DRAFT,
        *FEW,
        "--seats",
        "6",
        "--model",
        model,
        *REPLYING,
        "--rounds",
        "2",
        "--seed",
        "3",
        "--json",
    )
    first, second = desk.done(*order).document, desk.done(*order).document
    fresh = subprocess.run(program(*order), capture_output=True, check=True, cwd=desk.folder, env=desk.environment)
    third = json.loads(fresh.stdout)
    assert same(first) == same(second) == same(third)
    assert len({one["id"] for one in (first, second, third)}) == 3
    assert any(seat["reply"] for seat in first["seats"])


def test_another_seed_is_another_day(desk: Desk) -> None:
    assert document(desk, "--seed", "1")["seats"] != document(desk, "--seed", "2")["seats"]


def test_json_is_all_that_is_printed(desk: Desk) -> None:
    said = desk.done("rehearse", *SMALL, "--json")
    assert said.document["schema"] == "soundingboard.report/1"
    assert said.err == ""


def test_auto_says_in_one_line_on_standard_error_what_it_took_and_how_to_get_better(desk: Desk) -> None:
    said = desk.done("rehearse", "--text", DRAFT, *FEW, "--seats", "3", "--json")
    assert said.document["model"].startswith("understudy:")
    assert said.err.count("\n") == 1
    assert said.err.startswith("Model: understudy: (")
    assert "soundingboard models get" in said.err


def test_the_model_of_the_settings_is_taken_where_the_command_names_none(desk: Desk) -> None:
    desk.monkeypatch.setenv("SOUNDINGBOARD_MODEL", "null:")
    said = desk.done("rehearse", "--text", DRAFT, *FEW, "--json")
    assert said.document["model"].startswith("null:")
    assert said.err == ""


@pytest.mark.parametrize("silencing", [(), ("--quiet", "--no-color")], ids=" ".join)
def test_no_option_removes_the_mark(silencing: tuple[str, ...], desk: Desk) -> None:
    files = {ending: desk.folder / f"report.{ending}" for ending in ("html", "md", "csv")}
    written = ("--html", files["html"], "--markdown", files["md"], "--csv", files["csv"])
    assert WHOLE_MARK in desk.done("rehearse", *SMALL, *written, *silencing).out.replace("\n", " ")
    for path in files.values():
        assert MARK in path.read_text(encoding="utf-8").lower(), path
    found = document(desk, *silencing)
    assert (found["simulated"], found["mark"]) == (True, WHOLE_MARK)


def test_quiet_prints_one_sentence_the_id_and_the_mark(desk: Desk) -> None:
    said = desk.done("rehearse", *SMALL, "--quiet")
    assert said.out.count("\n") == 1
    assert f"[{desk.ids()[0]}] {WHOLE_MARK}\n" in said.out
    assert said.err == ""


def test_every_row_of_the_sheet_bears_the_mark(desk: Desk) -> None:
    path = desk.folder / "seats.csv"
    desk.done("rehearse", *SMALL, "--csv", path)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(rows) >= 7
    assert all(MARK in " ".join(row).lower() for row in rows)


def test_a_file_that_was_there_is_replaced_as_a_whole_and_nothing_else_is_left(desk: Desk) -> None:
    path = desk.write("out/report.md", "old " * 100_000)
    desk.done("rehearse", *SMALL, "--markdown", path)
    assert "old old" not in path.read_text(encoding="utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["report.md"]


def test_where_the_name_is_a_link_the_file_it_leads_to_is_written(desk: Desk) -> None:
    path, link = desk.write("out/report.md", ""), desk.folder / "link.md"
    link.symlink_to(path)
    desk.done("rehearse", *SMALL, "--markdown", link)
    assert link.is_symlink()
    assert MARK in path.read_text(encoding="utf-8").lower()


def test_a_database_of_its_own_leaves_the_usual_one_alone(desk: Desk) -> None:
    desk.done("rehearse", *SMALL, "--database", "other.db")
    assert desk.ids() == []
    assert desk.done("history", "--database", "other.db").out.count(DRAFT[:20]) == 1


def test_a_seat_that_fails_is_shown_and_a_room_in_which_all_fail_is_a_failure(desk: Desk) -> None:
    one, all_three = '[personas.abel]\nfails = "the model fell over"\n', ""
    for name in ("fatou", "jasna", "abel"):
        all_three += f'[personas.{name}]\nfails = "the model fell over"\n'
    some = desk.done("rehearse", "draft.md", *FEW, "--model", f"scripted:{desk.write('one.toml', one)}")
    assert "the model fell over" in some.out
    none = desk.run("rehearse", "draft.md", *FEW, "--model", f"scripted:{desk.write('all.toml', all_three)}")
    assert none.code == 1
    assert "not one reader could be played" in none.out
