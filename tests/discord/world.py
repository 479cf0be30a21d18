"""What the loopback Discord is made of: servers, channels, members, messages, webhooks, interactions, and who may do what.

It does not know HTTP, the gateway or JSON beyond what it keeps verbatim (embeds, components, commands).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from discord import Permissions

Json = dict[str, Any]

TEXT, NEWS, THREAD, PRIVATE_THREAD, FORUM = 0, 5, 11, 12, 15
EPHEMERAL, LOADING, HAS_THREAD = 64, 128, 32
DISCORD_EPOCH = 1420070400  # seconds; ids count milliseconds from here
APPLICATION = 900000000000000001
TOKEN = "loop.back.token"  # noqa: S105 - opens nothing but the loopback


def bits(*names: str) -> int:
    """The permission number of these names, as discord.py spells them."""
    total = 0
    for name in names:
        total |= Permissions.VALID_FLAGS[name]
    return total


EVERYTHING = Permissions.all().value
MEMBERS_MAY = bits(
    "view_channel", "send_messages", "send_messages_in_threads", "create_public_threads", "attach_files", "embed_links",
    "read_message_history", "use_application_commands",
)  # fmt: skip
BOT_MAY = MEMBERS_MAY | bits("manage_webhooks")


@dataclass(slots=True)
class User:
    id: int
    name: str
    bot: bool = False
    shown: str | None = None
    avatar: str = ""  # the address of the picture that a webhook speaks with


@dataclass(slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int = 1


@dataclass(slots=True)
class Member:
    user: User
    server: Server
    roles: set[int] = field(default_factory=set)
    nick: str | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.nick or self.user.shown or self.user.name


@dataclass(slots=True)
class File:
    """A file that was posted, or that a person hands to a command."""

    name: str
    content: bytes
    content_type: str = "text/plain; charset=utf-8"
    description: str | None = None
    id: int = 0
    channel: int = 0

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(slots=True)
class Message:
    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    flags: int = 0
    type: int = 0
    webhook: int | None = None
    nonce: str | None = None
    answers: int | None = None
    edited: datetime | None = None
    edits: int = 0
    seen_by: int | None = None  # an ephemeral message: the one member who sees it
    thread: Channel | None = None

    @property
    def name(self) -> str:
        """The name it is shown under."""
        return self.author.shown or self.author.name

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """All words a person reads in it: the content, then every embed from top to bottom, then text components."""
        return "\n".join(part for part in (self.content, *map(embed_text, self.embeds), *texts(self.components)) if part)

    @property
    def parts(self) -> list[Json]:
        """Every component in it, rows and containers opened."""
        return list(opened(self.components))


def embed_text(embed: Json) -> str:
    fields = [f"{one['name']}\n{one['value']}" for one in embed.get("fields", ())]
    author, footer = embed.get("author", {}).get("name", ""), embed.get("footer", {}).get("text", "")
    return "\n".join(part for part in (author, embed.get("title"), embed.get("description"), *fields, footer) if part)


def texts(components: Iterable[Json]) -> list[str]:
    return [str(part["content"]) for part in opened(components) if part["type"] == 10]


def opened(components: Iterable[Json]) -> Iterable[Json]:
    """Every component, what holds others before what it holds."""
    for component in components:
        yield component
        yield from opened(component.get("components", ()))
        yield from opened([component[key] for key in ("accessory", "component") if key in component])


@dataclass(slots=True)
class Channel:
    id: int
    server: Server
    name: str
    type: int = TEXT
    parent: Channel | None = None
    overwrites: dict[int, tuple[int, int]] = field(default_factory=dict)  # role or member: (allowed, denied)
    every: dict[int, Message] = field(default_factory=dict)  # system messages too, oldest first
    owner: int = 0
    archived: bool = False
    locked: bool = False
    archive_after: int = 1440

    @property
    def is_thread(self) -> bool:
        return self.type in {THREAD, PRIVATE_THREAD}

    @property
    def messages(self) -> list[Message]:
        """What people, bots and webhooks posted, oldest first; without the lines that Discord writes itself."""
        return [message for message in self.every.values() if message.type in {0, 19, 20, 23}]


@dataclass(slots=True)
class Webhook:
    id: int
    channel: Channel
    name: str
    token: str
    application: int | None = APPLICATION
    user: User | None = None


@dataclass(slots=True)
class Server:
    id: int
    name: str
    owner: int = 0
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)

    def permissions(self, member: Member, channel: Channel | None = None) -> int:
        """What this member may do here: roles first, then the overwrites of everyone, of roles, of the member."""
        base = self.roles[self.id].permissions
        for role in member.roles:
            base |= self.roles[role].permissions
        if member.id == self.owner or base & bits("administrator"):
            return EVERYTHING
        if channel is None:
            return base
        overwrites = (channel.parent or channel).overwrites if channel.is_thread else channel.overwrites
        base = changed(base, [overwrites.get(self.id, (0, 0))])
        base = changed(base, [overwrites[role] for role in member.roles if role in overwrites])
        base = changed(base, [overwrites.get(member.id, (0, 0))])
        return base if base & bits("view_channel") else 0


def changed(base: int, overwrites: Iterable[tuple[int, int]]) -> int:
    allowed = denied = 0
    for allow, deny in overwrites:
        allowed, denied = allowed | allow, denied | deny
    return (base & ~denied) | allowed


@dataclass(slots=True)
class Interaction:
    """Something a member did that the bot must answer, and how it was answered."""

    id: int
    token: str
    kind: int  # 2 command, 3 component, 4 autocomplete, 5 modal
    member: Member
    channel: Channel
    at: float
    payload: Json = field(default_factory=dict)
    source: Message | None = None  # the message whose component was used
    acknowledged: float | None = None  # when it was answered, by the world's clock
    answered_with: int | None = None  # the type of the callback
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    deleted: bool = False
    edits: int = 0  # how often the message whose component was used had been edited by then
    sent: bool = False  # whether the form was sent off; then it is closed


@dataclass(slots=True)
class World:
    """All there is, and the clock. `dispatch` and `changed` are filled in by whoever serves it."""

    clock: Callable[[], float]
    dispatch: Callable[[str, Json, Server | None], None]
    changed: Callable[[], None]
    cdn: str = ""
    gateway: str = ""
    bot: User = field(default_factory=lambda: User(APPLICATION, "soundingboard", bot=True))
    servers: dict[int, Server] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    interactions: dict[int, Interaction] = field(default_factory=dict)
    ephemeral: dict[int, Message] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)
    commands: dict[int | None, list[Json]] = field(default_factory=dict)  # by server; None is everywhere
    opened: set[str] = field(default_factory=set)  # commands that a server opened to everybody
    created: list[float] = field(default_factory=list)  # when each command was first created
    violations: list[str] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    reads_content: bool = False  # whether the bot was granted the words of others
    ahead: float = 0.0  # seconds the world's clock is ahead of the real one
    ids: Iterable[int] = field(default_factory=count)

    def now(self) -> float:
        return self.clock() + self.ahead

    def when(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def id(self) -> int:
        """A new id: it says when it was made, as Discord's do, and sorts by it."""
        return (int((self.now() - DISCORD_EPOCH) * 1000) << 22) | (next(iter(self.ids)) & 0x3FFFFF)

    def channel(self, id: int) -> Channel | None:
        return next((server.channels[id] for server in self.servers.values() if id in server.channels), None)

    def me(self, server: Server) -> Member:
        return server.members[self.bot.id]

    def may(self, channel: Channel) -> int:
        """What the bot may do in this channel."""
        return channel.server.permissions(self.me(channel.server), channel)

    def threads(self, server: Server) -> list[Channel]:
        return [channel for channel in server.channels.values() if channel.is_thread]
