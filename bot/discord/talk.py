"""Talk: a member answers a simulated reader, and the reader answers back in character, in the thread.

What was said is kept before it is answered, so that a kill in between loses no turn. Knows no form and no button's work.
"""

from __future__ import annotations

from audience.language import Failed, Line, Sampling
from audience.rehearsal import Rehearsal
from bot.discord import buttons
from bot.discord.neutral import neutral
from bot.discord.team_words import TeamWords
from bot.discord.thread import Thread
from bot.room import Room, Store, Turn

SAID, ANSWERED = 700, 1_000  # characters of each that one message shows


def post_of(turn: Turn) -> str:
    return f"talk.{turn.seat}.{turn.turn}"


async def unposted(store: Store) -> tuple[tuple[str, Turn], ...]:
    """The turns that an earlier run left unanswered, or answered and not shown; each with its rehearsal."""
    found = {(rehearsal, post_of(turn)): turn for rehearsal, turn in await store.reviews.unanswered()}
    for rehearsal, post in await store.stagings.unposted():
        if (rehearsal, post) not in found and post.startswith("talk."):
            talk = await store.reviews.talk(rehearsal, int(post.split(".")[1]))
            found.update({(rehearsal, post_of(turn)): turn for turn in talk if post_of(turn) == post and turn.answer})
    return tuple((rehearsal, turn) for (rehearsal, _), turn in found.items())


async def answer_back(thread: Thread, turn: Turn, room: Room, words: TeamWords) -> None:
    """Let the reader answer the turn, keep the answer and post both. Raises Failed where the model cannot answer."""
    staging = thread.staging
    kept = await room.store.load(staging.rehearsal)
    rehearsal = kept.rehearsal
    seat = rehearsal.seats[turn.seat - 1]
    reply = next((r.reply for r in kept.reactions if r.seat == turn.seat and r.part == "first" and r.reply), "")
    library = await words.library(staging.server)
    said = await _said(thread, turn, reply or "", rehearsal.reader(seat.persona).first_name)
    await thread.store.stagings.intend(staging.rehearsal, post_of(turn))  # so that a kill before it is posted is seen
    if turn.answer is None:
        persona = library.persona(seat.persona)
        prompt = library.script.scene(rehearsal.draft, rehearsal.platform).talk(persona, library.script.moment(seat.turn), said)
        try:
            answer = await room.model.write(prompt, Sampling(seat.seed + turn.turn))
        except Failed:
            await room.store.reviews.answer(staging.rehearsal, turn.seat, turn.turn, "")  # the reader can be asked again
            await room.store.stagings.forget_posts(staging.rehearsal, (post_of(turn),))
            raise
        await room.store.reviews.answer(staging.rehearsal, turn.seat, turn.turn, answer)
    else:
        answer = turn.answer
    await _post(thread, turn, answer, rehearsal)


async def _said(thread: Thread, turn: Turn, reply: str, reader: str) -> tuple[Line, ...]:
    """The talk so far: the reader's reply, then what the writer and the reader said in turn, the writer last."""
    before = [t for t in await thread.store.reviews.talk(thread.staging.rehearsal, turn.seat) if t.turn < turn.turn]
    lines = [Line(reader, reply)] if reply else []
    for each in before:
        lines += [Line("you", each.said), *([Line(reader, each.answer)] if each.answer else [])]
    return (*lines, Line("you", turn.said))


async def _post(thread: Thread, turn: Turn, answer: str, rehearsal: Rehearsal) -> None:
    seat = rehearsal.seats[turn.seat - 1]
    voice = await thread.voices.voice(thread.staging.server, rehearsal.reader(seat.persona), turn.seat)
    post = post_of(turn)
    asked = "\n".join(f"> {line}" for line in neutral(turn.said, SAID).splitlines())
    words = f"> **{neutral(turn.name, 80)}**:\n{asked}\n{neutral(answer, ANSWERED)}"
    await thread.speak(post, voice, words, buttons.under_answer(thread.staging, post))
