"""A bot that is stopped and started again, on the same database and the same Discord: it goes on where it was."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audience.errors import Refused
from bot.discord import client, patience
from bot.discord.client import NO_INTENT, NOT_ACCEPTED, serve
from bot.room import library, open_room, open_store
from bot.settings import Settings
from models.backends.null import Null
from tests.bot.discord.team import DRAFT, LOUD, Team, buttons, card, has, replies, team
from tests.discord.answers import Answer
from tests.discord.faults import Fault, cut, lost, status
from tests.discord.loopback import Loopback
from tests.discord.world import Channel

SAY = "POST /webhooks/*/*"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSES", (0.02,))


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """While it is closed no reader finds words, so that a rehearsal stays half way."""
    opened, write = asyncio.Event(), Null.write

    async def held(self: Null, *given: object) -> str:
        await opened.wait()
        return await write(self, *given)  # type: ignore[arg-type]  # whatever came

    monkeypatch.setattr(Null, "write", held)
    return opened


async def each_once(us: Team, thread: Channel) -> None:
    """Every reply stands in its thread once, and no seat was computed twice under another outcome."""
    kept = await us.kept(thread)
    ids = [str(part.get("custom_id")) for message in replies(thread) for part in message.parts]
    posts = sorted(id.split(":")[3] for id in ids if id.startswith("sb:answer:"))
    assert posts == sorted(f"{r.part}.{r.seat}" for r in kept.reactions if r.reply and r.part != "worst")
    assert len(posts) == 6


async def test_who_waited_in_the_queue_is_played_after_a_restart(
    tmp_path: Path, loopback: Loopback, gate: asyncio.Event
) -> None:
    async with team(tmp_path, loopback) as us:
        threads = [await us.begun(who) for who in ("ada", "ben", "mia")]
        await loopback.until(lambda: "Waiting, place 1" in card(threads[2]).text)
    gate.set()
    async with team(tmp_path, loopback) as us:
        for thread in threads:
            await us.shown(thread)
            await each_once(us, thread)
        assert us.threads == threads


async def test_the_card_goes_on_where_it_was_and_nothing_is_computed_twice(
    tmp_path: Path, loopback: Loopback, gate: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with team(tmp_path, loopback) as us:
        thread = await us.begun()
        await loopback.until(lambda: "6 of 6 readers heard" in card(thread).text)
        first = card(thread).id
    weighed: list[object] = []
    weigh = Null.weigh

    async def counted(self: Null, *given: object) -> tuple[float, ...]:
        weighed.append(given)
        return await weigh(self, *given)  # type: ignore[arg-type]  # whatever came

    monkeypatch.setattr(Null, "weigh", counted)
    gate.set()
    async with team(tmp_path, loopback) as us:
        await us.shown(thread)
        assert card(thread).id == first
        assert weighed == []
        await each_once(us, thread)


@pytest.mark.parametrize("posted", [1, 3, 6])
async def test_a_reply_that_was_sent_and_not_noted_is_posted_once(
    tmp_path: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, posted: int
) -> None:
    with monkeypatch.context() as patient:
        patient.setattr(patience, "PAUSES", (600.0,))
        async with team(tmp_path, loopback) as us:
            seen = iter(range(1, 100))
            loopback.fail(lambda call: call.method == "POST" and call.path.endswith("/:token") and next(seen) == posted, lost())
            thread = await us.begun()
            await loopback.until(lambda: len(replies(thread)) == posted)
    loopback.rest.rules.clear()
    async with team(tmp_path, loopback) as us:
        await us.shown(thread)
        await each_once(us, thread)


@pytest.mark.parametrize("call", ["POST /channels/*/messages", "POST /channels/*/messages/*/threads"], ids=["draft", "thread"])
async def test_a_draft_or_a_thread_that_was_made_and_not_noted_is_made_once(
    tmp_path: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with monkeypatch.context() as patient:
        patient.setattr(patience, "PAUSES", (600.0,))
        async with team(tmp_path, loopback) as us:
            rule = loopback.fail(call, lost())
            await us.told("ada", "rehearse", text=DRAFT, **LOUD)
            await loopback.until(lambda: rule.met and loopback.general.messages)
    async with team(tmp_path, loopback) as us:
        thread = await us.opened(0)
        await us.shown(thread)
        assert [message.id for message in loopback.general.messages] == [thread.id]
        await each_once(us, thread)


async def test_buttons_from_before_work_after_the_report(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback) as us:
        thread = await us.rehearsed()
    calls = len(loopback.record)
    async with team(tmp_path, loopback) as us:
        assert not any(call.method == "POST" and "/channels/" in call.path for call in loopback.record[calls:])
        assert "a reader like this could write that" in (await us.pressed("ben", replies(thread)[0], "Plausible")).text
        await loopback.until(lambda: "1 mark: 👍 1 plausible." in card(thread).text)
        assert len((await us.pressed("ben", card(thread), "Export")).files) == 4
        await us.pressed("ada", card(thread), "Run again")
        await us.shown(await us.opened(1))
        await each_once(us, thread)


async def test_cancel_from_before_works_on_what_goes_on(tmp_path: Path, loopback: Loopback, gate: asyncio.Event) -> None:
    async with team(tmp_path, loopback) as us:
        thread = await us.begun()
    async with team(tmp_path, loopback) as us:
        assert "Cancelled." in (await us.pressed("ada", card(thread), "Cancel")).text
        await loopback.until(lambda: has(card(thread), "Go on"))
    gate.set()
    async with team(tmp_path, loopback) as us:
        assert buttons(card(thread))[0] == "Go on"  # what somebody stopped does not begin by itself
        await us.pressed("ada", card(thread), "Go on")
        await us.shown(thread)
        await each_once(us, thread)


async def test_a_form_from_before_a_restart_is_answered(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback) as us:
        form = await us.person().command("rehearse", seats=6)
    async with team(tmp_path, loopback) as us:
        filled = {"draft": DRAFT, "personas": "fatou, jasna, abel", "audience": "1,000,000"}
        await us.person().submit(form, filled)
        thread = await us.opened(0)
        await us.shown(thread)
        await each_once(us, thread)


async def test_a_revision_whose_form_was_open_over_a_restart_is_played(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback) as us:
        first = await us.rehearsed()
        form = await us.person().press(card(first), "Revise")
    async with team(tmp_path, loopback) as us:
        await us.person().submit(form, {"draft": f"{DRAFT} It was the search."})
        second = await us.opened(1)
        await us.shown(second)
        assert (await us.kept(second)).rehearsal.seats == (await us.kept(first)).rehearsal.seats


async def test_a_turn_that_was_said_before_a_restart_is_answered_after_it(
    tmp_path: Path, loopback: Loopback, gate: asyncio.Event
) -> None:
    gate.set()
    async with team(tmp_path, loopback) as us:
        thread = await us.rehearsed()
        gate.clear()
        form = await us.person().press(replies(thread)[0], "Answer this reader")
        await (await us.person().submit(form, {"said": "It is at the top now."})).settled()
    gate.set()
    async with team(tmp_path, loopback) as us:
        await loopback.until(lambda: len(replies(thread)) == 7)
        assert "It is at the top now." in replies(thread)[-1].content
        await us.rehearsed()
        assert len(replies(thread)) == 7


async def test_a_command_that_is_heard_again_after_a_restart_is_played_once(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback) as us:
        answer = await us.told("ada", "rehearse", text=DRAFT, **LOUD)
        await us.shown(await us.opened(0))
    async with team(tmp_path, loopback) as us:
        await us.person().replay(answer)
        await us.rehearsed(who="ben")
        assert len(us.threads) == 2


async def test_a_thread_that_is_deleted_while_the_bot_is_away_stops_it_and_go_on_opens_another(
    tmp_path: Path, loopback: Loopback, gate: asyncio.Event
) -> None:
    async with team(tmp_path, loopback) as us:
        thread = await us.begun()
        await loopback.until(lambda: "6 of 6 readers heard" in card(thread).text)
        id = (await us.kept(thread)).rehearsal.id
    loopback.remove(thread)
    gate.set()
    async with team(tmp_path, loopback) as us:
        await loopback.until(lambda: "is gone" in loopback.general.messages[-1].content)
        found = await us.told("ada", "rehearsal", which=id)
        await us.pressed("ada", found, "Go on")
        again = await us.opened(0)
        await us.shown(again)
        await each_once(us, again)


async def test_a_server_that_sent_the_bot_away_meanwhile_holds_up_no_other(
    tmp_path: Path, loopback: Loopback, gate: asyncio.Event
) -> None:
    other = loopback.add_server("Shipyard")
    loopback.add_channel("general", server=other)
    loopback.add_member("ann", server=other)
    async with team(tmp_path, loopback) as us:
        ours = await us.begun()
        await loopback.person("ann", other).command("rehearse", text=DRAFT, **LOUD)
        theirs = await us.opened(1)
        assert theirs.server is other
    loopback.remove_server(other)
    gate.set()
    async with team(tmp_path, loopback) as us:
        await us.shown(ours)
        await us.state(theirs, "stopped")
        await each_once(us, ours)


# Reaching Discord at all.


def settings(folder: Path, **given: str) -> Settings:
    places = {"SOUNDINGBOARD_DATABASE": "kept.db", "SOUNDINGBOARD_WORDS": "words", "SOUNDINGBOARD_CACHE": "cache"}
    return Settings.read({**{name: str(folder / place) for name, place in places.items()}, **given}, folder / "none")


@contextlib.asynccontextmanager
async def served(folder: Path, loopback: Loopback, read: Settings) -> AsyncIterator[asyncio.Task[None]]:
    """The bot with its supervision, as the command runs it."""
    async with open_store(read, None) as store, open_room(read, "null:", store) as room:
        with loopback.addresses():
            serving = asyncio.create_task(serve(room, library(read), read, ready_timeout=0.0))
            try:
                yield serving
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)


async def answered(loopback: Loopback) -> Answer:
    """A command that is answered, once there is a bot."""
    await loopback.until(lambda: loopback.gateway.sessions and loopback.world.commands)
    return await (await loopback.person().command("help")).settled()


async def test_a_gateway_that_refuses_the_first_connections_is_tried_until_it_takes_one(
    tmp_path: Path, loopback: Loopback
) -> None:
    loopback.gateway.refusing = 3
    async with served(tmp_path, loopback, settings(tmp_path, DISCORD_TOKEN=loopback.token)) as serving:
        assert "simulated" in (await answered(loopback)).text
        assert loopback.gateway.connections == 4
        assert not serving.done()


@pytest.mark.parametrize("fault", [status(503), cut()], ids=["503", "a reset"])
async def test_where_discord_is_down_at_the_start_it_is_tried_until_it_answers(
    tmp_path: Path, loopback: Loopback, fault: Fault
) -> None:
    rule = loopback.fail("GET /users/@me", fault, times=3)
    async with served(tmp_path, loopback, settings(tmp_path, DISCORD_TOKEN=loopback.token)) as serving:
        assert "simulated" in (await answered(loopback)).text
        assert rule.met == 3
        assert not serving.done()


async def test_a_wrong_token_ends_it_with_one_sentence(tmp_path: Path, loopback: Loopback) -> None:
    async with served(tmp_path, loopback, settings(tmp_path, DISCORD_TOKEN="an.other.token")) as serving:
        with pytest.raises(Refused) as told:
            await asyncio.wait_for(serving, 5)
        assert str(told.value) == NOT_ACCEPTED


async def test_an_intent_that_was_not_granted_ends_it_with_one_sentence(tmp_path: Path, loopback: Loopback) -> None:
    read = settings(tmp_path, DISCORD_TOKEN=loopback.token, SOUNDINGBOARD_DRAFT_CHANNELS="on")
    async with served(tmp_path, loopback, read) as serving:
        with pytest.raises(Refused) as told:
            await asyncio.wait_for(serving, 5)
        assert str(told.value) == NO_INTENT


async def test_a_token_that_is_taken_back_while_it_runs_ends_it_with_one_sentence(tmp_path: Path, loopback: Loopback) -> None:
    async with served(tmp_path, loopback, settings(tmp_path, DISCORD_TOKEN=loopback.token)) as serving:
        await answered(loopback)
        await loopback.gateway.drop(4004)
        with pytest.raises(Refused) as told:
            await asyncio.wait_for(serving, 5)
        assert str(told.value) == NOT_ACCEPTED


async def test_without_a_token_nothing_is_tried(tmp_path: Path, loopback: Loopback) -> None:
    async with served(tmp_path, loopback, settings(tmp_path)) as serving:
        with pytest.raises(Refused, match=r"There is no token: make an application on https://discord\.com/developers"):
            await serving
        assert loopback.record == []
