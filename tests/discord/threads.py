"""The routes of channels and threads: read, open a thread, put it away, delete it."""

from __future__ import annotations

from tests.discord import limits, posting, shapes
from tests.discord.calls import Call, Given, Route
from tests.discord.messages import message
from tests.discord.refusals import Form, Refusal, channel, names, require
from tests.discord.world import FORUM, HAS_THREAD, PRIVATE_THREAD, THREAD, Channel, Json, Message, World, bits

OPENING = names("name auto_archive_duration rate_limit_per_user type invitable applied_tags message location")
CHANGING = names("name archived locked invitable auto_archive_duration rate_limit_per_user flags applied_tags")
DURATIONS = (60, 1440, 4320, 10080)


def good(world: World, body: Json, fields: frozenset[str]) -> None:
    form = Form()
    form.known(body, fields, "thread", world.violations)
    duration = body.get("auto_archive_duration")
    form.need(duration is None or duration in DURATIONS, "auto_archive_duration", f"Value must be one of {DURATIONS}.")
    form.close()
    if "name" in body or fields is OPENING:
        limits.named(body.get("name"), 100)


def opened(world: World, parent: Channel, body: Json, id: int, kind: int = THREAD) -> Channel:
    """A new thread of the bot. Nobody is told of it yet."""
    thread = Channel(
        id, parent.server, body["name"].strip(), kind, parent, owner=world.bot.id,
        archive_after=body.get("auto_archive_duration") or 1440,
    )  # fmt: skip
    parent.server.channels[id] = thread
    return thread


def announced(world: World, thread: Channel) -> None:
    world.dispatch("THREAD_CREATE", shapes.channel(thread) | {"newly_created": True}, thread.server)
    world.changed()


async def under_message(world: World, call: Call) -> Given:
    """A thread of a message: it has the message's id, and there is only one."""
    found, body = message(world, call), call.body or {}
    require(world, found.channel, "create_public_threads")
    good(world, body, OPENING)
    if found.channel.type not in {0, 5}:
        raise Refusal(50024)
    if found.thread is not None:
        raise Refusal(160004)
    thread = opened(world, found.channel, body, found.id)
    found.thread, found.flags = thread, found.flags | HAS_THREAD
    starter = Message(world.id(), thread, found.author, type=21, answers=found.id)
    thread.every[starter.id] = starter
    announced(world, thread)
    posting.told(world, found)
    return 201, shapes.channel(thread)


async def under_channel(world: World, call: Call) -> Given:
    parent, body = channel(world, call.id("channel_id")), call.body or {}
    good(world, body, OPENING)
    if parent.type == FORUM:
        return await forum_post(world, parent, body, call)
    if parent.type not in {0, 5}:
        raise Refusal(50024)
    kind = body.get("type") or PRIVATE_THREAD
    require(world, parent, "create_private_threads" if kind == PRIVATE_THREAD else "create_public_threads")
    thread = opened(world, parent, body, world.id(), kind)
    if kind == THREAD:
        line = Message(world.id(), parent, world.bot, content=thread.name, type=18)
        parent.every[line.id] = line
    announced(world, thread)
    return 201, shapes.channel(thread)


async def forum_post(world: World, parent: Channel, body: Json, call: Call) -> Given:
    first = body.get("message") or {}
    require(world, parent, "send_messages")
    limits.mentions(world.pings, f"{call.method} {call.path}", first)
    limits.message(first, call.files, limits.MESSAGE, world.violations)
    thread = opened(world, parent, body, world.id())
    made = posting.made(world, thread, world.bot, first, call)
    made.id = thread.id
    announced(world, thread)
    posting.post(world, made)
    return 201, shapes.channel(thread) | {"message": shapes.message(world, made)}


async def read(world: World, call: Call) -> Given:
    return 200, shapes.channel(channel(world, call.id("channel_id")))


async def change(world: World, call: Call) -> Given:
    """The bot changes threads alone; its own it may put away, to lock one needs a permission."""
    found, body = channel(world, call.id("channel_id")), call.body or {}
    if not found.is_thread:
        raise Refusal(50013)
    good(world, body, CHANGING)
    manages = bool(world.may(found) & bits("manage_threads"))
    only_wakes = set(body) <= {"archived", "locked"} and body.get("archived") is False
    locks = body.get("locked", found.locked) != found.locked
    if not manages and (locks or found.locked or not (only_wakes or found.owner == world.bot.id)):
        raise Refusal(50013)
    if found.archived and body.get("archived") is not False:
        raise Refusal(50083)
    found.name = body.get("name", found.name)
    found.archived, found.locked = body.get("archived", found.archived), body.get("locked", found.locked)
    found.archive_after = body.get("auto_archive_duration", found.archive_after)
    world.dispatch("THREAD_UPDATE", shapes.channel(found), found.server)
    world.changed()
    return 200, shapes.channel(found)


async def delete(world: World, call: Call) -> Given:
    found = channel(world, call.id("channel_id"))
    require(world, found, "manage_threads" if found.is_thread else "manage_channels")
    remove(world, found)
    return 200, shapes.channel(found)


def remove(world: World, found: Channel) -> None:
    """Take a channel or a thread away, with what was under it."""
    del found.server.channels[found.id]
    if found.parent and found.id in found.parent.every:
        found.parent.every[found.id].thread = None
    gone = shapes.channel(found)
    world.dispatch("THREAD_DELETE" if found.is_thread else "CHANNEL_DELETE", gone, found.server)
    for thread in [one for one in found.server.channels.values() if one.parent is found]:
        remove(world, thread)
    world.changed()


async def join(world: World, call: Call) -> Given:
    channel(world, call.id("channel_id"))
    return 204, None


ROUTES = (
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", under_message),
    Route("POST", "/channels/{channel_id}/threads", under_channel),
    Route("GET", "/channels/{channel_id}", read),
    Route("PATCH", "/channels/{channel_id}", change),
    Route("DELETE", "/channels/{channel_id}", delete),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
)
