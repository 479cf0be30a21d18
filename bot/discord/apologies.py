"""Apologies: what went wrong, as the one sentence that the person who asked sees. No trace ever reaches a person.

Knows errors and nothing of where they came from.
"""

from __future__ import annotations

import logging
import secrets

import aiohttp
import discord
from discord import app_commands

from audience.errors import Failed, Refused

LOG = logging.getLogger(__name__)
GONE = {
    10003: "That channel or thread is gone.",
    10004: "Soundingboard is no longer in that server.",
    10008: "That message is gone.",
    10015: "Soundingboard's webhook in this channel is gone.",
}
MAY_NOT = "Discord does not let Soundingboard do that here; ask whoever manages the server for its permissions: {needed}."
NEEDED: dict[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
"""What a rehearsal cannot be shown without, by Discord's own name and by the name that people see."""
WANTED: dict[str, str] = {
    **NEEDED,
    "manage_webhooks": "Manage Webhooks",  # replies stand under the name of a persona
    "manage_threads": "Manage Threads",  # a deleted rehearsal takes its thread with it
}


FORESEEN: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((discord.Forbidden,), MAY_NOT.format(needed=", ".join(NEEDED.values()))),
    (
        (app_commands.CommandSignatureMismatch, app_commands.CommandNotFound),
        "This command has changed since your Discord last looked; reload Discord (Ctrl+R) and give it again.",
    ),
    ((app_commands.CheckFailure, app_commands.TransformerError), "That cannot be used here; see /help."),
    (
        (discord.DiscordServerError, aiohttp.ClientError, OSError),
        "Discord did not answer; nothing is lost, try again in a moment.",
    ),
)
"""Errors of the library and of the network that happen in the best of weathers; TimeoutError is an OSError."""


def wanted() -> discord.Permissions:
    """What the bot is invited with: exactly what it uses."""
    return discord.Permissions(**dict.fromkeys(WANTED, True))


def missing(permissions: discord.Permissions) -> tuple[str, ...]:
    return tuple(told for name, told in NEEDED.items() if not getattr(permissions, name))


def lacking(names: tuple[str, ...], where: str) -> str:
    return f"Soundingboard may not work in {where} yet; ask whoever manages the server to allow it: {', '.join(names)}."


def sorry(error: BaseException) -> str:
    """One sentence: what happened, where, what to do. What nobody foresaw gets a reference under which the log holds it."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, Refused | Failed):
        return str(cause)
    if isinstance(cause, discord.NotFound) and cause.code in GONE:
        return f"{GONE[cause.code]} Nothing that was kept is lost; /rehearsals finds it."
    if isinstance(cause, discord.RateLimited):
        return f"Discord asks us to wait {cause.retry_after:.0f} seconds; try again after that."
    return next((sentence for kinds, sentence in FORESEEN if isinstance(cause, kinds)), "") or _unforeseen(cause)


def _unforeseen(error: BaseException) -> str:
    reference = secrets.token_hex(4)
    LOG.error("reference %s", reference, exc_info=error)
    return (
        f"Something went wrong that should not; nothing that was kept is lost. Please report it with the reference {reference}."
    )
