"""The routes of everything else: who the bot is, where the gateway is, servers and their members, commands."""

from __future__ import annotations

from collections.abc import Sequence

from tests.discord import ordering, shapes
from tests.discord.calls import Call, Given, Route
from tests.discord.refusals import Form, Refusal
from tests.discord.world import APPLICATION, Json, Server, World


def server(world: World, call: Call) -> Server:
    found = world.servers.get(call.id("guild_id"))
    if found is None:
        raise Refusal(10004)
    return found


async def me(world: World, call: Call) -> Given:
    return 200, shapes.own_user(world.bot)


async def application(world: World, call: Call) -> Given:
    return 200, shapes.application(world)


async def gateway(world: World, call: Call) -> Given:
    left = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
    return 200, {"url": world.gateway, "shards": 1, "session_start_limit": left}


async def read_server(world: World, call: Call) -> Given:
    return 200, shapes.server(server(world, call))


async def channels(world: World, call: Call) -> Given:
    found = server(world, call)
    return 200, [shapes.channel(one) for one in found.channels.values() if not one.is_thread]


async def roles(world: World, call: Call) -> Given:
    return 200, [shapes.role(one) for one in server(world, call).roles.values()]


async def member(world: World, call: Call) -> Given:
    found = server(world, call).members.get(call.id("user_id"))
    if found is None:
        raise Refusal(10007)
    return 200, shapes.member(found)


async def search(world: World, call: Call) -> Given:
    query, most = call.query["query"].lower(), call.asked("limit") or 1
    found = [one for one in server(world, call).members.values() if one.name.lower().startswith(query)]
    return 200, [shapes.member(one) for one in found[:most]]


async def user(world: World, call: Call) -> Given:
    for one in world.servers.values():
        if call.id("user_id") in one.members:
            return 200, shapes.user(one.members[call.id("user_id")].user)
    raise Refusal(10013)


def scope(world: World, call: Call) -> int | None:
    """The server that commands are for, or everywhere."""
    if call.id("application_id") != APPLICATION:
        raise Refusal(10002)
    return server(world, call).id if "guild_id" in call.parts else None


async def commands(world: World, call: Call) -> Given:
    return 200, [shown(one, call) for one in world.commands.get(scope(world, call), [])]


async def sync(world: World, call: Call) -> Given:
    where = scope(world, call)
    synced = ordering.sync(world, where, call.body if isinstance(call.body, list) else ())
    world.changed()
    return 200, [shown(one, call) for one in synced]


def shown(command: Json, call: Call) -> Json:
    """A command without its other languages, unless they are asked for."""
    if call.method != "GET" or call.query.get("with_localizations") in {"1", "true", "True"}:
        return command
    return {key: value for key, value in command.items() if not key.endswith("_localizations")}


async def create(world: World, call: Call) -> Given:
    where = scope(world, call)
    old: Sequence[Json] = world.commands.get(where, ())
    body: Json = call.body
    others = [one for one in old if (one["type"], one["name"]) != (body.get("type", 1), body.get("name"))]
    synced = ordering.sync(world, where, [*map(plain, others), body])
    world.changed()
    return 201 if len(others) == len(old) else 200, synced[-1]


def plain(command: Json) -> Json:
    """A command as it was sent, for it is sent again."""
    return {key: value for key, value in command.items() if key in ordering.COMMAND}


async def delete(world: World, call: Call) -> Given:
    where = scope(world, call)
    old = world.commands.get(where, [])
    left = [one for one in old if one["id"] != call.parts["command_id"]]
    if len(left) == len(old):
        raise Refusal(10063)
    world.commands[where] = left
    world.changed()
    return 204, None


async def search_is_bounded(world: World, call: Call) -> Given:
    form = Form()
    form.need(1 <= (call.asked("limit") or 1) <= 1000, "limit", "int value should be between 1 and 1000.")
    form.close()
    return await search(world, call)


EVERYWHERE, HERE = "/applications/{application_id}/commands", "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES = (
    Route("GET", "/users/@me", me),
    Route("GET", "/users/{user_id}", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway/bot", gateway),
    Route("GET", "/guilds/{guild_id}", read_server),
    Route("GET", "/guilds/{guild_id}/channels", channels),
    Route("GET", "/guilds/{guild_id}/roles", roles),
    Route("GET", "/guilds/{guild_id}/members/search", search_is_bounded),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member),
    *(Route("GET", where, commands) for where in (EVERYWHERE, HERE)),
    *(Route("PUT", where, sync) for where in (EVERYWHERE, HERE)),
    *(Route("POST", where, create) for where in (EVERYWHERE, HERE)),
    *(Route("DELETE", f"{where}/{{command_id}}", delete) for where in (EVERYWHERE, HERE)),
)
