"""What Discord, the network and the model can do to a rehearsal: it ends in a report, or in one sentence and a way on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.discord import patience
from models.backends.null import Null
from tests.bot.discord.team import DRAFT, LOUD, Team, buttons, card, has, replies, script, team
from tests.discord import faults, shapes
from tests.discord.answers import Answer
from tests.discord.calls import Call
from tests.discord.faults import Fault, cut, limited, lost, refused, status
from tests.discord.loopback import Loopback
from tests.discord.world import Channel, Message

OPEN, SAY, EDIT = "POST /channels/*/messages/*/threads", "POST /webhooks/*/*", "PATCH /channels/*/messages/*"
SEND, LOOK, MAKE = "POST /channels/*/messages", "GET /channels/*/webhooks", "POST /channels/*/webhooks"
SPOKEN = "sb:answer:"
MAY_NOT = "Discord does not let Soundingboard do that here"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for seconds or minutes waits for a moment here; how long it says that it waits is as ever."""
    sleep = asyncio.sleep

    async def briefly(seconds: float, result: object = None) -> object:
        return await sleep(seconds if seconds < 0.8 else 0.02, result)

    monkeypatch.setattr(asyncio, "sleep", briefly)
    monkeypatch.setattr(patience, "PAUSES", (0.02,))


def upon(loopback: Loopback, pattern: str, nth: int, act: Callable[[], object]) -> None:
    """Do something just before the nth call of this pattern is carried out."""
    asked, seen = faults.asking(pattern), itertools.count(1)

    def when(call: Call) -> bool:
        if asked(call) and next(seen) == nth:
            act()
        return False

    loopback.fail(when)


def spoken(us: Team) -> list[str]:
    """The post of each reply that stands in any thread, by the names of its buttons."""
    ids = [str(part.get("custom_id")) for thread in us.threads for message in thread.messages for part in message.parts]
    return sorted(id.split(":")[3] for id in ids if id.startswith(SPOKEN))


async def rehearsal(us: Team) -> str:
    """The id of the newest one."""
    ((staging, _),) = await us.room.store.stagings.recent(us.loopback.server.id, 1)
    return staging.rehearsal


async def each_once(us: Team) -> None:
    """Every reply of the newest rehearsal stands in a thread, and none twice."""
    kept = await us.room.store.load(await rehearsal(us))
    assert kept.finished
    assert spoken(us) == sorted(f"{r.part}.{r.seat}" for r in kept.reactions if r.reply and r.part != "worst")
    assert len(spoken(us)) == 6


async def asked(us: Team) -> Answer:
    return await us.told("ada", "rehearse", text=DRAFT, **LOUD)


async def stopped(us: Team, answer: Answer, said: str) -> str:
    """The one who asked was told in one sentence what happened, and the rehearsal is kept."""
    id = await rehearsal(us)
    await us.loopback.until(lambda: "What was heard is kept as" in answer.text)
    assert said in answer.text
    assert f"What was heard is kept as {id}." in answer.text
    assert answer.ephemeral
    staging = await us.room.store.stagings.get(id)
    assert staging.state == "stopped"
    return id


async def goes_on(us: Team, id: str) -> Channel:
    """Go on, from the report of what was heard so far, leads to the whole report in the newest thread."""
    found = await us.told("ada", "rehearsal", which=id)
    told = await us.pressed("ada", found, "Go on")
    assert "goes on where it was" in told.text
    await us.loopback.until(lambda: us.threads and any(has(message, "Revise") for message in us.threads[-1].messages), 20)
    await us.state(us.threads[-1], "shown")
    return us.threads[-1]


CALLS = {
    "the draft": SEND,
    "the thread": OPEN,
    "the look for webhooks": LOOK,
    "the webhook": MAKE,
    "a reply": SAY,
    "the card": EDIT,
}
PASSING = (status(503), limited(219.0), cut(), lost())
INNER = (status(500), status(502), limited(0.05), limited(0.05, everywhere=True))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_one_fault_after_the_other_on_a_call_is_survived_and_nothing_is_posted_twice(us: Team, call: str) -> None:
    rules = [us.loopback.fail(call, fault) for fault in PASSING]
    thread = await us.rehearsed()
    assert [rule.met for rule in rules] == [1, 1, 1, 1]
    assert us.threads == [thread]
    await each_once(us)


