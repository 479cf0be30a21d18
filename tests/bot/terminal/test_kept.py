"""What was rehearsed is kept: listed, shown, exported, imported and deleted. Nothing of a deleted one stays."""

from __future__ import annotations

import re
import sqlite3

import pytest

from audience.report import MARK
from tests.bot.terminal.desk import DRAFT, FEW, NULL, QUICK, ROOT, SMALL, Desk, Document

SPOKEN = ("--text", DRAFT, *FEW, *NULL, "--seats", "6", "--audience", "1000000", "--replies", "1")


@pytest.fixture
def kept(desk: Desk) -> Document:
    return desk.done("rehearse", *SPOKEN, "--json").document


def test_show_gives_again_what_was_printed_when_it_was_played(desk: Desk) -> None:
    printed = desk.done("rehearse", *SPOKEN).out
    assert desk.done("show").out == printed
    assert desk.done("show", desk.ids()[0][:4]).out == printed


def test_show_takes_last_an_id_or_the_start_of_one(kept: Document, desk: Desk) -> None:
    for which in ((), ("last",), (kept["id"],), (kept["id"][:5],)):
        assert desk.done("show", *which, "--json").document == kept


def test_show_writes_the_files_too_and_each_bears_the_mark(kept: Document, desk: Desk) -> None:
    said = desk.done("show", "--html", "a.html", "--markdown", "a.md", "--csv", "a.csv", "--quiet")
    assert said.out.endswith(f"{MARK}\n")
    assert all(MARK.split(":")[0] in (desk.folder / name).read_text(encoding="utf-8") for name in ("a.html", "a.md", "a.csv"))


def test_an_export_read_in_elsewhere_is_the_same_document(kept: Document, desk: Desk) -> None:
    assert desk.done("export", "last", "--json", "kept.json").out == "Wrote kept.json.\n"
    told = desk.done("import", "kept.json", "--database", "elsewhere.db").out
    assert kept["id"] in told
    assert desk.done("show", "--database", "elsewhere.db", "--json").document == kept
    desk.done("export", "last", "--database", "elsewhere.db", "--json", "again.json")
    assert (desk.folder / "again.json").read_bytes() == (desk.folder / "kept.json").read_bytes()


def test_what_json_prints_can_be_imported_as_it_is(desk: Desk) -> None:
    said = desk.done("rehearse", *SPOKEN, "--json")
    desk.done("import", desk.write("printed.json", said.out), "--database", "elsewhere.db")
    assert desk.done("show", "--database", "elsewhere.db", "--json").out == said.out


def test_a_rehearsal_that_is_there_already_is_not_taken_in_again(kept: Document, desk: Desk) -> None:
    desk.done("export", "last", "--json", "kept.json")
    said = desk.run("import", "kept.json")
    assert (said.code, said.out) == (2, "")
    assert kept["id"] in said.err
    assert desk.ids() == [kept["id"]]


def test_export_writes_every_kind_of_file_with_the_mark(kept: Document, desk: Desk) -> None:
    names = {"--json": "r.json", "--html": "r.html", "--markdown": "r.md", "--csv": "r.csv"}
    desk.done("export", kept["id"], *(word for pair in names.items() for word in pair))
    for name in names.values():
        assert "simulated" in (desk.folder / name).read_text(encoding="utf-8").lower()


def test_history_lists_the_newest_first_and_at_most_so_many(desk: Desk) -> None:
    made = [desk.done("rehearse", *SMALL, "--seed", str(seed), "--json").document["id"] for seed in range(3)]
    assert desk.ids() == made[::-1]
    assert desk.done("history", "--limit", "2").out.count("\n") == 2


def test_history_is_one_line_a_rehearsal_whatever_the_draft_holds(desk: Desk) -> None:
    desk.done("rehearse", *SMALL[2:], "--text", "One line.\n\nAnother \x1b[31mred\x1b[0m line, [red]marked[/red] :boom:")
    (line,) = desk.done("history").out.splitlines()
    assert "\x1b" not in line
    assert "[red]marked[/red] :boom:" in line


def test_an_empty_history_says_how_to_start(desk: Desk) -> None:
    assert desk.done("history").out.startswith("No rehearsal is kept yet; start with: soundingboard rehearse")


def test_delete_asks_first_and_no_is_an_answer(kept: Document, desk: Desk) -> None:
    said = desk.run("delete", kept["id"], stdin=b"n\n")
    assert said.code == 1
    assert f"Delete {kept['id']}, “We moved" in said.out + said.err
    assert "Nothing was deleted" in said.err
    assert desk.ids() == [kept["id"]]


def test_delete_without_anybody_to_ask_deletes_nothing(kept: Document, desk: Desk) -> None:
    assert desk.run("delete", kept["id"]).code != 0
    assert desk.ids() == [kept["id"]]


