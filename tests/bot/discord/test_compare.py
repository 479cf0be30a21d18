"""/compare: two drafts or three before the same readers, one message, once; and what is kept, counted and deleted."""

from __future__ import annotations

import asyncio
import importlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from audience.errors import Refused
from audience.report import MARK
from bot.discord.press import Name
from models.backends.null import Null
from tests.bot.discord.team import DRAFT, Team, buttons, script, team
from tests.bot.discord.test_afterwards import REVISED, fond_of_toolbars
from tests.discord.faults import lost
from tests.discord.loopback import Loopback
from tests.discord.world import Message

SCHEMA = Path(__file__).parents[3] / "docs" / "compare.schema.json"
ITS_POST = "comparison"


async def comparison(us: Team, many: int = 1) -> Message:
    """The message with the comparison, once it is in the channel."""
    general = us.loopback.general
    await us.loopback.until(lambda: len(general.messages) >= many, 20)
    return general.messages[-1]


async def compared(us: Team, a: str = DRAFT, b: str = REVISED, **given: str) -> Message:
    await us.told("ada", "compare", a=a, b=b, **given)
    return await comparison(us)


def ids(message: Message) -> list[str]:
    """The rehearsals of a comparison, as its button names them."""
    name = Name.read(str(next(part for part in message.parts if part["type"] == 2)["custom_id"]))
    assert name is not None
    assert name.post == ITS_POST
    return [name.rehearsal, *name.more.split(".")]


async def test_two_drafts_become_one_message_with_the_verdict_first_and_no_thread(us: Team) -> None:
    message = await compared(us)
    assert "Too close to call: the panel does not tell A from B." in message.text
    for part in (
        DRAFT,
        REVISED,
        "The panel gives both drafts exactly the same.",
        "The ranker does not speak, it is out of its depth: no outcome on this platform was seen",
        "Draft A",
        "Draft B",
        MARK,
    ):
        assert part in message.text
    assert us.threads == []
    assert us.loopback.general.messages == [message]
    assert buttons(message) == ["Delete"]


async def test_the_command_is_answered_to_the_asker_alone_and_says_that_a_restart_ends_it(us: Team) -> None:
    answer = await us.told("ada", "compare", a=DRAFT, b=REVISED)
    assert answer.ephemeral
    assert "Every reader is simulated." in answer.text
    assert "restarted before it comes, ask again" in answer.text
    await comparison(us)


async def test_a_draft_that_readers_answer_is_called(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Null, "weigh", fond_of_toolbars)
    message = await compared(us, panel="customers")
    assert "Draft B: the panel holds it for the better one." in message.text
    assert "its difference is about invented readers only" in message.text


async def test_the_files_hold_the_whole_comparison_each_with_the_mark(us: Team) -> None:
    message = await compared(us)
    assert [file.name for file in message.files] == [f"soundingboard-comparison.{ending}" for ending in ("html", "md", "json")]
    page, text, document = (file.content.decode() for file in message.files)
    assert all(MARK in each for each in (page, text, document))
    assert page.startswith("<!doctype html>")
    found = json.loads(document)
    importlib.import_module("jsonschema").validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [draft["id"] for draft in found["drafts"]] == ids(message)


async def test_each_draft_is_kept_as_a_finished_rehearsal_of_the_same_readers(us: Team) -> None:
    one, other = ids(await compared(us, panel="critics", platform="mastodon"))
    kept = [await us.room.store.load(id) for id in (one, other)]
    assert [each.rehearsal.draft.text for each in kept] == [DRAFT, REVISED]
    assert kept[0].rehearsal.seats == kept[1].rehearsal.seats
    assert {(each.rehearsal.panel.key, each.rehearsal.platform.key) for each in kept} == {("critics", "mastodon")}
    assert all(each.finished for each in kept)
    assert [(await us.room.store.stagings.get(id)).state for id in (one, other)] == ["shown", "shown"]
    listed = (await us.told("ada", "rehearsals")).text
    assert all(id in listed for id in (one, other))


async def test_without_two_drafts_a_form_opens_with_what_was_said(us: Team) -> None:
    form = await us.person().command("compare", a=DRAFT, panel="critics")
    assert list(form.fields) == ["a", "b", "c", "panel", "platform"]
    assert form.fields["a"]["value"] == DRAFT
    assert form.fields["c"]["required"] is False
    assert [one["value"] for one in form.fields["panel"]["options"] if one["default"]] == ["critics"]


