"""Bad input, from anywhere: a clear sentence only to the person who asked, nothing lost and nothing half done."""

from __future__ import annotations

import asyncio
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from audience.draft import MOST_CHARACTERS
from bot.discord.apologies import NEEDED
from bot.discord.desk import OUTSIDE
from tests.bot.discord.team import DRAFT, LOUD, Team, card, has, replies, script, team
from tests.discord import options, people, shapes
from tests.discord.answers import Answer
from tests.discord.callbacks import COMMAND
from tests.discord.loopback import Loopback
from tests.discord.rest import Rest
from tests.discord.world import APPLICATION, FORUM, NEWS, Channel, File, Interaction, Message

PERSONA = """+++
name = "Marek, night nurse"
bio = "Works nights in a small town, reads on the tram."
interests = ["night shifts", "trams", "tea"]
brands = "Buys what lasts."
annoys = ["hype", "pop-ups"]
writes = "Short, dry, in the morning."
languages = ["en"]
[habits]
other = "talks"
+++

Marek works nights.

## Replies
- read it twice
"""


async def nothing(us: Team, answer: Answer) -> None:
    """Only the one who asked hears of it, and nothing was kept, opened or posted."""
    assert answer.ephemeral
    assert answer.text.endswith((".", "latin1 -t utf-8"))
    assert us.threads == []
    assert await us.room.store.stagings.recent(us.loopback.server.id, 9) == ()
    posted = [message for message in us.loopback.general.messages if message.author.id == APPLICATION]
    assert posted == []


# Drafts.


UNREADABLE = {
    "   ": "The draft is empty; give the text of the post.",
    "\u200b\u202e\u2066": "The draft is empty; give the text of the post.",
    "!!! 🎉 ...": "The draft has no words, only signs",
    "https://example.com/a": "The draft is only links",
}


@pytest.mark.parametrize("way", ["option", "form", "file", "message"])
async def test_a_draft_with_nothing_to_read_is_refused_by_every_way_in(us: Team, way: str) -> None:
    ada = us.person()
    for draft, said in UNREADABLE.items():
        if way == "option":
            answer = await ada.command("rehearse", text=draft)
        elif way == "form":
            answer = await ada.submit(await ada.command("rehearse"), {"draft": draft})
        elif way == "file":
            answer = await ada.command("rehearse", file=File("draft.txt", draft.encode()))
        else:
            answer = await ada.menu("Rehearse this post", await us.person("ben").post(us.loopback.general, draft))
        await answer.settled()
        assert said in answer.text
        await nothing(us, answer)


async def test_a_form_takes_4_000_characters_and_a_file_one_more(us: Team) -> None:
    long = ("word " * 800) + "x"
    assert len(long) == 4_001
    form = await us.person().command("rehearse", personas="abel", seats=1)
    with pytest.raises(AssertionError):  # Discord's own client lets nobody type more than the form allows
        await us.person().submit(form, {"draft": long})
    assert us.threads == []
    too_long = await us.told("ada", "rehearse", file=File("long.txt", long.encode()))
    assert "The draft has 4,001 characters and LinkedIn takes at most 3,000; shorten it" in too_long.text
    await us.told("ada", "rehearse", file=File("long.txt", long.encode()), personas="abel", seats=1, platform="reddit")
    thread = await us.opened(0)
    await us.shown(thread)
    assert len((await us.kept(thread)).rehearsal.draft.text) == 4_001


async def test_a_draft_of_more_words_than_a_rehearsal_takes_is_refused_with_the_numbers(us: Team) -> None:
    answer = await us.told("ada", "rehearse", file=File("book.txt", b"a word " * 2_501))
    assert "The draft has 5,002 words (17,506 characters); a rehearsal takes at most 5,000 words" in answer.text
    await nothing(us, answer)


class Claimed(bytes):
    """A file of which Discord says that it is this large; there is no need to have it."""

    def __len__(self) -> int:
        return 30_000_000


