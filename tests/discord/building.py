"""How tests change the world of the loopback Discord: servers, channels, members, permissions. Bots that are connected are told.

It does not serve anything, and it asks nobody whether they may.
"""

from __future__ import annotations

from tests.discord import posting, shapes, threads, webhooks
from tests.discord.world import (
    APPLICATION,
    BOT_MAY,
    MEMBERS_MAY,
    TEXT,
    THREAD,
    Channel,
    Member,
    Message,
    Role,
    Server,
    User,
    Webhook,
    World,
    bits,
)


class Building:
    """Builds one world; `server` is where things go that are given no other place."""

    world: World
    server: Server

    def add_server(self, name: str, *, bot_may: int = BOT_MAY) -> Server:
        """A server with the bot in it; bots that are connected are told."""
        server = Server(self.world.id(), name)
        server.roles[server.id] = Role(server.id, "@everyone", MEMBERS_MAY, 0)
        self.world.servers[server.id] = server
        role = Role(self.world.id(), "soundingboard", bot_may)
        server.roles[role.id] = role
        server.members[self.world.bot.id] = Member(self.world.bot, server, {role.id})
        server.owner = self.add_member("owner", server=server).id
        self.world.dispatch("GUILD_CREATE", shapes.server_event(self.world, server), server)
        return server

    def add_member(self, name: str, *, may: int = 0, server: Server | None = None, nick: str | None = None) -> Member:
        """A person; `may` is what they may do more than anybody, as the number of the permissions."""
        home = server or self.server
        member = Member(User(self.world.id(), name, shown=name.title()), home, nick=nick)
        if may:
            role = Role(self.world.id(), f"{name}'s", may)
            home.roles[role.id] = role
            member.roles.add(role.id)
        home.members[member.id] = member
        return member

    def add_channel(
        self, name: str, type: int = TEXT, *, server: Server | None = None, parent: Channel | None = None
    ) -> Channel:
        home = server or self.server
        channel = Channel(self.world.id(), home, name, type)
        home.channels[channel.id] = channel
        self.world.dispatch("CHANNEL_CREATE", shapes.channel(channel), home)
        return channel

    def add_webhook(self, channel: Channel, name: str = "elsewhere", *, owned: bool = False) -> Webhook:
        """A webhook that was there before; one that is not owned belongs to no application."""
        return webhooks.added(self.world, channel, name, APPLICATION if owned else None)

    def forbid(self, channel: Channel, *permissions: str) -> None:
        """Take permissions from the bot in a channel, by their names in discord.py."""
        allow, deny = channel.overwrites.get(APPLICATION, (0, 0))
        channel.overwrites[APPLICATION] = (allow & ~bits(*permissions), deny | bits(*permissions))
        self.world.dispatch("CHANNEL_UPDATE", shapes.channel(channel), channel.server)

    def allow(self, channel: Channel, *permissions: str) -> None:
        allow, deny = channel.overwrites.get(APPLICATION, (0, 0))
        channel.overwrites[APPLICATION] = (allow | bits(*permissions), deny & ~bits(*permissions))
        self.world.dispatch("CHANNEL_UPDATE", shapes.channel(channel), channel.server)

    def bot_may(self, *permissions: str, server: Server | None = None) -> None:
        """From now on the bot may do this in a server, besides what anybody may, and nothing more."""
        home = server or self.server
        role = home.roles[next(iter(self.world.me(home).roles))]
        role.permissions = bits(*permissions)
        self.world.dispatch("GUILD_ROLE_UPDATE", {"guild_id": str(home.id), "role": shapes.role(role)}, home)

    def remove_server(self, server: Server) -> None:
        """Throw the bot out of a server."""
        del self.world.servers[server.id]
        self.world.dispatch("GUILD_DELETE", {"id": str(server.id)}, server)

    def remove(self, channel: Channel) -> None:
        """Delete a channel or a thread, as somebody who may."""
        threads.remove(self.world, channel)

    def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Put a thread away, as somebody who may, or as Discord does when nobody writes."""
        thread.archived, thread.locked = True, locked
        self.world.dispatch("THREAD_UPDATE", shapes.channel(thread), thread.server)

    def add_thread(self, parent: Channel, name: str, owner: Member) -> Channel:
        """A thread that somebody opened."""
        thread = Channel(self.world.id(), parent.server, name, THREAD, parent, owner=owner.id)
        parent.server.channels[thread.id] = thread
        self.world.dispatch("THREAD_CREATE", shapes.channel(thread) | {"newly_created": True}, parent.server)
        return thread

    def erase(self, message: Message) -> None:
        """Delete a message, as its author or somebody who may."""
        posting.delete(self.world, message)

    def remove_webhook(self, webhook: Webhook) -> None:
        del self.world.webhooks[webhook.id]

    def open_command(self, name: str) -> None:
        """Let everybody use a command, whatever the bot asked for by default."""
        self.world.opened.add(name)
