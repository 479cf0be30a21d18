"""How a message comes to be, changes and goes, whoever posts it: bot, webhook, person, or an answer to an interaction.

It tells the gateway of it. Who may do so, and whether the body is a good one, is asked before.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from tests.discord import shapes
from tests.discord.calls import Call
from tests.discord.refusals import Refusal, require
from tests.discord.world import EPHEMERAL, Channel, File, Json, Message, User, World, bits

KEPT_FLAGS = 4 | EPHEMERAL | (1 << 12) | (1 << 15)  # suppress embeds, ephemeral, silent, laid out


def numbered(components: Sequence[Json]) -> list[Json]:
    """The components as Discord keeps them: each with a number, a select with how many may be chosen."""
    numbers = count(1)

    def one(given: Json) -> Json:
        made = {key: value for key, value in given.items() if value is not None} | {"id": given.get("id") or next(numbers)}
        if given["type"] == 3:
            made = {"min_values": 1, "max_values": 1} | made
            made["options"] = [dict(option) for option in given["options"]]
        if "emoji" in made:
            made["emoji"] = {key: value for key, value in given["emoji"].items() if value is not None}
        for key in ("accessory", "component"):
            if key in given:
                made[key] = one(given[key])
        return made | ({"components": [one(part) for part in given["components"]]} if "components" in given else {})

    return [one(part) for part in components]


def embeds(world: World, given: Sequence[Json], files: Sequence[File]) -> list[Json]:
    """The embeds as Discord keeps them: pictures that came as files have an address."""
    made: list[Json] = [{"type": "rich"} | embed for embed in given]
    for embed in made:
        if "fields" in embed:
            embed["fields"] = [{"inline": False} | line for line in embed["fields"]]
        for key in ("image", "thumbnail"):
            if key in embed:
                embed[key] = embed[key] | {"url": address(world, str(embed[key]["url"]), files)}
    return made


def address(world: World, url: str, files: Sequence[File]) -> str:
    found = [file for file in files if url == f"attachment://{file.name}"]
    return str(shapes.attachment(world, found[0])["url"]) if found else url


def kept_files(world: World, channel: Channel, call: Call, body: Json) -> list[File]:
    """The files that came with a call, with an id, an address and what the body says of them."""
    said = {str(one["id"]): one for one in body.get("attachments") or ()}
    for n, file in enumerate(call.files):
        file.id, file.channel = world.id(), channel.id
        file.description = said.get(str(n), {}).get("description", file.description)
        world.files[file.id] = file
    return list(call.files)


def must_say_something(message: Message) -> None:
    if not (message.content or message.embeds or message.components or message.files):
        raise Refusal(50006)


def fill(world: World, message: Message, body: Json, call: Call) -> None:
    """Put what a body says into a message; what it does not name stays."""
    new = kept_files(world, message.channel, call, body)
    if body.get("attachments") is not None:
        staying = {str(one["id"]) for one in body["attachments"]}
        message.files = [file for file in message.files if str(file.id) in staying]
    message.files = [*message.files, *new]
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = embeds(world, body["embeds"] or (), message.files)
    if "components" in body:
        message.components = numbered(body["components"] or ())
    if "flags" in body:
        message.flags = (message.flags & ~4) | (int(body["flags"] or 0) & KEPT_FLAGS)


def made(world: World, channel: Channel, author: User, body: Json, call: Call, **more: Any) -> Message:
    """A new message, not yet posted."""
    message = Message(world.id(), channel, author, **more)
    fill(world, message, body, call)
    must_say_something(message)
    return message


def post(world: World, message: Message) -> Message:
    """Let everybody see it who may; a thread that was put away comes back."""
    if message.ephemeral:
        world.ephemeral[message.id] = message
        world.changed()
        return message
    if message.channel.archived:
        message.channel.archived = False
        world.dispatch("THREAD_UPDATE", shapes.channel(message.channel), message.channel.server)
    message.channel.every[message.id] = message
    world.dispatch("MESSAGE_CREATE", shapes.message_event(world, message), message.channel.server)
    world.changed()
    return message


def edit(world: World, message: Message, body: Json, call: Call) -> Message:
    before = (message.content, message.embeds, message.components, message.files)
    fill(world, message, body, call)
    if not (message.content or message.embeds or message.components or message.files):
        message.content, message.embeds, message.components, message.files = before
        raise Refusal(50006)
    message.edited, message.edits = world.when(), message.edits + 1
    told(world, message)
    return message


def told(world: World, message: Message) -> None:
    if not message.ephemeral:
        world.dispatch("MESSAGE_UPDATE", shapes.message_event(world, message), message.channel.server)
    world.changed()


def delete(world: World, message: Message) -> None:
    if message.ephemeral:
        world.ephemeral.pop(message.id, None)
    else:
        message.channel.every.pop(message.id, None)
        gone = {"id": str(message.id), "channel_id": str(message.channel.id), "guild_id": str(message.channel.server.id)}
        world.dispatch("MESSAGE_DELETE", gone, message.channel.server)
    world.changed()


def may_send(world: World, channel: Channel, body: Json, files: Sequence[File]) -> None:
    """Refuse what the bot may not send here: to speak at all, links with a picture, files."""
    if not channel.is_thread and channel.type not in {0, 2, 5}:
        raise Refusal(50008)
    require(world, channel, "send_messages_in_threads" if channel.is_thread else "send_messages")
    if body.get("embeds"):
        require(world, channel, "embed_links")
    if files:
        require(world, channel, "attach_files")
    if channel.locked and not world.may(channel) & bits("manage_threads"):
        raise Refusal(160005)