@pytest.mark.parametrize(("flag", "answer"), [((), b"y\n"), (("--yes",), b""), (("-y",), b"")])
def test_what_is_deleted_is_gone_from_the_disk(flag: tuple[str, ...], answer: bytes, kept: Document, desk: Desk) -> None:
    desk.done("delete", kept["id"], *flag, stdin=answer)
    assert desk.ids() == []
    assert desk.run("show", kept["id"]).code == 2
    for path in desk.folder.glob("rehearsals.db*"):
        assert b"export button" not in path.read_bytes(), path


def test_deleting_one_leaves_the_others(kept: Document, desk: Desk) -> None:
    other = desk.done("rehearse", *SMALL, "--json").document
    desk.done("delete", kept["id"], "--yes")
    assert desk.ids() == [other["id"]]
    assert desk.done("show", "--json").document == other


def test_resuming_what_is_finished_changes_nothing(kept: Document, desk: Desk) -> None:
    assert desk.done("resume", "--json").document == kept
    assert desk.done("show", "--json").document == kept


def break_off(desk: Desk) -> None:
    """As a kill leaves it: the last three seats and all that came after them are not there."""
    with sqlite3.connect(desk.folder / "rehearsals.db") as connection:
        connection.execute("DELETE FROM reactions WHERE part <> 'first' OR seat > 3")
        connection.execute("UPDATE rehearsals SET finished = 0, timings = '{}'")
    connection.close()


@pytest.fixture
def half(kept: Document, desk: Desk) -> Document:
    break_off(desk)
    return kept


def test_a_broken_off_rehearsal_is_shown_as_such_and_says_how_to_go_on(half: Document, desk: Desk) -> None:
    assert f"(stopped at 3 of 6; soundingboard resume {half['id']})" in desk.done("history").out
    assert "Unfinished: 3 of 6 seats are missing" in desk.done("show").out
    shown = desk.done("show", "--json").document
    assert shown["complete"] is False
    assert shown["seats"] == half["seats"][:3]


def test_resume_plays_what_is_missing_and_ends_with_the_same_document(half: Document, desk: Desk) -> None:
    found = desk.done("resume", half["id"], "--json").document
    assert {**found, "timings": {}} == {**half, "timings": {}}
    assert "stopped" not in desk.done("history").out


def test_a_broken_off_rehearsal_can_be_exported_imported_and_resumed_elsewhere(half: Document, desk: Desk) -> None:
    desk.done("export", "last", "--json", "half.json")
    desk.done("import", "half.json", "--database", "elsewhere.db")
    assert "stopped at 3 of 6" in desk.done("history", "--database", "elsewhere.db").out
    found = desk.done("resume", "--database", "elsewhere.db", "--json").document
    assert {**found, "timings": {}} == {**half, "timings": {}}


def test_resume_refuses_where_a_persona_has_changed(half: Document, desk: Desk) -> None:
    words = desk.done("personas", "show", "abel").out.partition("\n")[2]
    desk.write("words/personas/abel.md", re.sub('bio = "[^"]*"', 'bio = "Somebody else now."', words))
    said = desk.run("resume", half["id"])
    assert (said.code, said.out) == (2, "")
    assert "words have changed" in said.err
    assert desk.done("show", "--json").document["seats"] == half["seats"][:3]


def test_resume_goes_on_where_a_persona_of_another_panel_has_changed(half: Document, desk: Desk) -> None:
    desk.done("personas", "new", "marek")
    desk.done("resume", half["id"])


def test_resume_refuses_where_the_script_of_the_model_has_changed(desk: Desk) -> None:
    script = desk.write("script.toml", "[options]\nscroll = 9\n")
    name = desk.done("rehearse", "--text", DRAFT, *FEW, "--model", f"scripted:{script}", "--json").document["id"]
    break_off(desk)
    desk.write("script.toml", "[options]\nscroll = 8\n")
    said = desk.run("resume", name)
    assert (said.code, said.out) == (2, "")
    assert "was played on scripted:" in said.err
    script.unlink()
    assert "cannot be read" in desk.run("resume", name).err


@pytest.mark.parametrize(
    ("sort", "ending", "key"), [("panels", ".toml", "critics"), ("platforms", ".toml", "linkedin"), ("personas", ".md", "abel")]
)
def test_resume_goes_on_with_two_panels_until_a_word_of_theirs_changes(sort: str, ending: str, key: str, desk: Desk) -> None:
    order = ("--panel", "critics", "--panel", "general", "--seats", "60")
    desk.done("rehearse", "--text", DRAFT, *QUICK, *order)
    break_off(desk)
    words = (ROOT / "prompts" / sort / f"{key}{ending}").read_text(encoding="utf-8")
    path = desk.write(f"words/{sort}/{key}{ending}", words.replace('name = "', 'name = "Our ', 1))
    assert "words have changed" in desk.run("resume").err
    path.unlink()
    assert desk.done("resume", "--json").document["complete"] is True
