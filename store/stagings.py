"""Stagings: rehearsals in threads of servers, how far each has come, who asked for how many, and what was posted of it.

Knows servers, channels, members and messages as whole numbers alone, and neither what a post looks like nor how it is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from audience.errors import Refused
from audience.rehearsal import Rehearsal
from store.kept import Kept, Summary, read_summary
from store.opening import rows, transaction
from store.shared import Shared, not_staged

State = Literal["waiting", "playing", "shown", "stopped"]
"""shown: finished, and its report delivered; stopped: cancelled, or could not go on."""

REMEMBERED = timedelta(days=2)  # for so long a request is known, staged or not

COLUMNS = """
    rehearsals.id, server, channel, asker, interaction, asked, source, thread, state, why, coalesce(earlier.id, ''), locale
"""
SUMMARY = """
    rehearsals.id, rehearsals.created, rehearsals.draft, rehearsals.panel, rehearsals.platform, rehearsals.model, rehearsals.seats,
    (SELECT count(*) FROM reactions WHERE rehearsal = rehearsals.number AND part = 'first'), rehearsals.finished
"""
TABLES = """
    stagings JOIN rehearsals ON rehearsals.number = stagings.rehearsal
    LEFT JOIN rehearsals AS earlier ON earlier.number = stagings.before
"""
STAGED = f"SELECT {COLUMNS} FROM {TABLES}"  # noqa: S608 - of the constants above, no words from outside
RECENT = f"""
    SELECT {COLUMNS}, {SUMMARY} FROM {TABLES} WHERE server = :server
        AND (instr(folded(rehearsals.id), :words) = 1 OR instr(folded(rehearsals.draft), :words))
    ORDER BY asked DESC, rehearsals.number DESC LIMIT :limit
"""  # noqa: S608 - same
FORGET = "DELETE FROM requests WHERE at < ?"
REQUEST = """
    INSERT INTO requests SELECT :interaction, :server, :asker, :asked
    WHERE NOT EXISTS (SELECT 1 FROM stagings WHERE interaction = :interaction)
    ON CONFLICT (interaction) DO NOTHING RETURNING interaction
"""
STAGE = """
    INSERT INTO stagings VALUES (:number, :server, :channel, :asker, :interaction, :asked, :source, :thread, :state, :why,
        (SELECT number FROM rehearsals WHERE id = :before), :locale)
"""
CHANGE = """
    UPDATE stagings SET state = coalesce(?, state), thread = coalesce(?, thread), why = coalesce(?, why) WHERE rehearsal = ?
"""
REQUESTS = "SELECT member, at FROM requests WHERE server = ? AND at >= ? ORDER BY at, interaction"
OLDER = """
    SELECT id FROM stagings JOIN rehearsals ON number = rehearsal
    WHERE asked < :than AND server = coalesce(:server, server) ORDER BY asked, number
"""
INTEND = "INSERT INTO posts (rehearsal, post) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING post"
MESSAGE = "SELECT message FROM posts WHERE rehearsal = ? AND post = ?"
POSTED = """
    INSERT INTO posts (rehearsal, post, message) VALUES (?, ?, ?)
    ON CONFLICT (rehearsal, post) DO UPDATE SET message = excluded.message
