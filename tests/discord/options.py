"""What Discord's own program makes of a command that a member fills in: checked against the commands the bot has put up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.discord import shapes
from tests.discord.world import Channel, File, Json, Member, Message, World

SUB, SUB_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
WORTH: Mapping[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
    ATTACHMENT: File,
}


def command(world: World, member: Member, name: str, kind: int) -> Json:
    """The command of this name that the member is shown: a server's own before everybody's."""
    every: list[Json] = [*world.commands.get(member.server.id, ()), *world.commands.get(None, ())]
    found = next((one for one in every if one["name"] == name and one["type"] == kind), None)
    assert found is not None, f"there is no command {name!r}, only {sorted(one['name'] for one in every)}"
    needed = int(found["default_member_permissions"] or 0)
    may = member.server.permissions(member)
    assert name in world.opened or may & needed == needed, f"{member.name} is not shown the command {name!r}"
    return found


def called(world: World, member: Member, name: str, given: Mapping[str, Any], focused: str) -> tuple[Json, list[File]]:
    """The data of a slash command, and the files in it."""
    first, *further = name.split()
    top = command(world, member, first, 1)
    resolved: dict[str, Json] = {}
    at, path = top, []
    for word in further:
        at = next((one for one in at.get("options", ()) if one["name"] == word and one["type"] in {SUB, SUB_GROUP}), {})
        assert at, f"the command {first!r} has no {' '.join(further)!r}"
        path.append(at)
    filled = [value(world, one, given[one["name"]], resolved, focused) for one in wanted(at, name, given, focused)]
    for part in reversed(path):
        filled = [{"name": part["name"], "type": part["type"], "options": filled}]
    files = [one for one in given.values() if isinstance(one, File)]
    data = {"id": top["id"], "name": first, "type": 1, "options": filled}
    return data | ({"guild_id": top["guild_id"]} if "guild_id" in top else {}) | (
        {"resolved": resolved} if resolved else {}
    ), files


def wanted(at: Json, name: str, given: Mapping[str, Any], focused: str) -> list[Json]:
    """The options that are filled in, in the order the command has them; all that are needed must be."""
    known = at.get("options", ())
    assert not any(one["type"] in {SUB, SUB_GROUP} for one in known), f"{name!r} is not a command, but a group of them"
    unknown = set(given) - {one["name"] for one in known}
    assert not unknown, f"{name!r} has no option {sorted(unknown)}, only {[one['name'] for one in known]}"
    missing = [one["name"] for one in known if one.get("required") and one["name"] not in given]
    assert focused or not missing, f"{name!r} needs {missing}"
    return [one for one in known if one["name"] in given]


def value(world: World, option: Json, given: Any, resolved: dict[str, Json], focused: str) -> Json:
    name, kind = option["name"], option["type"]
    made: Json = {"name": name, "type": kind, "value": given}
    if name == focused:
        assert option.get("autocomplete"), f"{name!r} suggests nothing"
        return made | {"focused": True}
    if kind in WORTH:
        assert isinstance(given, WORTH[kind]), f"{name!r} does not take {given!r}"
    if kind in {USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT}:
        return made | {"value": str(resolve(world, given, resolved))}
    fits(option, given)
    return made


def fits(option: Json, given: Any) -> None:
    """What the program checks before it sends: the listed choices, the least and the most."""
    name, choices = option["name"], [one["value"] for one in option.get("choices", ())]
    assert not choices or given in choices, f"{name!r} is one of {choices}, not {given!r}"
    size = len(given) if isinstance(given, str) else given
    unit = "length" if isinstance(given, str) else "value"
    most = option.get(f"max_{unit}", 6000 if unit == "length" else 2**53)
    assert option.get(f"min_{unit}", -(2**53)) <= size <= most, f"{name!r}: {size} is out of bounds, at most {most}"


def resolve(world: World, given: Any, resolved: dict[str, Json]) -> int:
    """Put what an id stands for beside it, and give the id."""
    if isinstance(given, File):
        given.id, given.channel = given.id or world.id(), given.channel or world.id()
        world.files[given.id] = given
        resolved.setdefault("attachments", {})[str(given.id)] = shapes.attachment(world, given) | {"ephemeral": True}
        return given.id
    if isinstance(given, Channel):
        resolved.setdefault("channels", {})[str(given.id)] = shapes.channel(given, world.may(given))
        return given.id
    member: Member = given if isinstance(given, Member) else given.member
    resolved.setdefault("users", {})[str(member.id)] = shapes.user(member.user)
    resolved.setdefault("members", {})[str(member.id)] = shapes.member(member, member.server.permissions(member), bare=True)
    return member.id


def chosen(world: World, member: Member, name: str, target: Message | Member) -> Json:
    """The data of an entry in the menu of a message or a member."""
    found = command(world, member, name, 3 if isinstance(target, Message) else 2)
    resolved: dict[str, Json] = {}
    if isinstance(target, Message):
        resolved["messages"] = {str(target.id): shapes.message(world, target)}
    else:
        resolve(world, target, resolved)
    return {"id": found["id"], "name": name, "type": found["type"], "target_id": str(target.id), "resolved": resolved}
