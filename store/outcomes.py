"""Outcomes: forecasts frozen as posts went out, the numbers that came, posts from elsewhere, and fits made from them.

`server` is a server's number, or None for whoever works at the terminal: neither sees what is the other's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

import aiosqlite

from audience.errors import Failed, Refused
from evidence.document import fit_document, publication_document, read_fit, read_publication
from evidence.outcome import Case, Outcome, PastPost, Publication, essence
from evidence.refit import Fit
from store.opening import one, rows, transaction
from store.shared import Shared
from store.stagings import utc

ANOTHER = timedelta(days=2)  # the same words, published so long before the forecast was frozen, were another post

OF_SERVER = "publications LEFT JOIN stagings USING (rehearsal)"
NUMBER = "SELECT number, server FROM rehearsals LEFT JOIN stagings ON rehearsal = number WHERE id = ?"
PUBLISHED = "SELECT document FROM publications WHERE rehearsal = ?"
TWICE = f"""
    SELECT id FROM {OF_SERVER} JOIN rehearsals ON number = publications.rehearsal
    WHERE server IS ? AND publications.platform = ? AND publications.draft = ?
"""  # noqa: S608 - of the constant above, no words from outside
FREEZE = "INSERT INTO publications (rehearsal, document) VALUES (?, ?)"
NEWEST = "SELECT reach, reactions, replies, shares FROM outcomes WHERE rehearsal = ? ORDER BY taken DESC, number DESC LIMIT 1"
KNOWN = "SELECT 1 FROM outcomes WHERE rehearsal = ? AND (reach, reactions, replies, shares) = (?, ?, ?, ?)"
RECORD = "INSERT INTO outcomes (rehearsal, taken, reach, reactions, replies, shares) VALUES (?, ?, ?, ?, ?, ?)"
OUTCOMES = """
    SELECT published, taken, reach, reactions, replies, shares FROM outcomes JOIN publications USING (rehearsal)
    WHERE rehearsal = ? ORDER BY taken, number
"""
CASES = f"""
    SELECT document, published, taken, reach, reactions, replies, shares
    FROM {OF_SERVER} JOIN outcomes USING (rehearsal)
    WHERE server IS ? AND outcomes.number =
        (SELECT number FROM outcomes AS o WHERE o.rehearsal = publications.rehearsal ORDER BY taken DESC, number DESC LIMIT 1)
    ORDER BY publications.published, rehearsal
"""  # noqa: S608 - same
COUNT = f"SELECT count(*) FROM {OF_SERVER} WHERE server IS ?"  # noqa: S608 - same
DRAFTS = f"""
    SELECT rehearsal, publications.draft, publications.published FROM {OF_SERVER} WHERE server IS ? AND publications.platform = ?
"""  # noqa: S608 - same
BRING = """
    INSERT INTO imported (post, server, platform, text, published, taken, reach, reactions, replies, shares)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (post, reach, reactions, replies, shares) DO NOTHING
"""
IMPORTED = """
    SELECT text, platform, published, max(taken), reach, reactions, replies, shares FROM imported
    WHERE server IS ? GROUP BY post ORDER BY published DESC, post LIMIT ?
"""
FIT = "SELECT document FROM fits WHERE server IS ? AND NOT aside ORDER BY number DESC LIMIT 1"
FITS = "SELECT document FROM fits WHERE server IS ? ORDER BY number"
ADOPT = "INSERT INTO fits (server, document) VALUES (?, ?)"
GO_BACK = """
    UPDATE fits SET aside = 1 WHERE number = (SELECT max(number) FROM fits WHERE server IS ? AND NOT aside) RETURNING number
"""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the posts of an import: kept, known already with the very same numbers, or outcomes of publications."""

    kept: int
    known: int
    outcomes: int


