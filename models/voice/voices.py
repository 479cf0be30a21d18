"""Voices: the taught voice, opened when somebody first speaks. Imports nothing heavy before.

A voice that cannot be opened is said once, in the log; the rehearsal goes on without it.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from audience.language import Failed, Prompt, Refused, Sampling
from models.cues import Cues
from models.hub import PACKAGED, find
from models.shelf import Shelf
from models.voice import adapter, judging

if TYPE_CHECKING:
    from models.voice.speaking import Voice

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Voices:
    """`mark` changes whenever the words would. What is opened is closed by `stack`."""

    mark: str
    taught: Path
    shelf: Shelf
    cues: Cues
    stack: AsyncExitStack
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    found: list[Voice | None] = field(default_factory=list)

    @classmethod
    def of(cls, shelf: Shelf, cues: Cues, stack: AsyncExitStack, taught: Path = adapter.SHIPPED) -> Voices:
        """Nothing is loaded yet. Raises Refused where the weights are not there, Failed where what was taught is damaged."""
        find(PACKAGED, shelf)
        adapter.about(taught)
        return cls(judging.about(taught.with_name(judging.JUDGE))["mark"], taught, shelf, cues, stack)

    async def say(self, prompt: Prompt, sampling: Sampling) -> str | None:
        """Words fit to be shown, or None."""
        voice = await self.ready()
        return await voice.say(prompt, sampling) if voice else None

    async def ready(self) -> Voice | None:
        """Opened, or None where it cannot be."""
        async with self.opening:
            if not self.found:
                self.found.append(await self._opened())
        return self.found[0]

    async def _opened(self) -> Voice | None:
        from models.voice.loading import opened

        try:
            return await self.stack.enter_async_context(opened(self.shelf, self.cues, self.taught))
        except (Failed, Refused) as complaint:
            LOG.warning("%s The readers speak in ready phrases.", complaint)
            return None
