"""Published it, Record numbers, /accuracy: a server's own record, frozen once, kept through a restart, gone with its rehearsal."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest

from audience.errors import Refused
from audience.report import MARK
from bot.discord.standing_card import standing_card
from evidence.standing import Standing
from tests.bot.discord.team import DRAFT, Team, buttons, card, has, team
from tests.bot.discord.test_afterwards import deleted
from tests.bot.discord.test_cards import fits, harmless, text
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback
from tests.discord.world import Channel, Message
from tests.evidence.posted import case

NUMBERS = {"reach": "5,200", "reactions": "61", "replies": "9", "shares": "", "taken": ""}


async def numbers(us: Team, who: str, shown: Message | Answer, **given: str) -> Answer:
    form = await us.person(who).press(shown, "Record numbers")
    return await (await us.person(who).submit(form, {**NUMBERS, **given})).settled()


async def out(us: Team, thread: Channel, who: str = "ada") -> Answer:
    """Published, and the card says so."""
    answer = await us.pressed(who, card(thread), "Published it")
    await us.loopback.until(lambda: has(card(thread), "Record numbers"))
    return answer


async def test_published_it_freezes_the_forecast_and_makes_room_for_numbers(us: Team) -> None:
    thread = await us.rehearsed()
    answer = await out(us, thread, "ben")
    id = (await us.kept(thread)).rehearsal.id
    assert f"The forecast of {id} is frozen as it stood when the post went out" in answer.text
    assert answer.ephemeral
    assert has(answer, "Record numbers")
    assert buttons(card(thread)) == ["Revise", "Run again", "The silent ones", "Export", "Record numbers", "Delete"]
    frozen = await us.room.store.outcomes.publication(id)
    assert frozen is not None
    assert frozen.draft == DRAFT


async def test_numbers_go_in_through_a_form_as_platforms_write_them(us: Team) -> None:
    thread = await us.rehearsed()
    await out(us, thread)
    answer = await numbers(us, "ben", card(thread), reach="5.2K")
    assert "Recorded: of 5,200 people 1.3% reacted, replied or shared (61, 9, 0)" in answer.text
    assert "The team's own: one post is recorded" in answer.text
    await us.loopback.until(lambda: "one post is recorded" in card(thread).text)
    told = await us.told("ada", "accuracy")
    assert "1 forecast is frozen, 1 with its outcome." in told.text
    assert "1 post is too few to say; 20 make a first answer." in told.text
    assert MARK in told.text
    assert told.ephemeral


async def test_the_numbers_can_be_given_right_under_the_answer(us: Team) -> None:
    thread = await us.rehearsed()
    assert "Recorded" in (await numbers(us, "ada", await out(us, thread))).text


@pytest.mark.parametrize(
    ("given", "about"),
    [
        ({"reach": "many"}, "For reach, 'many' is no number"), ({"reach": "-5"}, "nothing is counted below 0"), ({"reach": "0"}, "nobody was shown"),
        ({"replies": "9000"}, "more than the reach"), ({"reactions": "1.5"}, "is no whole number"), ({"taken": "soon"}, "is no time"),
        ({"taken": "2020-01-01"}, "before the post was published"), ({"taken": "2099-01-01"}, "in the future"),
        ({"taken": "03/04/2099"}, "could be two days"),
    ],
)  # fmt: skip
async def test_numbers_that_cannot_be_are_refused_and_none_is_kept(given: dict[str, str], about: str, us: Team) -> None:
    thread = await us.rehearsed()
    await out(us, thread)
    assert about in (await numbers(us, "ada", card(thread), **given)).text
    assert await us.room.store.outcomes.outcomes((await us.kept(thread)).rehearsal.id) == ()


async def test_what_is_frozen_or_recorded_twice_is_refused_from_an_old_card_too(us: Team) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    old = await us.told("ben", "rehearsal", which=id)
    await out(us, thread)
    assert f"The forecast of {id} is frozen already" in (await us.pressed("ben", old, "Published it")).text
    await numbers(us, "ada", card(thread))
    assert "These very numbers are recorded" in (await numbers(us, "ben", card(thread))).text
    assert has(await us.told("ben", "rehearsal", which=id), "Record numbers")


async def test_the_buttons_work_after_a_restart(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback) as us:
        first, second = await us.rehearsed(), await us.rehearsed(text="The station is quiet. Who else heard it?")
        await out(us, first)
        form = await us.person().press(card(first), "Record numbers")
    async with team(tmp_path, loopback) as us:
        assert "Recorded" in (await (await us.person().submit(form, NUMBERS)).settled()).text
        assert "is frozen" in (await out(us, second)).text
        assert "Recorded" in (await numbers(us, "ada", card(second), reach="900")).text


async def test_deleting_a_rehearsal_deletes_its_frozen_forecast_and_numbers(us: Team) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    await out(us, thread)
    await numbers(us, "ada", card(thread))
    staging = await us.room.store.stagings.get(id)
    asked = await us.pressed("ada", card(thread), "Delete")
    assert "a frozen forecast and its recorded numbers too" in asked.text
    await deleted(us, "ada", card(thread))
    assert await us.room.store.outcomes.cases(staging.server) == ()
    with pytest.raises(Refused):
        await us.room.store.outcomes.publication(id)
    assert "No post of yours has been recorded yet" in (await us.told("ada", "accuracy")).text


async def test_no_server_sees_the_record_of_another(us: Team) -> None:
    thread = await us.rehearsed()
    await out(us, thread)
    other = us.loopback.add_server("Shipyard")
    us.loopback.add_channel("general", server=other)
    us.loopback.add_member("ann", server=other)
    ann = us.loopback.person("ann", other)
    assert "No post of yours" in (await (await ann.command("accuracy")).settled()).text
    assert "1 forecast is frozen" in (await us.told("ben", "accuracy")).text
    assert await us.room.store.outcomes.published(None) == 0


async def test_weights_are_tried_by_managers_only_and_say_why_not(us: Team) -> None:
    assert "Only a manager" in (await us.told("ada", "accuracy", weights="try")).text
    assert "0 outcomes are too few to fit on; 20 are needed." in (await us.told("mia", "accuracy", weights="try")).text
    assert "nothing to go back from" in (await us.told("mia", "accuracy", weights="back")).text


async def test_a_stopped_rehearsal_offers_no_publishing(us: Team) -> None:
    thread = await us.rehearsed()
    staging = await us.state(thread, "shown")
    await us.room.store.stagings.change(staging.rehearsal, state="stopped", why="Cancelled.")
    found = await us.told("ada", "rehearsal", which=staging.rehearsal)
    assert has(found, "Go on")
    assert not has(found, "Published it")


@pytest.mark.parametrize("posts", [0, 1, 12, 200])
def test_the_card_of_a_record_fits_and_does_nothing(posts: int) -> None:
    cases = [case(0.001 * (n + 1), 0.9 / (n + 1), name=f"<@{n}> https://evil.example {n}") for n in range(posts)]
    embed = standing_card(Standing.of(cases, posts, 7), None)
    assert isinstance(embed, discord.Embed)
    assert fits(embed)
    assert harmless(embed)
    assert "7 imported posts" in text(embed)
