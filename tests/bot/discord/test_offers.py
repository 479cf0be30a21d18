"""Draft channels: each new draft gets a quiet offer, only where a manager wants it and whoever runs the bot allows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.discord.team import DRAFT, Team, buttons, team
from tests.discord import posting
from tests.discord.calls import Call
from tests.discord.gateway import CONTENT
from tests.discord.loopback import Loopback
from tests.discord.world import Message

QUIET = 1 << 12  # the flag of a message that makes no sound
OFFERED = "Rehearse this draft before a simulated audience?"


@pytest.fixture
async def watching(tmp_path: Path, loopback: Loopback) -> AsyncIterator[Team]:
    """A bot that may read messages, in a server whose manager chose the channel general."""
    loopback.gateway.allowed |= CONTENT
    async with team(tmp_path, loopback, draft_channels="on") as us:
        told = await us.told("mia", "settings", **{"draft-channel": loopback.general})
        assert f"Draft channels: <#{loopback.general.id}>." in told.text
        yield us


def offers(us: Team) -> list[Message]:
    return [message for server in [us.loopback.server] for c in server.channels.values() for message in c.messages
            if OFFERED in message.text]  # fmt: skip


async def offered(us: Team, text: str = DRAFT) -> Message:
    """The offer under a new draft by Ada."""
    before = len(offers(us))
    await us.person().post(us.loopback.general, text)
    await us.loopback.until(lambda: len(offers(us)) > before)
    return offers(us)[-1]


async def none_is_offered(us: Team) -> None:
    """What comes later is offered, so that what came before was not."""
    before = len(offers(us))
    await offered(us)
    assert len(offers(us)) == before + 1


async def test_a_new_draft_gets_a_quiet_offer_as_an_answer_to_it(watching: Team) -> None:
    offer = await offered(watching)
    draft = watching.loopback.general.messages[0]
    assert offer.answers == draft.id
    assert offer.flags & QUIET
    assert buttons(offer) == ["Rehearse this", "Not a draft"]


async def test_rehearse_this_plays_the_draft_in_a_thread_on_it_and_the_offer_goes(watching: Team) -> None:
    offer = await offered(watching)
    draft = watching.loopback.general.messages[0]
    await (await watching.person("ben").press(offer, "Rehearse this")).settled()
    thread = await watching.opened(0)
    await watching.shown(thread)
    assert thread.id == draft.id
    assert (await watching.kept(thread)).rehearsal.draft.text == DRAFT
    await watching.loopback.until(lambda: offers(watching) == [])


async def test_not_a_draft_takes_the_offer_away(watching: Team) -> None:
    offer = await offered(watching)
    answer = await watching.person("ben").press(offer, "Not a draft")
    await watching.loopback.until(lambda: offers(watching) == [])
    await watching.loopback.until(lambda: "nothing was read further" in answer.text)
    assert watching.threads == []


async def test_short_talk_answers_and_bots_get_no_offer(watching: Team) -> None:
    general = watching.loopback.general
    first = await watching.person("ben").post(general, "Who is on call tonight?")
    robot = watching.loopback.add_member("robot")
    robot.user.bot = True
    await watching.person("robot").post(general, DRAFT)
    world, ada = watching.loopback.world, watching.person().member.user
    call = Call("", "", "", {}, {}, None, ())
    posting.post(world, posting.made(world, general, ada, {"content": DRAFT}, call, answers=first.id, type=19))
    await none_is_offered(watching)


async def test_a_channel_that_nobody_chose_gets_no_offer(watching: Team) -> None:
    other = watching.loopback.add_channel("lounge")
    await watching.person().post(other, DRAFT)
    await none_is_offered(watching)


async def test_a_channel_is_switched_off_as_it_was_switched_on(watching: Team) -> None:
    told = await watching.told("mia", "settings", **{"draft-channel": watching.loopback.general})
    assert "Draft channels: none." in told.text
    await watching.person().post(watching.loopback.general, DRAFT)
    await asyncio.sleep(0.05)
    assert offers(watching) == []


async def test_where_whoever_runs_the_bot_did_not_opt_in_no_message_is_read(us: Team) -> None:
    refused = await us.told("mia", "settings", **{"draft-channel": us.loopback.general})
    assert "SOUNDINGBOARD_DRAFT_CHANNELS=on" in refused.text
    assert not us.loopback.world.reads_content
    await us.person().post(us.loopback.general, DRAFT)
    await asyncio.sleep(0.05)
    assert offers(us) == []


async def test_an_offer_whose_draft_is_gone_says_so(watching: Team) -> None:
    offer = await offered(watching)
    watching.loopback.erase(watching.loopback.general.messages[0])
    answer = await (await watching.person("ben").press(offer, "Rehearse this")).settled()
    assert "That message is gone." in answer.text
    assert watching.threads == []