@pytest.mark.parametrize("name", ["film.mp4", "draft.txt"])
@pytest.mark.parametrize("command", ["rehearse", "persona import"])
async def test_a_file_of_30_megabytes_is_refused_by_what_discord_says_and_never_fetched(
    us: Team, monkeypatch: pytest.MonkeyPatch, command: str, name: str
) -> None:
    fetched: list[Any] = []
    monkeypatch.setattr(people, "LARGEST_FILE", 500 * 1024 * 1024)  # what who pays Discord may upload
    monkeypatch.setattr(Rest, "download", lambda _, request: fetched.append(request))
    answer = await us.told("ada", command, file=File(name, Claimed(b"film")))
    if command == "rehearse" or name.endswith(".txt"):
        assert f"{name} has 30.0 MB; give a text file of at most {4 * MOST_CHARACTERS // 1_000} kB." in answer.text
    assert fetched == []
    await nothing(us, answer)


NO_TEXT = {
    b"\x89PNG\r\n\x1a\n": "is a binary file, not text",
    b"%PDF-1.7 ...": "is a binary file, not text",
    b"PK\x03\x04word": "is a binary file, not text",
    b"some\x00words": "is a binary file, not text",
    "Grüße".encode("latin1"): "is not UTF-8 (byte 0xfc at position 2); save it as UTF-8",
    "words".encode("utf-16"): "is a binary file, not text",
}


@pytest.mark.parametrize("command", ["rehearse", "persona import"])
async def test_a_file_that_is_no_text_is_refused_by_name(us: Team, command: str) -> None:
    for content, said in NO_TEXT.items():
        answer = await us.told("ada", command, file=File("marek.md", content))
        assert f"marek.md {said}" in answer.text
        await nothing(us, answer)


async def test_a_file_that_is_gone_by_the_time_it_is_read_is_a_sentence(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rest, "download", lambda *_: web.Response(status=404))
    answer = await us.told("ada", "rehearse", file=File("draft.txt", b"Some words."))
    assert answer.text == "draft.txt is no longer on Discord; attach it again."
    await nothing(us, answer)


# Personas.


BROKEN = (
    ("+++\nname", "name", "line 1: a persona file starts with front matter"),
    ('name = "Marek, night nurse"\n', "", "'name'"),
    ('name = "Marek, night nurse"', "name = 7", "'name'"),
    ('name = "Marek, night nurse"', 'name = ""', "'name'"),
    ('name = "Marek, night nurse"', 'name = "Marek', "line 2"),
    ('bio = "Works nights in a small town, reads on the tram."', "bio = []", "'bio'"),
    ('interests = ["night shifts", "trams", "tea"]', 'interests = "tea"', "'interests'"),
    ('interests = ["night shifts", "trams", "tea"]', "interests = [1, 2, 3]", "'interests'"),
    ('brands = "Buys what lasts."\n', "", "'brands'"),
    ('annoys = ["hype", "pop-ups"]', "annoys = [[]]", "'annoys'"),
    ('writes = "Short, dry, in the morning."', "writes = true", "'writes'"),
    ('languages = ["en"]', "languages = 1.5", "'languages'"),
    ('other = "talks"', 'other = "shouts"', "unknown habit 'shouts'"),
    ('other = "talks"', 'reddit = "talks"', "'other'"),
    ('other = "talks"', 'other = "talks"\nmyspace = "talks"', "unknown platform"),
    ("[habits]", "[habit]", "'habit'"),
    ("[habits]", "age = 41\n[habits]", "'age'"),
    ("## Replies", "## Answers", "unknown heading '## Answers'"),
    ("- read it twice", "read it twice", "each line starts with '- '"),
    ("- read it twice", "- it costs $5", "a '$' stands only before a hole"),
    ("- read it twice", "- about $phrase", "the hole $phrase has no place"),
)


async def test_a_persona_file_that_is_broken_anywhere_is_refused_with_the_place(us: Team) -> None:
    for before, after, said in BROKEN:
        assert before in PERSONA
        answer = await us.told("ada", "persona import", file=File("marek.md", PERSONA.replace(before, after, 1).encode()))
        assert said in answer.text, (before, after)
        assert "reference" not in answer.text, (before, after)
        assert answer.ephemeral
    assert await us.room.store.servers.own_words(us.loopback.server.id) == ()


