"""Streaming: an answer that comes in pieces -> the answer it would have been in one, and its words heard meanwhile.

Server-sent events (WHATWG HTML, 9.2) with one JSON object each, as OpenAI's chat completions send them. Knows no prompt.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from audience.language import Heard
from models.tidying import spoken

EVENTS = "text/event-stream"
LAST = "[DONE]"
LONGEST = 8_000_000  # bytes of one answer
REASONING = ("reasoning_content", "reasoning")


@dataclass(slots=True)
class Pieces:
    """What has come so far. `ended` is the reason that the server gave for its end."""

    words: list[str] = field(default_factory=list)
    reasoned: list[str] = field(default_factory=list)
    ended: str | None = None
    usage: Any = None

    def take(self, event: Any) -> bool:
        """Whether there is more to be heard. Raises ValueError for what is no piece of an answer."""
        if not isinstance(event, dict) or "error" in event:
            raise ValueError("no piece of an answer")
        self.usage = event.get("usage") or self.usage
        heard = len(self.words)
        for choice in (event.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            self.words += filter(None, [delta.get("content")])
            self.reasoned += [delta[name] for name in REASONING if delta.get(name)]
            self.ended = choice.get("finish_reason") or self.ended
        return len(self.words) > heard

    @property
    def whole(self) -> bytes:
        message = {"role": "assistant", "content": "".join(self.words), "reasoning_content": "".join(self.reasoned)}
        choice = {"message": message, "finish_reason": self.ended}
        return json.dumps({"choices": [choice], "usage": self.usage}).encode()


async def gathered(answer: aiohttp.ClientResponse, heard: Heard) -> bytes:
    """The body of the same answer in one piece. Raises ClientPayloadError where it breaks off, or is no stream of pieces."""
    found, read = Pieces(), 0
    try:
        async for line in answer.content:
            read += len(line)
            told = line.decode().strip()
            if read > LONGEST or told == f"data: {LAST}":
                break
            if told.startswith("data:") and found.take(json.loads(told.removeprefix("data:"))):
                heard(spoken("".join(found.words)))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise aiohttp.ClientPayloadError("no stream of an answer") from None
    if found.ended is None:
        raise aiohttp.ClientPayloadError("broken off")
    return found.whole
