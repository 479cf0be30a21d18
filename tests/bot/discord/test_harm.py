"""Nobody can use it to harm: no ping, no link, no borrowed name, no look into what belongs to others, no secret in a log."""

from __future__ import annotations

import io
import logging
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.discord import logs
from bot.discord.team_words import TeamWords
from tests.bot.discord.team import DRAFT, LOUD, Team, card, hide, replies, script, team
from tests.discord.answers import Answer
from tests.discord.callbacks import COMPONENT, SUBMIT
from tests.discord.loopback import Loopback
from tests.discord.people import Person
from tests.discord.world import Message, bits

NASTY = (
    "@everyone and @here, <@1> <@&2> <#3>: see https://evil.example/x, [this](http://evil.example), discord.gg/abc, "
    "||a spoiler|| `code` **loud** \u202egnorts\u202c <t:0:R> <:smile:4>"
)
LIVE = (
    re.compile(r"@everyone|@here|<@&?\d"), re.compile(r"https?://|discord\.gg/"), re.compile("[\u202a-\u202e\u2066-\u2069]"),
    re.compile(r"(?<!\\)(?:<[@#]|<t:|<:|\|\||\*\*loud|\]\()"),
)  # fmt: skip
FIELDS = {"draft": "Another draft, with words.", "said": "And why?"}


def alive(text: str) -> list[str]:
    """What in a text would ping, link, hide or turn around."""
    return [found[0] for pattern in LIVE for found in pattern.finditer(text)]


def public(us: Team) -> list[Message]:
    """Whatever the bot and its readers posted where everybody sees it."""
    places = [us.loopback.general, *us.threads]
    ours = {us.loopback.world.bot.id, *us.loopback.world.webhooks}
    return [message for place in places for message in place.messages if message.author.id in ours]


async def pressed(person: Person, custom_id: str, source: Message) -> Answer:
    """A button that a member made up."""
    data = {"custom_id": custom_id, "component_type": 2, "id": 1}
    answer = await person._done(person._asked(COMPONENT, source.channel, data, source))
    return await answer.settled(lambda told: told.text != "Deleting…")


async def sent(person: Person, custom_id: str, source: Message) -> Answer:
    """A form that a member made up."""
    inputs = [{"type": 4, "id": n, "custom_id": key, "value": value} for n, (key, value) in enumerate(FIELDS.items(), 2)]
    rows = [{"type": 18, "id": n, "component": one} for n, one in enumerate(inputs, 20)]
    made = {"custom_id": custom_id, "components": rows}
    return await (await person._done(person._asked(SUBMIT, source.channel, made, source))).settled()


async def test_what_a_model_writes_pings_nobody_links_nowhere_and_is_read_as_it_stands(
    tmp_path: Path, loopback: Loopback
) -> None:
    words = NASTY.encode("unicode_escape").decode().replace('"', '\\"').replace("\\x", "\\u00")
    async with team(tmp_path, loopback, model=script(tmp_path, f'words = ["{words}"]\n[options]\nreply = 99999')) as us:
        thread = await us.rehearsed(personas="abel", seats=1)
        (reply,) = replies(thread)
        assert [alive(message.text) for message in public(us)] == [[]] * 3
        assert reply.flags & 4  # no preview of anything in it
        assert "@\u2060everyone and @\u2060here" in reply.content
        form = await us.person().press(reply, "Answer this reader")
        await us.person().submit(form, {"said": NASTY})
        await loopback.until(lambda: len(replies(thread)) == 2)
        assert alive(replies(thread)[1].text.replace("> **Ada**", "")) == []


async def test_what_a_member_drafts_pings_nobody_and_links_nowhere(us: Team) -> None:
    thread = await us.rehearsed(text=NASTY, personas="abel", seats=1)
    starter = us.loopback.general.messages[0]
    assert "see https" in starter.text
    assert alive(starter.text) == []
    assert alive(card(thread).text) == []
    listed = (await us.told("ben", "rehearsals")).text
    assert "`" in listed
    assert set(alive(listed)) == {"<t:", "<#"}  # the date and the thread, which are ours


async def test_a_persona_whose_name_is_a_trap_speaks_under_a_harmless_one(us: Team) -> None:
    form = await us.person().command("persona new")
    filled = {
        "name": "Marek \u202e@everyone <@1>, https://evil.example discord", "bio": NASTY, "interests": NASTY, "annoys": "hype",
        "writes": f"Short.\n{NASTY}",
    }  # fmt: skip
    answer = await (await us.person().submit(form, filled)).settled()
    assert "is kept for this server" in answer.text
    (key,) = re.findall(r"Persona '([a-z0-9-]+)' is kept", answer.text)
    thread = await us.rehearsed(personas=key, seats=1)
    (reply,) = replies(thread)
    assert reply.name.endswith(" (simulated)")
    assert "@" not in reply.name
    assert ":" not in reply.name
    assert not any(unicodedata.category(sign) == "Cf" for sign in reply.name)
    assert [alive(message.text) for message in public(us)] == [[]] * len(public(us))


