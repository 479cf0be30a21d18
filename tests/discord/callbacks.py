"""How the bot answers an interaction: the callback within three seconds, then for fifteen minutes the interaction's webhook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.discord import limits, posting, shapes
from tests.discord.calls import Call, Given, Route
from tests.discord.refusals import Form, Refusal
from tests.discord.world import EPHEMERAL, LOADING, Interaction, Json, Message, World

IN_TIME, VALID = 3.0, 900.0
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
# Which answers each kind of interaction may have.
ANSWERS: Mapping[int, frozenset[int]] = {
    COMMAND: frozenset((MESSAGE, DEFERRED, MODAL)),
    COMPONENT: frozenset((MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL)),
    AUTOCOMPLETE: frozenset((CHOICES,)),
    SUBMIT: frozenset((MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE)),
}


async def answer(world: World, call: Call) -> Given:
    asked = world.interactions.get(call.id("interaction_id"))
    if asked is None or asked.token != call.parts["interaction_token"]:
        raise Refusal(10062)
    if asked.acknowledged is not None:
        raise Refusal(40060)
    if world.now() - asked.at > IN_TIME:
        raise Refusal(10062)
    kind = fitting(world, asked, call.body)
    await ANSWER[kind](world, asked, call)
    asked.acknowledged, asked.answered_with = world.now(), kind
    world.changed()
    return (200, told(world, asked, kind)) if call.query.get("with_response") else (204, None)


def fitting(world: World, asked: Interaction, body: Json) -> int:
    form = Form()
    form.known(body, frozenset(("type", "data")), "callback", world.violations)
    kind = int(body.get("type", 0))
    form.need(kind in ANSWERS[asked.kind], "type", f"Value must be one of {sorted(ANSWERS[asked.kind])}.")
    if kind in {DEFERRED_UPDATE, UPDATE}:
        form.need(asked.source is not None, "type", "There is no message to update")
    form.close()
    return kind


def told(world: World, asked: Interaction, kind: int) -> Json:
    shown: Json = {
        "id": str(asked.id), "type": asked.kind, "channel_id": str(asked.channel.id), "guild_id": str(asked.channel.server.id),
    }  # fmt: skip
    message = asked.original
    if message is None:
        return {"interaction": shown}
    shown |= {
        "response_message_id": str(message.id), "response_message_loading": bool(message.flags & LOADING),
        "response_message_ephemeral": message.ephemeral,
    }  # fmt: skip
    if kind not in {MESSAGE, UPDATE}:
        return {"interaction": shown}
    return {"interaction": shown, "resource": {"type": kind, "message": shapes.message(world, message)}}


def made(world: World, asked: Interaction, body: Json, call: Call) -> Message:
    """A new message of the bot in answer; an ephemeral one only the member sees."""
    hidden = asked.member.id if int(body.get("flags") or 0) & EPHEMERAL else None
    return posting.made(world, asked.channel, world.bot, body, call, webhook=world.bot.id, type=20, seen_by=hidden)


async def with_message(world: World, asked: Interaction, call: Call) -> None:
    body = call.body.get("data") or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EXECUTE - {"username", "avatar_url"}, world.violations)
    asked.original = posting.post(world, made(world, asked, body, call))


async def with_deferred(world: World, asked: Interaction, call: Call) -> None:
    flags = int((call.body.get("data") or {}).get("flags") or 0) & EPHEMERAL
    hidden = asked.member.id if flags else None
    waiting = Message(
        world.id(), asked.channel, world.bot, flags=flags | LOADING, webhook=world.bot.id, type=20, seen_by=hidden
    )  # fmt: skip
    asked.original = posting.post(world, waiting)


async def with_deferred_update(world: World, asked: Interaction, call: Call) -> None:
    asked.original = asked.source


async def with_update(world: World, asked: Interaction, call: Call) -> None:
    body = call.body.get("data") or {}
    assert asked.source is not None
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EDIT, world.violations)
    asked.original = posting.edit(world, asked.source, body, call)


async def with_choices(world: World, asked: Interaction, call: Call) -> None:
    limits.choices(call.body["data"], world.violations)
    asked.choices = call.body["data"]["choices"]


async def with_modal(world: World, asked: Interaction, call: Call) -> None:
    limits.modal(call.body["data"], world.violations)
    asked.modal = call.body["data"] | {"components": posting.numbered(call.body["data"]["components"])}


ANSWER: Mapping[int, Callable[[World, Interaction, Call], Awaitable[None]]] = {
    MESSAGE: with_message, DEFERRED: with_deferred, DEFERRED_UPDATE: with_deferred_update, UPDATE: with_update,
    CHOICES: with_choices, MODAL: with_modal,
}  # fmt: skip


def by_token(world: World, call: Call) -> Interaction:
    """The answered interaction of this token, while its fifteen minutes last."""
    token = call.parts["webhook_token"]
    found = next((one for one in world.interactions.values() if one.token == token), None)
    if found is None or found.acknowledged is None:
        raise Refusal(10015)
    if world.now() - found.at > VALID:
        raise Refusal(50027)
    return found


async def follow_up(world: World, call: Call) -> Given:
    """A further message; the first one after a deferred answer takes the place of the waiting line."""
    asked, body = by_token(world, call), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EXECUTE - {"username", "avatar_url"}, world.violations)
    if asked.answered_with == DEFERRED and asked.original and asked.original.flags & LOADING and not asked.deleted:
        return 200, shapes.message(world, filled(world, asked.original, body | {"flags": asked.original.flags}, call))
    message = posting.post(world, made(world, asked, body, call))
    asked.followups.append(message)
    world.changed()
    return 200, shapes.message(world, message)


def filled(world: World, message: Message, body: Json, call: Call) -> Message:
    waiting = bool(message.flags & LOADING)
    posting.edit(world, message, body, call)
    message.flags &= ~LOADING
    if waiting:  # the first words of a deferred answer are no edit
        message.edits, message.edited = 0, None
    world.changed()
    return message


def said(world: World, call: Call) -> tuple[Interaction, Message]:
    asked, which = by_token(world, call), call.parts["message_id"]
    messages = [one for one in (asked.original, *asked.followups) if one is not None]
    found = [asked.original] if which == "@original" else [one for one in messages if str(one.id) == which]
    if not found or found[0] is None or (found[0] is asked.original and asked.deleted):
        raise Refusal(10008)
    return asked, found[0]


async def read_message(world: World, call: Call) -> Given:
    return 200, shapes.message(world, said(world, call)[1])


async def edit_message(world: World, call: Call) -> Given:
    (_, message), body = said(world, call), call.body or {}
    limits.mentions(world.pings, f"{call.method} {call.path}", body)
    limits.message(body, call.files, limits.EDIT, world.violations)
    return 200, shapes.message(world, filled(world, message, body, call))


async def delete_message(world: World, call: Call) -> Given:
    asked, message = said(world, call)
    asked.deleted = asked.deleted or message is asked.original
    posting.delete(world, message)
    return 204, None


ROUTES = (Route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", answer),)
