"""What stands in channels and what should, by the keys of the ledger: a post is known by the names of its buttons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from audience.reaction import Reaction
from bot.discord.press import Name
from tests.discord.world import Channel, Message

Key = tuple[str, str]  # a rehearsal and one of its posts: starter, card, first.7


def posted(channels: Iterable[Channel]) -> Counter[Key]:
    """How often each post stands."""
    return Counter(key for channel in channels for message in channel.messages for key in keys(message))


def keys(message: Message) -> set[Key]:
    names = (Name.read(str(part.get("custom_id", ""))) for part in message.parts)
    return {(name.rehearsal, name.post) for name in names if name}


def wanted(rehearsal: str, reactions: Iterable[Reaction]) -> set[Key]:
    """The posts of a rehearsal that came to its end."""
    spoken = (f"{r.part}.{r.seat}" for r in reactions if r.reply and r.part != "worst")
    return {(rehearsal, post) for post in ("starter", "card", *spoken)}


def twice(posts: Counter[Key]) -> tuple[Key, ...]:
    return tuple(sorted(key for key, many in posts.items() if many > 1))
