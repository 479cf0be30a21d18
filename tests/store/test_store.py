"""The store: what goes in comes out whole, what is deleted is gone, what is cancelled leaves nothing open."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.draft import Draft
from audience.errors import Failed, Refused
from audience.panel import Panel
from audience.platform import Platform
from audience.reaction import KINDS, REASONS, Part, Reaction
from audience.rehearsal import Reader, Rehearsal
from store import Kept, Store, open_store
from tests import made
from tests.store.staged import found_in

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
DATE = st.datetimes(datetime(1900, 1, 1), datetime(2900, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9))]))  # noqa: DTZ001 - hypothesis wants its ends naive
SHARES = st.lists(st.floats(0.01, 1.0), min_size=len(KINDS), max_size=len(KINDS)).map(
    lambda found: tuple((kind.key, share / sum(found)) for kind, share in zip(KINDS, found, strict=True))
)


@st.composite
def rehearsals(draw: st.DrawFn) -> Rehearsal:
    shares = draw(st.dictionaries(NAME, st.floats(0.01, 9.0), min_size=1, max_size=4))
    panel = Panel(draw(NAME), draw(TEXT), draw(TEXT), tuple(shares.items()))
    rates, sources = draw(st.dictionaries(NAME, NUMBER)), draw(st.dictionaries(NAME, TEXT))
    platform = Platform(draw(NAME), draw(TEXT), draw(TEXT), 40_000, draw(st.integers(1, 900)), draw(TEXT), rates, sources)
    seed = draw(st.integers(0, 2**53 - 1))
    return Rehearsal(
        id=draw(NAME.filter(lambda name: name.isprintable() and not name.isspace())), created=draw(DATE), draft=Draft(f"words {draw(TEXT)}", draw(TEXT), draw(st.integers(0, 99))), panel=panel,
        readers=tuple(Reader(persona, draw(TEXT), draw(TEXT)) for persona in shares), platform=platform, model=draw(TEXT),
        remark=draw(TEXT), depth=draw(TEXT), fingerprint=draw(TEXT), seats=panel.seated(draw(st.integers(1, 20)), seed),
        audience=draw(st.integers(1, 10**9)), replies=draw(st.integers(0, 200)), rounds=draw(st.integers(1, 2)), seed=seed,
    )  # fmt: skip


@st.composite
def reactions(draw: st.DrawFn, part: Part, seat: int) -> Reaction:
    return Reaction(
        seat=seat, persona=draw(NAME), part=part, probabilities=draw(st.just(()) | SHARES),
        kind=draw(st.sampled_from(["", *(kind.key for kind in KINDS)])),
        reason=draw(st.sampled_from(["", *(reason.key for reason in REASONS)])), angle=draw(TEXT), reply=draw(st.none() | TEXT),
        answers=draw(st.none() | st.integers(1, 99)), moved=draw(NUMBER), unsteady=draw(NUMBER), nearest=draw(NUMBER),
        failed=draw(st.none() | TEXT),
    )  # fmt: skip


PLACES: tuple[tuple[Part, int], ...] = (("first", 1), ("first", 2), ("second", 1), ("worst", 2))
KEPT = st.builds(Kept, rehearsals(), st.tuples(*(reactions(*x) for x in PLACES)), st.dictionaries(TEXT, NUMBER), st.booleans())


@settings(max_examples=25, deadline=None)
@given(KEPT)
async def test_every_field_comes_back_as_it_went_in(kept: Kept) -> None:
    played = replace(kept.rehearsal, id=f"{kept.rehearsal.id}, played", created=kept.rehearsal.created + timedelta(days=1))
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "kept.db") as store:
            await store.restore(kept)
            assert_same(await store.load("last"), kept)
            await store.begin(played)
            for reaction in reversed(kept.reactions):
                await store.save(played.id, reaction)
            await store.finish(played.id, kept.timings)
            assert_same(await store.load("last"), Kept(played, kept.reactions, kept.timings, finished=True))
            newer, older = await store.recent(5)
            assert (newer.id, newer.created, newer.seats) == (played.id, played.created, len(played.seats))
            assert (older.id, older.finished) == (kept.rehearsal.id, kept.finished)


def assert_same(found: Kept, kept: Kept) -> None:
    for field in fields(Rehearsal):
        assert getattr(found.rehearsal, field.name) == getattr(kept.rehearsal, field.name), field.name
    assert found.rehearsal.created.tzinfo == UTC
    assert found == kept


async def test_a_rehearsal_under_way_holds_what_was_saved_and_is_not_finished(store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    assert await store.load(of.id) == Kept(of, (), {}, finished=False)
    for reaction in made.reactions(of)[:2]:
        await store.save(of.id, reaction)
    assert await store.load(of.id) == Kept(of, made.reactions(of)[:2], {}, finished=False)
    await store.finish(of.id, {"weigh": 1.5, "write": 0.25})
    assert await store.load(of.id) == Kept(of, made.reactions(of)[:2], {"weigh": 1.5, "write": 0.25}, finished=True)


async def test_a_reaction_saved_again_takes_the_place_of_the_first(store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    before = made.reactions(of)[0]
    after = replace(before, reply="On second thoughts: no.")
    other = replace(before, part="second")
    for reaction in (before, other, after):
        await store.save(of.id, reaction)
    assert (await store.load(of.id)).reactions == (after, other)


async def test_reactions_of_two_rehearsals_do_not_mix(store: Store) -> None:
    one, other = made.rehearsal(id="one-1"), made.rehearsal(id="other-1")
    for of, reaction in zip((one, other), made.reactions(one), strict=False):
        await store.begin(of)
        await store.save(of.id, reaction)
    assert (await store.load("one-1")).reactions == made.reactions(one)[:1]
    assert (await store.load("other-1")).reactions == made.reactions(one)[1:2]


async def test_recent_lists_the_newest_first_whatever_their_time_zone(store: Store) -> None:
    west, east = timezone(timedelta(hours=-8)), timezone(timedelta(hours=9))
    dates = {
        "b-half": NOON + timedelta(microseconds=500), "a-noon": NOON, "d-late": (NOON + timedelta(hours=2)).astimezone(west),
        "c-hour": (NOON + timedelta(hours=1)).astimezone(east), "e-noon": NOON,
    }  # fmt: skip
    for name, created in dates.items():
        await store.begin(replace(made.rehearsal(id=name), created=created))
    assert [summary.id for summary in await store.recent(10)] == ["d-late", "c-hour", "b-half", "e-noon", "a-noon"]
    assert [summary.id for summary in await store.recent(2)] == ["d-late", "c-hour"]
    assert (await store.recent(1))[0].created.tzinfo == UTC
    assert await store.recent(0) == ()
    assert (await store.load("last")).rehearsal.id == "d-late"


async def test_a_summary_says_what_one_looks_for(store: Store) -> None:
    of = made.rehearsal(seats=6, rounds=2)
    await store.restore(Kept(of, made.reactions(of), {}, finished=True))
    (summary,) = await store.recent(10)
    assert (summary.id, summary.created, summary.model) == ("made-1", NOON, of.model)
    assert (summary.panel, summary.platform, summary.finished) == ("Own choice", "The Square", True)
    assert (summary.seats, summary.played) == (6, 6)  # the second round and the worst readings are no seats of their own
    assert summary.opening == "We moved the export button. Forty of you told us. What else…"


@pytest.mark.parametrize(
    ("draft", "opening"),
    [
        ("Short.\n\nAnd   sweet.", "Short. And sweet."),
        ("蜂" * 80, "蜂" * 60 + "…"),
        ("a" * 60, "a" * 60),
        ("a" * 60 + " b", "a" * 60 + "…"),
    ],
)
async def test_the_opening_of_a_draft_is_one_short_line(draft: str, opening: str, store: Store) -> None:
    await store.begin(made.rehearsal(draft=Draft.clean(draft)))
    assert (await store.recent(1))[0].opening == opening


@pytest.mark.parametrize("given", ["abcd-1111", "abcd-11", "abcd-2222", "abcd-2", "zebr", "zebra"])
async def test_a_rehearsal_is_found_by_id_or_by_the_beginning_of_one(given: str, store: Store) -> None:
    for name in ("abcd-1111", "abcd-2222", "zebra", "abcd-2222-more"):
        await store.begin(made.rehearsal(id=name))
    if given == "abcd-2":
        with pytest.raises(Refused, match="begins the ids of 2 rehearsals"):
            await store.load(given)
    else:
        assert (await store.load(given)).rehearsal.id.startswith(given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("abcd", "begins the ids of 2 rehearsals .*; give more"),
        ("zeb", "give at least 4 characters"),
        ("zebro", "did you mean 'zebra'"),
        ("abce-11", "did you mean 'abcd-11'"),
        ("%", "known are"),
        ("", "known are"),
        ("\udcff\udcfe", "known are"),
        ("xylophone", "known are"),
    ],
)
async def test_a_name_that_means_no_one_rehearsal_is_refused(given: str, sentence: str, store: Store) -> None:
    for name in ("abcd-1111", "abcd-2222", "zebra"):
        await store.begin(made.rehearsal(id=name))
    with pytest.raises(Refused, match=sentence):
        await store.load(given)


@pytest.mark.parametrize("given", ["last", "made-1"])
async def test_an_empty_store_says_that_it_is_empty(given: str, store: Store) -> None:
    with pytest.raises(Refused, match="nor any other yet"):
        await store.load(given)
    with pytest.raises(Refused, match="nor any other yet"):
        await store.delete(given)


@pytest.mark.parametrize("seed", [0, 4, 9])
async def test_what_is_deleted_leaves_no_byte_in_any_file(seed: int, path: Path, store: Store) -> None:
    """Reactions of many rehearsals are rewritten at random, so that pages split and keep copies of what moved away.

    With secure_delete alone, without VACUUM, each of these seeds left words behind (SQLite 3.40).
    """
    chance = random.Random(seed)
    drafts = [Draft.clean(f"Quixotic{n:02} plan. " * chance.randint(1, 150)) for n in range(8)]
    them = [made.rehearsal(id=f"plain-{n}", seats=20, draft=draft) for n, draft in enumerate(drafts)]
    for of in them:
        await store.begin(of)
    saves = [(n, seat) for n, of in enumerate(them) for seat in of.seats] * 2
    chance.shuffle(saves)
    for n, seat in saves:
        words = f"Zanzibar{n:02} " * chance.randint(1, 80)
        await store.save(f"plain-{n}", Reaction(seat.number, seat.persona, reply=words, failed=f"Kumquat{n:02}"))
    last, *gone = chance.sample(range(8), 8)
    for n in gone:
        assert found_in(path, words_of(n)) == words_of(n)  # the search can find them
        await store.delete(f"plain-{n}")
        assert found_in(path, words_of(n)) == set()
    assert len((await store.load("last")).reactions) == 20
    assert [summary.id for summary in await store.recent(99)] == [f"plain-{last}"]


def words_of(n: int) -> set[bytes]:
    return {word.encode() for word in (f"Quixotic{n:02}", f"Zanzibar{n:02}", f"Kumquat{n:02}", f"plain-{n}")}


def wordy(of: Rehearsal, number: int, length: int) -> list[Reaction]:
    return [
        Reaction(s.number, s.persona, reply=f"Zanzibar{number:02} été " * (length + s.number % 7), failed=f"Kumquat{number:02}")
        for s in of.seats
    ]


async def test_words_that_a_reader_keeps_alive_are_owned_up_to(path: Path) -> None:
    async with open_store(path, patience=0.05) as store:
        await store.begin(made.rehearsal())
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM rehearsals").fetchall()
            with pytest.raises(Failed, match="is deleted, but words of it may stay"):
                await store.delete("made-1")
        await store.begin(made.rehearsal(id="next-1", draft=Draft.clean("Something else.")))
        await store.delete("next-1")
        assert not found_in(path, {b"export button"})


async def test_deleting_what_is_not_kept_is_refused_and_deletes_nothing(store: Store) -> None:
    await store.begin(made.rehearsal())
    with pytest.raises(Refused, match="did you mean 'made-1'"):
        await store.delete("made-")
    assert len(await store.recent(9)) == 1


async def test_a_taken_id_is_refused_and_what_is_there_stays(store: Store) -> None:
    of = made.rehearsal()
    await store.restore(Kept(of, made.reactions(of), {}, finished=True))
    other = replace(of, model="scripted:2")
    with pytest.raises(Refused, match="already kept"):
        await store.begin(other)
    with pytest.raises(Refused, match="already kept"):
        await store.restore(Kept(other, (), {}, finished=False))
    assert (await store.load("last")).rehearsal == of


async def test_a_reaction_to_a_rehearsal_that_was_deleted_fails(store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    await store.delete(of.id)
    with pytest.raises(Failed, match="may have been deleted"):
        await store.save(of.id, made.reactions(of)[0])
    with pytest.raises(Failed, match="may have been deleted"):
        await store.finish(of.id, {})


async def test_a_restore_that_breaks_off_leaves_nothing(store: Store) -> None:
    of = made.rehearsal()
    kept = Kept(of, made.reactions(of), {"seconds": 1.0}, finished=True)
    await store._shared.connection.execute_fetchall(
        "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.reactions WHEN NEW.part = 'worst' BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    with pytest.raises(Failed):
        await store.restore(kept)
    assert await store.recent(9) == ()
    await store._shared.connection.execute_fetchall("DROP TRIGGER stop")
    await store.restore(kept)
    assert_same(await store.load("last"), kept)


def test_a_seat_that_stands_twice_is_refused() -> None:
    of = made.rehearsal()
    with pytest.raises(Refused, match="seat 1 of the part 'first' 2 times"):
        Kept(of, made.reactions(of)[:1] * 2, {}, finished=True)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (replace(made.rehearsal(), created=NOON.replace(tzinfo=None)), "without a time zone"),
        (replace(made.rehearsal(), created=datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))), "no calendar"),
        (made.rehearsal(id=" "), "under such an id"),
        (made.rehearsal(id="made\0one"), "under such an id"),
        (replace(made.rehearsal(), remark="half a sign: \ud83d"), "cannot be kept"),
    ],
    ids=["no zone", "no date", "no id", "no end of id", "no character"],
)
async def test_a_rehearsal_that_cannot_be_written_down_is_refused(broken: Rehearsal, sentence: str, store: Store) -> None:
    with pytest.raises(Refused, match=sentence):
        await store.restore(Kept(broken, (), {}, finished=False))
    assert await store.recent(9) == ()


async def test_a_number_that_is_none_is_refused(store: Store) -> None:
    await store.begin(made.rehearsal())
    with pytest.raises(Refused, match="cannot be kept"):
        await store.finish("made-1", {"seconds": float("nan")})
    assert not (await store.load("made-1")).finished


async def test_a_damaged_row_is_named_and_not_shown_as_something_else(path: Path, store: Store) -> None:
    await store.begin(made.rehearsal())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE rehearsals SET document = json_remove(document, '$.readers', '$.audience')")
    with pytest.raises(Failed, match=r"'made-1' in .* is damaged"):
        await store.load("made-1")


async def test_a_full_disk_fails_in_one_sentence_and_keeps_what_was_saved(store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    first, second = made.reactions(of)[:2]
    await store.save(of.id, first)
    ((pages,),) = await store._shared.connection.execute_fetchall("PRAGMA page_count")
    await store._shared.connection.execute_fetchall(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Failed, match="no room left"):
        await store.save(of.id, replace(second, failed="x" * 50_000))
    assert (await store.load(of.id)).reactions == (first,)


async def test_the_loop_runs_on_while_a_save_waits_for_another_program(path: Path, store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        saving = asyncio.create_task(store.save(of.id, made.reactions(of)[0]))
        for _ in range(10):
            await asyncio.sleep(0)
        assert not saving.done()
        other.execute("COMMIT")  # on this loop: were it blocked, the save would wait in vain
    await saving
    assert len((await store.load(of.id)).reactions) == 1


async def test_a_save_cancelled_while_it_waits_leaves_no_transaction_open(path: Path, store: Store) -> None:
    of = made.rehearsal()
    await store.begin(of)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        saving = asyncio.create_task(store.save(of.id, made.reactions(of)[0]))
        for _ in range(10):
            await asyncio.sleep(0)
        saving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await saving
        other.execute("COMMIT")
        await store.load(of.id)  # waits its turn behind what was cancelled
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("ticks", range(12))
async def test_a_restore_cancelled_anywhere_is_whole_or_absent(ticks: int, times: int, path: Path, store: Store) -> None:
    """`ticks` turns of the loop before it is cancelled, once or again while it cleans up; all of it fits into a dozen."""
    of = made.rehearsal(seats=200)
    kept = Kept(of, tuple(wordy(of, 1, 5)), {}, finished=True)
    restoring = asyncio.create_task(store.restore(kept))
    step = asyncio.Event()
    for _ in range(ticks):
        asyncio.get_running_loop().call_later(0.0005, step.set)
        await step.wait()
        step.clear()
    for _ in range(times):
        restoring.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([restoring])
    found = await store.recent(9)
    assert [summary.played for summary in found] in ([], [200])
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")


async def test_many_calls_at_once_take_turns(store: Store) -> None:
    """A save does not fall into the transaction of a restore that is then undone."""
    of, taken = made.rehearsal(id="under-way", seats=30), made.rehearsal(id="taken-1")
    await store.begin(of)
    await store.begin(taken)
    saves = [store.save(of.id, reaction) for reaction in wordy(of, 1, 3)]
    refusals = [store.restore(Kept(taken, (), {}, finished=False)) for _ in range(10)]
    mixed = [call for pair in zip(saves[:10], refusals, strict=True) for call in pair]
    results = await asyncio.gather(*mixed, *saves[10:], return_exceptions=True)
    assert sum(isinstance(result, Refused) for result in results) == 10
    assert (await store.load(of.id)).reactions == tuple(wordy(of, 1, 3))


async def test_reactions_go_with_their_rehearsal(path: Path, store: Store) -> None:
    of = made.rehearsal()
    await store.restore(Kept(of, made.reactions(of), {}, finished=True))
    await store.delete(of.id)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM reactions").fetchall() == [(0,)]
