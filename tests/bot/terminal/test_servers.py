"""Readers played by a server, as a writer meets them: where the draft goes, what a dead server looks like, what must be allowed."""

from __future__ import annotations

import asyncio

import pytest

from bot.terminal.app import build
from tests.bot.terminal.desk import FEW, Desk
from tests.models.loopback import Loopback, Scripted, serving, status

ELSEWHERE = "server:http://192.0.2.1:8080#m"


async def played(desk: Desk, server: Loopback, *more: str) -> str:
    """The report, played beside the server and not within its loop."""
    asked = ("rehearse", "draft.md", *FEW, "--model", f"server:{server.url}#tiny", "--seats", "3", "--replies", "0", *more)
    said = await asyncio.to_thread(desk.run, *asked)
    return f"{said.code} {' '.join(said.out.split())} {said.err}"


async def test_a_report_names_the_server_and_says_that_the_draft_stayed_here(desk: Desk) -> None:
    async with serving(speaker=letters()) as server:
        told = await played(desk, server)
    assert told.startswith("0 ")
    assert f"server:{server.url}#tiny" in told
    assert "The draft was sent to a server on this machine and nowhere else." in told


async def test_what_was_allowed_is_said_before_anybody_reads(desk: Desk) -> None:
    async with serving(speaker=letters(), models=("big:cloud",)) as server:
        told = await asyncio.to_thread(
            desk.run, "rehearse", "draft.md", *FEW, "--model", f"server:{server.url}", "--seats", "3", "--replies", "0",
            "--allow-remote", "--quiet",
        )  # fmt: skip
    assert told.code == 0
    assert "The draft left this machine: it was sent to its maker's machines." in told.err


async def test_seats_whose_server_breaks_are_shown_as_failed_with_the_reason(desk: Desk) -> None:
    async with serving(speaker=letters()) as server:
        server.changed = lambda _: server.faults.extend([status(400, "no more")] * 500) if len(server.heard) > 2 else None
        told = await played(desk, server)
    assert told.startswith("1 ")
    assert "will not answer (400: no more)" in told


def letters() -> Scripted:
    return Scripted(chances={letter: 0.1 + 0.01 * n for n, letter in enumerate("ABCDEFGH")})


@pytest.mark.parametrize("command", ["rehearse", "compare"])
def test_a_server_elsewhere_is_refused_unless_it_is_allowed_and_nothing_is_kept(desk: Desk, command: str) -> None:
    drafts = ("draft.md",) if command == "rehearse" else ("draft.md", desk.write("other.md", "Another draft entirely."))
    said = desk.run(command, *drafts, *FEW, "--model", ELSEWHERE)
    assert said.code == 2
    assert "the draft would leave it; name a server on 127.0.0.1, or say --allow-remote." in said.err
    assert desk.rows("rehearsals") == 0


@pytest.mark.parametrize("name", ["rehearse", "compare", "resume", "bot", "doctor"])
def test_whoever_opens_a_model_can_be_told_that_drafts_may_leave(desk: Desk, name: str) -> None:
    assert name in [command.name for command in build().registered_commands]
    assert "--allow-remote" in desk.run(name, "--help").out
