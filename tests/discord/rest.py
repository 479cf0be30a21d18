"""The HTTP side of the loopback Discord: reads a call, lets it fail where it shall, carries it out, checks it, keeps a record."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord import callbacks, messages, places, spec, threads, webhooks
from tests.discord.calls import Call, Route
from tests.discord.faults import Fault, Rule, limited_response, reset
from tests.discord.pace import Pace
from tests.discord.refusals import Refusal
from tests.discord.world import TOKEN, File, World

PREFIX = "/api/v10"
ROUTES: tuple[Route, ...] = (*callbacks.ROUTES, *messages.ROUTES, *places.ROUTES, *threads.ROUTES, *webhooks.ROUTES)
FOUND = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", one.template)), one) for one in ROUTES]
# Tokens that open a call by themselves; such calls carry no other.
KEYS = ("webhook_token", "interaction_token")


def route(method: str, path: str) -> tuple[Route, Mapping[str, str]] | None:
    for pattern, one in FOUND:
        match = pattern.fullmatch(path) if one.method == method else None
        if match:
            return one, match.groupdict()
    return None


def readable(path: str, parts: Mapping[str, str]) -> str:
    """The path without what opens it."""
    for key in KEYS:
        path = path.replace(parts.get(key, ""), ":token") if key in parts else path
    return path


async def body(request: web.BaseRequest) -> tuple[Any, tuple[File, ...]]:
    """The JSON of a call, and the files that came with it."""
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        files = [
            File(value.filename, value.file.read(), "text/plain" if value.filename.endswith(".txt") else value.content_type)
            for value in form.values() if isinstance(value, web.FileField)
        ]  # fmt: skip
        return parsed(str(form["payload_json"])), tuple(files)
    raw = await request.read()
    if raw and request.content_type != "application/json":
        raise Refusal(50109)
    return (parsed(raw.decode()) if raw else None), ()


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(50109) from error


def answer(status: int, given: Any, headers: Mapping[str, str]) -> web.Response:
    """JSON with exactly the type that clients look for, or nothing at all."""
    if given is None:
        return web.Response(status=status, headers=headers)
    return web.Response(status=status, body=json.dumps(given).encode(), headers={**headers, "Content-Type": "application/json"})


@dataclass(slots=True)
class Rest:
    world: World
    pace: Pace
    checked: bool
    record: list[Call] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    async def handle(self, request: web.BaseRequest) -> web.Response:
        if request.path.startswith("/attachments/"):
            return self.download(request)
        path = request.path.removeprefix(PREFIX)
        found = route(request.method, path)
        if found is None:
            self.world.violations.append(f"{request.method} {request.path}: there is no such call here")
            return answer(404, {"message": "404: Not Found", "code": 0}, {})
        one, parts = found
        call = Call(one.method, one.template, readable(path, parts), parts, dict(request.query), None, at=self.world.now())
        call.authorised = request.headers.get("Authorization", "")
        self.record.append(call)
        try:
            return await self.met(request, one, call)
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
            self.world.violations.append(f"{call}: could not be carried out: {error!r}")
            raise

    async def met(self, request: web.BaseRequest, one: Route, call: Call) -> web.Response:
        """Carry a call out, unless something else shall happen to it."""
        try:
            call.body, call.files = await body(request)
        except Refusal as refusal:
            return self.refused(call, refusal)
        fault = next((rule.how for rule in self.rules if rule.meets(call)), Fault())
        if fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault.cut == "before":
            reset(request)
            return web.Response()
        if fault.status:
            call.status = fault.status
            self.world.changed()
            return fault.response()
        response = await self.carried(one, call)
        if fault.cut == "after":
            reset(request)
        return response

    async def carried(self, one: Route, call: Call) -> web.Response:
        wait, everywhere = self.pace.wait(call)
        if wait:
            call.status = 429
            return limited_response(wait, everywhere=everywhere)
        if not any(key in call.parts for key in KEYS) and call.authorised != f"Bot {TOKEN}":
            return self.refused(call, Refusal(0))
        try:
            call.status, call.given = await one.carry(self.world, call)
        except Refusal as refusal:
            return self.refused(call, refusal)
        if self.checked:
            self.world.violations.extend(spec.wrong(call))
        self.world.changed()
        return answer(call.status, call.given, self.pace.headers(call))

    def refused(self, call: Call, refusal: Refusal) -> web.Response:
        call.status, call.given = refusal.status, refusal.body
        self.world.changed()
        return answer(refusal.status, refusal.body, self.pace.headers(call))

    def download(self, request: web.BaseRequest) -> web.Response:
        """A file, as the network of files gives it out."""
        parts = request.path.split("/")
        file = self.world.files.get(int(parts[3])) if len(parts) == 5 and parts[3].isdecimal() else None
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.content, headers={"Content-Type": file.content_type})

    def calls(self, method: str, path: str) -> Iterable[Call]:
        """The calls so far with this method and a path of this pattern."""
        pattern = re.compile("/".join("[^/]+" if part == "*" else re.escape(part) for part in path.split("/")))
        return [call for call in self.record if call.method == method and pattern.fullmatch(call.path)]
