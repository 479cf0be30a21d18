"""How Discord says no: a status, a number, a sentence, and where it is about a field, which one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.discord.world import Channel, Json, World, bits

# What each number means, with the status it comes with.
REFUSALS: Mapping[int, tuple[int, str]] = {
    0: (401, "401: Unauthorized"),
    10002: (404, "Unknown Application"),
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    30007: (400, "Maximum number of webhooks reached (15)"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Max number of daily application command creates has been reached (200)"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "This thread is locked"),
    220001: (400, "Webhooks posted to forum channels must have a thread_name or thread_id"),
}


def names(words: str) -> frozenset[str]:
    """The fields that a body may have."""
    return frozenset(words.split())


class Refusal(Exception):
    """Discord's answer to a call it does not carry out."""

    def __init__(self, code: int, errors: Json | None = None, *, status: int | None = None) -> None:
        known, message = REFUSALS.get(code, (400, "Invalid Form Body" if code == 50035 else "Refused"))
        self.status, self.code = status or known, code
        self.body: Json = {"message": message, "code": code} | ({"errors": errors} if errors else {})
        super().__init__(message)


@dataclass(slots=True)
class Form:
    """Collects what is wrong with a body, field by field, and refuses it once."""

    errors: Json = field(default_factory=dict)

    def wrong(self, where: str, code: str, message: str) -> None:
        """`where` is the path of the field with dots: `embeds.0.title`."""
        at = self.errors
        for part in where.split("."):
            at = at.setdefault(part, {})
        at.setdefault("_errors", []).append({"code": code, "message": message})

    def need(self, good: bool, where: str, message: str, code: str = "BASE_TYPE_BAD_VALUE") -> None:
        if not good:
            self.wrong(where, code, message)

    def length(self, text: object, most: int, where: str, least: int = 0) -> None:
        """Absent is fine unless `least` is asked for."""
        if text is None and not least:
            return
        if not isinstance(text, str):
            self.wrong(where, "BASE_TYPE_REQUIRED" if text is None else "STRING_TYPE_CONVERT", "This field is required")
        elif not least <= len(text) <= most:
            self.wrong(where, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def known(self, body: Json, fields: frozenset[str], where: str, violations: list[str]) -> None:
        """Discord overlooks a field that it does not know; here it is a mistake of the bot."""
        for name in sorted(set(body) - fields):
            violations.append(f"unknown field {where}.{name}")
            self.wrong(f"{where}.{name}", "UNKNOWN_FIELD", "There is no such field")

    def close(self) -> None:
        if self.errors:
            raise Refusal(50035, self.errors)


def require(world: World, channel: Channel, *names: str) -> None:
    """Refuse what the bot may not do here; without sight of the channel it is Missing Access."""
    may = world.may(channel)
    if not may & bits("view_channel"):
        raise Refusal(50001)
    if may & bits(*names) != bits(*names):
        raise Refusal(50013)


def channel(world: World, id: int) -> Channel:
    """The channel of this id that the bot can see."""
    found = world.channel(id)
    if found is None:
        raise Refusal(10003)
    require(world, found, "view_channel")
    return found
