"""Record: what a face does with the store when a post is published, its numbers come, or its team asks how it stands.

`server` is a Discord server's number, None at the terminal. Knows no screen and no command.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from audience.errors import Refused
from audience.report import Report
from bot.pages.standing import fit_sentences, track_record
from bot.room import Store
from evidence.forecast import Ranker
from evidence.measured import of_panel
from evidence.outcome import Outcome, PastPost, Publication
from evidence.refit import MOST_POSTS, SHIPPED, Fit, refit
from evidence.standing import ENOUGH, Standing


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a person entered; whether it can be is the outcome's to judge."""

    reach: int
    reactions: int
    replies: int
    shares: int


async def publish(store: Store, ranker: Ranker | None, report: Report, published: datetime, now: datetime) -> Publication:
    """Freeze the forecast of a report. Raises Refused where that cannot be."""
    publication = await asyncio.to_thread(Publication.of, report, ranker, published, now)
    await store.outcomes.freeze(publication)
    return publication


async def enter(
    store: Store, rehearsal: str, numbers: Numbers, taken: datetime, now: datetime
) -> tuple[Publication, Outcome] | None:
    """Keep the numbers of a post; None where its forecast is not frozen. Raises Refused for numbers that cannot be."""
    publication = await store.outcomes.publication(rehearsal)
    if publication is None:
        return None
    n = numbers
    outcome = Outcome(publication.published, taken, n.reach, n.reactions, n.replies, n.shares).by(now)
    await store.outcomes.record(rehearsal, outcome)
    return publication, outcome


async def standing(store: Store, server: int | None) -> Standing:
    cases, published = await store.outcomes.cases(server), await store.outcomes.published(server)
    imported = await store.outcomes.count_imported(server)
    return await asyncio.to_thread(Standing.of, cases, published, imported)


async def tried(store: Store, ranker: Ranker | None, server: int | None, now: datetime) -> Fit:
    """Fit anew on all posts, those from elsewhere too, and adopt what ranks them better out of sample. Raises Refused."""
    cases, imported = await store.outcomes.cases(server), await store.outcomes.imported(server, MOST_POSTS)
    current = await store.outcomes.fit(server)
    posts = [*map(PastPost.of, cases), *imported]
    fit = await asyncio.to_thread(refit, posts, ranker, now, current.weights if current else SHIPPED)
    if fit.better:
        await store.outcomes.adopt(server, fit)
    return fit


async def tried_in_its_time(
    store: Store, open_ranker: Callable[[], Ranker | None], server: int | None, now: datetime
) -> tuple[str, ...]:
    """After every so many outcomes, not after each, or luck would have its way in time: what a refit says. Else nothing."""
    cases = len(await store.outcomes.cases(server))
    if not cases or cases % ENOUGH:
        return ()
    try:
        return fit_sentences(await tried(store, await asyncio.to_thread(open_ranker), server, now))
    except Refused as complaint:  # no two posts differ yet; the numbers are kept all the same
        return (str(complaint),)


async def track(store: Store, server: int | None, model: str) -> tuple[str, ...]:
    """What a report by this model says of how often its like was right: on public outcomes, and on the team's own."""
    return await asyncio.to_thread(track_record, await store.outcomes.cases(server), of_panel(model))
