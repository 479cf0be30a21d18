"""bot and doctor, as far as they come without Discord; with it they are in tests/bot/discord."""

from __future__ import annotations

import signal
import time

import pytest

from tests.bot.terminal.desk import Desk

TOKEN = "made.up.token"  # noqa: S105 - opens nothing
NOWHERE = "http://127.0.0.1:9"  # a proxy that is not there


@pytest.mark.parametrize("command", [("bot",), ("bot", "--invite")])
def test_without_a_token_one_sentence_says_where_to_get_one(desk: Desk, command: tuple[str, ...]) -> None:
    said = desk.run(*command)
    assert (said.code, said.out) == (2, "")
    assert "https://discord.com/developers/applications" in said.err
    assert said.err.count("\n") == 1


def test_the_doctor_looks_at_everything_and_says_what_to_do(desk: Desk) -> None:
    said = desk.run("doctor")
    assert said.code == 1
    first, *others = said.out.splitlines()
    assert first.startswith("TO DO  token: There is no token: make an application on https://discord.com")
    assert [line.split(":")[0] for line in others] == ["well   words", "well   database and model", "well   disk"]


def test_the_doctor_says_what_is_wrong_with_a_database(desk: Desk) -> None:
    said = desk.run("doctor", "--database", desk.write("notes.db", "my own notes, " * 100))
    assert said.code == 1
    assert "TO DO  database and model:" in said.out
    assert "is not a SQLite database" in said.out


def test_a_discord_that_cannot_be_reached_is_said_without_a_trace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("SOUNDINGBOARD_PROXY", NOWHERE)
    assert "TO DO  token: Discord cannot be reached" in desk.run("doctor").out
    said = desk.run("bot", "--invite")
    assert said.code == 1
    assert "Discord cannot be reached" in said.err
    assert said.err.count("\n") == 1


def test_the_bot_waits_for_a_discord_that_is_down_and_ends_when_told_to(desk: Desk) -> None:
    given = {**desk.environment, "DISCORD_TOKEN": TOKEN, "SOUNDINGBOARD_PROXY": NOWHERE, "SOUNDINGBOARD_MODEL": "null:"}
    bot = Desk(desk.folder, desk.capsys, desk.monkeypatch, given).start("bot")
    assert bot.stderr is not None
    heard = ""
    end = time.monotonic() + 20
    while "next try in" not in heard and time.monotonic() < end:
        heard += bot.stderr.readline()
    bot.send_signal(signal.SIGTERM)
    _, rest = bot.communicate(timeout=10)
    assert bot.returncode == 0, heard + rest
    assert "Traceback" not in heard + rest
    assert TOKEN not in heard + rest
