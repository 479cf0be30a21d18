"""The routes of webhooks: make them, and speak through them. The webhook of an interaction is answered in `callbacks`."""

from __future__ import annotations

import secrets

from tests.discord import callbacks, limits, posting, shapes
from tests.discord.calls import Call, Given, Route
from tests.discord.refusals import Form, Refusal, channel, require
from tests.discord.world import APPLICATION, FORUM, Channel, Json, Message, User, Webhook, World


async def create(world: World, call: Call) -> Given:
    where, body = channel(world, call.id("channel_id")), call.body or {}
    form = Form()
    form.known(body, frozenset(("name", "avatar")), "webhook", world.violations)
    form.close()
    require(world, where, "manage_webhooks")
    if where.is_thread:
        raise Refusal(50024)
    limits.webhook_name(body.get("name"))
    if sum(one.channel is where for one in world.webhooks.values()) >= 15:
        raise Refusal(30007)
    return 200, shapes.webhook(added(world, where, body["name"].strip()))


def added(world: World, where: Channel, name: str, application: int | None = APPLICATION) -> Webhook:
    made = Webhook(world.id(), where, name, secrets.token_urlsafe(48), application, world.bot if application else None)
    world.webhooks[made.id] = made
    world.changed()
    return made


async def listed(world: World, call: Call) -> Given:
    where = channel(world, call.id("channel_id"))
    require(world, where, "manage_webhooks")
    return 200, [shapes.webhook(one) for one in world.webhooks.values() if one.channel is where]


def by_id(world: World, call: Call) -> Webhook:
    """The webhook that the bot asks for as itself, by permission."""
    found = world.webhooks.get(call.id("webhook_id"))
    if found is None:
        raise Refusal(10015)
    require(world, found.channel, "manage_webhooks")
    return found


def by_token(world: World, call: Call) -> Webhook:
    found = world.webhooks.get(call.id("webhook_id"))
    if found is None:
        raise Refusal(10015)
    if found.token != call.parts["webhook_token"]:
        raise Refusal(50027)
    return found


async def read(world: World, call: Call) -> Given:
    return 200, shapes.webhook(by_id(world, call))


async def read_by_token(world: World, call: Call) -> Given:
    return 200, {key: value for key, value in shapes.webhook(by_token(world, call)).items() if key != "user"}


async def rename(world: World, call: Call) -> Given:
    found = by_token(world, call) if "webhook_token" in call.parts else by_id(world, call)
    limits.webhook_name(call.body.get("name", found.name))
    found.name = call.body.get("name", found.name)
    return 200, shapes.webhook(found)


async def delete(world: World, call: Call) -> Given:
    found = by_token(world, call) if "webhook_token" in call.parts else by_id(world, call)
    del world.webhooks[found.id]
    world.changed()
    return 204, None


def place(world: World, webhook: Webhook, call: Call) -> Channel:
    """Where the words go: the webhook's channel, or a thread of it."""
    thread = call.asked("thread_id")
    if thread is None:
        return webhook.channel
    found = world.channel(thread)
    if found is None or found.parent is not webhook.channel:
        raise Refusal(10003)
    if found.locked:
        raise Refusal(160005)
    return found


async def execute(world: World, call: Call) -> Given:
    if call.id("webhook_id") == APPLICATION:
        return await callbacks.follow_up(world, call)
    webhook, body = by_token(world, call), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EXECUTE, world.violations)
    interactive(webhook, body, call)
    if body.get("username") is not None:
        limits.webhook_name(body["username"], "username")
    where = place(world, webhook, call)
    if where.type == FORUM:
        raise Refusal(220001)
    author = User(webhook.id, webhook.name, bot=True, shown=body.get("username"), avatar=body.get("avatar_url") or "")
    made = posting.post(world, posting.made(world, where, author, body, call, webhook=webhook.id))
    return (200, shapes.message(world, made)) if call.query.get("wait") in {"1", "true"} else (204, None)


def interactive(webhook: Webhook, body: Json, call: Call) -> None:
    """Buttons that tell the bot something may come from a webhook of an application alone."""
    form = Form()
    rows = body.get("components") or ()
    told = any("custom_id" in part for row in rows for part in row.get("components", ()))
    form.need(webhook.application == APPLICATION or not told, "components", "Webhook is not owned by an application")
    with_components = call.query.get("with_components") in {"1", "true"}
    form.need(not rows or webhook.application == APPLICATION or with_components, "components", "Ask for components")
    form.close()


def said(world: World, call: Call) -> Message:
    """A message of this webhook."""
    webhook = by_token(world, call)
    thread = call.asked("thread_id")
    where = world.channel(thread) if thread else webhook.channel
    if where is None:
        raise Refusal(10003)
    found = where.every.get(call.id("message_id"))
    if found is None or found.webhook != webhook.id:
        raise Refusal(10008)
    return found


async def read_message(world: World, call: Call) -> Given:
    if call.id("webhook_id") == APPLICATION:
        return await callbacks.read_message(world, call)
    return 200, shapes.message(world, said(world, call))


async def edit_message(world: World, call: Call) -> Given:
    if call.id("webhook_id") == APPLICATION:
        return await callbacks.edit_message(world, call)
    found, body = said(world, call), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EDIT, world.violations)
    if found.channel.archived:
        raise Refusal(50083)
    return 200, shapes.message(world, posting.edit(world, found, body, call))


async def delete_message(world: World, call: Call) -> Given:
    if call.id("webhook_id") == APPLICATION:
        return await callbacks.delete_message(world, call)
    posting.delete(world, said(world, call))
    return 204, None


WITH_TOKEN = "/webhooks/{webhook_id}/{webhook_token}"  # noqa: S105 - a path
MESSAGE = f"{WITH_TOKEN}/messages/{{message_id}}"
ROUTES = (
    Route("POST", "/channels/{channel_id}/webhooks", create),
    Route("GET", "/channels/{channel_id}/webhooks", listed),
    Route("GET", "/webhooks/{webhook_id}", read),
    Route("PATCH", "/webhooks/{webhook_id}", rename),
    Route("DELETE", "/webhooks/{webhook_id}", delete),
    Route("GET", WITH_TOKEN, read_by_token),
    Route("PATCH", WITH_TOKEN, rename),
    Route("DELETE", WITH_TOKEN, delete),
    Route("POST", WITH_TOKEN, execute),
    Route("GET", MESSAGE, read_message),
    Route("PATCH", MESSAGE, edit_message),
    Route("DELETE", MESSAGE, delete_message),
)
