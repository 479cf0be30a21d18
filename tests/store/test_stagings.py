"""Stagings: begun once a request, found by thread and by words, each post noted once, nothing of one server in another's."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from store import MIGRATIONS, Post, ServerChoices, Staging, Store, open_store
from tests import made
from tests.store import staged
from tests.store.staged import ANNA, BORIS, HERE, HOUR, NOON, THERE, begun, found_in, staging

ROOT = Path(__file__).parents[2]


async def test_every_field_of_a_staging_comes_back_as_it_went_in(store: Store) -> None:
    await begun(store, "made-0")
    given = Staging("made-1", HERE, 71, ANNA, 2**62, NOON, 81, 91, "playing", "It rains.", "made-0", "tr")
    assert await store.stagings.begin(made.rehearsal(), given)
    assert await store.stagings.get("made-1") == given
    assert (await store.load("made-1")).rehearsal == made.rehearsal()


async def test_a_staging_asked_for_in_another_zone_comes_back_in_utc(store: Store) -> None:
    asked = NOON.astimezone(timezone(timedelta(hours=9)))
    await begun(store, asked=asked)
    found = (await store.stagings.get("made-1")).asked
    assert (found, found.tzinfo) == (NOON, UTC)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("server", 0, "the server 0; ids are whole numbers above 0"),
        ("interaction", -1, "the interaction -1"),
        ("thread", 0, "the thread 0"),
        ("source", 0, "the source 0"),
        ("asked", NOON.replace(tzinfo=None), "without a zone"),
        ("state", "asleep", "known are waiting, playing, shown, stopped"),
    ],
)
def test_a_staging_that_cannot_be_is_refused(field: str, value: object, sentence: str) -> None:
    values = {name: getattr(staging(), name) for name in Staging.__slots__} | {field: value}
    with pytest.raises(Refused, match=sentence):
        Staging(**values)


async def test_a_request_that_comes_twice_stages_nothing_the_second_time(store: Store) -> None:
    first = await begun(store, "made-1")
    again = replace(first, rehearsal="made-2")
    assert not await store.stagings.begin(made.rehearsal(id="made-2"), again)
    assert [summary.id for summary in await store.recent(9)] == ["made-1"]
    with pytest.raises(Refused, match="'made-2' is not kept"):
        await store.stagings.get("made-2")


async def test_a_request_is_known_after_its_rehearsal_was_deleted_until_two_days_have_gone(store: Store) -> None:
    first = await begun(store, "made-1")
    await store.delete("made-1")
    assert not await store.stagings.begin(made.rehearsal(), first)
    await begun(store, "later-2", asked=NOON + 49 * HOUR)
    assert await store.stagings.requests(HERE, NOON) == ((ANNA, NOON + 49 * HOUR),)
    assert await store.stagings.begin(made.rehearsal(), first)


async def test_a_staging_that_stands_is_known_by_its_request_however_old(store: Store) -> None:
    first = await begun(store, "made-1")
    await begun(store, "later-2", asked=NOON + 49 * HOUR)
    assert not await store.stagings.begin(made.rehearsal(id="made-3"), replace(first, rehearsal="made-3"))


async def test_the_same_request_from_two_sides_at_once_is_staged_once(path: Path, store: Store) -> None:
    async with open_store(path) as other:
        calls = [
            side.stagings.begin(made.rehearsal(id=f"made-{n}"), replace(staging(), rehearsal=f"made-{n}"))
            for n, side in enumerate((store, other) * 5)
        ]
        assert sorted(await asyncio.gather(*calls)) == [False] * 9 + [True]
    assert len(await store.recent(99)) == 1


async def test_a_staging_that_breaks_off_leaves_neither_rehearsal_nor_request(store: Store) -> None:
    stop = "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.stagings BEGIN SELECT RAISE(ABORT, 'no'); END"
    await store._shared.connection.execute_fetchall(stop)
    with pytest.raises(Failed):
        await store.stagings.begin(made.rehearsal(), staging())
    await store._shared.connection.execute_fetchall("DROP TRIGGER stop")
    assert await store.recent(9) == ()
    assert await store.stagings.requests(HERE, NOON) == ()
    assert await store.stagings.begin(made.rehearsal(), staging())


async def test_a_taken_id_or_the_staging_of_another_rehearsal_is_refused(store: Store) -> None:
    await begun(store)
    with pytest.raises(Refused, match="already kept"):
        await store.stagings.begin(made.rehearsal(), replace(staging(), interaction=9))
    with pytest.raises(Refused, match="does not belong to rehearsal 'other-1'"):
        await store.stagings.begin(made.rehearsal(id="other-1"), replace(staging(), interaction=10))
    assert await store.stagings.requests(HERE, NOON) == ((ANNA, NOON),)


async def test_a_change_touches_what_is_named_and_nothing_else(store: Store) -> None:
    given = await begun(store)
    other = await begun(store, "other-1")
    assert await store.stagings.change("made-1", thread=91) == replace(given, thread=91)
    assert await store.stagings.change("made-1", state="stopped", why="It was cancelled.") == replace(
        given, thread=91, state="stopped", why="It was cancelled."
    )
    assert await store.stagings.change("made-1", why="") == replace(given, thread=91, state="stopped")
    assert await store.stagings.get("other-1") == other


async def test_a_thread_leads_to_the_newest_rehearsal_in_it(store: Store) -> None:
    assert await store.stagings.of_thread(91) is None
    for name, asked in (("new-2", NOON + HOUR), ("old-1", NOON), ("else-3", NOON + 2 * HOUR)):
        await begun(store, name, asked=asked)
        await store.stagings.change(name, thread=92 if name == "else-3" else 91)
    found = await store.stagings.of_thread(91)
    assert found is not None
    assert found.rehearsal == "new-2"


async def test_what_is_unfinished_is_given_oldest_first_whatever_the_server(store: Store) -> None:
    await begun(store, "late-1", asked=NOON + HOUR, server=THERE)
    for name, state in (("wait-1", "waiting"), ("play-1", "playing"), ("show-1", "shown"), ("stop-1", "stopped")):
        await begun(store, name)
        await store.stagings.change(name, state=state)  # type: ignore[arg-type] # mypy takes the four for any text
    assert [one.rehearsal for one in await store.stagings.unfinished()] == ["wait-1", "play-1", "late-1"]


async def test_recent_gives_the_newest_of_one_server_with_their_summaries(store: Store) -> None:
    for name, hours, server in (("here-1", 1, HERE), ("here-2", 2, HERE), ("there-3", 3, THERE)):
        await begun(store, name, asked=NOON + hours * HOUR, server=server)
    await store.begin(made.rehearsal(id="plain-4"))
    found = await store.stagings.recent(HERE, 9)
    summaries = {summary.id: summary for summary in await store.recent(9)}
    assert [one.rehearsal for one, _ in found] == ["here-2", "here-1"]
    assert all(summary == summaries[one.rehearsal] for one, summary in found)
    assert len(await store.stagings.recent(HERE, 1)) == 1
    assert await store.stagings.recent(HERE, 0) == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"abc-1", "xyz-2"}), ("ABC", {"abc-1"}), ("bc-1", set()), ("100%", {"abc-1"}), ("%", {"abc-1"}), ("_", set()),
        ("пчёлы", {"xyz-2"}), ("STRASSE", {"xyz-2"}), ("secret", set()), ("there", set()),
    ],
)  # fmt: skip
async def test_recent_finds_by_the_beginning_of_an_id_or_words_of_a_draft(words: str, found: set[str], store: Store) -> None:
    await begun(store, "abc-1", draft="Now 100% honey.")
    await begun(store, "xyz-2", draft="ПЧЁЛЫ in our Straße.")
    await begun(store, "there-3", draft="A secret of others.", server=THERE)
    assert {one.rehearsal for one, _ in await store.stagings.recent(HERE, 9, words=words)} == found


async def test_half_a_character_is_refused_and_the_store_goes_on(store: Store) -> None:
    with pytest.raises(Refused, match="half a character"):
        await store.stagings.recent(HERE, 9, words="\ud83d")
    await begun(store)
    with pytest.raises(Refused, match="half a character"):
        await store.stagings.intend("made-1", "\ud83d")
    assert await store.stagings.posts("made-1") == {}


async def test_requests_are_those_of_one_server_since_a_moment_oldest_first(store: Store) -> None:
    await begun(store, "b-2", asked=NOON + HOUR, asker=BORIS)
    await begun(store, "a-1")
    await begun(store, "c-3", asked=NOON - HOUR)
    await begun(store, "d-4", server=THERE)
    await store.delete("a-1")
    assert await store.stagings.requests(HERE, NOON) == ((ANNA, NOON), (BORIS, NOON + HOUR))


async def test_older_names_what_was_asked_for_before_a_moment(store: Store) -> None:
    for name, hours, server in (("new-1", 2, HERE), ("old-2", 1, THERE), ("old-3", 0, HERE)):
        await begun(store, name, asked=NOON + hours * HOUR, server=server)
    await store.begin(replace(made.rehearsal(id="plain-4"), created=NOON - 99 * HOUR))
    assert await store.stagings.older(NOON + 2 * HOUR) == ("old-3", "old-2")
    assert await store.stagings.older(NOON + 2 * HOUR, server=THERE) == ("old-2",)
    assert await store.stagings.older(NOON) == ()


async def test_a_post_is_fresh_once_then_unsure_then_known(store: Store) -> None:
    await begun(store)
    assert await store.stagings.intend("made-1", "seat 1") == Post("seat 1", None, fresh=True)
    assert await store.stagings.intend("made-1", "seat 1") == Post("seat 1", None, fresh=False)
    await store.stagings.posted("made-1", "seat 1", 333)
    assert await store.stagings.intend("made-1", "seat 1") == Post("seat 1", 333, fresh=False)
    await store.stagings.posted("made-1", "report", 334)
    await store.stagings.intend("made-1", "seat 2")
    assert await store.stagings.posts("made-1") == {"seat 1": 333, "report": 334, "seat 2": None}


async def test_only_one_of_many_who_intend_a_post_at_once_is_the_first(path: Path, store: Store) -> None:
    await begun(store)
    async with open_store(path) as other:
        found = await asyncio.gather(*(side.stagings.intend("made-1", "seat 1") for side in (store, other) * 6))
    assert sum(post.fresh for post in found) == 1


async def test_forgotten_posts_are_fresh_again_and_others_are_not(store: Store) -> None:
    for name in ("made-1", "other-1"):
        await begun(store, name)
        for post in ("one", "two", "three"):
            await store.stagings.intend(name, post)
    await store.stagings.forget_posts("made-1", ["one", "two"])
    assert await store.stagings.posts("made-1") == {"three": None}
    await store.stagings.forget_posts("made-1")
    assert await store.stagings.posts("made-1") == {}
    assert (await store.stagings.intend("made-1", "one")).fresh
    assert len(await store.stagings.posts("other-1")) == 3


async def test_what_is_not_staged_is_refused_without_a_hint_at_any_other(store: Store) -> None:
    await begun(store, "made-1", server=THERE)
    await store.begin(made.rehearsal(id="made-2"))
    calls = store.stagings
    for call in (
        calls.get("made-2"), calls.change("made-2", state="shown"), calls.intend("made-2", "a"), calls.posted("made-2", "a", 1),
        calls.forget_posts("made-2"), calls.get("made"), calls.get("last"),
    ):  # fmt: skip
        with pytest.raises(Refused, match="is not kept; it may have been deleted") as refusal:
            await call
        assert "made-1" not in str(refusal.value)
    assert await calls.posts("made-2") == {}


async def test_nothing_about_a_deleted_rehearsal_stays_in_the_file(path: Path, store: Store) -> None:
    await begun(store, "gone-1", draft="Quixotic plan.")
    await store.stagings.change("gone-1", why="Zanzibar.")
    await store.stagings.intend("gone-1", "Kumquat")
    later = replace(staging("made-2"), before="gone-1")
    assert await store.stagings.begin(made.rehearsal(id="made-2"), later)
    words = {b"Quixotic", b"Zanzibar", b"Kumquat", b"gone-1"}
    assert found_in(path, words) == words
    await store.delete("gone-1")
    assert found_in(path, words) == set()
    assert await store.stagings.get("made-2") == replace(later, before="")


async def test_a_database_of_the_first_migration_keeps_its_rehearsals(path: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_rehearsals.sql", first)
    of = made.rehearsal()
    async with open_store(path, migrations=first) as store:
        await store.begin(of)
        for reaction in made.reactions(of):
            await store.save(of.id, reaction)
        before = await store.load(of.id)
    async with open_store(path) as store:
        assert await store.load(of.id) == before
        assert await store.stagings.unfinished() == ()
        await begun(store, "made-2")
        await store.servers.choose(HERE, ServerChoices(panel="near"))
        assert len(await store.recent(9)) == 2


@pytest.mark.parametrize("moment", range(4))
def test_every_post_that_was_said_to_be_noted_is_noted_after_a_kill(moment: int, path: Path) -> None:
    command = [sys.executable, "-m", staged.__name__, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        said = [program.stdout.readline().strip() for _ in range(5 + 7 * moment)]
        time.sleep(0.0007 * moment)  # anywhere within the next notes
        program.kill()
        program.wait()
        said += program.stdout.read().split()
    with closing(sqlite3.connect(path)) as plain:
        noted: dict[str, int | None] = dict(plain.execute("SELECT post, message FROM posts").fetchall())
    assert {f"intended-{post.removeprefix('post ')}" for post in noted} >= {one for one in said if one.startswith("intended")}
    assert {f"posted-{n}" for n in noted.values() if n} >= {one for one in said if one.startswith("posted")}
    assert len(noted) <= sum(one.startswith("intended") for one in said) + 1
