"""What a member sees after doing something: the bot's answer to an interaction, as it stands now, and the wait for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.discord.world import LOADING, File, Interaction, Json, Message, opened

Until = Callable[[Callable[[], object], float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """It changes as the bot goes on: ask it again, or wait with `settled`."""

    interaction: Interaction
    until: Until

    @property
    def acknowledged(self) -> float | None:
        """Seconds from the act to the bot's first sign; none where Discord said that the application did not respond."""
        at = self.interaction.acknowledged
        return None if at is None else at - self.interaction.at

    @property
    def message(self) -> Message | None:
        """The answer itself; after a press that changed a message, that message."""
        return None if self.interaction.deleted else self.interaction.original

    @property
    def followups(self) -> tuple[Message, ...]:
        return tuple(self.interaction.followups)

    @property
    def modal(self) -> Json | None:
        """The form as Discord got it: custom_id, title, components."""
        return self.interaction.modal

    @property
    def choices(self) -> tuple[tuple[str, Any], ...]:
        """What was suggested: what is shown, and what it stands for."""
        return tuple((one["name"], one["value"]) for one in self.interaction.choices or ())

    @property
    def fields(self) -> dict[str, Json]:
        """The inputs of the form by their custom ids."""
        parts = opened((self.modal or {}).get("components", ()))
        return {part["custom_id"]: part for part in parts if "custom_id" in part}

    @property
    def messages(self) -> tuple[Message, ...]:
        """The answer and everything that followed."""
        return (() if self.message is None else (self.message,)) + self.followups

    @property
    def text(self) -> str:
        """All words of it, embeds too."""
        return "\n".join(message.text for message in self.messages)

    @property
    def files(self) -> tuple[File, ...]:
        return tuple(file for message in self.messages for file in message.files)

    @property
    def ephemeral(self) -> bool:
        """Whether only the member sees it."""
        return all(message.ephemeral for message in self.messages)

    @property
    def waiting(self) -> bool:
        """Whether the member sees that the bot is thinking."""
        return bool(self.message and self.message.flags & LOADING)

    @property
    def open(self) -> bool:
        """Whether something is still to come: no sign yet, the bot is thinking, or it put a press off without a word."""
        was = self.interaction.edits
        untouched = self.interaction.answered_with == 6 and self.message is not None and self.message.edits == was
        return self.acknowledged is None or self.waiting or (untouched and not self.followups)

    async def settled(self, what: Callable[[Answer], object] | None = None, seconds: float = 10.0) -> Answer:
        """Wait until the bot has said what it put off, and, where something is asked of it, until that holds too."""
        assert self.acknowledged is not None, "the application did not respond"
        await self.until(lambda: not self.open and (what is None or what(self)), seconds)
        return self
