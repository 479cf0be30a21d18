"""rehearse(): plays a rehearsal on a model and hands out reactions as they come.

Three parts. *First*: every seat is weighed, and some of those who would reply are given the floor. *Worst*: a few of the
least pleased say their least generous reading. *Second*, where two rounds are wanted: those who stayed see the replies and
are asked again. What is already played is never played again. Knows no terminal, no SQL and no model.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from audience.asking import Asking, Put
from audience.errors import Failed
from audience.language import LanguageModel, Likeness, Line, Option, Prompt, Ready, Sampling
from audience.panel import Seat
from audience.persona import Persona
from audience.reaction import KIND, PASSING, Part, Reaction, reasons_for
from audience.rehearsal import Rehearsal, angles_for, drawn, given_the_floor, picked, prior
from audience.script import Moment, Scene, Script

READINGS = 3  # worst plausible readings
SHOWN = 6  # replies that a reader of the second round sees
TOO_ALIKE = 0.9  # cosine over which a reply says what another has said
ATTEMPTS = 3
TOGETHER = 4  # seats asked side by side, four questions each: enough for a batch, few enough that the first is soon heard

PlaySeat = Callable[[Seat], Awaitable[Reaction]]
Say = Callable[[Reaction, str, int], Awaitable[Reaction]]
"""The reaction with words from this angle, at this attempt."""


async def rehearse(
    rehearsal: Rehearsal,
    script: Script,
    personas: Mapping[str, Persona],
    model: LanguageModel,
    likeness: Likeness,
    done: Sequence[Reaction] = (),
) -> AsyncGenerator[Reaction, None]:
    """Yield each reaction when it is final so far; a seat that speaks comes twice, weighed and then with its words.

    `done` are reactions of an earlier, broken-off run. A seat whose model failed comes with `failed` set.
    Close the iterator (`contextlib.aclosing`) and everything under way is cancelled.
    """
    play = _Play(rehearsal, script, personas, model, likeness, {(r.part, r.seat): r for r in done})
    parts = [play.weigh_first, play.speak_first, play.read_worst]
    if rehearsal.rounds == 2:
        parts += [play.weigh_second, play.speak_second]
    try:
        for part in parts:
            async with aclosing(part()) as coming:
                async for reaction in coming:
                    play.known[reaction.part, reaction.seat] = reaction
                    yield reaction
    finally:
        await play.stop()


async def unlike(reaction: Reaction, angles: Sequence[str], before: Sequence[str], likeness: Likeness, say: Say) -> Reaction:
    """The reaction with words that nobody said before, tried from other angles where need be."""
    for attempt, angle in enumerate(angles[1:ATTEMPTS], 1):
        reaction = await _compared(reaction, before, likeness)
        if reaction.failed is not None or reaction.nearest <= TOO_ALIKE:
            return reaction
        reaction = await say(reaction, angle, attempt)
    reaction = await _compared(reaction, before, likeness)
    if reaction.reply in before:
        return replace(
            reaction, reply=None, ready=False, failed="had nothing to say that another reader had not said word for word"
        )
    return reaction


async def _compared(reaction: Reaction, before: Sequence[str], likeness: Likeness) -> Reaction:
    if reaction.reply is None or not before:
        return reaction
    return replace(reaction, nearest=round(max(await likeness(reaction.reply, before)), 4))


class _Play:
    """One rehearsal under way: what is known so far, and what is being asked."""

    def __init__(
        self,
        rehearsal: Rehearsal,
        script: Script,
        personas: Mapping[str, Persona],
        model: LanguageModel,
        likeness: Likeness,
        known: dict[tuple[Part, int], Reaction],
    ) -> None:
        self.rehearsal, self.script, self.personas = rehearsal, script, personas
        self.model, self.likeness, self.known = model, likeness, known
        self.asking = Asking(model)
        self.scene = script.scene(rehearsal.draft, rehearsal.platform)
        self.nothing = script.scene(None, rehearsal.platform)
        self.under_way: set[asyncio.Task[Reaction]] = set()

    # Weighing: what each reader does.

    def weigh_first(self) -> AsyncGenerator[Reaction, None]:
        missing = [seat for seat in self.rehearsal.seats if ("first", seat.number) not in self.known]
        return self._side_by_side(self._first, missing, "first")

    def read_worst(self) -> AsyncGenerator[Reaction, None]:
        seats = [s for s in self._least_pleased() if ("worst", s.number) not in self.known]
        return self._side_by_side(self._worst, seats, "worst")

    def weigh_second(self) -> AsyncGenerator[Reaction, None]:
        stayed = {r.seat for r in self._played("first") if r.weighed and r.kind != PASSING.key and KIND[r.kind].weight >= 0}
        asked = [s for s in self.rehearsal.seats if s.number in stayed] if self._thread() else []
        missing = [seat for seat in asked if ("second", seat.number) not in self.known]
        return self._side_by_side(self._second, missing, "second")

    async def stop(self) -> None:
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)
        await self.asking.stop()

    # One seat at a time.

    async def _first(self, seat: Seat) -> Reaction:
        persona, moment = self._who(seat)

        def put(menu: Sequence[Option], read: bool) -> Prompt:
            return self._scene(read).ask(persona, moment, menu)

        before = prior(self.rehearsal.platform, persona, moment)
        shares, unsteady = await self._act(put, before)
        kind = drawn(shares, self.rehearsal.people, random.Random(f"{seat.seed}/kind"))
        mute = {key: share for key, share in shares.items() if KIND[key].silent}
        still = kind if KIND[kind].silent else picked(mute, random.Random(f"{seat.seed}/silence"))
        return Reaction(
            seat.number, seat.persona, "first", rounded(shares), kind, await self._reason(seat, kind),
            silence=await self._reason(seat, still), moved=round(stopping(shares) - stopping(before), 4), unsteady=unsteady,
        )  # fmt: skip

    async def _act(self, put: Put, before: Mapping[str, float]) -> tuple[dict[str, float], float]:
        answer = await self.asking.settle(put, [(kind, KIND[kind].told) for kind in before], tuple(before.values()))
        return dict(zip(before, answer.probabilities, strict=True)), round(answer.unsteady, 4)

    async def _reason(self, seat: Seat, kind: str) -> str:
        persona, moment = self._who(seat)

        def put(menu: Sequence[Option], read: bool) -> Prompt:
            return self._scene(read).why(persona, moment, KIND[kind].told, menu)

        reasons = reasons_for(KIND[kind])
        even = [1 / len(reasons)] * len(reasons)
        answer = await self.asking.settle(put, [(r.key, r.told) for r in reasons], even)
        weights = {r.key: p for r, p in zip(reasons, answer.probabilities, strict=True)}
        return picked(weights, random.Random(f"{seat.seed}/reason"))

    async def _worst(self, seat: Seat) -> Reaction:
        words = await self.model.write(self.scene.worst(*self._who(seat)), Sampling(seat.seed))
        return Reaction(seat.number, seat.persona, "worst", angle="worst", reply=str(words), ready=isinstance(words, Ready))

    async def _second(self, seat: Seat) -> Reaction:
        persona, moment = self._who(seat)
        others = self._thread(but=seat.persona)
        lines = tuple(others.values())

        def put(menu: Sequence[Option], read: bool) -> Prompt:
            return self._scene(read).ask(persona, moment, menu, lines if read else ())

        shares, unsteady = await self._act(put, prior(self.rehearsal.platform, persona, moment, "second"))
        kind = drawn(shares, self.rehearsal.people, random.Random(f"{seat.seed}/second"))
        whom = await self._whom(seat, others) if KIND[kind].words and others else None
        return Reaction(seat.number, seat.persona, "second", rounded(shares), kind, answers=whom, unsteady=unsteady)

    async def _whom(self, seat: Seat, others: Mapping[int, Line]) -> int:
        persona, moment = self._who(seat)
        lines = tuple(others.values())

        def put(menu: Sequence[Option], read: bool) -> Prompt:
            shown = menu if read else [Option(row.label, row.key, "...") for row in menu]
            return self.scene.whom(persona, moment, shown, lines if read else ())

        choices = [(f"seat {number}", f"{line.reader}: {line.words}") for number, line in others.items()]
        answer = await self.asking.settle(put, choices, [1 / len(choices)] * len(choices))
        return int(picked(dict(zip(map(str, others), answer.probabilities, strict=True)), random.Random(f"{seat.seed}/whom")))

    # Words: written side by side, given out in seat order, so that each is compared with all that stand before it.

    def speak_first(self) -> AsyncGenerator[Reaction, None]:
        return self._speak("first")

    def speak_second(self) -> AsyncGenerator[Reaction, None]:
        return self._speak("second")

    async def _speak(self, part: Part) -> AsyncGenerator[Reaction, None]:
        heard = given_the_floor(self._played(part), self.rehearsal.replies, self.rehearsal.seed)
        angles = angles_for(heard)
        wanting = [r for r in heard if r.reply is None and r.failed is None]
        started = {r.seat: self._start(self._say(r, angles[r.seat][0], 0)) for r in wanting}
        before = [r.reply for r in self._played("first") if r.reply and part == "second"]
        for reaction in heard:
            final = reaction
            if reaction.seat in started:
                final = await unlike(await started[reaction.seat], angles[reaction.seat], before, self.likeness, self._say)
                yield final
            if final.reply is not None:
                before.append(final.reply)

    async def _say(self, reaction: Reaction, angle: str, attempt: int) -> Reaction:
        seat = self.rehearsal.seats[reaction.seat - 1]
        persona, moment = self._who(seat)
        thread = self._thread(but=seat.persona) if reaction.part == "second" else {}
        if reaction.answers in thread:
            to = thread[reaction.answers]
            prompt = self.scene.answer(persona, moment, angle, to, tuple(thread.values()))
        else:
            prompt = self.scene.reply(persona, moment, angle)
        try:
            words = await self.model.write(prompt, Sampling(seat.seed + (reaction.part == "second"), attempt=attempt))
        except Failed as failure:
            return replace(reaction, angle=angle, reply=None, ready=False, failed=str(failure))
        return replace(reaction, angle=angle, reply=str(words), ready=isinstance(words, Ready))

    # What the parts share.

    def _who(self, seat: Seat) -> tuple[Persona, Moment]:
        return self.personas[seat.persona], self.script.moment(seat.turn)

    def _scene(self, read: bool) -> Scene:
        return self.scene if read else self.nothing

    def _played(self, part: Part) -> list[Reaction]:
        return [r for (p, _), r in sorted(self.known.items()) if p == part]

    def _thread(self, but: str = "") -> dict[int, Line]:
        """The first replies in seat order, as a reader of the second round sees them; no persona is shown its own."""
        heard = [r for r in self._played("first") if r.reply][:SHOWN]
        return {r.seat: Line(self.personas[r.persona].first_name, r.reply or "") for r in heard if r.persona != but}

    def _least_pleased(self) -> list[Seat]:
        """One seat of each of the personas likeliest to leave, the first of its turn."""
        weighed = [r for r in self._played("first") if r.weighed]
        cross = sorted(weighed, key=lambda r: (-sum(p for k, p in r.probabilities if KIND[k].weight < 0), r.seat))
        first = {r.persona: r.seat for r in reversed(cross)}
        kept = sorted(first.values(), key=[r.seat for r in cross].index)[:READINGS]
        return [self.rehearsal.seats[number - 1] for number in kept]

    def _start(self, playing: Coroutine[None, None, Reaction]) -> asyncio.Task[Reaction]:
        task = asyncio.create_task(playing)
        self.under_way.add(task)
        return task

    async def _side_by_side(self, play: PlaySeat, seats: Sequence[Seat], part: Part) -> AsyncGenerator[Reaction, None]:
        """Each seat's reaction as it is ready, a few seats at a time; a seat whose model failed comes with its reason."""
        room = asyncio.Semaphore(TOGETHER)

        async def in_turn(seat: Seat) -> Reaction:
            async with room:
                try:
                    return await play(seat)
                except Failed as failure:
                    return Reaction(seat.number, seat.persona, part, failed=str(failure))

        for reaction in asyncio.as_completed([self._start(in_turn(seat)) for seat in seats]):
            yield await reaction


def rounded(shares: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """Six decimals: more than any reader is worth, and the same on every machine that reads the document back."""
    return tuple((kind, round(share, 6)) for kind, share in shares.items())


def stopping(shares: Mapping[str, float]) -> float:
    """Log-odds of not scrolling past."""
    past = shares[PASSING.key]
    return math.log((1 - past) / past)
