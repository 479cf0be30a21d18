"""Whatever is given: one clear sentence on standard error, the right exit code, no traceback, nothing printed, nothing lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.terminal.desk import DRAFT, FEW, QUICK, SMALL, Desk, Said

GIVEN, FAILED = 2, 1

DRAFTS = {
    "empty": (b"", "empty"),
    "white space": (b" \n\t\n  ", "empty"),
    "binary": (bytes(range(256)) * 8, "binary"),
    "picture": (b"\x89PNG\r\n\x1a\n rest", "binary"),
    "latin-1": ("Grüße aus Köln".encode("latin-1"), "0xfc at position 2"),
    "utf-16": ("Hello".encode("utf-16"), "binary"),
    "zero-width marks": ("\u200b\u2060\ufeff\u200d".encode(), "empty"),
    "direction marks": ("\u202e\u200f\u2066\u2069".encode(), "empty"),
    "a million words": (b"word " * 1_000_000, "at most 5,000 words"),
    "one endless word": (b"w" * 3_000_000, "at most 5,000 words"),
    "only links": (b"https://example.org/a http://example.org/b", "only links"),
    "only signs": (b"!!! ... ???", "no words"),
    "too long for the platform": (b"word " * 1_000, "LinkedIn takes at most 3,000"),
}

ORDERS = {
    "panel": (("--panel", "genral"), "did you mean 'general'?"),
    "persona": (("--persona", "fatu"), "did you mean 'fatou'?"),
    "platform": (("--platform", "linkdin"), "did you mean 'linkedin'?"),
    "model": (("--model", "understdy:"), "did you mean 'understudy:'?"),
    "model without a colon": (("--model", "null"), "did you mean 'null:'?"),
    "a name after the understudy": (("--model", "understudy:big"), "write understudy:"),
    "model folder": (("--model", "local:./no-such-folder"), "no-such-folder"),
    "script": (("--model", "scripted:no-such.toml"), "no-such.toml cannot be read"),
    "no seats": (("--seats", "0"), "1 to 2,000 seats, not 0"),
    "fewer than no seats": (("--seats", "-1"), "1 to 2,000 seats, not -1"),
    "a billion seats": (("--seats", "1000000000"), "1 to 2,000 seats, not 1,000,000,000"),
    "nobody": (("--audience", "0"), "from 1 to 1,000,000,000, not 0"),
    "more people than there are": (("--audience", "1" + "0" * 30), "from 1 to 1,000,000,000"),
    "three rounds": (("--rounds", "3"), "from 1 to 2, not 3"),
    "fewer than no replies": (("--replies", "-1"), "from 0 to 200, not -1"),
    "a seed below zero": (("--seed", "-1"), "not -1"),
    "a seed that JSON would bend": (("--seed", str(2**53)), "9,007,199,254,740,991"),
    "no number": (("--seats", "many"), "'--seats'"),
    "half a seat": (("--seats", "1.5"), "'--seats'"),
    "an option without its value": (("--panel",), "'--panel'"),
    "an unknown option": (("--pannel", "x"), "--pannel"),
    "panel and persona": (("--panel", "general", "--persona", "fatou"), "not both"),
    "two drafts": (("draft.md",), "not both"),
    "a missing folder": (("--html", "no/such/report.html"), "no folder no/such"),
    "a folder as output": (("--markdown", "."), "it is a folder"),
    "a name that is too long": (("--html", "x" * 5000), "too long"),
    "a device as output": (("--csv", "/dev/null"), "no ordinary file"),
}


def complaint(said: Said, code: int, about: str) -> str:
    """The one sentence of a command that did not go well."""
    assert said.out == ""
    assert "Traceback" not in said.err
    assert said.err.count("\n") == 1, said.err
    assert about in said.err
    assert "should not" not in said.err, "an unexpected failure is a bug"
    assert said.code == code
    return said.err


@pytest.mark.parametrize(("words", "about"), DRAFTS.values(), ids=DRAFTS)
@pytest.mark.parametrize("way", ["file", "standard input"])
def test_a_draft_that_cannot_be_read_is_refused_in_one_sentence(way: str, words: bytes, about: str, desk: Desk) -> None:
    given = desk.write("given.md", words) if way == "file" else "-"
    said = desk.run("rehearse", given, *QUICK, stdin=words)
    told = complaint(said, GIVEN, about)
    assert len(told) < 400
    assert desk.ids() == []


@pytest.mark.parametrize(("order", "about"), ORDERS.values(), ids=ORDERS)
def test_an_order_that_cannot_be_played_is_refused_before_anything_is(order: tuple[str, ...], about: str, desk: Desk) -> None:
    complaint(desk.run("rehearse", "--text", DRAFT, *QUICK, *order), GIVEN, about)
    assert desk.ids() == []


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        ((), "Give the draft"),
        (("",), "Give the draft"),
        (("--text", ""), "empty"),
        (("--text", "  "), "empty"),
        (("no-such.md",), "no-such.md cannot be read"),
        ((DRAFT * 20,), "cannot be read (File name too long)"),
        (("draft.md/deeper",), "cannot be read"),
        ((".",), "is a folder"),
        (("draft.md", "another.md"), "another.md"),
    ],
)
def test_a_draft_that_is_not_there_is_refused(arguments: tuple[str, ...], about: str, desk: Desk) -> None:
    complaint(desk.run("rehearse", *arguments), GIVEN, about)


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (("rehears",), "Did you mean 'rehearse'?"),
        (("personas", "shwo"), "Did you mean 'show'?"),
        (("personas", "show", "fatuo"), "did you mean 'fatou'?"),
        (("panels", "show", "genral"), "did you mean 'general'?"),
        (("platforms", "show", "redit"), "did you mean 'reddit'?"),
        (("models", "get", "smollm"), "smollm2"),
        (("show",), "nor any other yet"),
        (("show", "nothing1"), "rehearsal"),
        (("resume",), "nor any other yet"),
        (("delete", "nothing1"), "rehearsal"),
        (("export", "last"), "--json FILE"),
        (("export", "last", "--json", "x.json"), "nor any other yet"),
        (("export",), "REHEARSAL"),
        (("history", "--limit", "0"), "--limit"),
        (("import", "no-such.json"), "cannot be read"),
        (("import", "."), "cannot be read"),
        (("import", "draft.md"), "no JSON document"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_command_says_in_one_sentence_what_it_cannot_find(arguments: tuple[str, ...], about: str, desk: Desk) -> None:
    complaint(desk.run(*arguments), GIVEN, about)


def damaged(text: str) -> dict[str, tuple[str, str]]:
    return {
        "of another program": ('{"schema": "other/1"}', "soundingboard.report/1"),
        "a list": ("[1, 2]", "soundingboard.report/1"),
        "cut off": (text[: len(text) // 2], "no JSON document"),
        "deeply nested": ("[" * 100_000, "no JSON document"),
        "a draft gone": (text.replace('"draft": {', '"graft": {'), "damaged"),
        "a seat that is text": (text.replace('"seat": 1,', '"seat": "one",'), "damaged"),
        "a kind nobody knows": (text.replace('"kind": "scroll"', '"kind": "explode"'), "explode"),
        "a date that is none": (re.sub(r'"created": "[^"]*"', '"created": "soon"', text), "damaged"),
        "an id that is a number": (re.sub(r'"id": "[^"]*"', '"id": 7', text), "damaged"),
        "a reader who is not there": (text.replace('"persona": "abel"', '"persona": "abigail"', 1), "damaged"),
        "not a number": (text.replace('"audience": 1000', '"audience": NaN'), ""),
    }


@pytest.mark.parametrize("what", damaged(""))
def test_a_document_that_is_damaged_or_foreign_is_refused_and_nothing_of_it_is_kept(what: str, desk: Desk) -> None:
    words, about = damaged(desk.done("rehearse", *SMALL, "--json").out)[what]
    (only,) = desk.ids()
    desk.done("delete", only, "--yes")
    complaint(desk.run("import", desk.write("damaged.json", words)), GIVEN, about)
    assert desk.ids() == []


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()


DATABASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a text": (lambda path: path.write_text("not a database, but a text " * 100), "not a SQLite database"),
    "of another program": (foreign, "another program"),
    "a folder": (Path.mkdir, "not a file"),
}


@pytest.mark.parametrize(("make", "about"), DATABASES.values(), ids=DATABASES)
@pytest.mark.parametrize("command", [("rehearse", *SMALL), ("history",)], ids=["rehearse", "history"])
def test_a_database_that_is_not_ours_fails_in_one_sentence_and_is_left_as_it_was(
    command: tuple[str, ...], make: Callable[[Path], object], about: str, desk: Desk
) -> None:
    path = desk.folder / "theirs.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    complaint(desk.run(*command, "--database", path), FAILED, about)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_newer_database_is_left_alone(desk: Desk) -> None:
    desk.done("rehearse", *SMALL)
    newer(desk.folder / "rehearsals.db")
    complaint(desk.run("rehearse", *SMALL), FAILED, "newer Soundingboard")


def test_a_database_that_cannot_be_made_fails_before_a_model_is_named(desk: Desk) -> None:
    """The draft is a file, so no folder of that name can be made."""
    complaint(
        desk.run("rehearse", "--text", DRAFT, *FEW, "--database", "draft.md/kept.db"),
        FAILED,
        "draft.md/kept.db cannot be opened",
    )


def test_a_report_that_cannot_be_written_after_all_says_that_the_rehearsal_is_kept(desk: Desk) -> None:
    said = desk.run("rehearse", *SMALL, "--html", "/proc/report.html")
    complaint(said, GIVEN if "no folder" in said.err or "may not" in said.err else FAILED, "/proc/report.html")
    assert said.code == GIVEN or len(desk.ids()) == 1


PERSONA = """+++
name = "Marek, tram driver"
bio = "Drives the 11."
interests = ["trams"]
brands = "None."
annoys = ["slogans"]
writes = "Short."
languages = ["en"]
[habits]
other = "lurks"
+++

