"""From a draft to its thread: every way to ask for a rehearsal, and what is seen of it until it is a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audience.report import MARK
from tests.bot.discord.team import DRAFT, FEW, LOUD, Team, buttons, card, has, replies, script, team
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback
from tests.discord.world import Channel, File

SLOW = "delay = 30.0"


async def threaded(us: Team, answer: Answer, before: int = 0) -> Channel:
    """The thread with the report that an answer promised."""
    await answer.settled()
    thread = await us.opened(before)
    await us.shown(thread)
    return thread


async def test_a_draft_becomes_a_thread_with_replies_and_a_report(us: Team) -> None:
    thread = await us.rehearsed()
    assert "people who are shown this" in card(thread).text
    assert len(replies(thread)) == 6
    assert all("(simulated)" in message.name for message in replies(thread))


async def test_the_command_is_answered_to_the_asker_alone_within_a_second(us: Team) -> None:
    answer = await us.told("ada", "rehearse", text=DRAFT, **LOUD)
    assert answer.acknowledged is not None
    assert answer.acknowledged < 1
    assert answer.ephemeral
    assert "Every reader is simulated" in answer.text
    await us.shown(await us.opened(0))


async def test_a_form_opens_with_the_draft_first_and_good_defaults(us: Team) -> None:
    form = await us.person().command("rehearse")
    assert list(form.fields) == ["draft", "panel", "platform", "audience", "personas"]
    assert "value" not in form.fields["draft"]
    assert form.fields["draft"]["max_length"] == 4_000
    assert [one["value"] for one in form.fields["panel"]["options"] if one["default"]] == ["general"]
    assert [one["value"] for one in form.fields["platform"]["options"] if one["default"]] == ["linkedin"]
    assert form.fields["audience"]["value"] == "1000"


async def test_a_form_that_is_sent_off_with_its_defaults_seats_the_general_panel(us: Team) -> None:
    form = await us.person().command("rehearse")
    thread = await threaded(us, await us.person().submit(form, {"draft": DRAFT}))
    of = (await us.kept(thread)).rehearsal
    assert (of.panel.key, of.platform.key, of.audience, len(of.seats)) == ("general", "linkedin", 1_000, 48)


async def test_what_is_chosen_in_a_form_is_what_is_played(us: Team) -> None:
    form = await us.person().command("rehearse", seats=6)
    filled = {"draft": DRAFT, "panel": ["Critics"], "platform": ["reddit"], "audience": "20,000", "personas": FEW}
    of = (await us.kept(await threaded(us, await us.person().submit(form, filled)))).rehearsal
    assert {reader.persona for reader in of.readers} == {"fatou", "jasna", "abel"}
    assert (of.platform.key, of.audience, len(of.seats)) == ("reddit", 20_000, 6)


async def test_options_given_before_the_form_stand_in_it(us: Team) -> None:
    form = await us.person().command("rehearse", panel="critics", platform="x", personas="abel", audience=77)
    assert [one["value"] for one in form.fields["panel"]["options"] if one["default"]] == ["critics"]
    assert [one["value"] for one in form.fields["platform"]["options"] if one["default"]] == ["x"]
    assert (form.fields["personas"]["value"], form.fields["audience"]["value"]) == ("abel", "77")


async def test_a_form_whose_audience_is_no_number_is_refused_with_what_was_typed(us: Team) -> None:
    form = await us.person().command("rehearse")
    answer = await (await us.person().submit(form, {"draft": DRAFT, "audience": "everybody"})).settled()
    assert "whole number of people, not 'everybody'" in answer.text
    assert us.threads == []


async def test_a_wrong_name_is_refused_before_anybody_types_a_draft(us: Team) -> None:
    answer = await us.told("ada", "rehearse", panel="critcs")
    assert answer.modal is None
    assert "critics" in answer.text


async def test_a_text_file_is_a_draft(us: Team) -> None:
    file = File("draft.md", "﻿We moved it.\r\nWhere to, do you think?\r\n".encode())
    thread = await threaded(us, await us.person().command("rehearse", file=file, **LOUD))
    assert (await us.kept(thread)).rehearsal.draft.text == "We moved it.\nWhere to, do you think?"


async def test_a_text_and_a_file_at_once_are_refused(us: Team) -> None:
    answer = await us.told("ada", "rehearse", text=DRAFT, file=File("draft.md", b"another"))
    assert "as text or as a file, not both" in answer.text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (File("photo.png", b"\x89PNG\r\n"), "photo.png is a binary file, not text"),
        (File("old.txt", b"caf\xe9 is open"), "old.txt is not UTF-8"),
        (File("book.txt", b"word " * 40_000), "0.2 MB; give a text file of at most"),
        (File("empty.txt", b" "), "draft"),
    ],
    ids=lambda one: one.name if isinstance(one, File) else "",
)
async def test_a_file_that_is_no_draft_is_refused_by_name(us: Team, file: File, said: str) -> None:
    answer = await us.told("ada", "rehearse", file=file)
    assert said in answer.text
    assert answer.ephemeral
    assert us.threads == []


async def test_single_personas_sit_instead_of_a_panel(us: Team) -> None:
    of = (await us.kept(await us.rehearsed(personas="abel; fatou"))).rehearsal
    assert {reader.persona for reader in of.readers} == {"abel", "fatou"}
    assert of.panel.name == "Own choice"


async def test_panel_platform_audience_and_seats_are_taken_as_given(us: Team) -> None:
    thread = await us.rehearsed(personas="", panel="critics", platform="mastodon", audience=500, seats=12)
    of = (await us.kept(thread)).rehearsal
    assert (of.panel.key, of.platform.key, of.audience, len(of.seats)) == ("critics", "mastodon", 500, 12)


async def test_a_panel_of_the_server_s_own_sits(us: Team) -> None:
    await us.told("ada", "panel make", name="Night shift", personas="abel 2, fatou")
    of = (await us.kept(await us.rehearsed(personas="", panel="night-shift"))).rehearsal
    assert of.panel.key == "night-shift"
    assert sorted(seat.persona for seat in of.seats) == ["abel"] * 4 + ["fatou"] * 2


async def test_where_nobody_names_a_panel_the_server_s_default_sits(us: Team) -> None:
    await us.told("mia", "panel default", panel="critics")
    form = await us.person().command("rehearse")
    assert [one["value"] for one in form.fields["panel"]["options"] if one["default"]] == ["critics"]
    assert (await us.kept(await us.rehearsed(personas=""))).rehearsal.panel.key == "critics"


async def test_a_right_click_rehearses_a_message_as_it_stands_in_a_thread_on_it(us: Team) -> None:
    message = await us.person("ben").post(us.loopback.general, DRAFT)
    thread = await threaded(us, await us.person().menu("Rehearse this post", message))
    assert thread.id == message.id
    assert us.loopback.general.messages == [message]
    assert (await us.kept(thread)).rehearsal.draft.text == DRAFT


async def test_the_alt_text_of_its_images_is_read_too(us: Team) -> None:
    boat = File("boat.png", b"\x89PNG", "image/png", description="A boat on dry land")
    plan = File("plan.png", b"\x89PNG", "image/png", description="The plan of a harbour")
    message = await us.person("ben").post(us.loopback.general, DRAFT, boat, plan)
    thread = await threaded(us, await us.person().menu("Rehearse this post", message))
    assert (await us.kept(thread)).rehearsal.draft.alt == "A boat on dry land; The plan of a harbour"


async def test_a_message_that_has_a_thread_gets_its_rehearsal_on_a_message_of_its_own(us: Team) -> None:
    message = await us.person("ben").post(us.loopback.general, DRAFT)
    first = await threaded(us, await us.person().menu("Rehearse this post", message))
    second = await threaded(us, await us.person().menu("Rehearse this post", message), before=1)
    assert first.id == message.id != second.id
    starter = us.loopback.general.messages[-1]
    assert second.id == starter.id
    assert DRAFT in starter.text


async def test_a_message_without_words_is_refused(us: Team) -> None:
    message = await us.person("ben").post(us.loopback.general, "", File("boat.png", b"\x89PNG", "image/png"))
    answer = await (await us.person().menu("Rehearse this post", message)).settled()
    assert "draft" in answer.text.lower()
    assert us.threads == []


async def test_the_third_at_once_is_told_its_place_and_plays_when_it_is_its_turn(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, SLOW)) as us:
        playing = [await us.begun(who) for who in ("ada", "ben")]
        third, fourth = await us.begun("mia"), await us.begun("ada")
        await loopback.until(lambda: "Waiting, place 1" in card(third).text)
        await loopback.until(lambda: "Waiting, place 2" in card(fourth).text)
        assert not any("Waiting" in card(thread).text for thread in playing)
        await us.pressed("ada", card(playing[0]), "Cancel")
        await loopback.until(lambda: "The audience is reading" in card(third).text)
        await loopback.until(lambda: "Waiting, place 1" in card(fourth).text)


async def test_the_card_tells_how_many_were_heard_and_what_they_do(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.02")) as us:
        thread = await us.begun(seats=24)
        assert buttons(card(thread)) == ["Cancel"]
        await loopback.until(lambda: "▰" in card(thread).text and "posted here" in card(thread).text)
        assert "of 24 readers heard · " in card(thread).text
        assert MARK in card(thread).text
        await us.shown(thread)


@pytest.mark.parametrize("who", ["ada", "mia"])
async def test_the_asker_or_a_manager_cancels_and_go_on_takes_it_up_again(tmp_path: Path, loopback: Loopback, who: str) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.03")) as us:
        thread = await us.begun("ada", seats=12)
        answer = await us.pressed(who, card(thread), "Cancel")
        assert "What was heard is kept" in answer.text
        await loopback.until(lambda: f"Cancelled by {who.title()}." in card(thread).text)
        assert buttons(card(thread)) == ["Go on", "Run again", "The silent ones", "Export", "Delete"]
        await us.pressed("ada", card(thread), "Go on")
        await us.shown(thread)
        spoken = [r for r in (await us.kept(thread)).reactions if r.part == "first" and r.reply]
        assert len(replies(thread)) == len(spoken) > 0


async def test_another_member_cannot_cancel(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, SLOW)) as us:
        thread = await us.begun("ada")
        answer = await us.pressed("ben", card(thread), "Cancel")
        assert f"Only <@{us.person('ada').id}>" in answer.text
        assert answer.ephemeral
        assert has(card(thread), "Cancel")


async def test_cancel_that_comes_too_late_says_so(tmp_path: Path, loopback: Loopback) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.02")) as us:
        thread = await us.begun("ada")
        found = await us.told("ada", "rehearsal", channel=thread)
        await us.shown(thread)
        answer = await us.pressed("ada", found, "Cancel")
        assert "This rehearsal is over already; there is nothing to cancel." in answer.text
        assert has(card(thread), "Revise")


async def test_the_report_says_the_whole_of_it_on_one_card(us: Team) -> None:
    text = card(await us.rehearsed()).text
    for part in (
        "people who are shown this on LinkedIn", "Of 1,000,000 people", "**scroll past**", "With 80% intervals. From 6 seats.",
        "The conversation", "Why the silent ones passed", "of 6: ", "A tail, not a forecast", "small-panel", "seed 1", MARK,
    ):  # fmt: skip
        assert part in text


async def test_the_chart_hangs_under_the_report_and_has_its_words_beside_it(us: Team) -> None:
    message = card(await us.rehearsed())
    chart = message.files[0]
    assert [file.name for file in message.files] == ["tally.png"]
    assert chart.content.startswith(b"\x89PNG")
    assert chart.description is not None
    assert chart.description.startswith("Simulated: ")
    assert "scroll past" in chart.description
    assert "tally.png" in json.dumps(message.embeds)


async def test_silent_readers_are_counted_and_not_posted(us: Team) -> None:
    thread = await us.rehearsed(audience=6)
    kept = await us.kept(thread)
    spoken = [r for r in kept.reactions if r.part != "worst" and r.reply]
    assert len(replies(thread)) == len(spoken) == 0
    assert "Silence, most likely" in card(thread).text
    assert "Most people behind each of 6 seats give the post nothing." in card(thread).text


async def test_without_webhooks_readers_speak_under_the_bot_s_name_and_it_is_said_once(us: Team) -> None:
    us.loopback.forbid(us.loopback.general, "manage_webhooks")
    thread = await us.rehearsed()
    assert len(replies(thread)) == 6
    assert all(message.author is us.loopback.world.bot for message in replies(thread))
    assert all("(simulated)**" in message.content for message in replies(thread))
    said = [message for message in thread.messages if "allow Manage Webhooks" in message.text]
    assert said == [card(thread)]
    assert card(thread).text.count("allow Manage Webhooks") == 1


async def test_one_webhook_is_made_for_a_channel_and_used_again(us: Team) -> None:
    await us.rehearsed()
    await us.rehearsed()
    assert len(us.loopback.webhooks(us.loopback.general)) == 1
    assert len(us.loopback.calls("POST /channels/*/webhooks")) == 1


async def test_a_request_that_is_heard_twice_is_played_once(us: Team) -> None:
    answer = await us.told("ada", "rehearse", text=DRAFT, **LOUD)
    await us.shown(await us.opened(0))
    await us.person().replay(answer)
    await us.rehearsed()
    assert len(us.threads) == 2


async def test_in_a_second_round_readers_answer_each_other_and_say_whom(us: Team) -> None:
    thread = await us.rehearsed(rounds=2, personas="fatou, jasna, abel, tiago", seats=8)
    assert any(message.content.startswith("-# answers ") for message in replies(thread))
