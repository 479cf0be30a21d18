"""Finding old rehearsals, what a server chooses, help, and the server's own language."""

from __future__ import annotations

import re

import pytest

from audience.report import IS_NOT, MARK
from bot.room import ServerChoices
from tests.bot.discord.team import DRAFT, LOUD, MAY, Team, buttons, card, hide, replies
from tests.discord.people import Person
from tests.discord.world import bits

OTHER = "The tram to the harbour runs at night now. Who will ride it home from the late shift?"


async def id_of(us: Team, **given: object) -> str:
    return (await us.kept(await us.rehearsed(**given))).rehearsal.id  # type: ignore[arg-type]  # as the command takes them


async def hidden(us: Team) -> str:
    """A rehearsal by Ada in a channel that Ben does not see."""
    board = us.loopback.add_channel("board")
    hide(board, us.person("ben"))
    return await id_of(us, text=OTHER, channel=board)


def stranger(us: Team) -> Person:
    dock = us.loopback.add_server("Dock", bot_may=MAY)
    us.loopback.add_channel("quay", server=dock)
    us.loopback.add_member("zoe", server=dock, may=bits("manage_guild"))
    return us.loopback.person("zoe", dock)


async def test_rehearsals_are_listed_newest_first_with_their_threads(us: Team) -> None:
    first, second = await id_of(us), await id_of(us, text=OTHER)
    answer = await us.told("ben", "rehearsals")
    rows = answer.text.splitlines()
    assert [re.findall(r"`(\w+)`", row) for row in rows] == [[second], [first]]
    assert f"<#{us.threads[-1].id}>" in rows[0]
    assert "The tram to the harbour" in us.threads[-1].name
    assert "6 of 6 readers, finished" in rows[0]
    assert answer.ephemeral


async def test_rehearsals_are_found_by_words_of_the_draft(us: Team) -> None:
    first, second = await id_of(us), await id_of(us, text=OTHER)
    text = (await us.told("ben", "rehearsals", words="tram")).text
    assert second in text
    assert first not in text
    assert "None found; /rehearse starts one." in (await us.told("ben", "rehearsals", words="submarine")).text


async def test_a_rehearsal_is_shown_with_its_report_and_what_can_be_done_with_it(us: Team) -> None:
    rehearsal = await id_of(us)
    answer = await us.told("ben", "rehearsal", which=rehearsal)
    assert f"Its thread: <#{us.threads[0].id}>" in answer.text
    assert "people who are shown this" in answer.text
    assert MARK in answer.text
    assert answer.message is not None
    assert buttons(answer.message) == ["Revise", "Run again", "The silent ones", "Export", "Published it", "Delete"]


async def test_in_a_thread_the_rehearsal_of_that_thread_is_meant(us: Team) -> None:
    first = await us.rehearsed()
    await us.rehearsed(text=OTHER)
    rehearsal = (await us.kept(first)).rehearsal.id
    assert rehearsal in (await us.told("ben", "rehearsal", channel=first)).text
    assert "Say which rehearsal" in (await us.told("ben", "rehearsal")).text


async def test_rehearsals_are_suggested_by_their_words(us: Team) -> None:
    first, second = await id_of(us), await id_of(us, text=OTHER)
    choices = (await us.person("ben").autocomplete("rehearsal", "which", "")).choices
    assert [value for _, value in choices] == [second, first]
    choices = (await us.person("ben").autocomplete("rehearsal", "which", "export")).choices
    assert [value for _, value in choices] == [first]
    assert "We moved the export button" in choices[0][0]


async def test_what_stands_in_a_channel_that_a_member_does_not_see_is_not_found(us: Team) -> None:
    rehearsal, seen = await hidden(us), await id_of(us)
    assert rehearsal not in (await us.told("ben", "rehearsals")).text
    assert seen in (await us.told("ben", "rehearsals")).text
    assert rehearsal in (await us.told("mia", "rehearsals")).text
    choices = (await us.person("ben").autocomplete("rehearsal", "which", "tram")).choices
    assert choices == ()


async def test_a_guessed_id_of_a_channel_that_a_member_does_not_see_opens_nothing(us: Team) -> None:
    rehearsal = await hidden(us)
    answer = await us.told("ben", "rehearsal", which=rehearsal)
    assert answer.text == f"There is no rehearsal '{rehearsal}' here; see /rehearsals."
    assert "tram" not in answer.text


