"""What a member can press, choose and fill in: the parts of a message and of a form, found by what is written on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.discord import options
from tests.discord.limits import SELECTS
from tests.discord.world import File, Json, Message, World

TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 4, 19, 21, 22, 23


def button(message: Message, name: str) -> Json:
    """The one button with this label, or with this in its custom id."""
    buttons = [part for part in message.parts if part["type"] == 2 and "custom_id" in part]
    found = [one for one in buttons if one.get("label") == name] or [one for one in buttons if name in one["custom_id"]]
    shown = [(one.get("label"), one["custom_id"]) for one in buttons]
    assert len(found) == 1, f"{len(found)} buttons are {name!r}; there are {shown}"
    assert not found[0].get("disabled"), f"the button {name!r} is greyed out"
    return found[0]


def select(message: Message, name: str) -> Json:
    menus = [part for part in message.parts if part["type"] in SELECTS]
    found = [one for one in menus if name in one["custom_id"] or name == one.get("placeholder")]
    assert len(found) == 1, f"{len(found)} menus are {name!r}; there are {[one['custom_id'] for one in menus]}"
    assert not found[0].get("disabled"), f"the menu {name!r} is greyed out"
    return found[0]


def values(part: Json, chosen: Sequence[str]) -> list[str]:
    """The values of what was chosen by value or by label, as many as the menu takes."""
    offered = part.get("options", ())
    by_label = {one["label"]: one["value"] for one in offered}
    known = {one["value"] for one in offered}
    made = [one if one in known or part["type"] not in {3, RADIO, CHECKBOXES} else by_label.get(one) for one in chosen]
    assert None not in made, f"{chosen} is not all offered: {sorted(known)}, {sorted(by_label)}"
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    assert least <= len(made) <= most or not part.get("required", True), f"from {least} to {most} are chosen, not {len(made)}"
    return [str(one) for one in made]


def submitted(world: World, modal: Json, filled: Mapping[str, Any]) -> Json:
    """The data of a form that is sent off."""
    left, resolved = dict(filled), dict[str, Json]()
    parts = [one for part in modal["components"] for one in sent(world, part, left, resolved)]
    assert not left, f"the form has no field {sorted(left)}"
    data = {"custom_id": modal["custom_id"], "components": parts}
    return data | ({"resolved": resolved} if resolved else {})


def sent(world: World, part: Json, left: dict[str, Any], resolved: dict[str, Json]) -> list[Json]:
    """One part of the form as it comes back: a label with its input, a row with its inputs, a text with its number."""
    head = {"type": part["type"], "id": part["id"]}
    if part["type"] == 18:
        return [head | {"component": field(world, part["component"], part["label"], left, resolved)}]
    if part["type"] == 1:
        return [head | {"components": [field(world, one, one.get("label", ""), left, resolved) for one in part["components"]]}]
    return [head]


def field(world: World, part: Json, label: str, left: dict[str, Any], resolved: dict[str, Json]) -> Json:
    key = next((key for key in (part["custom_id"], label) if key in left), None)
    given = offered(part) if key is None else left.pop(key)
    made: Json = {"type": part["type"], "id": part["id"], "custom_id": part["custom_id"]}
    if part["type"] == TEXT_INPUT:
        return made | {"value": typed(part, str(given or ""), label)}
    if part["type"] == CHECKBOX:
        return made | {"value": bool(given)}
    if part["type"] == RADIO:
        return made | {"value": values(part, [given])[0] if given else None}
    chosen: list[Any] = [given] if isinstance(given, str | File) else list(given or ())
    if part["type"] == FILE_UPLOAD:
        return made | {"values": [str(options.resolve(world, one, resolved)) for one in chosen]}
    return made | {"values": values(part, chosen)}


def offered(part: Json) -> Any:
    """What a field holds that nobody touches."""
    if part["type"] == TEXT_INPUT:
        return part.get("value")
    if part["type"] == CHECKBOX:
        return part.get("default", False)
    chosen = [one["value"] for one in part.get("options", ()) if one.get("default")]
    return next(iter(chosen), None) if part["type"] == RADIO else chosen


def typed(part: Json, text: str, label: str) -> str:
    """The text, if the form lets it be sent off; what is written is as long as the field asks, or nothing where it may be."""
    if not text:
        assert not part.get("required", True), f"the field {label!r} must be filled in"
        return text
    least, most = part.get("min_length", 0), part.get("max_length", 4000)
    assert least <= len(text) <= most, f"the field {label!r} takes from {least} to {most} characters, not {len(text)}"
    return text
