"""compare: the same readers for every draft, a verdict with who says so, one document, and sentences for what cannot be."""

from __future__ import annotations

import importlib
import json
import re
import signal
import time
from pathlib import Path

import pytest

from audience.errors import Failed
from audience.playing import READINGS
from audience.report import MARK as WHOLE_MARK
from bot import room
from bot.settings import Settings
from evidence.forecast import Ranker
from tests.bot.terminal.desk import DRAFT, NULL, ROOT, Desk, Document, Said
from tests.bot.terminal.screen import PATIENCE

PEOPLE = tuple(word for name in ("abel", "fatou", "jasna", "petra", "minh", "uche", "zeynep") for word in ("--persona", name))
QUICK = (*PEOPLE, *NULL, "--replies", "0", "--seats", "14")
SCHEMA = ROOT / "docs" / "compare.schema.json"
BROADCAST = "Introducing Export 2.0! Faster, smarter and sleeker than ever. Upgrade today! #productivity"


@pytest.fixture
def two(desk: Desk) -> Desk:
    desk.write("a.md", DRAFT)
    desk.write("b.md", BROADCAST)
    return desk


def valid(said: Said) -> Document:
    """The document, held against the published schema."""
    found = said.document
    importlib.import_module("jsonschema").validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return found


def nameless(found: Document) -> Document:
    return found | {"drafts": [draft | {"id": ""} for draft in found["drafts"]]}


def test_two_drafts_that_nobody_tells_apart_are_too_close_to_call(two: Desk) -> None:
    said = two.done("compare", "a.md", "b.md", *QUICK)
    assert "Too close to call: the panel does not tell A from B." in said.out
    assert "The panel gives both drafts exactly the same." in said.out
    assert "The ranker does not speak, it is out of its depth: no outcome on this platform was seen" in " ".join(
        said.out.split()
    )
    assert said.out.startswith(WHOLE_MARK)
    assert said.out.rstrip().endswith(WHOLE_MARK)


def test_each_draft_is_kept_as_a_rehearsal_of_its_own_with_the_same_seats(two: Desk) -> None:
    found = valid(two.done("compare", "a.md", "b.md", *QUICK, "--json"))
    ids = [draft["id"] for draft in found["drafts"]]
    assert sorted(two.ids()) == sorted(ids)
    reports = [two.done("show", id, "--json").document for id in ids]
    assert [r["draft"]["text"] for r in reports] == [DRAFT, BROADCAST]
    assert [s["persona"] for s in reports[0]["seats"]] == [s["persona"] for s in reports[1]["seats"]]
    assert reports[0]["seed"] == reports[1]["seed"]


def test_a_draft_that_readers_like_is_called_and_the_order_is_a_mirror(two: Desk) -> None:
    there = valid(two.done("compare", "a.md", "b.md", *PEOPLE, "--seats", "42", "--json", "--replies", "3"))
    back = valid(two.done("compare", "b.md", "a.md", *PEOPLE, "--seats", "42", "--json", "--replies", "3"))
    assert (there["verdict"], back["verdict"]) == ("A", "B")
    assert there["pairs"][0]["speaks"] == "panel"
    one, other = (found["pairs"][0]["panel"] for found in (there, back))
    assert one["mean"] == -other["mean"]
    assert one["chance"] == other["chance"]
    assert one["kinds"] == {kind: -gap for kind, gap in other["kinds"].items()}


def test_the_same_arguments_give_the_same_document_but_for_the_ids(two: Desk) -> None:
    runs = [nameless(valid(two.done("compare", "a.md", "b.md", *QUICK, "--json"))) for _ in range(2)]
    assert runs[0] == runs[1]


def test_rehearsals_that_are_kept_are_compared_without_being_played_again(two: Desk) -> None:
    first = valid(two.done("compare", "a.md", "b.md", *QUICK, "--json"))
    ids = [draft["id"] for draft in first["drafts"]]
    assert valid(two.done("compare", *ids, "--json")) == first
    assert sorted(two.ids()) == sorted(ids)


def test_kept_rehearsals_of_other_readers_are_refused(two: Desk) -> None:
    two.done("rehearse", "a.md", *QUICK)
    two.done("rehearse", "b.md", *QUICK, "--seed", "2")
    said = two.run("compare", *two.ids())
    assert said.code == 2
    assert said.err == "Drafts A and B were not rehearsed alike: the seed differs; compare them anew.\n"


def test_three_drafts_are_ranked_with_their_ties(two: Desk) -> None:
    two.write("c.md", "The export button is back where it was. Thank you for telling us.")
    said = two.done("compare", "a.md", "b.md", "c.md", *QUICK)
    assert "Too close to call: no draft is told from all others." in said.out
    assert "Places 1 to 3, not told apart: A, B and C" in said.out
    assert said.out.count("The ranker does not speak") == 3


