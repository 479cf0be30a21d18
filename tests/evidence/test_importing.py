"""CSV files as the large platforms and other programs write them: looked over, guessed at, read row by row or refused."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audience.errors import Refused
from evidence.columns import FIELDS, NAMES, guessed, parted, plain, platform
from evidence.importing import Plan, Posts
from evidence.outcome import PastPost

TAKEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HEADER = ("Post text", "Date", "Impressions", "Likes", "Comments", "Reposts")
ROWS = (
    ("We moved, at last.", "2026-11-01 09:00", "1000", "20", "3", "1"),
    ('They said "why?"\nand left', "2026-11-02 09:00", "2000", "40", "6", "2"),
)
EXPORTS: dict[str, tuple[Sequence[str], str]] = {
    "LinkedIn": (("Post title", "Post link", "Post type", "Campaign name", "Posted by", "Created date", "Impressions", "Views", "Clicks", "Click through rate (CTR)", "Likes", "Comments", "Reposts", "Engagement rate"), "linkedin"),
    "X": (("Tweet id", "Tweet permalink", "Tweet text", "time", "impressions", "engagements", "engagement rate", "retweets", "replies", "likes", "user profile clicks"), "x"),
    "Facebook": (("Post ID", "Page ID", "Page name", "Title", "Description", "Publish time", "Permalink", "Post type", "Reach", "Impressions", "Reactions, comments and shares", "Reactions", "Comments", "Shares", "Total clicks"), "facebook"),
    "Instagram": (("Post ID", "Account username", "Description", "Duration (sec)", "Publish time", "Permalink", "Views", "Reach", "Likes", "Shares", "Comments", "Saves"), "instagram"),
    "Instagram in German": (("Beitrags-ID", "Benutzername des Kontos", "Beschreibung", "Veröffentlichungszeit", "Reichweite", "„Gefällt mir“-Angaben", "Kommentare", "Geteilte Inhalte"), "instagram"),
    "Facebook in French": (("Titre", "Heure de publication", "Couverture", "Réactions", "Commentaires", "Partages"), ""),
    "Facebook in Spanish": (("Título", "Hora de publicación", "Alcance", "Reacciones", "Comentarios", "Veces compartido"), ""),
    "Instagram in Portuguese": (("Descrição", "Data de publicação", "Alcance", "Curtidas", "Comentários", "Compartilhamentos"), ""),
    "TikTok": (("Video title", "Post time", "Total views", "Total likes", "Total comments", "Total shares", "Average watch time"), "tiktok"),
    "Threads": (("Text", "Posted at", "Views", "Likes", "Replies", "Reposts", "Quotes"), ""),
    "Mastodon": (("id", "created_at", "content", "views", "favourites_count", "replies_count", "reblogs_count"), "mastodon"),
}  # fmt: skip


def written(
    path: Path,
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    header: Sequence[str] = HEADER,
    separator: str = ",",
    encoding: str = "utf-8",
) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(header)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def posts(path: Path, asked: str = "") -> list[PastPost]:
    return list(Posts(Plan.of(path, asked), "square", TAKEN))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


@pytest.mark.parametrize(("header", "where"), EXPORTS.values(), ids=EXPORTS)
def test_the_columns_of_every_large_platform_are_known(header: Sequence[str], where: str, path: Path) -> None:
    found = guessed(header)
    assert set(found) == set(FIELDS)
    assert len(set(found.values())) == len(FIELDS)
    assert platform(header) == where


def test_people_come_before_showings_and_all_reactions_before_likes() -> None:
    header = ("Title", "Description", "Publish time", "Impressions", "Reach", "Likes", "Reactions", "Comments")
    found = guessed(header)
    assert [header[found[name]] for name in ("reach", "reactions")] == ["Reach", "Reactions"]
    assert header[found["text"]] == "Description"


def test_no_name_in_the_table_is_written_so_that_nothing_could_be_it() -> None:
    assert [name for names in NAMES.values() for name in names if plain(name) != name] == []
    assert [name for names in NAMES.values() for name in names if names.count(name) > 1] == []
    everything = [name for names in NAMES.values() for name in names]
    assert len(set(everything)) == len(everything)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_any_separator_in_any_encoding_gives_the_same_posts(separator: str, encoding: str, path: Path) -> None:
    rows = [(f"{row[0]}; a tab\t, a bar | – “größer”", *row[1:]) for row in ROWS]
    found = posts(written(path, rows, separator=separator, encoding=encoding))
    assert [post.text for post in found] == [row[0] for row in rows]
    assert [post.outcome.numbers for post in found] == [(1000, 20, 3, 1), (2000, 40, 6, 2)]
    assert found[0].outcome.published == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert {(post.platform, post.engagement, post.outcome.taken) for post in found} == {("square", None, TAKEN)}


def test_lines_before_the_names_of_the_columns_are_passed_over(path: Path) -> None:
    whole = written(path).read_text()
    path.write_text(f"sep=,\nAll posts of the page,,,,,\n\n{whole}")
    assert len(posts(path)) == 2


def test_dates_of_a_column_are_read_in_one_order(path: Path) -> None:
    rows = [("One", "03/11/2026", "10", "1", "0", "0"), ("Two", "22/11/2026", "10", "1", "0", "0")]
    assert posts(written(path, rows))[0].outcome.published.month == 11
    with pytest.raises(Refused, match="say --dates day-first or --dates month-first"):
        Plan.of(written(path, rows[:1]))
    assert Plan.of(path, first="month-first").first == "month-first"
    with pytest.raises(Refused, match="In the column 'Date', some dates have the day first and some the month"):
        Plan.of(written(path, [*rows, ("Three", "11/22/2026", "10", "1", "0", "0")]))


def test_the_guess_can_be_corrected_column_by_column(path: Path) -> None:
    header = ("Message, as sent", "When", "Seen by", "Likes", "Comments")
    written(path, [row[:5] for row in ROWS], header=header)
    with pytest.raises(Refused, match="No column was found for text and published and reach among 'Message, as sent', 'When'"):
        Plan.of(path)
    found = posts(path, "text=Message, as sent,published=when, reach=SEEN BY")
    assert [post.outcome.numbers for post in found] == [(1000, 20, 3, 0), (2000, 40, 6, 0)]
    with pytest.raises(Refused, match="There is no column 'Nowhere'; there are 'Message, as sent'"):
        Plan.of(path, "text=Nowhere")


def test_a_column_that_is_asked_for_is_no_longer_guessed_to_be_another() -> None:
    assert parted("text=A, b,reach=C") == {"text": "A, b", "reach": "C"}
    assert parted("") == {}
    for nonsense in ("words=A", "text", "A,text=B"):
        with pytest.raises(Refused, match="write text=NAME"):
            parted(nonsense)


@pytest.mark.parametrize("lacking", ["Post text", "Date", "Impressions"])
def test_a_column_that_is_missing_is_named_with_those_that_are_there(lacking: str, path: Path) -> None:
    place = HEADER.index(lacking)
    header = [name for name in HEADER if name != lacking]
    written(path, [[cell for n, cell in enumerate(row) if n != place] for row in ROWS], header=header)
    with pytest.raises(Refused) as told:
        Plan.of(path)
    assert f"No column was found for {FIELDS[place]} among" in str(told.value)
    assert all(repr(name) in str(told.value) for name in header)
    assert f"--columns {FIELDS[place]}=NAME" in str(told.value)


def test_one_number_beside_the_reach_is_enough_and_none_is_not(path: Path) -> None:
    assert len(posts(written(path, [row[:4] for row in ROWS], header=HEADER[:4]))) == 2
    with pytest.raises(Refused, match="No column was found for reactions, replies or shares"):
        Plan.of(written(path, [row[:3] for row in ROWS], header=HEADER[:3]))


def test_rows_that_cannot_be_used_are_counted_and_the_first_named_by_line_and_reason(path: Path) -> None:
    bad = [
        ("", "2026-11-01", "10", "1", "0", "0"), ("No date", "soon", "10", "1", "0", "0"), ("No reach", "2026-11-01", "", "1", "0", "0"),
        ("Many", "2026-11-01", "10", "11", "0", "0"), ("Minus", "2026-11-01", "10", "-1", "0", "0"), ("Later", "2027-01-01", "10", "1", "0", "0"),
        ("Half", "2026-11-01", "10", "1.5", "0", "0"), ("Short", "2026-11-01"),
    ]  # fmt: skip
    found = Posts(Plan.of(written(path, [*ROWS, *bad])), "square", TAKEN)
    assert len(list(found)) == found.read == 2
    assert found.unusable == len(bad)
    assert found.why == [
        "line 5: it has no text", "line 6: 'soon' is no date", "line 7: it has no reach",
        "line 8: The reactions (11) are more than the reach (10); look which number is which.",
        "line 9: The number for reactions is -1, and nothing is counted below 0; give 0 or more.",
    ]  # fmt: skip
    with pytest.raises(Refused, match=r"No row of .* can be used; the first: line 2: it has no text"):
        list(Posts(Plan.of(written(path, bad)), "square", TAKEN))


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (b"", "no columns that commas, semicolons, tabs or bars part"), (b"just words\nand more", "no columns that commas"),
        (b"PK\x03\x04rest", "a workbook or a picture"), (b"\x89PNG\r\n", "a workbook"), (b"\x00\x01\x02\x00\xff" * 100, "a workbook"),
        (b"a,b,c\n1,2,3\n", "none of the columns that are known; they are 'a', 'b', 'c'"),
        (b"Post text,Date,Reach,Likes\n", "no rows below the names"),
        (b'Post text,Date,Reach,Likes\n"never closed,2026-11-01,10,1\n', "no row of a CSV file"),
        (b'Post text,Date,Reach,Likes\n"' + b"x" * 200_000 + b'",2026-11-01,10,1\n', "line 2: no row of a CSV file"),
        (b"Post text,Date,Reach,Likes\ngr\xc3\x81\x81\xff,2026-11-01,10,1\n", "in no encoding we know"),
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_what_is_wrong(content: bytes, about: str, path: Path) -> None:
    path.write_bytes(content)
    with pytest.raises(Refused, match=about):
        posts(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Refused, match="cannot be read"):
            Plan.of(path)


def test_a_sample_shows_the_first_posts_that_can_be_used(path: Path) -> None:
    rows = [("", "2026-11-01", "10", "1", "0", "0"), *ROWS, *ROWS, *ROWS]
    assert [post.text for post in Plan.of(written(path, rows)).sample("square", TAKEN)] == [ROWS[0][0], ROWS[1][0], ROWS[0][0]]


def test_a_long_file_takes_no_more_room_than_a_short_one(path: Path) -> None:
    """Twenty thousand rows, 1.3 MB, read in under half of that: what is held is a part of the file and a row."""
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        file.writelines(
            f'"Post {n}, with words\nin two lines",{1 + n % 28}/11/2025 09:00,"1,{n % 1000:03}",12,3,1\n' for n in range(20_000)
        )
    assert path.stat().st_size > 1_200_000
    tracemalloc.start()
    read = Posts(Plan.of(path), "square", TAKEN)
    assert sum(1 for _ in read) == 20_000
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 600_000
