"""A post goes out, its numbers come, and the team sees how often it was right; posts from elsewhere are shown and then kept."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from audience.report import MARK
from bot.pages.figures import percent
from tests.bot.terminal.desk import DRAFT, FEW, QUICK, SMALL, Desk, Document
from tests.bot.terminal.screen import on_screen

NUMBERS = ("--reach", "5200", "--reactions", "61", "--replies", "9", "--shares", "4")
LATER = "2099-01-01T09:00"
EXPORT = """Post text,Date,Impressions,Likes,Comments,Reposts
"First, with a comma",2025-03-01 09:00,"1,200",24,3,1
"Second
in two lines",2025-03-02 09:00,800,8,0,0
,2025-03-03 09:00,800,8,0,0
Third,soon,800,8,0,0
"""


@pytest.fixture
def rehearsal(desk: Desk) -> Document:
    return desk.done("rehearse", *SMALL, "--json").document


def one_sentence(text: str) -> str:
    assert text.count("\n") == 1
    assert "Traceback" not in text
    return text


def count(desk: Desk, table: str) -> int:
    with closing(sqlite3.connect(desk.folder / "rehearsals.db")) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - our own tables


def test_publish_freezes_the_forecast_and_says_what_to_do_next(rehearsal: Document, desk: Desk) -> None:
    frozen, following = desk.done("publish", "last").out.splitlines()
    shares = {row["kind"]: row["share"] for row in rehearsal["tally"]}
    assert frozen.startswith(f"The forecast of {rehearsal['id']} is frozen as it stood when the post went out (20")
    assert all(f"{kind} {percent(shares[kind])} (" in frozen for kind in ("like", "share", "reply"))
    assert f"soundingboard record {rehearsal['id']} --reach N --reactions N --replies N --shares N" in following


def test_a_forecast_is_frozen_once_and_nothing_that_comes_later_moves_it(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", rehearsal["id"])
    before = desk.done("accuracy", "--json").out
    said = desk.run("publish", rehearsal["id"][:4])
    assert (said.code, said.out) == (2, "")
    assert f"The forecast of {rehearsal['id']} is frozen already" in one_sentence(said.err)
    assert desk.done("accuracy", "--json").out == before


def test_what_was_not_a_forecast_cannot_be_frozen(rehearsal: Document, desk: Desk) -> None:
    for at, about in (("2020-01-01", "before it was rehearsed"), (LATER, "in the future"), ("soon", "--at is 'soon'")):
        said = desk.run("publish", "last", "--at", at)
        assert said.code == 2
        assert about in one_sentence(said.err)
    assert count(desk, "publications") == 0


def test_the_same_draft_is_published_once(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", "last")
    desk.done("rehearse", *SMALL, "--seed", "2")
    assert f"was published there as {rehearsal['id']}" in one_sentence(desk.run("publish", "last").err)


def test_record_says_how_it_went_against_the_forecast(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", "last")
    recorded, track = desk.done("record", "last", *NUMBERS).out.splitlines()
    assert recorded.startswith("Recorded: of 5,200 people 1.4% reacted, replied or shared (61, 9, 4); the forecast was ")
    assert track == "The team's own: one post is recorded, which is no pair to be right about yet."


def test_numbers_twice_are_refused_and_newer_ones_added(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", "last")
    desk.done("record", "last", *NUMBERS)
    assert "These very numbers are recorded" in one_sentence(desk.run("record", "last", *NUMBERS).err)
    assert count(desk, "outcomes") == 1
    desk.done("record", "last", "--reach", "9000", *NUMBERS[2:])
    assert count(desk, "outcomes") == 2
    assert desk.done("accuracy", "--json").document["surprises"][0]["real"] == pytest.approx(74 / 9000)


@pytest.mark.parametrize(
    ("given", "about"),
    [
        (("--reach", "0", "--reactions", "0", "--replies", "0"), "nobody was shown has no outcome"),
        (("--reach", "-5", "--reactions", "0", "--replies", "0"), "nothing is counted below 0"),
        (("--reach", "10", "--reactions", "11", "--replies", "0"), "more than the reach"),
        (("--reach", "10", "--reactions", "1", "--replies", "12"), "more than the reach"),
        ((*NUMBERS, "--taken", "2020-01-01"), "before the post was published"),
        ((*NUMBERS, "--taken", LATER), "in the future"),
        ((*NUMBERS, "--taken", "2026-13-01"), "--taken is '2026-13-01'"),
        (("--reach", "many", "--reactions", "1", "--replies", "1"), "--reach"),
        (("--reach", "10"), "--reactions"),
    ],
)
def test_numbers_that_cannot_be_are_refused_in_one_sentence_and_nothing_is_kept(
    given: Sequence[str], about: str, rehearsal: Document, desk: Desk
) -> None:
    desk.done("publish", "last")
    said = desk.run("record", "last", *given)
    assert said.code == 2
    assert about in one_sentence(said.err)
    assert count(desk, "outcomes") == 0


def test_numbers_without_a_frozen_forecast_are_refused_with_what_to_do(rehearsal: Document, desk: Desk) -> None:
    said = desk.run("record", "last", *NUMBERS)
    assert f"say: soundingboard publish {rehearsal['id']}" in one_sentence(said.err)


def test_a_rehearsal_that_is_not_finished_cannot_be_published(rehearsal: Document, desk: Desk) -> None:
    with closing(sqlite3.connect(desk.folder / "rehearsals.db")) as connection, connection:
        connection.execute("DELETE FROM reactions WHERE seat > 3")
    assert "is not finished" in one_sentence(desk.run("publish", "last").err)


def test_deleting_the_rehearsal_deletes_its_published_record(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", "last")
    desk.done("record", "last", *NUMBERS)
    assert "its frozen forecast and recorded numbers neither" in desk.done("delete", "last", "--yes").out
    assert count(desk, "publications") == count(desk, "outcomes") == 0
    for path in desk.folder.glob("rehearsals.db*"):
        assert b"export button" not in path.read_bytes(), path


def test_accuracy_without_a_post_says_how_to_begin(desk: Desk) -> None:
    out = desk.done("accuracy").out
    assert "No post of yours has been recorded yet; publish and record to build a record." in out
    assert MARK in out
    document = desk.done("accuracy", "--json").document
    assert (document["recorded"], document["panel"]["accuracy"], document["fit"]) == (0, None, None)


def published(desk: Desk, posts: int) -> None:
    """Rehearsals on the null model, each with another draft, published and recorded; the numbers follow no forecast."""
    for n in range(posts):
        desk.done(
            "rehearse", *FEW, *QUICK, "--seats", "3", "--text", f"=cmd|x{n}, we moved it. Where?", "--seed", str(n), "--quiet"
        )
        desk.done("publish", "last")
        desk.done("record", "last", "--reach", "4000", "--reactions", str(10 + 30 * n), "--replies", str(n))


def test_accuracy_shows_hits_curve_coverage_and_surprises(desk: Desk) -> None:
    published(desk, 10)
    out = " ".join(desk.done("accuracy").out.split())
    for words in (
        "10 forecasts are frozen, 10 with their outcome.", "10 posts are too few to say; 20 make a first answer.",
        "The ranker: right in", "Calibration", "●", "The real share fell inside the 80% interval",
        "times as much as forecast", "as shipped.",
    ):  # fmt: skip
        assert words in out
    document = desk.done("accuracy", "--json").document
    assert (document["published"], document["recorded"], document["simulated"]) == (10, 10, True)
    assert [each["cases"] for each in document["calibration"]] == [5, 5]
    assert {each["kind"] for each in document["covered"]} == {"like", "share", "reply"}


def test_the_sheet_holds_every_case_and_no_cell_starts_a_formula(desk: Desk) -> None:
    published(desk, 2)
    desk.done("accuracy", "--csv", "posts.csv", "--json")
    rows = list(csv.DictReader(io.StringIO((desk.folder / "posts.csv").read_text(encoding="utf-8"))))
    assert [row["draft"] for row in rows] == [f"'=cmd|x{n}, we moved it. Where?" for n in range(2)]
    assert {row["simulated"] for row in rows} == {MARK}
    assert [row["reactions"] for row in rows] == ["10", "40"]
    assert "cannot be written" in desk.run("accuracy", "--csv", "no/such/posts.csv").err


def test_a_refit_is_tried_on_posts_from_elsewhere_and_can_be_gone_back_from(desk: Desk) -> None:
    head = "Post text,Date,Impressions,Likes,Comments,Reposts\n"
    asking = [f"What did we move {n}?,2025-03-{n + 1:02} 09:00,2000,{120 + n},9,1\n" for n in range(14)]
    telling = [f"We moved it {n}.,2025-04-{n + 1:02} 09:00,2000,{10 + n},1,1\n" for n in range(14)]
    desk.write("posts.csv", head + "".join(asking + telling))
    desk.done("import", "posts.csv", "--platform", "linkedin", "--yes")
    tried = desk.done("accuracy", "--refit").out
    assert "Tried on 28 posts," in tried
    assert "The new weights are adopted" in tried
    fit = desk.done("accuracy", "--json").document["fit"]
    assert (fit["posts"], fit["before"] < 0.5, fit["after"] > 0.9) == (28, True, True)
    assert fit["weights"]["question"] > 0.5
    assert "Not adopted" in desk.done("accuracy", "--refit").out
    assert "as shipped." in desk.done("accuracy", "--go-back").out
    assert desk.done("accuracy", "--json").document["fit"] is None
    assert "nothing to go back from" in one_sentence(desk.run("accuracy", "--go-back").err)
    assert "not both" in one_sentence(desk.run("accuracy", "--go-back", "--refit").err)


def test_a_refit_of_too_few_outcomes_is_refused_with_their_number(desk: Desk) -> None:
    assert "0 outcomes are too few to fit on; 20 are needed." in one_sentence(desk.run("accuracy", "--refit").err)


def test_an_export_is_shown_before_it_is_kept(desk: Desk) -> None:
    desk.write("posts.csv", EXPORT)
    said = desk.run("import", "posts.csv", "--platform", "linkedin")
    assert said.code == 2
    for words in ("posts.csv: 4 rows, utf-8; taken for an export of linkedin.", "text       'Post text'", "reach      'Impressions'", "“First, with a comma”", "2025-03-01 09:00, reach 1,200, reactions 24, replies 3, shares 1"):  # fmt: skip
        assert words in said.out
    assert "give the same with --yes" in one_sentence(said.err)
    assert desk.rows("imported") == 0


def test_an_export_is_kept_once_and_its_unusable_rows_are_named(desk: Desk) -> None:
    desk.write("posts.csv", EXPORT)
    out = desk.done("import", "posts.csv", "--platform", "linkedin", "--yes").out
    assert "Kept 2 posts; they serve a refit and no figure of your record." in out
    assert "2 rows could not be used; the first:\n  line 5: it has no text\n  line 6: 'soon' is no date\n" in out
    assert "2 rows were known already" in desk.done("import", "posts.csv", "--platform", "linkedin", "--yes").out
    assert desk.rows("imported") == 2
    assert "2 imported posts: they serve a refit only" in " ".join(desk.done("accuracy").out.split())
    assert desk.done("delete", "--imported", "--yes").out == "Deleted 2 imported rows; nothing of them is kept.\n"
    assert desk.rows("imported") == 0


@pytest.mark.parametrize(("key", "kept"), [(b"y\n", 2), (b"n\n", 0)])
def test_on_a_screen_the_writer_is_asked(key: bytes, kept: int, desk: Desk) -> None:
    desk.write("posts.csv", EXPORT)
    with on_screen(desk, "import", "posts.csv", "--platform", "linkedin") as screen:
        screen.until(lambda text: "Keep these 4 rows?" in text)
        screen.press(key)
        assert screen.end() == (0 if kept else 1)
    assert desk.rows("imported") == kept


def test_an_exported_post_in_the_words_of_a_rehearsed_one_becomes_its_outcome(rehearsal: Document, desk: Desk) -> None:
    desk.done("publish", "last")
    desk.write("posts.csv", f'Post text,Date,Impressions,Likes,Comments\n"{DRAFT}",{rehearsal["created"]},5200,61,9\n')
    assert "1 outcome belong" in desk.done("import", "posts.csv", "--platform", "linkedin", "--yes").out
    assert desk.done("accuracy", "--json").document["recorded"] == 1
    assert desk.rows("imported") == 0


@pytest.mark.parametrize(
    ("given", "about"),
    [
        (("posts.csv",), "say it, such as --platform linkedin"), (("posts.csv", "--platform", "linkdin"), "did you mean 'linkedin'?"),
        (("posts.csv", "--platform", "linkedin", "--columns", "text=Nope"), "There is no column 'Nope'"),
        (("posts.csv", "--platform", "linkedin", "--columns", "words=Nope"), "--columns is 'words=Nope'"),
        (("posts.csv", "--platform", "linkedin", "--dates", "year-first"), "order of dates"),
        (("none.csv", "--platform", "linkedin"), "cannot be read"), (("draft.md", "--platform", "linkedin"), "has no columns"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_used_is_refused_in_one_sentence(given: Sequence[str], about: str, desk: Desk) -> None:
    desk.write("posts.csv", EXPORT)
    said = desk.run("import", *given, "--yes")
    assert said.code == 2
    assert about in one_sentence(said.err)
    assert desk.rows("imported") == 0


def test_a_report_says_how_often_its_like_was_right(rehearsal: Document, desk: Desk) -> None:
    document = desk.done("show", "--json").document
    assert (
        "Track record\n  No post of yours has been recorded yet; publish and record to build a record." in desk.done("show").out
    )
    desk.done("publish", "last")
    desk.done("record", "last", *NUMBERS)
    assert "The team's own: one post is recorded" in desk.done("show").out
    later = desk.done("show", "--json").document
    assert later["track"] == ["The team's own: one post is recorded, which is no pair to be right about yet."]
    assert later | {"track": document["track"]} == document == rehearsal


def test_a_file_of_every_name_is_taken_for_what_its_name_says(desk: Desk, tmp_path: Path) -> None:
    desk.write("POSTS.CSV", EXPORT)
    assert desk.done("import", "POSTS.CSV", "--platform", "X", "--yes").code == 0
    assert "no JSON document" in desk.run("import", desk.write("posts.json", EXPORT)).err