@pytest.mark.parametrize(
    ("drafts", "complaint"),
    [
        (("a.md",), "A comparison needs two drafts; give another one."),
        (("a.md", "a.md"), "Draft A and draft B are the same text; give two different drafts."),
        (("a.md", "de.md"), "Draft A is in English and draft B in German; compare drafts in one language."),
        (("a.md", "b.md", *(f"{n}.md" for n in range(5))), "A comparison takes at most 6 drafts, not 7; leave some out."),
        (("a.md", "gone.md"), "gone.md cannot be read (No such file or directory)"),
        (("-", "-"), "Only one of the drafts can come from standard input; give the others as files."),
        (("a.md", "empty.md"), "The draft is empty; give the text of the post."),
        (("nowhere", "never"), "There is no rehearsal"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_sentence_and_nothing_is_kept(
    drafts: tuple[str, ...], complaint: str, two: Desk
) -> None:
    two.write("de.md", "Wir haben den Knopf verschoben, und das war für viele von euch nicht gut. Was fehlt euch noch?")
    two.write("empty.md", " \n")
    for n in range(5):
        two.write(f"{n}.md", f"This is draft number {n} of the five, and it is for you.")
    said = two.run("compare", *drafts, *QUICK)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(complaint)
    assert said.err.count("\n") == 1
    assert two.ids() == []


def test_files_are_written_with_the_mark_and_quiet_is_one_sentence(two: Desk) -> None:
    said = two.done("compare", "a.md", "b.md", *QUICK, "--html", "both.html", "--markdown", "both.md", "--quiet")
    ids = dict(re.findall(r"draft (\w) is rehearsal (\w{8})", said.out))
    assert set(ids) == {"A", "B"}
    assert said.out.count("\n") == 1
    assert WHOLE_MARK in said.out
    assert said.err == ""
    for name in ("both.html", "both.md"):
        assert WHOLE_MARK in (two.folder / name).read_text(encoding="utf-8")


def test_a_ranker_that_cannot_be_opened_is_said_and_stops_nothing(two: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(settings: Settings) -> Ranker | None:
        raise Failed("the file ranker.npz is cut short; make it again with: soundingboard evidence train")

    monkeypatch.setattr(room, "open_ranker", broken)
    said = " ".join(two.done("compare", "a.md", "b.md", *QUICK).out.split())
    assert "The ranker does not speak. It could not be opened: the file ranker.npz is cut short; make it again" in said


def test_ctrl_c_in_the_second_draft_says_what_is_kept_and_how_to_compare_it(two: Desk) -> None:
    two.write("slow.toml", "delay = 0.05\n")
    slow = ("compare", "a.md", "b.md", *PEOPLE, "--seats", "14", "--replies", "0", "--model", "scripted:slow.toml")
    with two.start(*slow) as running:
        end = time.monotonic() + PATIENCE
        while two.rows("reactions") <= 14 + READINGS:  # of the first draft; so the second is being played
            assert time.monotonic() < end
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, out) == (130, "")
    half = re.search(r"Stopped\. \d+ of 14 readers are kept as (\w{8}); go on with: soundingboard resume \1\n", err)
    whole = re.search(
        r"Draft A is kept whole as (\w{8})\. Then compare them with: soundingboard compare (\w{8}) (\w{8})\n", err
    )
    assert half
    assert whole
    assert whole.groups() == (whole[1], whole[1], half[1])
    refused = two.run("compare", whole[1], half[1])
    assert refused.err == f"Rehearsal {half[1]} was stopped; play the rest with: soundingboard resume {half[1]}\n"
    two.done("resume", half[1])
    assert "The panel gives" in two.done("compare", whole[1], half[1]).out


def test_a_draft_can_come_from_standard_input(two: Desk) -> None:
    found = valid(two.done("compare", "a.md", "-", *QUICK, "--json", stdin=BROADCAST.encode()))
    assert [draft["text"] for draft in found["drafts"]] == [DRAFT, BROADCAST]


def test_where_nobody_could_be_played_the_exit_code_says_so(two: Desk) -> None:
    names = ("abel", "fatou", "jasna", "petra", "minh", "uche", "zeynep")
    two.write("fails.toml", "".join(f'[personas.{name}]\nfails = "the model fell over"\n' for name in names))
    said = two.run(
        "compare", "a.md", "b.md", *PEOPLE, "--seats", "14", "--model", "scripted:fails.toml", "--html", Path("x.html")
    )
    assert said.code == 1
    assert "No seat could be played." in said.out
    assert "No seat was weighed" in (two.folder / "x.html").read_text(encoding="utf-8")