async def test_three_drafts_in_the_form_are_ranked(us: Team) -> None:
    form = await us.person().command("compare")
    third = "The export button is back where it was. Thank you for telling us."
    await (await us.person().submit(form, {"a": DRAFT, "b": REVISED, "c": third})).settled()
    message = await comparison(us)
    assert "Places 1 to 3, not told apart: A, B and C" in message.text
    assert len(ids(message)) == 3


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": DRAFT, "b": f" {DRAFT}\n"}, "Draft A and draft B are the same text; give two different drafts."),
        ({"a": DRAFT, "b": "Wir haben den Knopf verschoben, und das war für viele von euch nicht gut."}, "draft B in German"),
        ({"a": DRAFT, "b": "!!!"}, "The draft has no words"),
        ({"a": DRAFT, "b": REVISED, "panel": "critcs"}, "critics"),
    ],
    ids=["the same twice", "two languages", "no words", "no such panel"],
)
async def test_what_cannot_be_compared_is_one_sentence_and_nothing_is_kept(us: Team, given: dict[str, str], said: str) -> None:
    answer = await us.told("ada", "compare", **given)
    assert said in answer.text
    assert answer.ephemeral
    assert us.loopback.general.messages == []
    assert "None found" in (await us.told("ada", "rehearsals")).text


async def test_a_comparison_counts_as_many_rehearsals_and_none_is_kept_where_they_are_too_many(
    tmp_path: Path, loopback: Loopback
) -> None:
    async with team(tmp_path, loopback, member_quota=3) as us:
        await compared(us)
        answer = await us.told("ada", "compare", a=DRAFT, b=REVISED)
        assert "which is the most" in answer.text
        assert len(await us.room.store.recent(9)) == 2


async def test_a_request_that_is_heard_twice_is_compared_once(us: Team) -> None:
    answer = await us.told("ada", "compare", a=DRAFT, b=REVISED)
    await comparison(us)
    await us.person().replay(answer)
    await us.rehearsed()
    assert len([message for message in us.loopback.general.messages if "Too close to call" in message.text]) == 1


async def test_a_comparison_waits_for_its_turn_like_everybody(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        for who in ("ben", "mia"):
            await us.begun(who)
        await us.told("ada", "compare", a=DRAFT, b=REVISED)
        await asyncio.sleep(0.2)
        newest = await us.room.store.recent(2)
        assert [summary.played for summary in newest] == [0, 0]
        assert len(us.client.stage.turns._waiting) == 1


async def test_one_that_a_restart_broke_off_is_not_posted_and_its_rehearsals_say_why(
    tmp_path: Path, loopback: Loopback
) -> None:
    model = script(tmp_path, "delay = 0.05")
    async with team(tmp_path, loopback, model=model) as us:
        await us.told("ada", "compare", a=DRAFT, b=REVISED)
    async with team(tmp_path, loopback, model=model) as us:
        await us.rehearsed()
        assert len(us.threads) == 1
        assert [m for m in loopback.general.messages if "Too close" in m.text] == []
        stopped = [s for s, _ in await us.room.store.stagings.recent(loopback.server.id, 9) if s.state == "stopped"]
        assert len(stopped) == 2
        found = await us.told("ada", "rehearsal", which=stopped[0].rehearsal)
        assert "ask for that again with /compare" in found.text
        await us.pressed("ada", found, "Go on")
        await us.shown(await us.opened(1))


async def test_a_send_whose_answer_is_lost_is_not_sent_again(us: Team) -> None:
    rule = us.loopback.fail("POST /channels/*/messages", lost(), times=1)
    await us.told("ada", "compare", a=DRAFT, b=REVISED)
    message = await comparison(us)
    await us.loopback.until(lambda: rule.met == 1)
    await us.rehearsed()
    assert [each for each in us.loopback.general.messages if "Too close" in each.text] == [message]


async def test_one_that_takes_too_long_says_so_and_names_what_is_kept(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        us.client.stage.settings = replace(us.client.stage.settings, most_minutes=0.001)  # type: ignore[arg-type]  # a part of a minute
        answer = await us.told("ada", "compare", a=DRAFT, b=REVISED)
        await loopback.until(lambda: "longer than 0.001 minutes" in answer.text)
        assert all(summary.id in answer.text for summary in await us.room.store.recent(9))
        assert loopback.general.messages == []


@pytest.mark.parametrize("who", ["ada", "mia"])
async def test_delete_takes_the_message_and_every_rehearsal_of_it(us: Team, who: str) -> None:
    message = await compared(us)
    asked = await us.pressed(who, message, "Delete")
    assert "everything that was kept of these rehearsals" in asked.text
    sure = await us.person(who).press(asked, "Delete for good")
    await us.loopback.until(lambda: " are deleted." in sure.text)
    assert us.loopback.general.messages == []
    for rehearsal in ids(message):
        with pytest.raises(Refused):
            await us.room.store.load(rehearsal)


async def test_another_member_cannot_delete_it(us: Team) -> None:
    answer = await us.pressed("ben", await compared(us), "Delete")
    assert "or a manager of the server may delete it" in answer.text
