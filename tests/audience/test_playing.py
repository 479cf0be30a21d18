"""Playing: seats come as they are ready, failures are shown, and what was broken off goes on as if it never had been."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from audience.language import Failed, Prompt, Ready, Sampling
from audience.persona import ANGLES
from audience.playing import READINGS, SHOWN, TOO_ALIKE, rehearse
from audience.reaction import KIND, KINDS, PASSING, Reaction
from audience.rehearsal import Rehearsal
from tests.audience.acting import (
    PEOPLE,
    SCRIPT,
    Failing,
    Repeating,
    Scripted,
    Slow,
    coming,
    final,
    personas,
    played,
    rehearsal,
    same_words,
)

SPEAKS = next(kind.key for kind in KINDS if kind.words)


def of_part(reactions: Sequence[Reaction], part: str) -> list[Reaction]:
    """The last word of each seat of one part, in seat order."""
    return sorted((r for r in final(reactions).values() if r.part == part), key=lambda r: r.seat)


# What comes, and in which order.


async def test_every_seat_is_weighed_and_some_of_those_who_would_speak_are_heard() -> None:
    of = rehearsal()
    reactions = await played(of)
    first = of_part(reactions, "first")
    assert sorted(r.seat for r in first) == [seat.number for seat in of.seats]
    assert all(r.weighed and r.kind and r.reason and r.silence and r.failed is None for r in first)
    assert 0 < sum(r.reply is not None for r in first) <= of.replies
    assert all(KIND[r.kind].words for r in first if r.reply)


async def test_the_same_rehearsal_on_the_same_model_comes_out_the_same() -> None:
    assert final(await played(rehearsal(rounds=2))) == final(await played(rehearsal(rounds=2)))
    assert final(await played(rehearsal(seed=4))) != final(await played(rehearsal(seed=5)))


async def test_seats_come_as_they_are_ready_and_not_in_their_order() -> None:
    seats = [r.seat for r in await played(rehearsal()) if r.part == "first" and r.reply is None]
    assert seats != sorted(seats)


async def test_a_reader_who_never_answers_holds_nobody_else_up() -> None:
    of, quick = rehearsal(), set[str]()
    async with aclosing(coming(of, Slow("ben"))) as reactions:
        for _ in [seat for seat in of.seats if seat.persona != "ben"]:
            quick.add((await asyncio.wait_for(anext(reactions), 5)).persona)
    assert quick == set(PEOPLE) - {"ben"}


async def test_a_seat_that_speaks_comes_weighed_first_and_with_its_words_later() -> None:
    times = Counter((r.part, r.seat) for r in await played(rehearsal()))
    spoke = {(r.part, r.seat) for r in await played(rehearsal()) if r.reply and r.part == "first"}
    assert {seat for seat, many in times.items() if many == 2} == spoke
    assert max(times.values()) == 2


async def test_words_that_stood_ready_come_marked() -> None:
    class Readied(Scripted):
        def words(self, prompt: Prompt, sampling: Sampling) -> str:
            said = super().words(prompt, sampling)
            return Ready(said) if prompt.persona.key == "ben" else said

    spoken = [r for r in final(await played(rehearsal(), Readied())).values() if r.reply]
    assert {r.persona for r in spoken if r.ready} == {"ben"}
    assert {type(r.reply) for r in spoken} == {str}
    assert any(not r.ready for r in spoken)


@pytest.mark.parametrize("replies", [0, 1, 3, 12])
async def test_nobody_is_heard_beyond_the_number_of_replies(replies: int) -> None:
    model = Scripted()
    reactions = await played(rehearsal(replies=replies, rounds=2), model)
    for part in ("first", "second"):
        assert len([r for r in of_part(reactions, part) if r.reply]) <= replies
    assert len([p for p, _ in model.written if p.task == "reply"]) <= 2 * replies


async def test_a_few_of_the_least_pleased_say_their_worst_reading_and_no_persona_twice() -> None:
    worst = of_part(await played(rehearsal()), "worst")
    assert len({r.persona for r in worst}) == len(worst) == READINGS
    assert all(r.reply and not r.weighed and r.angle == "worst" for r in worst)


# How the model is asked.


async def test_every_question_is_asked_under_both_orders_of_its_menu() -> None:
    model = Scripted()
    await played(rehearsal(rounds=2), model)
    menus: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for prompt, options in model.weighed:
        question = prompt.own.split("\n\n")[0]
        menus.setdefault((prompt.task, question), set()).add(tuple(option.key for option in options))
    for orders in menus.values():
        assert {order[::-1] for order in orders} == orders


async def test_the_twin_without_a_draft_is_asked_once_for_each_persona_and_moment() -> None:
    model, of = Scripted(), rehearsal(40, rounds=1)
    await played(of, model)
    asked = Counter((prompt.own, tuple(o.key for o in options)) for prompt, options in model.weighed if prompt.draft is None)
    assert set(asked.values()) == {1}
    met = {(seat.persona, seat.turn % len(SCRIPT.moments)) for seat in of.seats}
    acts = [key for key in asked if PASSING.key in key[1]]
    assert len(acts) == 2 * len(met)


async def test_readers_of_one_persona_and_moment_share_their_answers_and_not_their_dice() -> None:
    of = rehearsal(80)
    first = {r.seat: r for r in of_part(await played(of), "first")}
    twins = [s for s in of.seats if s.persona == "ada" and s.turn % len(SCRIPT.moments) == 0]
    assert len(twins) > 2
    assert len({first[s.number].probabilities for s in twins}) == 1
    assert len({s.seed for s in twins}) == len(twins)


async def test_neighbours_on_the_floor_set_out_from_different_angles() -> None:
    model = Scripted()
    await played(rehearsal(), model)
    angles = [prompt.angle for prompt, sampling in model.written if prompt.task == "reply" and sampling.attempt == 0]
    assert len(angles) > 2
    assert len(set(angles)) > len(angles) // 2
    assert set(angles) <= set(ANGLES)


# Seats that fail.


async def test_a_seat_whose_model_fails_is_shown_with_its_reason_and_not_as_silence() -> None:
    first = of_part(await played(rehearsal(), Failing("ben")), "first")
    failed = [r for r in first if r.persona == "ben"]
    assert failed
    for reaction in failed:
        assert reaction.failed == "the model has no answer for ben"
        assert reaction == Reaction(reaction.seat, "ben", failed=reaction.failed)
    assert all(r.failed is None for r in first if r.persona != "ben")


async def test_a_seat_that_finds_no_words_keeps_what_it_did_and_says_why_it_is_mute() -> None:
    of = rehearsal(replies=12)
    mute = [r for r in of_part(await played(of, Failing("ada", only_words=True)), "first") if r.failed]
    assert mute
    for reaction in mute:
        assert (reaction.persona, reaction.failed, reaction.reply) == ("ada", "the model has no words for ada", None)
        assert reaction.weighed
        assert reaction.kind == SPEAKS


async def test_where_every_seat_fails_every_seat_is_shown_and_nothing_else() -> None:
    class Mute(Scripted):
        async def think(self, prompt: Prompt) -> None:
            raise Failed("the device is gone")

    reactions = await played(rehearsal(rounds=2), Mute())
    assert len(reactions) == 12
    assert {(r.part, r.failed) for r in reactions} == {("first", "the device is gone")}


async def test_an_error_that_is_no_failure_of_a_seat_ends_the_rehearsal_and_leaves_no_task() -> None:
    class Wrong(Scripted):
        async def think(self, prompt: Prompt) -> None:
            await asyncio.sleep(0)
            if prompt.persona.key == "cem":
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await played(rehearsal(), Wrong())
    assert asyncio.all_tasks() == {asyncio.current_task()}


# Sameness.


async def test_words_like_anothers_are_tried_again_from_another_angle() -> None:
    model = Repeating(stubborn=1)
    said = [r for r in of_part(await played(rehearsal(), model), "first") if r.reply]
    assert len(said) > 2
    assert len({r.reply for r in said}) == len(said)
    assert all(r.nearest <= TOO_ALIKE for r in said)
    again = {s.seed: p.angle for p, s in model.written if s.attempt == 1}
    before = {s.seed: p.angle for p, s in model.written if s.attempt == 0 and p.task == "reply"}
    assert len(again) == len(said) - 1
    assert all(before[seed] != angle for seed, angle in again.items())


async def test_words_that_repeat_another_reader_exactly_fail_at_last() -> None:
    model = Repeating(stubborn=99)
    first = of_part(await played(rehearsal(), model), "first")
    failed = [r for r in first if r.failed]
    assert len([r for r in first if r.reply]) == 1
    assert failed
    assert all(r.weighed and r.failed and "word for word" in r.failed for r in failed)
    assert max(s.attempt for _, s in model.written) == 2


async def test_words_that_stay_alike_without_being_the_same_are_kept_with_their_nearness() -> None:
    class Alike(Scripted):
        def words(self, prompt: Prompt, sampling: Sampling) -> str:
            return f"{' '.join(f'word{n}' for n in range(60))} {sampling.seed} {sampling.attempt}"

    said = [r for r in of_part(await played(rehearsal(), Alike()), "first") if r.reply]
    assert said[0].nearest == 0
    assert all(r.nearest > TOO_ALIKE and r.failed is None for r in said[1:])


# The second round.


async def test_a_second_round_is_played_only_where_two_are_wanted() -> None:
    assert of_part(await played(rehearsal(rounds=1)), "second") == []
    assert of_part(await played(rehearsal(rounds=2)), "second")


async def test_only_those_who_stayed_are_asked_again() -> None:
    reactions = await played(rehearsal(24, rounds=2, audience=600))
    stayed = {r.seat for r in of_part(reactions, "first") if r.kind != PASSING.key and KIND[r.kind].weight >= 0}
    assert 0 < len(stayed) < 24
    assert {r.seat for r in of_part(reactions, "second")} == stayed
    assert all(PASSING.key not in r.shares for r in of_part(reactions, "second"))


async def test_readers_of_the_second_round_see_the_first_replies_and_never_their_own_or_each_others() -> None:
    model = Scripted()
    reactions = await played(rehearsal(rounds=2, replies=12), model)
    first = {r.seat: r for r in of_part(reactions, "first") if r.reply}
    shown = {r.reply for r in list(first.values())[:SHOWN]}
    assert len(first) > SHOWN
    asked = [prompt for prompt, _ in (*model.weighed, *model.written) if prompt.thread and prompt.draft is not None]
    assert {line.words for prompt in asked for line in prompt.thread} == shown
    seats = {seat.seed + 1: seat.number for seat in rehearsal().seats}  # the words of the second round have a seed of their own
    answers = {seats[s.seed]: [line.words for line in p.thread] for p, s in model.written if p.task == "answer"}
    assert answers.keys() & first.keys()
    assert all(first[seat].reply not in thread for seat, thread in answers.items() if seat in first)


async def test_the_twin_of_the_second_round_shows_no_replies() -> None:
    model = Scripted()
    await played(rehearsal(rounds=2), model)
    assert all(not prompt.thread for prompt, _ in model.weighed if prompt.draft is None)


async def test_an_answer_goes_to_somebody_else_who_was_heard() -> None:
    reactions = await played(rehearsal(rounds=2, replies=12))
    heard = {r.seat for r in of_part(reactions, "first") if r.reply}
    answering = [r for r in of_part(reactions, "second") if r.reply]
    assert answering
    assert all(r.answers in heard - {r.seat} for r in answering)


async def test_an_answer_that_only_echoes_what_it_answers_fails() -> None:
    class Echoing(Scripted):
        def words(self, prompt: Prompt, sampling: Sampling) -> str:
            return prompt.thread[-1].words if prompt.task == "answer" else super().words(prompt, sampling)

    answering = [r for r in of_part(await played(rehearsal(rounds=2), Echoing()), "second") if r.answers]
    failed = [r for r in answering if r.failed]
    assert failed
    assert all(r.failed and "word for word" in r.failed for r in failed)
    assert all(r.reply is None for r in answering)


async def test_no_persona_answers_itself_in_the_person_of_another_seat() -> None:
    for seed in range(8):
        reactions = await played(rehearsal(rounds=2, seats=12, seed=seed))
        said_by = {r.seat: r.persona for r in of_part(reactions, "first")}
        answers = [(r.persona, said_by[r.answers]) for r in of_part(reactions, "second") if r.answers is not None]
        assert all(persona != other for persona, other in answers)


async def test_where_nobody_was_heard_there_is_no_second_round() -> None:
    assert of_part(await played(rehearsal(rounds=2, replies=0)), "second") == []


# Broken off, and gone on with.


@pytest.mark.parametrize(
    "model",
    [Scripted, lambda: Repeating(1), lambda: Repeating(2), lambda: Repeating(99), lambda: Failing("ben"),
     lambda: Failing("ada", only_words=True)],
    ids=["scripted", "repeats once", "repeats twice", "repeats for ever", "fails", "finds no words"],
)  # fmt: skip
@pytest.mark.parametrize("rounds", [1, 2])
async def test_gone_on_with_after_any_reaction_a_rehearsal_ends_the_same(model: type[Scripted], rounds: int) -> None:
    """The central promise of resume, for every prefix of what was saved one by one."""
    of = rehearsal(10, rounds=rounds, replies=6)
    whole = await played(of, model())
    assert len(whole) > 14
    for cut in range(len(whole) + 1):
        done = tuple(final(whole[:cut]).values())
        rest = await played(of, model(), done)
        assert final(done, rest) == final(whole), f"after {cut} of {len(whole)} reactions"


async def test_what_is_already_played_is_never_played_again() -> None:
    of, model = rehearsal(10, rounds=2), Scripted()
    whole = await played(of)
    assert await played(of, model, whole) == []
    assert (model.weighed, model.written) == ([], [])


# Closed, and side by side.


@pytest.mark.parametrize("after", [0, 1, 5, 11, 12, 14, 16, 20, 24])
async def test_closing_the_iterator_leaves_no_task(after: int) -> None:
    async with aclosing(rehearse(rehearsal(rounds=2), SCRIPT, personas(), Scripted(), same_words)) as reactions:
        for _ in range(after):
            await anext(reactions)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_closing_cancels_whoever_is_still_thinking() -> None:
    model = Slow("ben")
    async with aclosing(rehearse(rehearsal(), SCRIPT, personas(), model, same_words)) as reactions:
        await anext(reactions)
        await model.asked.wait()
    assert model.given_up > 0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("after", [1, 13, 17, 20, 24])
async def test_closing_leaves_nothing_for_the_garbage_collector_to_close(after: int) -> None:
    """A generator that Python has to close by itself is closed in a task of its own, later than anybody waits for."""
    left: list[object] = []
    usual = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=left.append)
    try:
        async with aclosing(rehearse(rehearsal(rounds=2), SCRIPT, personas(), Scripted(), same_words)) as reactions:
            for _ in range(after):
                await anext(reactions)
        del reactions
    finally:
        sys.set_asyncgen_hooks(*usual)
    assert left == []


async def test_cancelling_whoever_listens_cancels_the_rehearsal() -> None:
    model = Slow("ben")
    listening = asyncio.create_task(played(rehearsal(), model))
    await model.asked.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert model.given_up > 0
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_two_rehearsals_at_once_on_one_model_do_not_mix() -> None:
    one, other = rehearsal(rounds=2, seed=3), rehearsal(9, rounds=2, seed=8)
    apart: list[tuple[Rehearsal, list[Reaction]]] = [(of, await played(of)) for of in (one, other)]
    model = Scripted()
    together = await asyncio.gather(played(one, model), played(other, model))
    assert [final(run) for _, run in apart] == [final(run) for run in together]


async def test_a_rehearsal_closed_beside_another_disturbs_it_in_nothing() -> None:
    model, alone = Scripted(), final(await played(rehearsal()))
    going_on = asyncio.create_task(played(rehearsal(), model))
    async with aclosing(rehearse(rehearsal(), SCRIPT, personas(), model, same_words)) as reactions:
        await anext(reactions)
    assert final(await going_on) == alone
