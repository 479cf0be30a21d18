"""An OpenAI-compatible server on loopback: real sockets and real HTTP, with scripted chances or the tiny model behind them.

It gives what it is told to give and refuses what it is told to refuse; each fault is taken by the next chat that comes.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from models.chat import Chat

Asked = Mapping[str, Any]
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]
MESSAGE = {"role": "assistant", "content": "B"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer: its words, whether they were cut, the likeliest first tokens, and how many tokens the prompt had."""

    words: str
    cut: bool
    likely: tuple[tuple[str, float], ...]
    prompt: int


class Speaker(Protocol):
    def __call__(self, asked: Asked) -> Spoken: ...


@dataclass(slots=True)
class Scripted:
    """Says the same whatever it reads; `chances` of first tokens, and labels drawn by them where it must choose."""

    words: str = "Who fixed it?"
    chances: dict[str, float] = field(default_factory=lambda: {"A": 0.6, " A": 0.1, "B": 0.2, "\n": 0.05})
    read: Callable[[int], int] = lambda words: 2 * words  # tokens it says it has read

    def __call__(self, asked: Asked) -> Spoken:
        told = " ".join(turn["content"] for turn in asked["messages"])
        words = self.words
        if asked["max_tokens"] == 16:  # a choice
            chance = random.Random(asked["seed"])
            words = chance.choices([token.strip() for token in self.chances], [*self.chances.values()])[0]
            words = json.dumps({"answer": words}) if "response_format" in asked else words
        likely = tuple((token, math.log(chance)) for token, chance in self.chances.items())
        return Spoken(words, cut=False, likely=likely, prompt=self.read(len(told.split())))


@dataclass(slots=True)
class Tiny:
    """The tiny model, one question at a time. It has never seen a menu: letters are made likelier, so that they are shown."""

    model: Any
    chat: Chat
    letters: list[int]
    said: dict[str, Spoken] = field(default_factory=dict)  # what was asked once is not computed again

    @classmethod
    def load(cls, folder: Path) -> Tiny:
        from models.backends.local import unpacked
        from models.weights import Place

        model, tokenizer = unpacked(Place("tiny", folder), "float32")
        letters = [tokenizer.encode(letter, add_special_tokens=False)[0] for letter in "ABCDEF"]
        return cls(model.eval(), Chat.of(tokenizer), letters)

    def __call__(self, asked: Asked) -> Spoken:
        turns = {turn["role"]: turn["content"] for turn in asked["messages"]}
        ids = list(self.chat.encoded(turns.get("system", ""), turns["user"]))
        told = json.dumps([ids, {name: asked[name] for name in asked if name != "messages"}])
        if told not in self.said:
            self.said[told] = self._spoken(ids, asked)
        return self.said[told]

    def _spoken(self, ids: list[int], asked: Asked) -> Spoken:
        import torch

        chance, said = torch.Generator().manual_seed(asked.get("seed", 0)), list[int]()
        with torch.inference_mode():
            scores = self.model(torch.tensor([ids]), logits_to_keep=1).logits[0, -1].float()
            scores[self.letters] += 10.0
            values, tokens = scores.log_softmax(-1).topk(asked.get("top_logprobs", 1))
            likely = tuple((self.chat.words([int(t)]), float(v)) for v, t in zip(values, tokens, strict=True))
            while len(said) < asked["max_tokens"]:
                token = int(torch.multinomial((scores / asked["temperature"]).softmax(-1), 1, generator=chance))
                if token in self.chat.ends:
                    break
                said.append(token)
                scores = self.model(torch.tensor([[*ids, *said]]), logits_to_keep=1).logits[0, -1].float()
        return Spoken(self.chat.words(said), len(said) == asked["max_tokens"], likely, len(ids))


