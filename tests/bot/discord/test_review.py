"""The reaction thread under review: marks and what becomes of them, and the talk with a simulated reader."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.backends.null import Null
from tests.bot.discord.team import Team, buttons, card, replies, script, team
from tests.discord.answers import Answer
from tests.discord.loopback import Loopback
from tests.discord.world import Message

if TYPE_CHECKING:
    from models.backends.scripted import Scripted


def said_by(message: Message, name: str) -> bool:
    return message.name.startswith(name)


async def answer(us: Team, who: str, message: Message, said: str) -> Answer:
    """Answer the reader who wrote a message, by the form under it."""
    form = await us.person(who).press(message, "Answer this reader")
    return await (await us.person(who).submit(form, {"said": said})).settled()


async def talked(us: Team, who: str, message: Message, said: str) -> Message:
    """The same, and what the reader says to it."""
    before = len(message.channel.messages)
    await answer(us, who, message, said)
    await us.loopback.until(lambda: len(message.channel.messages) > before)
    return message.channel.messages[-1]


async def test_under_each_reply_stand_the_four_marks_and_the_talk(us: Team) -> None:
    thread = await us.rehearsed()
    for message in replies(thread):
        assert buttons(message) == ["Plausible", "Not plausible", "Useful", "Off-limits", "Answer this reader"]


async def test_a_mark_is_told_to_its_giver_alone_and_summed_on_the_card(us: Team) -> None:
    thread = await us.rehearsed()
    given = await us.pressed("ben", replies(thread)[0], "Plausible")
    assert "You marked this reply as plausible: a reader like this could write that." in given.text
    assert given.ephemeral
    await us.loopback.until(lambda: "1 mark: 👍 1 plausible." in card(thread).text)


async def test_another_mark_takes_the_place_of_the_first(us: Team) -> None:
    thread = await us.rehearsed()
    await us.pressed("ben", replies(thread)[0], "Plausible")
    assert "it points at something the draft can do better" in (await us.pressed("ben", replies(thread)[0], "Useful")).text
    await us.loopback.until(lambda: "1 mark: 💡 1 useful." in card(thread).text)


async def test_the_same_mark_again_withdraws_it(us: Team) -> None:
    thread = await us.rehearsed()
    await us.pressed("ben", replies(thread)[0], "Off-limits")
    await us.loopback.until(lambda: "1 mark" in card(thread).text)
    assert "You withdrew your mark." in (await us.pressed("ben", replies(thread)[0], "Off-limits")).text
    await us.loopback.until(lambda: "The team's marks" not in card(thread).text)


async def test_every_member_has_one_mark_on_a_reply(us: Team) -> None:
    thread = await us.rehearsed()
    for who in ("ada", "ben", "mia"):
        await us.pressed(who, replies(thread)[0], "Useful")
        await us.pressed(who, replies(thread)[0], "Plausible")
    await us.loopback.until(lambda: "3 marks: 👍 3 plausible." in card(thread).text)


async def test_marks_are_summed_persona_by_persona(us: Team) -> None:
    thread = await us.rehearsed()
    abel = [message for message in replies(thread) if said_by(message, "Abel")]
    fatou = [message for message in replies(thread) if said_by(message, "Fatou")]
    for message in abel:
        await us.pressed("ada", message, "Plausible")
    await us.pressed("ben", fatou[0], "Off-limits")
    await us.loopback.until(lambda: "- Abel: 👍 2 plausible" in card(thread).text)
    await us.loopback.until(lambda: "- Fatou: 🚫 1 off-limits" in card(thread).text)
    assert "- 3 marks: 👍 2 plausible, 🚫 1 off-limits." in card(thread).text


async def test_a_persona_that_is_found_wanting_often_enough_is_no_longer_believed(us: Team) -> None:
    thread = await us.rehearsed()
    abel = [message for message in replies(thread) if said_by(message, "Abel")]
    await us.pressed("ada", abel[0], "Not plausible")
    await us.pressed("ben", abel[0], "Not plausible")
    await us.pressed("ada", abel[1], "Not plausible")
    assert "No longer believed" not in (await us.told("mia", "persona show", persona="abel")).text
    await us.pressed("ben", abel[1], "Not plausible")
    await us.loopback.until(lambda: "No longer believed, over all rehearsals of this server: Abel." in card(thread).text)
    shown = await us.told("mia", "persona show", persona="abel")
    assert "👎 4 not plausible\nNo longer believed by this team." in shown.text


async def test_the_record_of_a_persona_is_that_of_all_rehearsals_of_the_server(us: Team) -> None:
    for _ in range(2):
        thread = await us.rehearsed(personas="abel", seats=1)
        await us.pressed("ben", replies(thread)[0], "Useful")
    assert "💡 2 useful" in (await us.told("ada", "persona show", persona="abel")).text
    assert "The team's marks" not in (await us.told("ada", "persona show", persona="fatou")).text


async def test_a_mark_that_is_heard_twice_counts_once(us: Team) -> None:
    thread = await us.rehearsed()
    given = await us.pressed("ben", replies(thread)[0], "Plausible")
    await us.person("ben").replay(given)
    await us.pressed("ada", replies(thread)[0], "Plausible")
    await us.loopback.until(lambda: "2 marks: 👍 2 plausible." in card(thread).text)


async def test_a_reader_who_is_answered_answers_back_in_the_thread(us: Team) -> None:
    thread = await us.rehearsed()
    reply = replies(thread)[0]
    form = await us.person("ben").press(reply, "Answer this reader")
    assert form.modal is not None
    assert form.modal["title"].startswith("Answer ")
    told = await (await us.person("ben").submit(form, {"said": "It is at the top now, @everyone."})).settled()
    assert "the answer comes in the thread" in told.text
    await us.loopback.until(lambda: len(replies(thread)) == 7)
    back = replies(thread)[-1]
    assert back.name == reply.name
    assert "> **Ben**:\n> It is at the top now, @⁠everyone." in back.content
    assert "talk" in back.content
    assert buttons(back) == ["Answer this reader"]


async def test_the_reader_answers_as_the_same_persona_and_knows_what_was_said(tmp_path: Path, loopback: Loopback) -> None:
    model = script(tmp_path, 'words = ["Where did it go?"]')
    async with team(tmp_path, loopback, model=model) as us:
        thread = await us.rehearsed(personas="abel", seats=1)
        back = await talked(us, "ada", replies(thread)[0], "To the top.")
        await talked(us, "ben", back, "You will find it.")
        scripted: Scripted = us.room.model  # type: ignore[assignment]  # the model of the script is what keeps a history
        prompt = scripted.history[-1]
        assert (prompt.task, prompt.persona.key) == ("talk", "abel")
        assert [line.words for line in prompt.thread[1:]] == ["To the top.", "Where did it go?", "You will find it."]
        assert [line.reader for line in prompt.thread] == ["Abel", "you", "Abel", "you"]


async def test_a_talk_ends_after_six_turns(us: Team) -> None:
    thread = await us.rehearsed(personas="abel", seats=1)
    back = replies(thread)[0]
    for turn in range(6):
        back = await talked(us, "ada", back, f"This is turn {turn + 1}.")
    refused = await answer(us, "ben", back, "One more.")
    assert "6 times; start a new rehearsal to go on" in refused.text
    assert len(replies(thread)) == 7


async def test_a_reader_who_is_still_answering_is_waited_for(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await us.rehearsed(personas="abel", seats=1)
    held, write = asyncio.Event(), Null.write

    async def slowly(self: Null, *given: object) -> str:
        await held.wait()
        return await write(self, *given)  # type: ignore[arg-type]  # whatever came

    monkeypatch.setattr(Null, "write", slowly)
    await answer(us, "ada", replies(thread)[0], "To the top.")
    second = await answer(us, "ben", replies(thread)[0], "Or not.")
    assert "This reader is still answering; wait for it." in second.text
    held.set()
    await us.loopback.until(lambda: len(replies(thread)) == 2)


async def test_a_form_that_is_heard_twice_is_one_turn(us: Team) -> None:
    thread = await us.rehearsed(personas="abel", seats=1)
    given = await answer(us, "ada", replies(thread)[0], "To the top.")
    await us.loopback.until(lambda: len(replies(thread)) == 2)
    await us.person("ada").replay(given)
    await talked(us, "ben", replies(thread)[0], "Or not.")
    assert len(replies(thread)) == 3


async def test_a_reader_without_words_for_it_says_so_and_can_be_asked_again(us: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await us.rehearsed(personas="abel", seats=1)
    write = Null.write

    async def never(self: Null, *given: object) -> str:
        from audience.errors import Failed

        raise Failed("The model fell over; try again.")

    monkeypatch.setattr(Null, "write", never)
    told = await answer(us, "ada", replies(thread)[0], "To the top.")
    await us.loopback.until(lambda: "The model fell over; try again." in told.text)
    monkeypatch.setattr(Null, "write", write)
    await talked(us, "ada", replies(thread)[0], "Once more, then.")
    assert len(replies(thread)) == 2