@pytest.mark.parametrize("call", [OPEN, SAY, EDIT])
async def test_what_the_library_itself_tries_again_is_posted_once(us: Team, call: str) -> None:
    rules = [us.loopback.fail(call, fault) for fault in INNER]
    await us.rehearsed()
    assert [rule.met for rule in rules] == [1, 1, 1, 1]
    await each_once(us)


async def test_replies_whose_answers_are_lost_again_and_again_are_posted_once(us: Team) -> None:
    rule = us.loopback.fail(SAY, lost(), times=6)
    await us.rehearsed()
    assert rule.met == 6
    await each_once(us)


async def test_a_draft_whose_answer_is_lost_stands_in_the_channel_once(us: Team) -> None:
    us.loopback.fail(SEND, lost(), times=3)
    await us.rehearsed()
    assert len(us.loopback.general.messages) == 1
    await each_once(us)


async def test_who_waits_for_minutes_for_a_thread_is_told_how_many(us: Team) -> None:
    us.loopback.fail(OPEN, limited(219.0))
    answer = await us.person().command("rehearse", text=DRAFT, **LOUD)
    await us.loopback.until(lambda: "Discord lets Soundingboard open" in answer.text)
    assert "in about 4 minutes; your rehearsal waits until then." in answer.text
    await us.shown(await us.opened(0))
    await each_once(us)


async def test_who_waits_for_a_thread_can_give_it_up(us: Team) -> None:
    us.loopback.fail(OPEN, limited(219.0), times=10_000)
    await asked(us)
    found = await us.told("ada", "rehearsal", which=await rehearsal(us))
    assert "It has no thread yet." in found.text
    assert "Cancelled." in (await us.pressed("ada", found, "Cancel")).text
    assert us.threads == []
    us.loopback.rest.rules.clear()
    await goes_on(us, await rehearsal(us))
    await each_once(us)


async def test_an_outage_without_an_end_ends_in_a_sentence_and_go_on_works(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience.patiently, "__kwdefaults__", {"longest": 0.2, "told": None})  # seconds of trying
    us.loopback.fail(SAY, status(503), times=10_000)
    answer = await asked(us)
    id = await stopped(us, answer, "failed: Discord has not answered for 0 minutes; try again later.")
    us.loopback.rest.rules.clear()
    await goes_on(us, id)
    await each_once(us)


async def test_a_call_that_hangs_is_given_up_and_made_again(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "ANSWER", 0.2)
    rules = [us.loopback.fail(call, Fault(seconds=0.5, cut="before")) for call in (OPEN, SAY)]
    await us.rehearsed()
    assert [rule.met for rule in rules] == [1, 1]
    await each_once(us)


async def test_a_thread_that_is_deleted_while_it_plays_stops_it_and_go_on_opens_another(us: Team) -> None:
    upon(us.loopback, SAY, 3, lambda: us.loopback.remove(us.threads[0]))
    id = await stopped(us, await asked(us), "That channel or thread is gone.")
    assert us.threads == []
    await goes_on(us, id)
    await each_once(us)


async def test_a_card_that_is_deleted_while_it_plays_comes_back_as_the_report(us: Team) -> None:
    upon(us.loopback, SAY, 3, lambda: us.loopback.erase(card(us.threads[0])))
    await asked(us)
    await us.loopback.until(lambda: us.threads and any(has(message, "Revise") for message in us.threads[0].messages))
    assert sum(has(message, "Revise") or has(message, "Cancel") for message in us.threads[0].messages) == 1
    await each_once(us)


async def test_a_card_that_is_deleted_just_before_the_report_comes_back(us: Team) -> None:
    upon(us.loopback, SAY, 6, lambda: us.loopback.erase(card(us.threads[0])))
    await asked(us)
    await us.loopback.until(lambda: us.threads and any(has(message, "Revise") for message in us.threads[0].messages))
    await each_once(us)