@dataclass(slots=True)
class Loopback:
    """Says so many times that it is still `loading`. `most` log-probabilities it gives, 0 for none; `refuses` these fields; `pages` are its other pages by path."""

    speaker: Speaker = field(default_factory=Scripted)
    models: tuple[str, ...] = ("tiny",)
    most: int = 20
    refuses: frozenset[str] = frozenset()
    pages: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    key: str = ""
    loading: int = 0
    streams: bool = True
    changed: Callable[[dict[str, Any]], None] = lambda _: None  # the last hand on each answer
    heard: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/{path:.*}", self._page)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self.runner is not None:
            await self.runner.cleanup()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": f"wrong: {request.headers.get('Authorization')}"}, status=401)
        if self.loading:
            self.loading -= 1
            return web.json_response({"error": {"message": "Loading model", "code": 503}}, status=503)
        if request.path == "/v1/models":
            return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]})
        return web.json_response(self.pages[request.path]) if request.path in self.pages else web.Response(status=404)

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        self.heard.append(asked)
        if self.faults:
            return await self.faults.pop(0)(request)
        if refused := self.refuses & {*asked, *(f"{turn['role']} turn" for turn in asked["messages"])}:
            return web.json_response({"error": {"message": f"unknown: {', '.join(refused)}"}}, status=400)
        if self.most and asked.get("top_logprobs", 0) > self.most:
            return web.json_response({"error": {"message": f"at most {self.most} logprobs"}}, status=400)
        answer = self._answer(asked)
        self.changed(answer)
        if asked["stream"] and self.streams:
            return await _in_pieces(request, answer)
        return web.Response(text=json.dumps(answer), content_type="application/json")  # NaN too, as some servers write it

    def _answer(self, asked: Asked) -> dict[str, Any]:
        spoken = self.speaker(asked)
        top = [{"token": token, "logprob": logprob} for token, logprob in spoken.likely[: asked.get("top_logprobs", 0)]]
        choice = {
            "index": 0, "message": {"role": "assistant", "content": spoken.words},
            "finish_reason": "length" if spoken.cut else "stop",
            "logprobs": {"content": [{**top[0], "top_logprobs": top}]} if self.most and asked.get("logprobs") else None,
        }  # fmt: skip
        return {"object": "chat.completion", "choices": [choice], "usage": {"prompt_tokens": spoken.prompt}}


@asynccontextmanager
async def serving(**given: Any) -> AsyncIterator[Loopback]:
    server = Loopback(**given)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _in_pieces(request: web.Request, answer: Mapping[str, Any], most: int = 1_000) -> web.StreamResponse:
    """Word by word, as llama-server and vLLM do; `most` lines, then the line is cut."""
    choice = answer["choices"][0]
    deltas = [
        {"role": "assistant", "content": None},
        *({"content": word} for word in re.findall(r"\s*\S+", choice["message"]["content"])),
    ]
    events: list[Any] = [{"choices": [{"delta": delta, "finish_reason": None}]} for delta in deltas]
    events += [
        {"choices": [{"delta": {}, "finish_reason": choice["finish_reason"]}]},
        {"choices": [], "usage": answer["usage"]},
    ]
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await stream.prepare(request)
    for event in events[:most]:
        await stream.write(f": still here\n\ndata: {json.dumps(event)}\n\n".encode())
    if most < len(events):
        return await dropped(request)
    await stream.write(b"data: [DONE]\n\n")
    return stream


# Faults.


def cut_stream(words: str, most: int) -> Fault:
    answer = {"choices": [{"message": {"content": words}, "finish_reason": "stop"}], "usage": None}

    async def fault(request: web.Request) -> web.StreamResponse:
        return await _in_pieces(request, answer, most)

    return fault


def broken_stream(line: str) -> Fault:
    async def fault(request: web.Request) -> web.StreamResponse:
        return web.Response(text=f"{line}\n\n", content_type="text/event-stream")

    return fault


def status(code: int, told: str = "out of order", **headers: str) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"error": {"message": told}}, status=code, headers=named)

    return answer


def text(told: str) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=told, content_type="application/json")

    return answer


async def half(request: web.Request) -> web.StreamResponse:
    """Promises more than it sends."""
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"choices": [{"message": {"role": "assist')
    return await dropped(request)


async def dropped(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def slow(seconds: float) -> Fault:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.json_response({"choices": [{"message": MESSAGE}]})

    return answer