async def test_a_guessed_id_of_another_server_opens_nothing(us: Team) -> None:
    rehearsal = await id_of(us)
    zoe = stranger(us)
    await us.loopback.until(lambda: us.client.get_guild(zoe.member.server.id) is not None)
    answer = await (await zoe.command("rehearsal", which=rehearsal)).settled()
    assert answer.text == f"There is no rehearsal '{rehearsal}' here; see /rehearsals."
    assert "None found" in (await (await zoe.command("rehearsals")).settled()).text


async def test_a_button_stops_working_for_a_member_who_no_longer_sees_the_channel(us: Team) -> None:
    board = us.loopback.add_channel("board")
    rehearsal = await id_of(us, text=OTHER, channel=board)
    found = await us.told("ben", "rehearsal", which=rehearsal)
    assert "people who are shown this" in found.text
    hide(board, us.person("ben"))
    refused = await us.pressed("ben", found, "Export")
    assert f"There is no rehearsal '{rehearsal}' here" in refused.text
    assert refused.files == ()


async def test_settings_tell_what_holds_without_changing_anything(us: Team) -> None:
    text = (await us.told("mia", "settings")).text
    for part in ("Panel: `general`", "Platform: `linkedin`", "1,000 people", "Readers: 48", "Draft channels: none", "90 days"):
        assert part in text
    assert await us.room.store.servers.choices(us.loopback.server.id) == ServerChoices()


async def test_what_a_manager_sets_is_taken_where_nobody_says_otherwise(us: Team) -> None:
    text = (
        await us.told("mia", "settings", panel="critics", platform="reddit", audience=5_000, seats=7, **{"keep-days": 30})
    ).text  # fmt: skip
    for part in ("Panel: `critics`", "Platform: `reddit`", "5,000 people", "Readers: 7", "after 30 days"):
        assert part in text
    await us.told("ada", "rehearse", text=DRAFT)
    thread = await us.opened(0)
    await us.shown(thread)
    of = (await us.kept(thread)).rehearsal
    assert (of.panel.key, of.platform.key, of.audience, len(of.seats)) == ("critics", "reddit", 5_000, 7)


async def test_settings_that_cannot_be_used_change_nothing(us: Team) -> None:
    assert "at most 200 readers" in (await us.told("mia", "settings", seats=201, panel="critics")).text
    assert "critics" in (await us.told("mia", "settings", panel="critcs")).text
    assert await us.room.store.servers.choices(us.loopback.server.id) == ServerChoices()


async def test_settings_are_shown_to_managers_alone_and_asked_again_when_the_command_arrives(us: Team) -> None:
    with pytest.raises(AssertionError, match="is not shown the command 'settings'"):
        await us.person("ben").command("settings")
    us.loopback.open_command("settings")
    refused = await us.told("ben", "settings", panel="critics")
    assert "Only a manager of the server may change that" in refused.text
    assert refused.ephemeral
    assert await us.room.store.servers.choices(us.loopback.server.id) == ServerChoices()


async def test_help_says_what_it_is_and_what_it_is_not(us: Team) -> None:
    answer = await us.told("ben", "help")
    assert answer.ephemeral
    for part in (MARK, IS_NOT, "/rehearse", "Rehearse this post", "/panel list", "/persona list", "/rehearsals"):
        assert part in answer.text


async def test_every_command_that_help_names_is_there(us: Team) -> None:
    text = (await us.told("ben", "help")).text
    known = {one["name"]: one for one in us.loopback.world.commands[None]}
    for command in re.findall(r"`/([a-z ]+)`", text):
        name, _, further = command.partition(" ")
        assert name in known
        assert not further or further in {one["name"] for one in known[name]["options"]}


async def test_a_german_server_reads_its_buttons_in_german(us: Team) -> None:
    us.loopback.server.locale = "de"
    await us.told("ada", "rehearse", text=DRAFT, **LOUD)
    thread = await us.opened(0)
    await us.shown(thread, "Überarbeiten")
    assert buttons(card(thread)) == [
        "Überarbeiten",
        "Noch einmal proben",
        "Die Stillen",
        "Exportieren",
        "Ist veröffentlicht",
        "Löschen",
    ]
    assert buttons(replies(thread)[0]) == [
        "Glaubwürdig", "Unglaubwürdig", "Nützlich", "Geht zu weit", "Dieser Stimme antworten",
    ]  # fmt: skip
    assert buttons(us.loopback.general.messages[0]) == ["Löschen"]


async def test_commands_are_put_up_in_five_languages(us: Team) -> None:
    rehearse = next(one for one in us.loopback.world.commands[None] if one["name"] == "rehearse")
    assert rehearse["name_localizations"]["de"] == "proben"
    assert {"de", "es-ES", "fr", "pt-BR"} <= set(rehearse["description_localizations"])
