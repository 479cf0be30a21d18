"""Discord's own description of its interface, held against every call and every answer, so that the loopback cannot flatter the bot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012, Draft202012Validator, Registry, ValidationError, ValidationErrorKind

from tests.discord.calls import Call

# Beside the checkout: the file is Discord's and is no part of the project.
FILE = Path(__file__).parents[3] / "shared" / "spec" / "discord-openapi.json"
NAME = "urn:discord"


def there() -> bool:
    return FILE.exists()


@cache
def document() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))


@cache
def registry() -> Registry:
    return Registry([(NAME, document())], draft=Draft202012)


@cache
def validator(pointer: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{NAME}#{pointer}"}, registry=registry())


@cache
def operation(method: str, template: str) -> Any:
    return document()["paths"].get(template, {}).get(method.lower())


def pointer(*parts: str) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D") for part in parts)


def wrong(call: Call) -> list[str]:
    """Every way in which a call that was carried out, or its answer, is not as Discord describes it."""
    found = operation(call.method, call.template)
    if found is None:
        return [f"{call}: Discord describes no such call"]
    where = ("paths", call.template, call.method.lower())
    return [*asked(call, found, where), *answered(call, found, where)]


def asked(call: Call, found: Any, where: tuple[str, ...]) -> Iterator[str]:
    if "requestBody" in found and call.body is not None:
        path = pointer(*where, "requestBody", "content", "application/json", "schema")
        yield from faults(path, call.body, f"{call}: asked")


def answered(call: Call, found: Any, where: tuple[str, ...]) -> Iterator[str]:
    described = found["responses"].get(str(call.status))
    if described is None:
        yield f"{call}: Discord never answers so, but {sorted(found['responses'])}"
    elif call.given is not None:
        path = pointer(*where, "responses", str(call.status), "content", "application/json", "schema")
        yield from faults(path, call.given, f"{call}: answered")


def faults(path: str, body: Any, of: str) -> Iterator[str]:
    for error in validator(path).iter_errors(body):
        if not harmless(error):
            told = nearest(error)
            at = "/".join(map(str, told.instance_path))
            yield f"{of}: at {at or 'the top'}: {told.message[:300]}"


def harmless(error: ValidationError) -> bool:
    """The description wants ids as texts, where Discord takes numbers too: of a new attachment, of a message that is answered."""
    if ways := branches(error):
        return any(way and all(map(harmless, way)) for way in ways)
    path = error.instance_path
    return bool(path) and str(path[-1]).endswith("id") and isinstance(error.instance, int)


def nearest(error: ValidationError) -> ValidationError:
    """Of a choice that was not met, what is wrong with the way that was met best."""
    ways = [way for way in branches(error) if way]
    return nearest(min(ways, key=len)[0]) if ways else error


def branches(error: ValidationError) -> list[list[ValidationError]]:
    """The errors of each way in which a choice could have been met."""
    kind = error.kind
    return kind.context if isinstance(kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid) else []
