"""What a person is told when something goes wrong: one sentence, never a trace; the log has what the reference finds."""

from __future__ import annotations

import logging
import re

import aiohttp
import discord
import pytest

from audience.errors import Failed, Refused
from bot.discord import logs
from bot.discord.apologies import NEEDED, WANTED, lacking, missing, sorry, wanted
from tests.bot.discord.test_patience import Answer, refused


def coded(code: int) -> discord.NotFound:
    return discord.NotFound(Answer(404), {"code": code, "message": "Unknown"})  # type: ignore[arg-type]  # all it reads


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refused("The draft is empty; give the text of the post."), "The draft is empty"),
        (Failed("The disk is full; free some."), "The disk is full"),
        (refused(403), "ask whoever manages the server for its permissions: View Channel"),
        (coded(10003), "That channel or thread is gone"),
        (coded(10015), "webhook in this channel is gone"),
        (discord.RateLimited(240.0), "wait 240 seconds"),
        (refused(500), "Discord did not answer"),
        (aiohttp.ServerDisconnectedError(), "Discord did not answer"),
        (TimeoutError(), "Discord did not answer"),
    ],
)
def test_what_can_be_foreseen_has_its_own_sentence(error: Exception, said: str) -> None:
    assert said in sorry(error)


def test_what_nobody_foresaw_gets_a_reference_that_finds_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    try:
        dict[str, str]()["nothing"]
    except KeyError as error:
        sentence = sorry(error)
    found = re.search(r"reference ([0-9a-f]{8})", sentence)
    assert found
    assert "nothing'" not in sentence
    assert "\n" not in sentence
    assert f"reference {found[1]}" in caplog.text
    assert "KeyError: 'nothing'" in caplog.text


def test_the_invitation_asks_for_what_is_used_and_nothing_else() -> None:
    assert wanted().value == sum(discord.Permissions.VALID_FLAGS[name] for name in WANTED)
    assert set(NEEDED) < set(WANTED)


def test_what_is_missing_in_a_channel_is_called_by_the_names_that_people_see() -> None:
    some = discord.Permissions(
        view_channel=True, send_messages=True, embed_links=True, attach_files=True, read_message_history=True
    )
    assert missing(some) == ("Create Public Threads", "Send Messages in Threads")
    assert "Create Public Threads, Send Messages in Threads" in lacking(missing(some), "#drafts")
    assert missing(wanted()) == ()


def test_no_line_of_a_log_holds_a_secret() -> None:
    line = logs.Discreet(("aaaa.bbbb.cccc",))
    address = "POST https://discord.com/api/v10/webhooks/123456/s3cr3t-tok_en?wait=true with aaaa.bbbb.cccc"
    record = logging.LogRecord("x", logging.DEBUG, "x.py", 1, "%s", (address,), None)
    said = line.format(record)
    assert "s3cr3t" not in said
    assert "aaaa" not in said
    assert "/webhooks/123456/[held back]?wait=true" in said


def test_a_secret_in_a_trace_is_held_back_too() -> None:
    try:
        float("https://discord.com/api/v10/interactions/77/abcDEF/callback")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "it broke", None, (ValueError, error, error.__traceback__))
    said = logs.Discreet(()).format(record)
    assert "abcDEF" not in said
    assert "/interactions/77/[held back]/callback" in said