## Replies
- Fine.
"""
BROKEN = {
    "an unknown key": (PERSONA.replace("brands", "brandz"), 5, "'brandz': unknown key; allowed are name, bio"),
    "a list that is text": (PERSONA.replace('["trams"]', '"trams"'), 4, "'interests': must be a list"),
    "an unknown habit": (PERSONA.replace("lurks", "lurcs"), 10, "allowed are never, lurks"),
    "an unknown platform": (PERSONA.replace('other = "lurks"', 'other = "lurks"\nmyspace = "talks"'), 11, "unknown platform"),
    "an unknown heading": (PERSONA.replace("## Replies", "## Answers"), 13, "unknown heading"),
    "no fence": (PERSONA.replace("+++", "---"), 1, "'+++'"),
    "not TOML": (PERSONA.replace('"Drives the 11."', '"Drives'), 3, "not valid TOML"),
    "a stray dollar": (PERSONA.replace("- Fine.", "- Costs $5."), 14, "'$$'"),
    "a missing key": (PERSONA.replace('writes = "Short."\n', ""), 1, "'writes' is missing"),
}


@pytest.mark.parametrize(("words", "line", "about"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", [("personas", "check"), ("rehearse", *SMALL)], ids=["check", "rehearse"])
def test_a_broken_persona_is_named_with_file_line_key_and_what_is_allowed(
    command: tuple[str, ...], words: str, line: int, about: str, desk: Desk
) -> None:
    path = desk.write("words/personas/marek.md", words)
    assert f"{path}, line {line}" in complaint(desk.run(*command), GIVEN, about)


def test_every_broken_file_is_named_one_a_line(desk: Desk) -> None:
    desk.write("words/personas/marek.md", PERSONA.replace("brands", "brandz"))
    desk.write("words/personas/Anna Lena.md", PERSONA)
    desk.write("words/personas/latin.md", PERSONA.replace("Marek", "Jürgen").encode("latin-1"))
    desk.write("words/panels/ours.toml", 'name = "Ours"\nbio = "Us."\n[seats]\nmarreck = 1\n')
    desk.write("words/platforms/square.toml", 'name = "Square"\n')
    said = desk.run("panels", "check")
    assert (said.code, said.out) == (GIVEN, "")
    told = said.err.splitlines()
    assert len(told) == 5
    assert [
        sum(name in line for line in told) for name in ("marek.md", "Anna Lena.md", "latin.md", "ours.toml", "square.toml")
    ] == [1] * 5


@pytest.mark.parametrize("command", [("history",), ("personas",), ("models",), ("rehearse", *SMALL)], ids=lambda c: c[0])
def test_an_unknown_variable_of_ours_is_refused_with_the_nearest_one(command: tuple[str, ...], desk: Desk) -> None:
    desk.monkeypatch.setenv("SOUNDINGBOARD_DATABSE", "x.db")
    complaint(desk.run(*command), GIVEN, "did you mean SOUNDINGBOARD_DATABASE?")


def test_a_broken_env_file_is_refused_by_name(desk: Desk) -> None:
    desk.write(".env", "SOUNDINGBOARD_MODEL=größer:".encode("latin-1"))
    complaint(desk.run("history"), GIVEN, ".env cannot be read")
    desk.write(".env", "SOUNDINGBOARD_MODEL=null:\n\nthis is no setting!\n")
    complaint(desk.run("history"), GIVEN, ".env, line 3")


def test_what_was_kept_survives_every_mistake(desk: Desk) -> None:
    kept = desk.done("rehearse", *SMALL, "--json").document
    for order in (("rehearse", "."), ("rehearse", *SMALL, "--rounds", "3"), ("delete", "nothing1"), ("import", "draft.md")):
        assert desk.run(*order).code == GIVEN
    assert desk.done("show", "--json").document == kept
