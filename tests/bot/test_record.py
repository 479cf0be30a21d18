"""Numbers that come: after every twentieth outcome other weights are tried, and adopted where they rank all posts better."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audience.draft import Draft
from bot.record import Numbers, enter, tried_in_its_time
from evidence.standing import ENOUGH
from store import Kept, Store, open_store
from tests import made
from tests.evidence.posted import DAY, NOON, Reading, publication

NOW = NOON + 60 * DAY


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path / "kept.db") as store:
        yield store


async def recorded(store: Store, n: int) -> tuple[str, ...]:
    """A post that did as much better than the one before as its forecast was higher; and what is said after its numbers."""
    name, draft = f"made-{n}", f"We moved export button number {n}."
    await store.restore(Kept(made.rehearsal(id=name, draft=Draft.clean(draft)), (), {}, finished=True))
    await store.outcomes.freeze(publication(0.01 * 1.2**n, name=name, draft=draft))
    await enter(store, name, Numbers(20_000, round(200 * 1.2**n), 0, 0), NOON + DAY, NOW)
    return await tried_in_its_time(store, Reading, None, NOW)


async def test_the_twentieth_outcome_tries_other_weights_and_no_other_does(store: Store) -> None:
    told = [await recorded(store, n) for n in range(ENOUGH + 1)]
    assert [n for n, said in enumerate(told, 1) if said] == [ENOUGH]
    assert told[ENOUGH - 1][0].startswith("Tried on 20 posts")
    assert told[ENOUGH - 1][1].startswith("The new weights are adopted")
    fit = await store.outcomes.fit(None)
    assert fit is not None
    assert fit.better


async def test_posts_that_all_did_alike_are_said_to_teach_nothing_and_their_numbers_are_kept(store: Store) -> None:
    for n in range(ENOUGH):
        name, draft = f"made-{n}", f"We moved export button number {n}."
        await store.restore(Kept(made.rehearsal(id=name, draft=Draft.clean(draft)), (), {}, finished=True))
        await store.outcomes.freeze(publication(0.02, name=name, draft=draft))
        await enter(store, name, Numbers(1_000, 20, 0, 0), NOON + DAY, NOW)
    (told,) = await tried_in_its_time(store, Reading, None, NOW)
    assert told.startswith("No two of your 20 posts differ beyond luck")
    assert len(await store.outcomes.cases(None)) == ENOUGH