async def test_a_channel_that_is_deleted_stops_it_and_it_can_still_be_read(us: Team) -> None:
    other = us.loopback.add_channel("launch")
    upon(us.loopback, SAY, 3, lambda: us.loopback.remove(other))
    answer = await (await us.person().command("rehearse", channel=other, text=DRAFT, **LOUD)).settled()
    id = await stopped(us, answer, "That channel or thread is gone.")
    found = await us.told("ada", "rehearsal", which=id)
    assert "That channel or thread is gone." in found.text
    assert id in (await us.told("ada", "rehearsals")).text
    assert "There is no rehearsal" in (await us.told("ben", "rehearsal", which=id)).text


async def test_a_message_that_is_deleted_before_its_thread_opens_is_replaced_by_one_of_our_own(us: Team) -> None:
    message = await us.person("ben").post(us.loopback.general, DRAFT)
    upon(us.loopback, OPEN, 1, lambda: us.loopback.erase(message))
    await us.person().menu("Rehearse this post", message)
    thread = await us.opened(0)
    await us.loopback.until(lambda: has(card(thread), "Revise"))
    (starter,) = us.loopback.general.messages
    assert (thread.id, starter.author) == (starter.id, us.loopback.world.bot)
    assert DRAFT in starter.text


async def test_a_draft_of_ours_that_is_deleted_before_its_thread_opens_is_posted_anew(us: Team) -> None:
    upon(us.loopback, OPEN, 1, lambda: us.loopback.erase(us.loopback.general.messages[0]))
    thread = await us.rehearsed()
    assert [message.id for message in us.loopback.general.messages] == [thread.id]
    await each_once(us)


async def test_a_webhook_that_is_deleted_while_it_speaks_is_made_anew(us: Team) -> None:
    upon(us.loopback, SAY, 3, lambda: us.loopback.remove_webhook(us.loopback.webhooks(us.loopback.general)[0]))
    thread = await us.rehearsed()
    await each_once(us)
    assert len({message.webhook for message in replies(thread)}) == 2


async def test_where_a_channel_is_full_of_webhooks_readers_speak_under_the_bot_s_name(us: Team) -> None:
    for _ in range(15):
        us.loopback.add_webhook(us.loopback.general)
    thread = await us.rehearsed()
    await each_once(us)
    assert all(message.author is us.loopback.world.bot for message in replies(thread))
    assert "the readers speak under my name" in card(thread).text


async def test_webhooks_that_are_forbidden_half_way_leave_the_rest_to_the_bot_s_own_name(us: Team) -> None:
    def forbid() -> None:
        us.loopback.forbid(us.loopback.general, "manage_webhooks")
        us.loopback.remove_webhook(us.loopback.webhooks(us.loopback.general)[0])

    upon(us.loopback, SAY, 4, forbid)
    thread = await us.rehearsed()
    await each_once(us)
    assert [message.author is us.loopback.world.bot for message in replies(thread)] == [False] * 3 + [True] * 3


async def test_a_right_to_speak_that_is_withdrawn_half_way_stops_it_until_it_is_given_back(us: Team) -> None:
    us.loopback.forbid(us.loopback.general, "manage_webhooks")
    upon(us.loopback, SEND, 5, lambda: us.loopback.forbid(us.loopback.general, "send_messages_in_threads"))
    id = await stopped(us, await asked(us), MAY_NOT)
    (thread,) = us.threads
    assert buttons(card(thread))[0] == "Go on"
    assert MAY_NOT in card(thread).text
    us.loopback.allow(us.loopback.general, "send_messages_in_threads")
    assert await goes_on(us, id) is thread
    await each_once(us)


async def test_a_bot_that_is_thrown_out_keeps_what_was_heard_and_goes_on_when_it_is_back(us: Team) -> None:
    home = us.loopback.server
    upon(us.loopback, SAY, 3, lambda: us.loopback.remove_server(home))
    answer = await asked(us)
    id = await rehearsal(us)
    await us.loopback.until(lambda: "What was heard is kept as" in answer.text)
    assert (await us.room.store.stagings.get(id)).state == "stopped"
    assert (await us.room.store.load(id)).reactions
    us.loopback.world.servers[home.id] = home
    us.loopback.world.dispatch("GUILD_CREATE", shapes.server_event(us.loopback.world, home), home)
    await us.loopback.until(lambda: us.client.get_guild(home.id))
    await goes_on(us, id)
    await each_once(us)


