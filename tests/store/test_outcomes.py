"""Outcomes kept: frozen for good, the newest numbers count, imports whole or not at all, each server its own."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from audience.draft import Draft
from audience.errors import Failed, Refused
from evidence.outcome import Case, PastPost, Publication
from evidence.refit import Fit
from store import MIGRATIONS, Brought, Kept, Store, open_store
from tests import made
from tests.evidence.posted import DAY, NOON, outcome, publication
from tests.store.staged import HERE, THERE, begun, found_in
from tests.store.test_killed import go, heard, importing, killed, sound

FIT = Fit((0.9, 0.4, 0.0, -0.1), NOON, 24, 130, 0.55, 0.7, 0.97)


async def frozen(
    store: Store, name: str = "made-1", draft: str = "We moved the export button.", **given: object
) -> Publication:
    """A rehearsal of the terminal with its forecast frozen."""
    await store.restore(Kept(made.rehearsal(id=name, draft=Draft.clean(draft)), (), {}, finished=True))
    found = replace(publication(name=name, draft=draft), **given)  # type: ignore[arg-type]
    await store.outcomes.freeze(found)
    return found


def post(text: str = "Bees.", day: int = 0, **numbers: int) -> PastPost:
    return PastPost(text, "square", outcome(day=day, **numbers))


async def test_what_was_frozen_comes_back_as_it_was(store: Store) -> None:
    given = await frozen(store, ranker="reading/1", strength=0.25, depth="far from what it has seen")
    assert await store.outcomes.publication("made-1") == given
    assert await store.outcomes.published(None) == 1
    assert await store.outcomes.cases(None) == ()


async def test_a_frozen_forecast_is_never_changed_not_even_by_hand(path: Path, store: Store) -> None:
    given = await frozen(store)
    for other in (given, replace(given, model="another"), replace(given, published=NOON + DAY)):
        with pytest.raises(Refused, match="The forecast of made-1 is frozen already"):
            await store.outcomes.freeze(other)
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        plain.execute("UPDATE publications SET document = json_set(document, '$.strength', 9)")
    assert await store.outcomes.publication("made-1") == given


async def test_one_draft_is_published_on_a_platform_once(store: Store) -> None:
    await frozen(store, "made-1")
    with pytest.raises(Refused, match="The same draft was published there as made-1"):
        await frozen(store, "made-2")
    assert await store.outcomes.publication("made-2") is None
    await frozen(store, "made-3", platform="hall")
    await frozen(store, "made-4", "Other words.")


async def test_what_was_never_published_has_no_outcome(store: Store) -> None:
    await store.begin(made.rehearsal())
    with pytest.raises(Refused, match="The forecast of made-1 is not frozen; publish it first"):
        await store.outcomes.record("made-1", outcome())
    for call in (store.outcomes.record("gone-1", outcome()), store.outcomes.publication("gone-1"), store.outcomes.outcomes("gone-1"), store.outcomes.freeze(publication(name="gone-1"))):  # fmt: skip
        with pytest.raises(Refused, match="'gone-1' is not kept"):
            await call


async def test_the_newest_numbers_count_and_the_older_are_kept(store: Store) -> None:
    given = await frozen(store)
    early, late = outcome(100, 5, 0, 0), replace(outcome(900, 30, 2, 1), taken=NOON + 9 * DAY)
    await store.outcomes.record("made-1", late)
    await store.outcomes.record("made-1", early)
    assert await store.outcomes.outcomes("made-1") == (early, late)
    assert await store.outcomes.cases(None) == (Case(given, late),)


async def test_the_very_same_numbers_twice_are_refused(store: Store) -> None:
    await frozen(store)
    await store.outcomes.record("made-1", outcome())
    for again in (outcome(), replace(outcome(), taken=NOON + 5 * DAY)):
        with pytest.raises(Refused, match="These very numbers are recorded for made-1 already"):
            await store.outcomes.record("made-1", again)
    await store.outcomes.record("made-1", replace(outcome(1001), taken=NOON + 5 * DAY))
    assert len(await store.outcomes.outcomes("made-1")) == 2


async def test_the_same_numbers_given_twice_at_once_are_kept_once(path: Path, store: Store) -> None:
    await frozen(store)
    async with open_store(path) as other:
        calls = (side.outcomes.record("made-1", outcome()) for side in (store, other) * 5)
        said = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(one, Refused) for one in said) == 9
    assert len(await store.outcomes.outcomes("made-1")) == 1


async def test_each_server_has_its_own_and_the_terminal_what_is_no_servers(store: Store) -> None:
    await frozen(store, "mine-1")
    for name, server in (("here-1", HERE), ("there-1", THERE)):
        await begun(store, name, server=server)
        await store.outcomes.freeze(publication(name=name))  # the very draft of mine-1, elsewhere
        await store.outcomes.record(name, outcome())
        await store.outcomes.bring(server, "square", [post(name)])
        await store.outcomes.adopt(server, replace(FIT, posts=len(name)))
    for server, name in ((HERE, "here-1"), (THERE, "there-1")):
        assert [case.publication.rehearsal for case in await store.outcomes.cases(server)] == [name]
        assert [p.text for p in await store.outcomes.imported(server, 9)] == [name]
        assert await store.outcomes.fit(server) == replace(FIT, posts=len(name))
        assert await store.outcomes.published(server) == await store.outcomes.count_imported(server) == 1
    assert (await store.outcomes.cases(None), await store.outcomes.imported(None, 9), await store.outcomes.fit(None)) == (
        (),
        (),
        None,
    )
    assert await store.outcomes.published(None) == 1


async def test_an_import_twice_keeps_everything_once_and_counts_it(store: Store) -> None:
    posts = [post(f"Bees {n}.", day=n) for n in range(50)]
    assert await store.outcomes.bring(None, "square", posts) == Brought(50, 0, 0)
    assert await store.outcomes.bring(None, "square", [*posts, post("New.")]) == Brought(1, 50, 0)
    assert await store.outcomes.count_imported(None) == 51


async def test_of_a_post_that_is_brought_again_the_newest_numbers_count(store: Store) -> None:
    first, again = post(reach=100), replace(post(reach=900), outcome=replace(outcome(900), taken=NOON + 9 * DAY))
    await store.outcomes.bring(None, "square", [again])
    await store.outcomes.bring(None, "square", [first, post("Wasps.", day=1)])
    assert await store.outcomes.imported(None, 9) == (post("Wasps.", day=1), again)
    assert await store.outcomes.imported(None, 1) == (post("Wasps.", day=1),)
    assert await store.outcomes.count_imported(None) == 2


async def test_an_imported_post_in_the_words_of_a_publication_becomes_its_outcome(store: Store) -> None:
    given = await frozen(store, draft="We moved the\n\nexport button.")
    same = replace(
        post("We moved the  export button. https://t.co/x9"), outcome=replace(outcome(), published=NOON - timedelta(hours=12))
    )
    long_ago = replace(post("We moved the export button."), outcome=outcome(day=-300))
    elsewhere = replace(post("We moved the export button."), platform="hall")
    assert await store.outcomes.bring(None, "square", [same, long_ago, post("Bees.")]) == Brought(2, 0, 1)
    assert await store.outcomes.bring(None, "square", [same]) == Brought(0, 1, 0)
    assert await store.outcomes.bring(None, "hall", [elsewhere]) == Brought(1, 0, 0)
    assert await store.outcomes.bring(HERE, "square", [same]) == Brought(1, 0, 0)
    assert await store.outcomes.cases(None) == (Case(given, outcome()),)


async def test_an_old_export_that_is_brought_again_does_not_count_as_the_newest(store: Store) -> None:
    await frozen(store)
    words = "We moved the export button."
    old, new = post(words, reach=100), replace(post(words, reach=900), outcome=replace(outcome(900), taken=NOON + 9 * DAY))
    for given in (old, new, replace(old, outcome=replace(old.outcome, taken=NOON + 12 * DAY))):
        await store.outcomes.bring(None, "square", [given])
    assert [case.outcome.reach for case in await store.outcomes.cases(None)] == [900]


async def test_numbers_that_were_mistyped_can_be_put_right_by_hand(store: Store) -> None:
    await frozen(store)
    for reactions, day in ((61, 3), (16, 4), (61, 5)):
        await store.outcomes.record("made-1", replace(outcome(reactions=reactions), taken=NOON + day * DAY))
    assert [case.outcome.reactions for case in await store.outcomes.cases(None)] == [61]


async def test_an_import_that_breaks_off_leaves_nothing(store: Store) -> None:
    await frozen(store)

    def broken(error: Exception) -> Iterator[PastPost]:
        yield post("We moved the export button.")
        yield from (post(f"Bees {n}.", day=n) for n in range(2_000))
        raise error

    for error in (Refused("line 2,002: no row"), OSError(5, "Input/output error")):
        with pytest.raises((Refused, Failed)):
            await store.outcomes.bring(None, "square", broken(error))
        assert await store.outcomes.count_imported(None) == 0
        assert await store.outcomes.cases(None) == ()
    with pytest.raises(Refused, match="half a character"):
        await store.outcomes.bring(None, "square", [post("Bees."), post("\ud800")])
    assert await store.outcomes.count_imported(None) == 0


@pytest.mark.parametrize("moment", range(5))
async def test_an_import_that_is_killed_leaves_nothing(moment: int, tmp_path: Path) -> None:
    chance = random.Random(f"import/{moment}")
    path = tmp_path / "kept.db"
    with importing(path) as program:
        go(program)
        assert heard(program) == "open"
        said = killed(program, chance.random() * 0.3)  # keeping them takes about a second
    async with open_store(path) as store:
        assert await store.outcomes.count_imported(None) == (40_000 if "done" in said else 0)
    assert sound(path)


async def test_a_hundred_thousand_posts_are_brought_in_one_go(store: Store) -> None:
    posts = (post(f"Bees {n} at the station.", day=-(n % 900)) for n in range(100_000))
    assert await store.outcomes.bring(None, "square", posts) == Brought(100_000, 0, 0)
    assert len(await store.outcomes.imported(None, 300)) == 300


async def test_what_was_imported_can_be_forgotten_to_the_last_byte(path: Path, store: Store) -> None:
    await store.outcomes.bring(None, "square", [post("Quixotic bees."), post("Zanzibar bees.", day=1)])
    await store.outcomes.bring(HERE, "square", [post("Kumquat bees.")])
    assert await store.outcomes.forget_imported(None) == 2
    assert found_in(path, {b"Quixotic", b"Zanzibar", b"Kumquat"}) == {b"Kumquat"}


async def test_the_forecast_and_its_outcomes_go_with_their_rehearsal_to_the_last_byte(path: Path, store: Store) -> None:
    for name in ("gone-1", "made-2"):
        await frozen(store, name, f"Quixotic {name}.", model=f"Zanzibar {name}")
        await store.outcomes.record(name, outcome())
    await store.delete("gone-1")
    assert found_in(path, {b"Quixotic gone-1", b"Zanzibar gone-1", b"gone-1"}) == set()
    assert [case.publication.rehearsal for case in await store.outcomes.cases(None)] == ["made-2"]
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("SELECT count(*) FROM outcomes").fetchone() == (1,)


async def test_fits_are_kept_with_their_scores_and_can_be_gone_back_from(store: Store) -> None:
    first, second = FIT, replace(FIT, weights=(0.5, 0.5, 0.1, 0.2), fitted=NOON + DAY)
    assert await store.outcomes.fit(None) is None
    for fit in (first, second):
        await store.outcomes.adopt(None, fit)
        assert await store.outcomes.fit(None) == fit
    await store.outcomes.go_back(None)
    assert await store.outcomes.fit(None) == first
    await store.outcomes.go_back(None)
    assert await store.outcomes.fit(None) is None
    with pytest.raises(Refused, match="nothing to go back from"):
        await store.outcomes.go_back(None)
    assert await store.outcomes.fits(None) == (first, second)


DAMAGE = (
    ("publications", "INSERT INTO publications VALUES (2, '{\"draft\": \"x\", \"platform\": \"square\", \"published\": \"2026-11-23T12:00:00+00:00\"}')"),
    ("fits", "INSERT INTO fits (document) VALUES ('{\"weights\": {}}')"),
)  # fmt: skip


@pytest.mark.parametrize(("what", "sql"), DAMAGE, ids=[what for what, _ in DAMAGE])
async def test_what_cannot_be_read_any_more_is_said_to_be_damaged(what: str, sql: str, path: Path, store: Store) -> None:
    await frozen(store)
    await store.begin(made.rehearsal(id="made-2"))
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute(sql)
    with pytest.raises(Failed, match=r"in .*kept\.db is damaged \(KeyError"):
        await (store.outcomes.publication("made-2") if what == "publications" else store.outcomes.fit(None))


@pytest.mark.parametrize(
    "row",
    [
        "1, '2026-11-23T12:00:00+00:00', 0, 0, 0, 0", "1, '2026-11-23T12:00:00+00:00', 10, 11, 0, 0", "1, '2026-11-23T12:00:00+00:00', 10, 1, -1, 0",
        "1, '2026-11-23 12:00', 10, 1, 0, 0", "1, '2026-11-23T12:00:00+00:00', 'ten', 1, 0, 0", "7, '2026-11-23T12:00:00+00:00', 10, 1, 0, 0",
    ],
)  # fmt: skip
async def test_the_database_itself_takes_no_numbers_that_cannot_be(row: str, path: Path, store: Store) -> None:
    await frozen(store)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            plain.execute(f"INSERT INTO outcomes (rehearsal, taken, reach, reactions, replies, shares) VALUES ({row})")  # noqa: S608 - our own rows


async def test_a_database_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    """As it was before there were outcomes, with a rehearsal in it."""
    old = tmp_path / "old"
    old.mkdir()
    for file in sorted(MIGRATIONS.glob("000[12]_*.sql")):
        (old / file.name).write_bytes(file.read_bytes())
    async with open_store(tmp_path / "kept.db", migrations=old) as store:
        await store.begin(made.rehearsal())
    async with open_store(tmp_path / "kept.db") as store:
        await store.outcomes.freeze(publication())
        await store.outcomes.record("made-1", outcome())
        assert len(await store.outcomes.cases(None)) == 1
