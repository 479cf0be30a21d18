"""What Discord refuses in a list of commands, and how it keeps them. It does not know what a command does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from tests.discord.refusals import Form, Refusal, names
from tests.discord.world import APPLICATION, Json, World

NAME = re.compile(r"^[-_'\w]{1,32}$")
LOCALES = names(
    "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk vi zh-CN zh-TW"
)
COMMAND = names(
    "id type name name_localizations description description_localizations options default_member_permissions dm_permission "
    "contexts integration_types nsfw handler"
)  # fmt: skip
OPTION = names(
    "type name name_localizations description description_localizations required choices options channel_types min_value "
    "max_value min_length max_length autocomplete"
)  # fmt: skip
CHOICE = frozenset(("name", "name_localizations", "value"))
MOST = {1: 100, 2: 15, 3: 15}
A_DAY = 86400


def sync(world: World, where: int | None, given: Sequence[Json]) -> list[Json]:
    """Put these commands in place of those of a server, or of everywhere; gives them as they are kept."""
    form = Form()
    for n, one in enumerate(given):
        command(form, one, str(n), world.violations)
    names = [(one.get("type", 1), one.get("name")) for one in given]
    form.need(len(names) == len(set(names)), "name", "Application command names must be unique")
    form.close()
    for kind, most in MOST.items():
        if sum(one.get("type", 1) == kind for one in given) > most:
            raise Refusal(30032)
    old = {(one["type"], one["name"]): one for one in world.commands.get(where, ())}
    create(world, len(set(names) - set(old)))
    world.commands[where] = [kept(world, one, where, old.get((one.get("type", 1), one["name"]))) for one in given]
    return world.commands[where]


def create(world: World, many: int) -> None:
    recent = [at for at in world.created if world.now() - at < A_DAY]
    if len(recent) + many > 200:
        raise Refusal(30034)
    world.created[:] = recent + [world.now()] * many


def kept(world: World, one: Json, where: int | None, old: Json | None) -> Json:
    same = old is not None and all(old.get(key) == value for key, value in one.items() if key != "default_member_permissions")
    allowed = one.get("default_member_permissions")
    made = {key: value for key, value in one.items() if value is not None} | {
        "id": old["id"] if old else str(world.id()), "application_id": str(APPLICATION), "type": one.get("type", 1),
        "version": old["version"] if old and same else str(world.id()), "description": one.get("description", ""),
        "default_member_permissions": None if allowed is None else str(allowed), "nsfw": one.get("nsfw", False),
    }  # fmt: skip
    return made if where is None else made | {"guild_id": str(where)}


def command(form: Form, one: Json, where: str, violations: list[str]) -> None:
    form.known(one, COMMAND, where, violations)
    if one.get("type", 1) == 1:
        named(form, one, where)
        options(form, one.get("options") or (), where, violations)
    else:
        form.length(one.get("name"), 32, f"{where}.name", least=1)
        form.need(not one.get("description"), f"{where}.description", "Context menu commands cannot have description")
        localised(form, one, "name", 32, where)
    form.need(weight(one) <= 8000, where, "Command exceeds maximum size (8000)", "APPLICATION_COMMAND_TOO_LARGE")


def named(form: Form, one: Json, where: str) -> None:
    """The name and the description of a command or an option, in every language."""
    name = str(one.get("name", ""))
    form.need(lower(name), f"{where}.name", "Command name is invalid", "APPLICATION_COMMAND_INVALID_NAME")
    form.length(one.get("description"), 100, f"{where}.description", least=1)
    localised(form, one, "name", 32, where)
    localised(form, one, "description", 100, where)
    for locale, text in (one.get("name_localizations") or {}).items():
        form.need(
            lower(text), f"{where}.name_localizations.{locale}", "Command name is invalid", "APPLICATION_COMMAND_INVALID_NAME"
        )


def lower(name: str) -> bool:
    return bool(NAME.match(name)) and name == name.lower()


def localised(form: Form, one: Json, key: str, most: int, where: str) -> None:
    for locale, text in (one.get(f"{key}_localizations") or {}).items():
        form.need(
            locale in LOCALES, f"{where}.{key}_localizations", f"{locale} is no locale of Discord", "DICT_TYPE_INVALID_KEY"
        )
        form.length(text, most, f"{where}.{key}_localizations.{locale}", least=1)


def options(form: Form, given: Sequence[Json], where: str, violations: list[str]) -> None:
    form.need(len(given) <= 25, f"{where}.options", "Must be 25 or fewer in length.")
    names = [one.get("name") for one in given]
    form.need(len(names) == len(set(names)), f"{where}.options", "Option names must be unique")
    needed = [bool(one.get("required")) for one in given]
    form.need(
        needed == sorted(needed, reverse=True), f"{where}.options", "Required options must be placed before non-required options",
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    )  # fmt: skip
    for n, one in enumerate(given):
        option(form, one, f"{where}.options.{n}", violations)


def option(form: Form, one: Json, where: str, violations: list[str]) -> None:
    form.known(one, OPTION, where, violations)
    named(form, one, where)
    listed = one.get("choices") or ()
    form.need(len(listed) <= 25, f"{where}.choices", "Must be 25 or fewer in length.")
    form.need(not (listed and one.get("autocomplete")), f"{where}.autocomplete", "Choices and autocomplete exclude each other")
    for n, choice in enumerate(listed):
        form.known(choice, CHOICE, f"{where}.choices.{n}", violations)
        form.length(choice.get("name"), 100, f"{where}.choices.{n}.name", least=1)
        localised(form, choice, "name", 100, f"{where}.choices.{n}")
    options(form, one.get("options") or (), where, violations)


def weight(one: Json) -> int:
    """The characters that count towards 8,000: per text the longest of its languages."""
    own = longest(one, "name") + longest(one, "description")
    values = sum(len(value) for value in walk(one, "choices", "value") if isinstance(value, str))
    return own + values + sum(longest(c, "name") for c in one.get("choices") or ()) + sum(map(weight, one.get("options") or ()))


def longest(one: Json, key: str) -> int:
    texts = [one.get(key) or "", *(one.get(f"{key}_localizations") or {}).values()]
    return max(map(len, texts))


def walk(one: Json, within: str, key: str) -> Iterable[Any]:
    return [part.get(key) for part in one.get(within) or ()]