async def test_the_same_file_unbroken_is_taken(us: Team) -> None:
    answer = await us.told("ada", "persona import", file=File("marek.md", PERSONA.encode()))
    assert "Persona 'marek' is kept for this server." in answer.text


def inside(folder: Path) -> list[Path]:
    """Whatever lies in a folder, but for the database."""
    return sorted(path for path in folder.rglob("*") if "kept.db" not in path.name)


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "日本.md", ".md", "\u202emarek\u202c.md"])
async def test_a_file_name_is_never_a_path(us: Team, name: str, tmp_path: Path) -> None:
    before = inside(tmp_path)
    answer = await us.told("ada", "persona import", file=File(name, PERSONA.encode()))
    assert "reference" not in answer.text
    assert "\u202e" not in answer.text
    assert inside(tmp_path) == before


@pytest.mark.parametrize("field", ["name", "bio", "writes"])
async def test_a_form_whose_answers_are_blank_keeps_nothing(us: Team, field: str) -> None:
    filled = {"name": "Marek, night nurse", "bio": "Works nights.", "interests": "tea", "annoys": "hype", "writes": "Short."}
    form = await us.person().command("persona new")
    answer = await (await us.person().submit(form, {**filled, field: "  \u200b "})).settled()
    assert "reference" not in answer.text
    assert answer.ephemeral
    assert await us.room.store.servers.own_words(us.loopback.server.id) == ()


async def test_direction_marks_in_names_turn_nothing_around(us: Team) -> None:
    turned = "Marek \u202e\u2066esrun, night nurse"
    filled = {"name": turned, "bio": "Works\u202e nights.", "interests": "tea", "annoys": "hype", "writes": "Short\u202e."}
    form = await us.person().command("persona new")
    await (await us.person().submit(form, filled)).settled()
    await us.told("ada", "panel make", name="Night \u202etfihs", personas="marek-esrun", bio="\u2066Ours\u202e")
    thread = await us.rehearsed(personas="", panel="night-tfihs", seats=2)
    shown = [await us.told("ada", "persona show", persona="marek-esrun"), await us.told("ada", "panel list")]
    words = [message.text + message.name for message in [card(thread), *replies(thread)]] + [answer.text for answer in shown]
    assert replies(thread)
    assert {sign for text in words for sign in text if unicodedata.bidirectional(sign) in {"RLO", "LRI", "RLI", "PDF"}} == set()


# Numbers.


async def test_an_audience_that_is_no_number_of_people_is_refused(us: Team) -> None:
    for audience in ("many", "0", "-5", "1e6", "½", "٣٣ people", "9999999999999", "NaN", " "):
        form = await us.person().command("rehearse")
        answer = await (await us.person().submit(form, {"draft": DRAFT, "audience": audience})).settled()
        assert "audience" in answer.text.lower(), audience
        assert "reference" not in answer.text, audience
        await nothing(us, answer)


async def test_a_share_that_is_no_number_is_refused_with_an_example(us: Team) -> None:
    for share in ("abel -1", "abel 1.5", "abel many", "abel 0", "abel 1 2", "abel 99999"):
        answer = await us.told("ada", "panel make", name="Night shift", personas=share)
        assert f"{share!r} is no persona with a share; write them as: marek 2, abel, yoshiko 3." in answer.text
        await nothing(us, answer)


# The wrong place.


async def sent(us: Team, name: str, **changed: object) -> Answer:
    """A command whose payload is not what it is in a channel of a server."""
    ada, world = us.person(), us.loopback.world
    made, _ = options.called(world, ada.member, name, {}, "")
    asked = Interaction(world.id(), f"token-of-{name}", COMMAND, ada.member, us.loopback.general, world.now())
    asked.payload = {**ada._told(asked, made, 0), **changed}
    asked.payload = {key: value for key, value in asked.payload.items() if value is not None}
    world.interactions[asked.id] = asked
    world.dispatch("INTERACTION_CREATE", asked.payload, None)
    answer = await ada._done(asked)
    return await answer.settled()


