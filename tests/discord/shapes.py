"""How Discord writes things down: the JSON of users, members, channels, messages, webhooks. It changes nothing and refuses nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.discord.world import (
    APPLICATION,
    DISCORD_EPOCH,
    FORUM,
    Channel,
    File,
    Json,
    Member,
    Message,
    Role,
    Server,
    User,
    Webhook,
    World,
)


def born(id: int) -> str:
    return datetime.fromtimestamp((id >> 22) / 1000 + DISCORD_EPOCH, UTC).isoformat()


def user(of: User) -> Json:
    return {
        "id": str(of.id), "username": of.name, "avatar": None, "discriminator": "0" if not of.bot else "0000", "public_flags": 0,
        "flags": 0, "bot": of.bot, "global_name": of.shown, "primary_guild": None,
    }  # fmt: skip


def own_user(of: User) -> Json:
    return user(of) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def member(of: Member, permissions: int | None = None, *, bare: bool = False) -> Json:
    """A member; `bare` leaves out the user, as where one stands beside it."""
    made: Json = {
        "avatar": None, "banner": None, "communication_disabled_until": None, "flags": 0, "joined_at": born(of.server.id),
        "nick": of.nick, "pending": False, "premium_since": None, "roles": [str(role) for role in sorted(of.roles)],
        "mute": False, "deaf": False, "user": user(of.user),
    }  # fmt: skip
    if bare:
        del made["user"]
    return made if permissions is None else made | {"permissions": str(permissions)}


def role(of: Role) -> Json:
    return {
        "id": str(of.id), "name": of.name, "permissions": str(of.permissions), "position": of.position, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}, "hoist": False, "managed": False,
        "mentionable": False, "icon": None, "unicode_emoji": None, "flags": 0,
    }  # fmt: skip


def channel(of: Channel, permissions: int | None = None) -> Json:
    made: Json = {
        "id": str(of.id), "type": of.type, "name": of.name, "guild_id": str(of.server.id), "flags": 0,
        "parent_id": str(of.parent.id) if of.parent else None, "last_message_id": str(max(of.every)) if of.every else None,
        "rate_limit_per_user": 0,
    }  # fmt: skip
    made |= thread_part(of) if of.is_thread else place_part(of)
    return made if permissions is None else made | {"permissions": str(permissions)}


def thread_part(of: Channel) -> Json:
    since = of.id
    return {
        "owner_id": str(of.owner), "message_count": len(of.messages), "member_count": 1, "total_message_sent": len(of.messages),
        "thread_metadata": {
            "archived": of.archived, "archive_timestamp": born(since), "auto_archive_duration": of.archive_after,
            "locked": of.locked, "create_timestamp": born(since),
        },
    }  # fmt: skip


def place_part(of: Channel) -> Json:
    overwrites = [
        {"id": str(whose), "type": 0 if whose in of.server.roles else 1, "allow": str(allow), "deny": str(deny)}
        for whose, (allow, deny) in of.overwrites.items()
    ]
    made: Json = {"position": 0, "permission_overwrites": overwrites, "nsfw": False, "topic": None}
    return made | ({"available_tags": []} if of.type == FORUM else {})


def attachment(world: World, of: File) -> Json:
    url = f"{world.cdn}/attachments/{of.channel}/{of.id}/{of.name}"
    made: Json = {
        "id": str(of.id), "filename": of.name, "size": len(of.content), "url": url, "proxy_url": url, "content_type": of.content_type,
    }  # fmt: skip
    return made if of.description is None else made | {"description": of.description}


def message(world: World, of: Message, *, nested: bool = False) -> Json:
    """A message; `nested` leaves out what it answers."""
    made: Json = {
        "id": str(of.id), "type": of.type, "channel_id": str(of.channel.id), "author": user(of.author), "content": of.content,
        "mentions": [], "mention_roles": [], "mention_everyone": False, "attachments": [attachment(world, f) for f in of.files],
        "embeds": of.embeds, "components": of.components, "timestamp": born(of.id), "pinned": False, "tts": False,
        "edited_timestamp": of.edited.isoformat() if of.edited else None, "flags": of.flags,
    }  # fmt: skip
    if of.webhook:
        made["webhook_id"] = str(of.webhook)
    if of.author.id == APPLICATION:
        made["application_id"] = str(APPLICATION)
    if of.nonce is not None:
        made["nonce"] = of.nonce
    if of.thread:
        made["thread"] = channel(of.thread)
    return made | (answered(world, of) if of.answers and not nested else {})


def answered(world: World, of: Message) -> Json:
    home = of.channel.parent if of.type == 21 and of.channel.parent else of.channel
    found = home.every.get(of.answers or 0)
    reference = {"type": 0, "channel_id": str(home.id), "message_id": str(of.answers), "guild_id": str(home.server.id)}
    return {"message_reference": reference, "referenced_message": message(world, found, nested=True) if found else None}


def message_event(world: World, of: Message) -> Json:
    """A message as the gateway tells of it: with the server, and the member who wrote it."""
    made = message(world, of) | {"guild_id": str(of.channel.server.id)}
    author = of.channel.server.members.get(of.author.id)
    return made if author is None else made | {"member": member(author, bare=True)}


def hidden(made: Json) -> Json:
    """A message without the words and files of its author."""
    return made | {"content": "", "embeds": [], "attachments": [], "components": []}


def readable(world: World, of: Message) -> Json:
    """A message as a bot reads it that asks for it."""
    made = message(world, of)
    return made if of.author.id == APPLICATION or of.webhook or world.reads_content else hidden(made)


def webhook(of: Webhook) -> Json:
    made: Json = {
        "id": str(of.id), "type": 1, "name": of.name, "avatar": None, "channel_id": str(of.channel.id),
        "guild_id": str(of.channel.server.id), "application_id": str(of.application) if of.application else None,
    }  # fmt: skip
    if of.user:
        made["user"] = user(of.user)
    return made | ({"token": of.token} if of.application == APPLICATION else {})


def server(of: Server) -> Json:
    empty = dict.fromkeys((
        "icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id",
        "system_channel_id", "widget_channel_id", "max_presences", "vanity_url_code", "rules_channel_id",
        "safety_alerts_channel_id", "public_updates_channel_id", "incidents_data",
    ))  # fmt: skip
    counts = dict.fromkeys((
        "system_channel_flags", "verification_level", "default_message_notifications", "mfa_level", "explicit_content_filter",
        "premium_tier", "premium_subscription_count", "nsfw_level",
    ), 0)  # fmt: skip
    return empty | counts | {
        "id": str(of.id), "name": of.name, "owner_id": str(of.owner), "features": [], "region": "deprecated", "afk_timeout": 300,
        "roles": [role(one) for one in of.roles.values()], "max_members": 500000, "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25, "preferred_locale": of.locale, "premium_progress_bar_enabled": False, "nsfw": False,
        "emojis": [], "stickers": [], "widget_enabled": False,
    }  # fmt: skip


def server_event(world: World, of: Server) -> Json:
    """A server as the gateway tells of it: with its channels, its threads, and of its members the bot alone."""
    return server(of) | {
        "joined_at": born(of.id), "large": False, "unavailable": False, "member_count": len(of.members), "voice_states": [],
        "members": [member(world.me(of))], "channels": [channel(c) for c in of.channels.values() if not c.is_thread],
        "threads": [channel(c) for c in world.threads(of) if not c.archived], "presences": [], "stage_instances": [],
        "guild_scheduled_events": [], "soundboard_sounds": [],
    }  # fmt: skip


def application(world: World) -> Json:
    """The application as its owner reads it."""
    nothing = dict.fromkeys(("icon", "interactions_endpoint_url", "role_connections_verification_url", "team", "type"))
    owner = User(800000000000000001, "keeper")
    return nothing | {
        "id": str(APPLICATION), "name": world.bot.name, "description": "", "verify_key": "0" * 64, "flags": 0, "flags_new": "0",
        "redirect_uris": [], "owner": user(owner), "bot": user(world.bot), "bot_public": True, "bot_require_code_grant": False,
        "approximate_guild_count": len(world.servers), "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
    }  # fmt: skip
