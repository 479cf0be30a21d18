"""The routes of messages in channels: post, read, edit, delete, history."""

from __future__ import annotations

from tests.discord import limits, posting, shapes
from tests.discord.calls import Call, Given, Route
from tests.discord.refusals import Form, Refusal, channel, require
from tests.discord.world import Channel, Json, Message, World, bits


def message(world: World, call: Call) -> Message:
    where = channel(world, call.id("channel_id"))
    require(world, where, "read_message_history")
    found = where.every.get(call.id("message_id"))
    if found is None:
        raise Refusal(10008)
    return found


async def create(world: World, call: Call) -> Given:
    where, body = channel(world, call.id("channel_id")), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.MESSAGE, world.violations)
    posting.may_send(world, where, body, call.files)
    again = said_before(where, body)
    if again:
        return 200, shapes.message(world, again)
    answers = answered(where, body)
    made = posting.made(
        world, where, world.bot, body, call, nonce=body.get("nonce"), answers=answers, type=19 if answers else 0
    )  # fmt: skip
    return 200, shapes.message(world, posting.post(world, made))


def said_before(where: Channel, body: Json) -> Message | None:
    """The message that was posted with the same enforced nonce: an answer that was lost on its way posts nothing twice."""
    if not body.get("enforce_nonce"):
        return None
    return next((one for one in where.every.values() if one.nonce is not None and one.nonce == body.get("nonce")), None)


def answered(where: Channel, body: Json) -> int | None:
    """The id of the message that this one answers."""
    reference = body.get("message_reference") or {}
    target = int(reference.get("message_id") or 0)
    if not target or target in where.every:
        return target or None
    form = Form()
    form.need(reference.get("fail_if_not_exists") is False, "message_reference", "Unknown message", "REPLIES_UNKNOWN_MESSAGE")
    form.close()
    return None


async def read(world: World, call: Call) -> Given:
    return 200, shapes.readable(world, message(world, call))


async def edit(world: World, call: Call) -> Given:
    found, body = message(world, call), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    if found.author.id != world.bot.id:
        raise Refusal(50005)
    if found.channel.archived:
        raise Refusal(50083)
    limits.message(body, call.files, limits.EDIT, world.violations)
    return 200, shapes.message(world, posting.edit(world, found, body, call))


async def delete(world: World, call: Call) -> Given:
    found = message(world, call)
    if found.author.id != world.bot.id and not world.may(found.channel) & bits("manage_messages"):
        raise Refusal(50013)
    if found.channel.archived:
        raise Refusal(50083)
    posting.delete(world, found)
    return 204, None


async def history(world: World, call: Call) -> Given:
    """Newest first, whatever it was asked around."""
    where = channel(world, call.id("channel_id"))
    if not world.may(where) & bits("read_message_history"):
        return 200, []
    most = call.asked("limit") or 50
    form = Form()
    form.need(1 <= most <= 100, "limit", "int value should be between 1 and 100.", "NUMBER_TYPE_MAX")
    form.close()
    before, after, around = call.asked("before"), call.asked("after"), call.asked("around")
    every = sorted(where.every.values(), key=lambda one: one.id)
    if around is not None:
        half = most // 2
        picked = [o for o in every if o.id < around][-half:] + [o for o in every if o.id >= around][: half + 1]
    elif after is not None:
        picked = [one for one in every if one.id > after][:most]
    else:
        picked = [one for one in every if before is None or one.id < before][-most:]
    return 200, [shapes.readable(world, one) for one in reversed(picked)]


ONE = "/channels/{channel_id}/messages/{message_id}"
ROUTES = (
    Route("POST", "/channels/{channel_id}/messages", create),
    Route("GET", "/channels/{channel_id}/messages", history),
    Route("GET", ONE, read),
    Route("PATCH", ONE, edit),
    Route("DELETE", ONE, delete),
)