async def test_a_command_in_a_direct_message_is_told_where_to_give_it(us: Team) -> None:
    user = shapes.user(us.person().member.user)
    channel = {"id": "77", "type": 1, "recipients": [user], "last_message_id": None, "flags": 0}
    nowhere = dict.fromkeys(["guild_id", "guild", "member", "guild_locale"])
    for name in ("help", "rehearse", "rehearsals", "persona list"):
        answer = await sent(us, name, **nowhere, user=user, channel=channel, channel_id="77", context=1)
        assert answer.text == OUTSIDE
        await nothing(us, answer)


async def test_a_draft_given_in_a_thread_is_told_in_which_channel_it_would_be_taken(us: Team) -> None:
    place = us.loopback.add_thread(us.loopback.general, "talk", us.person().member)
    answer = await us.told("ada", "rehearse", text=DRAFT, channel=place)
    assert answer.text == f"A thread cannot be opened inside a thread; give the command in <#{us.loopback.general.id}>."
    assert us.threads == [place]
    assert place.messages == []


async def test_a_draft_given_in_a_forum_post_is_told_where_it_would_be_taken(us: Team) -> None:
    place = us.loopback.add_thread(us.loopback.ideas, "an idea", us.person().member)
    answer = await us.told("ada", "rehearse", text=DRAFT, channel=place)
    assert answer.text == "A thread cannot be opened inside a thread; give the command in a text channel."
    assert us.threads == [place]


async def test_a_message_in_a_thread_is_no_place_for_a_rehearsal_either(us: Team) -> None:
    place = us.loopback.add_thread(us.loopback.general, "talk", us.person().member)
    message = await us.person("ben").post(place, DRAFT)
    answer = await (await us.person().menu("Rehearse this post", message)).settled()
    assert "A thread cannot be opened inside a thread" in answer.text
    assert us.threads == [place]


async def test_in_a_channel_that_the_bot_does_not_see_it_says_what_it_needs(us: Team) -> None:
    answer = await us.told("ada", "rehearse", text=DRAFT, channel=us.loopback.quiet)
    assert answer.text.startswith(
        f"Soundingboard may not work in <#{us.loopback.quiet.id}> yet; ask whoever manages the server"
    )
    assert "View Channel" in answer.text
    await nothing(us, answer)


@pytest.mark.parametrize("given", [{"text": DRAFT}, {}], ids=["a draft", "a form"])
async def test_each_permission_that_is_missing_is_named_before_anything_is_done(us: Team, given: dict[str, str]) -> None:
    where = us.loopback.general
    for permission, named in NEEDED.items():
        if permission != "view_channel":
            us.loopback.forbid(where, permission)
            answer = await us.told("ada", "rehearse", **given)
            assert answer.text == (
                f"Soundingboard may not work in <#{where.id}> yet; ask whoever manages the server to allow it: {named}."
            )
            await nothing(us, answer)
            us.loopback.allow(where, permission)


async def test_permissions_are_looked_at_again_when_a_form_is_sent_off(us: Team) -> None:
    form = await us.person().command("rehearse")
    us.loopback.forbid(us.loopback.general, "create_public_threads")
    answer = await (await us.person().submit(form, {"draft": DRAFT})).settled()
    assert "Create Public Threads" in answer.text
    await nothing(us, answer)


# Twice, and by somebody else.


async def both(us: Team, who: tuple[str, str], message: Message | Answer, button: str) -> list[Answer]:
    """The same button at the same moment, twice."""
    presses = [us.person(name).press(message, button) for name in who]
    return [await answer.settled() for answer in await asyncio.gather(*presses)]


@pytest.mark.parametrize("who", [("ada", "ada"), ("ada", "mia")])
async def test_cancel_pressed_twice_cancels_once_and_the_card_says_so(
    tmp_path: Path, loopback: Loopback, who: tuple[str, str]
) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        thread = await us.begun()
        answers = await both(us, who, card(thread), "Cancel")
        assert all(a.text.startswith(("Cancelled.", "This rehearsal is over already")) for a in answers)
        await loopback.until(lambda: has(card(thread), "Go on"))
        assert "Cancelled by Ada." in card(thread).text
        await us.state(thread, "stopped")