async def test_a_member_whose_name_is_a_trap_is_named_harmlessly(tmp_path: Path, loopback: Loopback) -> None:
    loopback.add_member("eve", nick="@everyone [x](https://evil.example) \u202e**loud**")
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        thread = await us.begun("eve")
        await us.pressed("eve", card(thread), "Cancel")
        await loopback.until(lambda: "Cancelled by" in card(thread).text)
        assert alive(card(thread).text) == []


@pytest.mark.parametrize("called", ["Abel", "ABEL", "abel (simulated)", "Abel, who repairs things"])
async def test_a_persona_that_is_called_like_a_member_speaks_as_a_numbered_reader(us: Team, called: str) -> None:
    us.loopback.add_member(called, nick=called)
    thread = await us.rehearsed(personas="abel", seats=1)
    (reply,) = replies(thread)
    assert reply.name == "Reader 1 (simulated)"


async def elsewhere(us: Team) -> Person:
    """Somebody who manages another server."""
    other = us.loopback.add_server("Shipyard")
    us.loopback.add_channel("general", server=other)
    us.loopback.add_member("ann", may=bits("manage_guild"), server=other)
    return us.loopback.person("ann", other)


async def test_every_button_and_form_treats_a_rehearsal_of_another_server_like_none(us: Team) -> None:
    theirs = await us.rehearsed()
    id = (await us.kept(theirs)).rehearsal.id
    ann = await elsewhere(us)
    desk = us.client.desk
    presses = dict.fromkeys(set(desk.buttons) - {"keep", "rehearse-this", "not-a-draft"}, pressed)
    submits = dict.fromkeys(set(desk.forms) - {"rehearse", "compare", "persona"}, sent)
    assert len(presses) >= 10
    assert len(submits) == 3
    for verb, act in [*presses.items(), *submits.items()]:
        here, there = [await ann.post(ann.channel, "hello") for _ in range(2)]
        guessed = await act(ann, f"sb:{verb}:{id}:first.1:plausible", here)
        unknown = await act(ann, f"sb:{verb}:zzzzzzzz:first.1:plausible", there)
        assert guessed.text == f"There is no rehearsal {id!r} here; see /rehearsals.", verb
        assert guessed.text.replace(id, "zzzzzzzz") == unknown.text
        assert guessed.modal is None
        assert guessed.ephemeral or guessed.message is here
    assert (await us.kept(theirs)).finished
    assert await us.room.store.reviews.marks(id) == ()


async def test_a_command_treats_a_rehearsal_of_another_server_like_none(us: Team) -> None:
    id = (await us.kept(await us.rehearsed())).rehearsal.id
    ann = await elsewhere(us)
    for which in (id, id.upper(), f" {id} ", id[:5], "%", "' OR 1=1 --"):
        answer = await (await ann.command("rehearsal", which=which)).settled()
        assert answer.text == f"There is no rehearsal {which.strip()!r} here; see /rehearsals."
    assert "None found" in (await (await ann.command("rehearsals")).settled()).text
    assert (await ann.autocomplete("rehearsal", "which", id[:3])).choices == ()


async def test_who_does_not_see_a_channel_learns_nothing_of_its_rehearsals(us: Team) -> None:
    secret = us.loopback.add_channel("board")
    answer = await us.person().command("rehearse", channel=secret, text=DRAFT, **LOUD)
    await answer.settled()
    thread = await us.opened(0)
    await us.shown(thread)
    id = (await us.kept(thread)).rehearsal.id
    assert id in (await us.told("ben", "rehearsals")).text
    hide(secret, us.person("ben"))
    await us.loopback.until(lambda: us.client.get_channel(secret.id))
    assert (await us.told("ben", "rehearsal", which=id)).text == f"There is no rehearsal {id!r} here; see /rehearsals."
    assert "None found" in (await us.told("ben", "rehearsals")).text
    assert (await us.person("ben").autocomplete("rehearsal", "which", "")).choices == ()
    here = await us.person("ben").post(us.loopback.general, "hello")
    assert "There is no rehearsal" in (await pressed(us.person("ben"), f"sb:export:{id}:card:", here)).text


async def test_a_made_up_button_does_no_more_than_a_real_one_for_who_may_not(us: Team) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    for verb in ("cancel", "delete", "delete-for-good", "go-on"):
        here = await us.person("ben").post(us.loopback.general, "hello")
        answer = await pressed(us.person("ben"), f"sb:{verb}:{id}:card:", here)
        assert f"Only <@{us.person('ada').id}>, who asked for this rehearsal" in answer.text, verb
    assert (await us.kept(thread)).finished
    assert us.threads == [thread]


