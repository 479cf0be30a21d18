"""How much a member and a server may ask for: what is said beyond it, and when the next is free."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bot.discord.team import DRAFT, LOUD, Team, card, replies, script, team
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback

NEXT = re.compile(r"the next is free <t:(\d+):R>\.")


async def asked(us: Team, who: str = "ada", **given: object) -> Answer:
    return await us.told(who, "rehearse", text=DRAFT, **{**LOUD, **given})


def free(us: Team, answer: Answer) -> float:
    """In how many seconds the next is said to be free."""
    found = NEXT.search(answer.text)
    assert found, answer.text
    return int(found[1]) - us.loopback.world.now()


async def test_a_member_over_the_quota_is_told_when_the_next_is_free(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        await us.rehearsed()
        answer = await asked(us)
        assert "You have asked for 1 rehearsals within the last hour, which is the most" in answer.text
        assert 3_500 < free(us, answer) <= 3_601
        assert answer.ephemeral
        assert len(us.threads) == 1


async def test_the_quota_of_one_member_holds_up_no_other(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        await us.rehearsed("ada")
        await us.rehearsed("ben")
        assert len(us.threads) == 2


async def test_an_hour_later_the_next_is_free(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        await us.rehearsed()
        loopback.pass_time(free(us, await asked(us)) + 1)
        await us.rehearsed()
        assert len(us.threads) == 2


async def test_a_server_over_its_quota_tells_everybody_when_the_next_is_free(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, server_quota=2) as us:
        await us.rehearsed("ada")
        await us.rehearsed("ben")
        answer = await asked(us, "mia")
        assert "This server has asked for 2 rehearsals within the last day, which is the most" in answer.text
        assert 86_000 < free(us, answer) <= 86_401
        assert len(us.threads) == 2


async def test_the_quota_of_one_server_holds_up_no_other(tmp_path: Path, loopback: Loopback) -> None:
    other = loopback.add_server("Shipyard")
    loopback.add_channel("general", server=other)
    loopback.add_member("ann", server=other)
    async with team(tmp_path, loopback, server_quota=1) as us:
        first = await us.rehearsed()
        answer = await loopback.person("ann", other).command("rehearse", text=DRAFT, **LOUD)
        assert "taking its seats" in (await answer.settled()).text
        theirs = await us.opened(1)
        assert theirs is not first
        await us.shown(theirs)


async def test_two_commands_at_once_do_not_both_take_the_last_place(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, server_quota=1) as us:
        answers = await asyncio.gather(asked(us, "ada"), asked(us, "ben"))
        assert sorted("which is the most" in answer.text for answer in answers) == [False, True]
        await us.shown(await us.opened(0))
        assert len(us.threads) == 1


async def test_a_deleted_rehearsal_gives_no_place_back(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        thread = await us.rehearsed()
        sure = await us.pressed("ada", card(thread), "Delete")
        await us.person().press(sure, "Delete for good")
        await loopback.until(lambda: us.threads == [])
        assert "which is the most" in (await asked(us)).text


async def test_what_was_refused_costs_no_place(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        assert "draft" in (await us.told("ada", "rehearse", text="...")).text
        assert "critics" in (await asked(us, personas="", panel="critcs")).text
        await us.rehearsed()


async def test_run_again_and_revise_count_too(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        thread = await us.rehearsed()
        assert "which is the most" in (await us.pressed("ada", card(thread), "Run again")).text
        form = await us.person().press(card(thread), "Revise")
        answer = await (await us.person().submit(form, {"draft": f"{DRAFT} And the search."})).settled()
        assert "which is the most" in answer.text
        assert us.threads == [thread]


async def test_the_same_request_heard_twice_is_no_second_one(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, member_quota=1) as us:
        answer = await asked(us)
        await us.shown(await us.opened(0))
    async with team(tmp_path, loopback, member_quota=1) as us:
        await us.person().replay(answer)
        assert "which is the most" in (await asked(us)).text
        assert len(us.threads) == 1


@pytest.mark.parametrize("who", ["ada", "mia"])
async def test_more_readers_than_there_may_be_are_refused_with_the_number(tmp_path: Path, loopback: Loopback, who: str) -> None:
    async with team(tmp_path, loopback, most_seats=12) as us:
        answer = await asked(us, who, seats=13)
        assert "A rehearsal here has at most 12 readers, not 13." in answer.text
        assert us.threads == []


async def test_where_nobody_says_how_many_no_more_than_there_may_be_are_seated(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, most_seats=4) as us:
        await us.told("ada", "rehearse", text=DRAFT, personas="abel")
        thread = await us.opened(0)
        await us.shown(thread)
        assert len((await us.kept(thread)).rehearsal.seats) == 4


async def test_a_manager_cannot_choose_more_readers_for_the_server_than_there_may_be(
    tmp_path: Path, loopback: Loopback
) -> None:
    async with team(tmp_path, loopback, most_seats=12) as us:
        assert "A rehearsal here has at most 12 readers." in (await us.told("mia", "settings", seats=13)).text


async def limited(us: Team, minutes: float) -> None:
    """Rehearsals take no longer than this from now on; a setting would be a whole minute at least."""
    settings = us.client.stage.settings
    us.client.stage.settings = replace(settings, most_minutes=minutes)  # type: ignore[arg-type]  # a part of a minute


async def test_a_rehearsal_that_takes_too_long_is_shown_as_far_as_it_came(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.05")) as us:
        await limited(us, 0.01)
        thread = await us.begun(seats=48)
        text = (await us.shown(thread)).text
        assert "Ended after 0.01 minutes, the most a rehearsal may take here." in text
        kept = await us.kept(thread)
        heard = sum(1 for r in kept.reactions if r.part == "first" and r.weighed)
        assert 0 < heard < 48
        assert f"Unfinished: {48 - heard} of 48 seats are missing; every number may still move." in text
        assert len(replies(thread)) == sum(1 for r in kept.reactions if r.part != "worst" and r.reply)


async def test_a_rehearsal_in_which_nobody_was_heard_in_time_says_so(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        await limited(us, 0.001)
        answer = await asked(us)
        thread = await us.opened(0)
        await loopback.until(lambda: "Ended after 0.001 minutes" in card(thread).text)
        assert "reference" not in answer.text