"""
UNPOSTED = "SELECT id, post FROM posts JOIN rehearsals ON number = rehearsal WHERE message IS NULL ORDER BY number, post"
POSTS = "SELECT post, message FROM posts JOIN rehearsals ON number = rehearsal WHERE id = ? ORDER BY post"


@dataclass(frozen=True, slots=True)
class Staging:
    """A rehearsal in a thread of a server.

    channel      where the draft stands or the command was given
    asker        the member who asked
    interaction  the id of the request; one that comes twice stages nothing the second time
    source       the message that was rehearsed as it stood
    why          why it stopped, one sentence
    before       the id of the rehearsal that this one revises or repeats; empty where there is none, or none any more
    locale       the language of the server's buttons
    """

    rehearsal: str
    server: int
    channel: int
    asker: int
    interaction: int
    asked: datetime
    source: int | None = None
    thread: int | None = None
    state: State = "waiting"
    why: str = ""
    before: str = ""
    locale: str = ""

    def __post_init__(self) -> None:
        what = f"The staging of rehearsal {self.rehearsal!r}"
        for name in ("server", "channel", "asker", "interaction", "source", "thread"):
            given = getattr(self, name)
            if given is not None and given <= 0:
                raise Refused(f"{what} has the {name} {given}; ids are whole numbers above 0.")
        if self.asked.utcoffset() is None:
            raise Refused(f"{what} was asked for at a time without a zone ({self.asked}); add one, such as +00:00.")
        if self.state not in get_args(State):
            raise Refused(f"{what} has the state {self.state!r}; known are {', '.join(get_args(State))}.")


@dataclass(frozen=True, slots=True)
class Post:
    """`message` is None until the post is known to stand. Where it is None and not `fresh`, it was meant to be sent before,
    and nobody knows whether it was.
    """

    key: str
    message: int | None
    fresh: bool


class Stagings:
    """Each call that names a rehearsal raises Refused where it is not staged, unless it says otherwise."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    async def begin(self, rehearsal: Rehearsal, staging: Staging) -> bool:
        """Keep both, or neither: False where the request was seen before, also if its rehearsal has been deleted since.

        A `before` that is not kept any more is left out. Raises Refused where the rehearsal's id is taken.
        """
        if staging.rehearsal != rehearsal.id:
            raise Refused(f"The staging of {staging.rehearsal!r} does not belong to rehearsal {rehearsal.id!r}; give its own.")
        values = {name: getattr(staging, name) for name in Staging.__slots__} | {"asked": utc(staging.asked)}
        async with self._shared.alone() as connection, transaction(connection):
            await rows(connection, FORGET, (utc(staging.asked - REMEMBERED),))
            if not await rows(connection, REQUEST, values):
                return False
            number = await self._shared.insert(connection, Kept(rehearsal, (), {}, finished=False))
            await rows(connection, STAGE, values | {"number": number})
        return True

    async def get(self, rehearsal: str) -> Staging:
        """By the whole id alone."""
        found = await self._find(STAGED + " WHERE rehearsals.id = ?", rehearsal)
        if not found:
            raise not_staged(rehearsal)
        return found[0]

    async def of_thread(self, thread: int) -> Staging | None:
        """The newest in that thread."""
        found = await self._find(STAGED + " WHERE thread = ? ORDER BY asked DESC, rehearsals.number DESC LIMIT 1", thread)
        return found[0] if found else None

    async def change(
        self, rehearsal: str, *, state: State | None = None, thread: int | None = None, why: str | None = None
    ) -> Staging:
        """Gives the staging as it is now; None leaves a field as it was."""
        async with self._shared.staging(rehearsal) as (connection, number):
            await rows(connection, CHANGE, (state, thread, why, number))
            ((*row,),) = await rows(connection, STAGED + " WHERE rehearsals.number = ?", (number,))
        return _read(row)

    async def leave_thread(self, rehearsal: str) -> None:
        """The thread is gone, and every post with it: as if neither had ever been."""
        async with self._shared.staging(rehearsal) as (connection, number):
            await rows(connection, "UPDATE stagings SET thread = NULL WHERE rehearsal = ?", (number,))
            await rows(connection, "DELETE FROM posts WHERE rehearsal = ?", (number,))

    async def unfinished(self) -> tuple[Staging, ...]:
        """Waiting or playing, of every server, the oldest first."""
        return await self._find(STAGED + " WHERE state IN ('waiting', 'playing') ORDER BY asked, rehearsals.number")

    async def recent(self, server: int, limit: int, *, words: str = "") -> tuple[tuple[Staging, Summary], ...]:
        """The newest of a server first, at most `limit`; only those whose id begins with `words` or whose draft holds them."""
        values = {"server": server, "limit": max(0, limit), "words": words.casefold()}
        async with self._shared.alone() as connection:
            found = [tuple(row) for row in await rows(connection, RECENT, values)]
        fields = len(Staging.__slots__)
        return tuple((_read(row[:fields]), read_summary(row[fields:])) for row in found)

    async def requests(self, server: int, since: datetime) -> tuple[tuple[int, datetime], ...]:
        """Who asked for a rehearsal and when, the oldest first; of deleted ones too. None is remembered for over two days."""
        async with self._shared.alone() as connection:
            found = await rows(connection, REQUESTS, (server, utc(since)))
        return tuple((member, datetime.fromisoformat(at)) for member, at in found)

    async def older(self, than: datetime, *, server: int | None = None) -> tuple[str, ...]:
        """Ids of the rehearsals asked for before `than`, the oldest first; of every server where none is named."""
        async with self._shared.alone() as connection:
            found = await rows(connection, OLDER, {"than": utc(than), "server": server})
        return tuple(rehearsal for (rehearsal,) in found)

    async def intend(self, rehearsal: str, post: str) -> Post:
        """Note, before it is sent, that a post is going to be."""
        async with self._shared.staging(rehearsal) as (connection, number):
            fresh = bool(await rows(connection, INTEND, (number, post)))
            ((message,),) = await rows(connection, MESSAGE, (number, post))
        return Post(post, message, fresh)

    async def posted(self, rehearsal: str, post: str, message: int) -> None:
        """Note that it stands, as which message; also one that nobody had intended."""
        async with self._shared.staging(rehearsal) as (connection, number):
            await rows(connection, POSTED, (number, post, message))

    async def posts(self, rehearsal: str) -> Mapping[str, int | None]:
        """Each post by its key, empty where the rehearsal is not staged."""
        async with self._shared.alone() as connection:
            return dict(tuple(row) for row in await rows(connection, POSTS, (rehearsal,)))

    async def unposted(self) -> tuple[tuple[str, str], ...]:
        """Rehearsal and key of each post that was intended and is not known to stand, of every server."""
        async with self._shared.alone() as connection:
            return tuple((rehearsal, post) for rehearsal, post in await rows(connection, UNPOSTED))

    async def forget_posts(self, rehearsal: str, posts: Collection[str] | None = None) -> None:
        """As if they had never been intended; all of them where none are named."""
        async with self._shared.staging(rehearsal) as (connection, number):
            if posts is None:
                await rows(connection, "DELETE FROM posts WHERE rehearsal = ?", (number,))
            for post in posts or ():
                await rows(connection, "DELETE FROM posts WHERE rehearsal = ? AND post = ?", (number, post))

    async def _find(self, sql: str, *values: object) -> tuple[Staging, ...]:
        async with self._shared.alone() as connection:
            return tuple(_read(row) for row in await rows(connection, sql, values))


def utc(moment: datetime) -> str:
    """Text that sorts as the moments do."""
    return moment.astimezone(UTC).isoformat()


def _read(row: Iterable[Any]) -> Staging:
    rehearsal, server, channel, asker, interaction, asked, *others = row
    return Staging(rehearsal, server, channel, asker, interaction, datetime.fromisoformat(asked), *others)