@dataclass(slots=True)
class _Sorted:
    """Posts on their way in, one by one: those of publications are put by, the others go on to be kept as they are."""

    drafts: Mapping[str, tuple[int, datetime]]  # essence of a draft -> its rehearsal, and when it was published
    given: int = 0
    ours: list[tuple[int, Outcome]] = field(default_factory=list)

    def rows(self, server: int | None, posts: Iterable[PastPost]) -> Iterator[tuple[object, ...]]:
        for post in posts:
            number, published = self.drafts.get(essence(post.text), (0, post.outcome.published))
            if number and published <= post.outcome.taken and published - post.outcome.published < ANOTHER:
                self.ours.append((number, replace(post.outcome, published=published)))
            else:
                self.given += 1
                yield (
                    _digest(server, post),
                    server,
                    post.platform,
                    post.text,
                    utc(post.outcome.published),
                    *_values(post.outcome),
                )


class Outcomes:
    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def freeze(self, publication: Publication) -> None:
        """Keep a forecast for good. Raises Refused where its rehearsal, or its draft on that platform, was published before."""
        text = json.dumps(publication_document(publication), ensure_ascii=False, allow_nan=False)
        async with self._shared.alone() as connection, transaction(connection):
            number, server = await self._rehearsal(connection, publication.rehearsal)
            if await rows(connection, PUBLISHED, (number,)):
                raise Refused(f"The forecast of {publication.rehearsal} is frozen already; record the numbers of its post.")
            for (other,) in await rows(connection, TWICE, (server, publication.platform, publication.draft)):
                raise Refused(
                    f"The same draft was published there as {other}, whose forecast counts; record the numbers of the post there."
                )
            await rows(connection, FREEZE, (number, text))

    async def publication(self, rehearsal: str) -> Publication | None:
        """None where its forecast is not frozen. Raises Refused where there is no such rehearsal."""
        async with self._shared.alone() as connection:
            number, _ = await self._rehearsal(connection, rehearsal)
            found = await rows(connection, PUBLISHED, (number,))
        return self._publication(found[0][0]) if found else None

    async def record(self, rehearsal: str, outcome: Outcome) -> None:
        """Add numbers; the newest count. Raises Refused for numbers that are known, or where nothing was published."""
        async with self._shared.alone() as connection, transaction(connection):
            number, _ = await self._rehearsal(connection, rehearsal)
            if not await rows(connection, PUBLISHED, (number,)):
                raise Refused(f"The forecast of {rehearsal} is not frozen; publish it first, or there is nothing to judge.")
            if [tuple(row) for row in await rows(connection, NEWEST, (number,))] == [outcome.numbers]:
                raise Refused(f"These very numbers are recorded for {rehearsal} already; record them when they have changed.")
            await rows(connection, RECORD, (number, *_values(outcome)))

    async def outcomes(self, rehearsal: str) -> tuple[Outcome, ...]:
        """All of a publication, in the order in which they were read."""
        async with self._shared.alone() as connection:
            number, _ = await self._rehearsal(connection, rehearsal)
            found = await rows(connection, OUTCOMES, (number,))
        return tuple(self._outcome(*row) for row in found)

    async def cases(self, server: int | None) -> tuple[Case, ...]:
        """Each publication that has an outcome, with the newest; in the order of publishing."""
        async with self._shared.alone() as connection:
            found = await rows(connection, CASES, (server,))
        return tuple(Case(self._publication(document), self._outcome(*outcome)) for document, *outcome in found)

    async def published(self, server: int | None) -> int:
        """How many forecasts are frozen, with and without outcome."""
        async with self._shared.alone() as connection:
            return int((await rows(connection, COUNT, (server,)))[0][0])

    async def bring(self, server: int | None, platform: str, posts: Iterable[PastPost]) -> Brought:
        """Keep what another program exported, all or nothing. A post in the words of a publication becomes its outcome.

        The posts are taken one by one on the connection's own thread, so that a file of any length needs no more room.
        """
        async with self._shared.alone() as connection, transaction(connection):
            drafts = await rows(connection, DRAFTS, (server, platform))
            sorted_ = _Sorted({essence(draft): (number, datetime.fromisoformat(at)) for number, draft, at in drafts})
            before = await one(connection, "SELECT total_changes()")
            await connection.executemany(BRING, sorted_.rows(server, posts))
            kept = await one(connection, "SELECT total_changes()") - before
            added = [await _added(connection, number, outcome) for number, outcome in sorted_.ours]
        return Brought(kept, sorted_.given - kept + added.count(False), added.count(True))

    async def imported(self, server: int | None, limit: int) -> tuple[PastPost, ...]:
        """The newest first, at most `limit`, each with its newest numbers."""
        async with self._shared.alone() as connection:
            found = await rows(connection, IMPORTED, (server, max(0, limit)))
        return tuple(PastPost(text, platform, self._outcome(*outcome)) for text, platform, *outcome in found)

    async def count_imported(self, server: int | None) -> int:
        async with self._shared.alone() as connection:
            found = await rows(connection, "SELECT count(DISTINCT post) FROM imported WHERE server IS ?", (server,))
        return int(found[0][0])

    async def forget_imported(self, server: int | None) -> int:
        """Remove every post that was imported, and say how many rows that were."""
        async with self._shared.alone() as connection:
            gone = await rows(connection, "DELETE FROM imported WHERE server IS ? RETURNING number", (server,))
            await self._shared.scrub(connection, "What was imported")
        return len(gone)

    async def fit(self, server: int | None) -> Fit | None:
        """The one in use; None where that is what is shipped."""
        async with self._shared.alone() as connection:
            found = await rows(connection, FIT, (server,))
        return self._fit(found[0][0]) if found else None

    async def fits(self, server: int | None) -> tuple[Fit, ...]:
        """Every one that was ever adopted, the oldest first; those set aside too."""
        async with self._shared.alone() as connection:
            return tuple(self._fit(document) for (document,) in await rows(connection, FITS, (server,)))

    async def adopt(self, server: int | None, fit: Fit) -> None:
        async with self._shared.alone() as connection:
            await rows(connection, ADOPT, (server, json.dumps(fit_document(fit), allow_nan=False)))

    async def go_back(self, server: int | None) -> None:
        """Set the fit in use aside, so that the one before it is in use again. Raises Refused where there is none."""
        async with self._shared.alone() as connection:
            if not await rows(connection, GO_BACK, (server,)):
                raise Refused("The weights in use are the shipped ones; there is nothing to go back from.")

    async def _rehearsal(self, connection: aiosqlite.Connection, rehearsal: str) -> tuple[int, int | None]:
        found = await rows(connection, NUMBER, (rehearsal,))
        if not found:
            raise Refused(f"Rehearsal {rehearsal!r} is not kept; it may have been deleted, so start a new one.")
        return found[0][0], found[0][1]

    def _publication(self, document: str) -> Publication:
        with self._whole("A frozen forecast"):
            return read_publication(json.loads(document))

    def _fit(self, document: str) -> Fit:
        with self._whole("A fit"):
            return read_fit(json.loads(document))

    def _outcome(self, published: str, taken: str, *numbers: int) -> Outcome:
        with self._whole("An outcome"):
            return Outcome(datetime.fromisoformat(published), datetime.fromisoformat(taken), *numbers)

    @contextmanager
    def _whole(self, what: str) -> Iterator[None]:
        """Raises Failed for what was kept and cannot be read any more."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            where = self._shared.path
            raise Failed(f"{what} in {where} is damaged ({type(error).__name__}: {error}); bring back a backup.") from error


async def _added(connection: aiosqlite.Connection, number: int, outcome: Outcome) -> bool:
    """False where these numbers are known: an old export that is brought again must not count as the newest."""
    if await rows(connection, KNOWN, (number, *outcome.numbers)):
        return False
    await rows(connection, RECORD, (number, *_values(outcome)))
    return True


def _values(outcome: Outcome) -> tuple[object, ...]:
    return (utc(outcome.taken), *outcome.numbers)


def _digest(server: int | None, post: PastPost) -> bytes:
    """By which a post is known again: whose it is, where, when and with what words it was published."""
    what = (str(server), post.platform, utc(post.outcome.published), post.text)
    return blake2b("\x00".join(what).encode(), digest_size=16).digest()
