"""Under the card, once it is the report: run again, revise, the silent ones, export, delete."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from audience.errors import Refused
from audience.language import Option, Prompt
from audience.report import MARK
from models.backends.null import Null
from tests.bot.discord.team import DRAFT, Team, buttons, card, has, replies, script, team
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback
from tests.discord.world import Channel, File, Message

REVISED = "We moved the export button to the toolbar. Forty of you asked for it. Where did you look for it first?"
SCHEMA = Path(__file__).parents[3] / "docs" / "report.schema.json"


async def revised(us: Team, who: str, thread: Channel, draft: str) -> Answer:
    form = await us.person(who).press(card(thread), "Revise")
    return await (await us.person(who).submit(form, {"draft": draft})).settled()


async def test_under_the_report_stands_what_can_be_done_with_it(us: Team) -> None:
    thread = await us.rehearsed()
    assert buttons(card(thread)) == ["Revise", "Run again", "The silent ones", "Export", "Published it", "Delete"]


async def test_run_again_takes_another_seed_and_says_nothing_of_changes(us: Team) -> None:
    first = await us.rehearsed()
    await us.pressed("ben", card(first), "Run again")
    second = await us.opened(1)
    await us.shown(second)
    before, now = (await us.kept(first)).rehearsal, (await us.kept(second)).rehearsal
    assert (now.draft, now.panel, now.audience, len(now.seats)) == (before.draft, before.panel, before.audience, 6)
    assert now.seed != before.seed
    assert second.parent is first.parent
    assert "What changed" not in card(second).text


async def test_revise_offers_the_draft_and_seats_the_same_readers_again(us: Team) -> None:
    first = await us.rehearsed()
    form = await us.person().press(card(first), "Revise")
    assert form.fields["draft"]["value"] == DRAFT
    await us.person().submit(form, {"draft": REVISED})
    second = await us.opened(1)
    await us.shown(second)
    before, now = (await us.kept(first)).rehearsal, (await us.kept(second)).rehearsal
    assert now.draft.text == REVISED
    assert (now.seats, now.seed, now.audience) == (before.seats, before.seed, before.audience)
    assert second.parent is us.loopback.general


async def fond_of_toolbars(self: Null, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
    """Readers who want to talk about whatever has a toolbar in it, and have no opinion otherwise."""
    eager = prompt.draft is not None and "toolbar" in prompt.draft.text
    weights = [1_000.0 if eager and option.key == "reply" else 1.0 for option in options]
    return tuple(weight / sum(weights) for weight in weights)


async def test_the_report_on_a_revised_draft_says_who_did_something_else(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Null, "weigh", fond_of_toolbars)
    first = await us.rehearsed(audience=200)
    await revised(us, "ada", first, REVISED)
    second = await us.opened(1)
    text = (await us.shown(second)).text
    assert "What changed" in text
    assert "3 of 6 readers did something else: 3 gave the new draft more, 0 less." in text
    assert re.search(r"- (Abel|Fatou|Jasna)( \(seat \d\))?: scroll past → reply", text)
    assert "Both are simulated: this says what invented readers did, not why" in text


async def test_a_draft_that_is_the_same_as_before_is_refused(us: Team) -> None:
    first = await us.rehearsed()
    answer = await revised(us, "ada", first, f"  {DRAFT}\n")
    assert "The draft is the same as before; change it, or press Run again" in answer.text
    assert us.threads == [first]


async def test_a_draft_too_long_for_a_form_is_revised_in_a_file(us: Team) -> None:
    long = File("long.txt", ("Forty of you told us. " * 200).encode())
    await us.told("ada", "rehearse", file=long, personas="abel", seats=1, platform="reddit")
    thread = await us.opened(0)
    await us.shown(thread)
    refused = await us.pressed("ada", card(thread), "Revise")
    assert refused.modal is None
    assert "a form takes 4,000; revise it in a file: /rehearse file" in refused.text


async def test_a_revision_can_be_revised(us: Team) -> None:
    first = await us.rehearsed()
    await revised(us, "ada", first, REVISED)
    second = await us.opened(1)
    await us.shown(second)
    await revised(us, "ben", second, DRAFT)
    third = await us.opened(2)
    assert "What changed" in (await us.shown(third)).text


async def test_the_silent_ones_are_named_reason_by_reason_to_whoever_asks(us: Team) -> None:
    thread = await us.rehearsed(audience=6)
    answer = await us.pressed("ben", card(thread), "The silent ones")
    assert answer.ephemeral
    assert "Most people behind each of 6 seats give the post nothing." in answer.text
    told = {r.silence for r in (await us.kept(thread)).reactions if r.part == "first" and r.silence}
    assert answer.text.count(" of 6: ") == len(told)
    assert "Abel" in answer.text
    assert MARK in answer.text


async def test_export_gives_four_files_each_with_the_mark(us: Team) -> None:
    thread = await us.rehearsed()
    answer = await us.pressed("ben", card(thread), "Export")
    rehearsal = (await us.kept(thread)).rehearsal.id
    files = {file.name: file.content.decode() for file in answer.files}
    assert list(files) == [f"soundingboard-{rehearsal}.{ending}" for ending in ("html", "md", "csv", "json")]
    assert all(MARK in text for text in files.values())
    assert answer.ephemeral


async def test_the_exported_document_holds_to_the_published_schema_and_the_sheet_is_one(us: Team) -> None:
    thread = await us.rehearsed()
    answer = await us.pressed("ada", card(thread), "Export")
    page, _, sheet, document = (file.content.decode() for file in answer.files)
    found = json.loads(document)
    importlib.import_module("jsonschema").validate(found, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (found["draft"]["text"], len(found["seats"]), found["simulated"]) == (DRAFT, 6, True)
    assert len({len(row) for row in csv.reader(io.StringIO(sheet))}) == 1
    assert page.startswith("<!doctype html>")


async def test_delete_asks_first_and_keep_it_changes_nothing(us: Team) -> None:
    thread = await us.rehearsed()
    asked = await us.pressed("ada", card(thread), "Delete")
    assert "It cannot be brought back." in asked.text
    assert asked.ephemeral
    assert asked.message is not None
    assert buttons(asked.message) == ["Delete for good", "Keep it"]
    kept = await us.person("ada").press(asked, "Keep it")
    assert "Nothing was deleted." in kept.text
    assert not has(kept, "Delete for good")
    assert us.threads == [thread]
    assert len((await us.kept(thread)).reactions) > 0


@pytest.mark.parametrize("who", ["ada", "mia"])
async def test_delete_for_good_removes_thread_messages_and_rows(us: Team, who: str) -> None:
    thread = await us.rehearsed("ada")
    rehearsal = (await us.kept(thread)).rehearsal.id
    await deleted(us, who, card(thread))
    assert us.threads == []
    assert us.loopback.general.messages == []
    await gone(us, rehearsal)
    assert "None found" in (await us.told("ada", "rehearsals")).text


async def gone(us: Team, rehearsal: str) -> None:
    """Nothing is kept of it."""
    with pytest.raises(Refused):
        await us.room.store.load(rehearsal)
    with pytest.raises(Refused):
        await us.room.store.stagings.get(rehearsal)


async def deleted(us: Team, who: str, shown: Message | Answer) -> Answer:
    """Delete for good, from under a message; the answer, once all is done."""
    asked = await us.pressed(who, shown, "Delete")
    sure = await us.person(who).press(asked, "Delete for good")
    await us.loopback.until(lambda: " is deleted." in sure.text)
    return sure


async def test_only_the_asker_or_a_manager_may_delete(us: Team) -> None:
    thread = await us.rehearsed("ada")
    answer = await us.pressed("ben", card(thread), "Delete")
    assert "or a manager of the server may delete it" in answer.text
    assert not has(answer, "Delete for good")


async def test_the_message_that_a_member_wrote_stays_when_its_rehearsal_is_deleted(us: Team) -> None:
    message = await us.person("ben").post(us.loopback.general, DRAFT)
    await (await us.person().menu("Rehearse this post", message)).settled()
    thread = await us.opened(0)
    await us.shown(thread)
    await deleted(us, "ada", card(thread))
    assert us.threads == []
    assert us.loopback.general.messages == [message]


async def test_deleted_from_the_list_in_the_channel_it_says_so(us: Team) -> None:
    thread = await us.rehearsed()
    rehearsal = (await us.kept(thread)).rehearsal.id
    sure = await deleted(us, "ada", await us.told("ada", "rehearsal", which=rehearsal))
    assert sure.text == f"Rehearsal {rehearsal} is deleted."
    await gone(us, rehearsal)


async def test_where_threads_may_not_be_deleted_it_is_emptied_and_that_is_said(us: Team) -> None:
    us.loopback.forbid(us.loopback.general, "manage_threads")
    thread = await us.rehearsed()
    rehearsal = (await us.kept(thread)).rehearsal.id
    sure = await deleted(us, "ada", await us.told("ada", "rehearsal", which=rehearsal))
    assert "The empty thread stays" in sure.text
    assert thread.messages == []
    await gone(us, rehearsal)


async def test_one_that_is_being_played_is_stopped_and_deleted(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        thread = await us.begun()
        rehearsal = (await us.kept(thread)).rehearsal.id
        await deleted(us, "ada", loopback.general.messages[0])
        assert us.threads == []
        await gone(us, rehearsal)


async def test_buttons_of_a_rehearsal_that_is_gone_say_that_there_is_none(us: Team) -> None:
    thread = await us.rehearsed()
    rehearsal = (await us.kept(thread)).rehearsal.id
    found = await us.told("ben", "rehearsal", which=rehearsal)
    await us.room.store.delete(rehearsal)
    for button in ("Run again", "The silent ones", "Export", "Delete"):
        assert f"There is no rehearsal '{rehearsal}' here" in (await us.pressed("ben", found, button)).text


async def test_a_button_that_is_pressed_twice_as_discord_repeats_it_acts_once(us: Team) -> None:
    first = await us.rehearsed()
    pressed = await us.pressed("ada", card(first), "Run again")
    await us.person("ada").replay(pressed)
    second = await us.opened(1)
    await us.shown(second)
    await us.rehearsed()
    assert len(us.threads) == 3
    assert len(replies(second)) == 6