@pytest.mark.parametrize("who", [("ada", "ada"), ("ada", "mia")])
async def test_go_on_pressed_twice_plays_once(tmp_path: Path, loopback: Loopback, who: tuple[str, str]) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.03")) as us:
        thread = await us.begun(seats=12)
        await us.pressed("ada", card(thread), "Cancel")
        await loopback.until(lambda: has(card(thread), "Go on"))
        answers = await both(us, who, card(thread), "Go on")
        assert all("goes on where it was" in a.text or "is not stopped" in a.text for a in answers)
        await us.shown(thread)
        kept = await us.kept(thread)
        assert len(replies(thread)) == sum(1 for r in kept.reactions if r.part != "worst" and r.reply)


async def test_delete_for_good_pressed_twice_deletes_once(us: Team) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    sure = [await us.pressed("ada", card(thread), "Delete") for _ in range(2)]
    presses = [await us.person().press(each, "Delete for good") for each in sure]
    await us.loopback.until(lambda: all("Deleting…" not in answer.text for answer in presses))
    assert min(answer.text.split(" ")[0] for answer in presses) in {"Rehearsal", "There"}
    assert f"Rehearsal {id} is deleted." in {answer.text for answer in presses}
    assert all("reference" not in answer.text for answer in presses)
    assert us.threads == []
    assert us.loopback.general.messages == []
    assert await us.room.store.stagings.recent(us.loopback.server.id, 9) == ()


async def test_a_button_of_a_rehearsal_that_is_deleted_says_so(us: Team) -> None:
    thread = await us.rehearsed()
    id = (await us.kept(thread)).rehearsal.id
    found = await us.told("ben", "rehearsal", which=id)
    sure = await us.pressed("ada", card(thread), "Delete")
    gone = await us.person().press(sure, "Delete for good")
    await us.loopback.until(lambda: f"Rehearsal {id} is deleted." in gone.text)
    for button in ("Run again", "The silent ones", "Export", "Revise"):
        assert f"There is no rehearsal {id!r} here" in (await us.pressed("ben", found, button)).text


@pytest.mark.parametrize("button", ["Delete", "Go on"])
async def test_somebody_else_may_not(tmp_path: Path, loopback: Loopback, button: str) -> None:
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 30.0")) as us:
        thread = await us.begun()
        await us.pressed("ada", card(thread), "Cancel")
        await loopback.until(lambda: has(card(thread), "Go on"))
        answer = await us.pressed("ben", card(thread), button)
        assert f"Only <@{us.person('ada').id}>, who asked for this rehearsal, or a manager" in answer.text
        assert answer.ephemeral
        await us.state(thread, "stopped")


async def test_every_kind_of_interaction_that_is_heard_twice_is_answered_once(us: Team) -> None:
    thread: Channel = await us.rehearsed(**{**LOUD, "seats": 3})
    form = await us.person().press(card(thread), "Revise")
    answers = [
        await us.told("ada", "help"), await us.pressed("ben", card(thread), "Export"), form,
        await us.person().submit(form, {"draft": f"{DRAFT} And the search."}),
    ]  # fmt: skip
    await us.shown(await us.opened(1))
    before = len(us.loopback.calls("POST /interactions/*/:token/callback"))
    for answer in answers:
        await us.person().replay(answer)
    await us.told("ada", "help")
    assert len(us.loopback.calls("POST /interactions/*/:token/callback")) == before + 1
    assert len(us.threads) == 2


@pytest.mark.parametrize("kind", [FORUM, NEWS], ids=["forum", "news"])
async def test_a_channel_of_another_kind_is_refused_by_name_of_what_is_needed(us: Team, kind: int) -> None:
    place = us.loopback.add_channel("other", kind)
    answer = await us.told("ada", "rehearse", text=DRAFT, channel=place)
    if kind == FORUM:
        assert answer.text == "A rehearsal needs a text channel to open its thread in; give the command in one."
        await nothing(us, answer)
    else:
        await us.shown(await us.opened(0))
