"""bot: the team's channel. Connects to Discord and stays."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from bot.room import chosen, library, open_room, open_store
from bot.settings import Settings
from bot.terminal.options import AllowRemote, Database, settings

Invite = Annotated[bool, typer.Option("--invite", help="Print the link that invites the bot to a server, and stop.")]
Model = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Which model plays; see: soundingboard models.")]


def add(app: typer.Typer) -> None:
    app.command("bot", epilog="Example: soundingboard bot --invite")(command)


def command(invite: Invite = False, model: Model = None, allow_remote: AllowRemote = False, database: Database = None) -> None:
    """Serve the team's channel on Discord until stopped."""
    given = settings()
    if invite:
        from bot.discord.visits import invitation

        typer.echo(asyncio.run(invitation(given)))
        return
    with suppress(asyncio.CancelledError):  # told to end, which is no failure
        asyncio.run(_serve(given, model or given.model, database, allow_remote))


async def _serve(given: Settings, model: str, database: Database, remote: bool) -> None:
    """Everything that lives as long as the bot, in one nest."""
    from bot.discord import logs
    from bot.discord.client import NOT_GIVEN, serve

    if not given.token:
        from audience.errors import Refused

        raise Refused(NOT_GIVEN)
    logs.begin(given.log_level, (given.token, given.server_key))
    words, taken = library(given), chosen(model, given)
    sys.stderr.write(f"Model: {taken.name}{f' ({taken.why})' if taken.why else ''}\n")
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_store(given, database) as store, open_room(given, taken.name, store, remote=remote) as room:
        if remote:
            sys.stderr.write(f"{room.model.remark}\n")
        await serve(room, words, given)