MADE_UP = (
    "mark:{}:first.x:plausible", "mark:{}:worst.1:plausible", "mark:{}:first.1:lovely", "answer:{}:first.99:", "answer:{}:first.0:",
    "nothing:{}:card:",
)  # fmt: skip


async def test_a_made_up_button_that_means_nothing_gets_a_sentence(us: Team, caplog: pytest.LogCaptureFixture) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    here = await us.person("ben").post(us.loopback.general, "hello")
    for name in MADE_UP:
        answer = await pressed(us.person("ben"), f"sb:{name.format(id)}", here)
        assert answer.text.endswith("."), name
        assert "reference" not in answer.text, name
    assert "Traceback" not in caplog.text
    assert await us.room.store.reviews.marks(id) == ()


async def test_a_server_that_is_not_served_is_told_so_by_every_way_in(tmp_path: Path, loopback: Loopback) -> None:
    other = loopback.add_server("Shipyard")
    loopback.add_channel("general", server=other)
    loopback.add_member("ann", server=other)
    async with team(tmp_path, loopback, guilds=loopback.server.id) as us:
        await us.rehearsed()
        ann = loopback.person("ann", other)
        loopback.world.commands[other.id] = loopback.world.commands[loopback.server.id]  # from before the setting
        said = "This Soundingboard serves other servers; ask whoever runs it to add this one to SOUNDINGBOARD_GUILDS."
        for answer in (await ann.command("help"), await ann.command("rehearse", text=DRAFT)):
            assert (await answer.settled()).text == said
        here = await ann.post(ann.channel, "hello")
        assert (await pressed(ann, "sb:export:abcdefgh:card:", here)).text == said
        assert (await sent(ann, "sb:rehearse:-:-:48", here)).text == said
        assert len(us.threads) == 1


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that a bot at its most talkative writes to standard error."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def everything(folder: Path) -> bytes:
    """Whatever stands in the files of a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_no_secret_is_in_the_log_at_its_lowest_level_nor_in_anything_that_is_kept(
    tmp_path: Path, loopback: Loopback, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", written)
    logs.begin("DEBUG", (loopback.token,))
    async with team(tmp_path, loopback, log_level="DEBUG") as us:
        thread = await us.rehearsed()
        await us.pressed("ben", replies(thread)[0], "Useful")
        form = await us.person().press(replies(thread)[0], "Answer this reader")
        await us.person().submit(form, {"said": "Why?"})
        await loopback.until(lambda: len(replies(thread)) == 7)
        await us.pressed("ada", card(thread), "Export")

        async def broken(*_: object) -> None:
            (webhook,) = loopback.webhooks(loopback.general)
            raise ZeroDivisionError(
                f"{loopback.token} at {loopback.address}/api/v10/webhooks/{webhook.id}/{webhook.token}?wait=1"
            )

        monkeypatch.setattr(TeamWords, "library", broken)
        assert "reference" in (await us.told("ada", "panel list")).text
        secrets = {loopback.token, *(webhook.token for webhook in loopback.world.webhooks.values())}
        secrets |= {asked.token for asked in loopback.world.interactions.values()}
        kept = everything(tmp_path)
    kept += everything(tmp_path)
    assert len(secrets) > 5
    log = written.getvalue()
    assert "DEBUG" in log
    assert "ZeroDivisionError" in log
    found = {"log": [s for s in secrets if s in log], "kept": [s for s in secrets if s.encode() in kept]}
    assert found == {"log": [], "kept": []}


@pytest.mark.parametrize("way", ["command", "button", "form"])
async def test_what_nobody_foresaw_is_a_sentence_with_a_reference_that_finds_the_trace(
    us: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    thread = await us.rehearsed()
    form = await us.person().command("rehearse")

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("seven by nothing")

    monkeypatch.setattr(TeamWords, "library", broken)
    if way == "command":
        answer = await us.told("ada", "rehearse", text=DRAFT)
    elif way == "button":
        answer = await us.pressed("ada", card(thread), "Run again")
    else:
        answer = await (await us.person().submit(form, {"draft": DRAFT})).settled()
    found = re.fullmatch(
        r"Something went wrong that should not; nothing that was kept is lost\. Please report it with the reference (\w{8})\.",
        answer.text,
    )
    assert found
    assert answer.ephemeral
    (record,) = [one for one in caplog.records if found[1] in one.getMessage()]
    assert record.exc_info
    assert isinstance(record.exc_info[1], ZeroDivisionError)