async def test_what_a_dropped_gateway_missed_is_heard_after_it_resumes_and_answered_once(us: Team) -> None:
    us.loopback.gateway.silent = True
    ada = us.person()
    waiting = asyncio.create_task(ada.command("rehearse", text=DRAFT, **LOUD))
    await asyncio.sleep(0.01)
    us.loopback.gateway.silent = False
    await us.loopback.gateway.drop()
    answer = await waiting
    assert answer.acknowledged is not None
    thread = await us.opened(0)
    await us.loopback.gateway.drop(None)
    await us.shown(thread)
    assert us.threads == [thread]
    await each_once(us)


async def test_a_session_that_discord_forgot_begins_anew_and_plays_nothing_twice(us: Team) -> None:
    upon(us.loopback, SAY, 2, us.loopback.gateway.forget)
    await asked(us)
    await us.loopback.until(lambda: us.loopback.gateway.sessions, 20)
    await us.shown(await us.opened(0))
    await us.loopback.until(us.client.is_ready)
    await each_once(us)
    await us.rehearsed()
    assert len(us.threads) == 2


async def test_a_model_that_fails_for_one_persona_shows_its_seats_as_failed(tmp_path: Path, loopback: Loopback) -> None:
    broken = 'words = ["Where did it go?", "Good.", "Why?"]\n[options]\nreply = 1e5\n[personas.abel]\nfails = "it fell over"'
    async with team(tmp_path, loopback, model=script(tmp_path, broken)) as us:
        thread = await us.rehearsed()
        failed = {r.persona for r in (await us.kept(thread)).reactions if r.part == "first" and r.failed == "it fell over"}
        assert failed == {"abel"}
        assert "From 4 of 6 seats; 2 failed and are in no number." in card(thread).text
        assert "(first reason: it fell over)" in card(thread).text
        assert len(replies(thread)) > 0


async def test_a_model_that_fails_for_everybody_ends_in_a_report_that_says_so(tmp_path: Path, loopback: Loopback) -> None:
    broken = "\n".join(f'[personas.{key}]\nfails = "the model fell over"' for key in ("abel", "fatou", "jasna"))
    async with team(tmp_path, loopback, model=script(tmp_path, broken)) as us:
        answer = await asked(us)
        thread = await us.opened(0)
        await loopback.until(lambda: "Cancel" not in buttons(card(thread)))
        assert "the model fell over" in card(thread).text
        assert "Traceback" not in answer.text


async def test_an_error_that_nobody_foresaw_while_it_plays_is_a_sentence_on_the_card_and_go_on_works(
    us: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    show = Null.write

    async def broken(self: Null, *given: object) -> str:
        raise ZeroDivisionError("seven by nothing")

    monkeypatch.setattr(Null, "write", broken)
    answer = await asked(us)
    await us.loopback.until(lambda: "with the reference" in answer.text)
    (reference,) = [word for word in answer.text.replace(".", " ").split() if f"reference {word}" in caplog.text]
    assert "seven by nothing" in caplog.text
    assert "seven by nothing" not in answer.text + card(us.threads[0]).text
    assert reference in card(us.threads[0]).text
    monkeypatch.setattr(Null, "write", show)
    await goes_on(us, await rehearsal(us))
    await each_once(us)


async def test_who_asked_too_long_ago_for_an_answer_is_told_in_the_channel_without_a_ping(us: Team) -> None:
    def late() -> None:
        us.loopback.pass_time(1_000)
        us.loopback.remove(us.threads[0])

    upon(us.loopback, SAY, 3, late)
    answer = await asked(us)
    await us.loopback.until(lambda: len(us.loopback.general.messages) > 1)
    told: Message = us.loopback.general.messages[-1]
    assert told.content.startswith(f"<@{us.person().id}> That channel or thread is gone.")
    assert "is gone" not in answer.text


@pytest.mark.parametrize("code", [50013, 10003], ids=["forbidden", "gone"])
async def test_a_thread_that_cannot_be_opened_is_told_and_go_on_works(us: Team, code: int) -> None:
    us.loopback.fail(OPEN, refused(code))
    id = await stopped(us, await asked(us), {50013: MAY_NOT, 10003: "That channel or thread is gone."}[code])
    await goes_on(us, id)
    await each_once(us)
