"""The engine: menus weighed and replies written for all who ask at once, on one device. Only the worker's thread may call it.

Between any two steps newcomers are taken in, and those who have gone make room; a long queue of menus and the replies under
way take turns, a step each. Knows no draft, no audience and no thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from audience.language import Failed
from models.chat import Chat
from models.decoding import Answer, Job, Row, Voice, Writing, must_fit, scored_rows, settle
from models.engine.attention import Step
from models.engine.keeping import Beginning, Beginnings, Slots, rounded
from models.engine.layers import Layers
from models.engine.probe import Probe
from models.engine.reading import Pack, Splitting, pack_mask, packed
from models.engine.steps import ReadBeginning, ReadOwn, causal, speak
from models.engine.waiting import Waiting, batch
from models.memory import HELD, SPOKEN, STEP
from models.sampling import drawn
from models.shelf import KEPT
from models.worker import More, Ticket, out_of_memory, reason

Tensor = Any  # torch is imported where it is used, and its types with it

MENUS = 64  # whose labels are kept as tokens; a bot that runs for months sees many


@dataclass(frozen=True, slots=True)
class Room:
    """How much at once: tokens read in a step, rows that speak together and the tokens they hold, bytes of beginnings kept."""

    tokens: int = STEP
    voices: int = SPOKEN
    held: int = HELD
    kept: int = KEPT


class Engine:
    """With a `probe`, what is written comes back as Probed."""

    def __init__(self, layers: Layers, chat: Chat, name: str, room: Room, probe: Probe | None = None) -> None:
        self.layers, self.chat, self.name, self.room, self.probe = layers, chat, name, room, probe
        self.beginnings = Beginnings(room.kept)
        self.splitting = Splitting(chat)
        self.rows: Waiting[Row] = Waiting()
        self.voices: Waiting[Voice] = Waiting()
        self.now = room  # less than the room where memory was too little for it
        self.speaking: list[tuple[Slots, list[Voice]]] = []
        self.labels: dict[tuple[tuple[str, ...], int], tuple[tuple[int, ...], ...]] = {}

    def play(self, tickets: Sequence[Ticket[Job, Answer]], more: More[Job, Answer]) -> None:
        """Until nobody waits; `more` gives those who have come meanwhile."""
        import torch

        self.rows, self.voices, self.speaking, self.now = Waiting(), Waiting(), [], self.room  # whatever ended the last play
        with torch.inference_mode():
            self._take(tickets)
            while self.rows or self.voices or self.speaking:
                try:
                    self._read()
                    self._speak()
                except (MemoryError, RuntimeError) as error:
                    if not out_of_memory(error):
                        raise
                    self._shrink(error)
                self._take(more())
                self._leave()

    def _take(self, tickets: Sequence[Ticket[Job, Answer]]) -> None:
        for ticket in tickets:
            try:
                self._queue(ticket)
            except Failed as complaint:
                ticket.fail(complaint)

    def _queue(self, ticket: Ticket[Job, Answer]) -> None:
        job = ticket.job
        shared, own = self.splitting.split(job.prompt)
        must_fit(len(shared) + len(own), job, self.layers.longest, self.name)
        if isinstance(job, Writing):
            self.voices.add(shared, [Voice(ticket, own, job)])
            return
        key = tuple(option.label for option in job.options), own[-1]
        if key not in self.labels:
            self.labels[key] = self.chat.labels(job.options, own[-1])
            while len(self.labels) > MENUS:
                del self.labels[next(iter(self.labels))]
        self.rows.add(shared, scored_rows(ticket, own, self.labels[key]))

    def _leave(self) -> None:
        """Who has gone away, or has ended, makes room."""
        self.rows.forget()
        self.voices.forget()
        self._close()

    def _shrink(self, error: BaseException) -> None:
        """After running out of memory: a smaller room, and whoever spoke begins again and will say the same. Where one alone
        is too many, that one fails.
        """
        for slots, voices in self.speaking:
            self.voices.add(slots.beginning.ids, [voice.again() for voice in voices if voice.ticket.wanted])
        self.speaking = []
        self.beginnings.forget()
        if self.now.tokens == self.now.voices == 1:
            _, asking = (self.rows or self.voices).first()
            asking[0].ticket.fail(Failed(reason(error, self.name)))
        self.now = replace(self.now, tokens=max(1, self.now.tokens // 4), voices=max(1, self.now.voices // 2))

    # Reading: one batch of prompts after one beginning.

    def _read(self) -> None:
        """Menus first: who replies depends on them. Replies join as long as there is room."""
        if self.rows:
            self._weigh()
        else:
            while self.voices and (free := self._free()):
                self._join(free)

    def _free(self) -> int:
        """How many more may speak; one may, whatever it holds."""
        speaking = sum(len(voices) for _, voices in self.speaking)
        longest = max(len(voice.ids) + voice.sampling.tokens for voice in self.voices.first()[1])
        held = sum(slots.room for slots, _ in self.speaking)
        most = max(int(not speaking), (self.now.held - held) // rounded(longest))
        return max(0, min(most, self.now.voices - speaking))

    def _weigh(self) -> None:
        shared, rows = self.rows.first()
        packs = batch(sorted(packed(rows, self.now.tokens), key=lambda pack: len(pack.ids)), self.now.tokens)
        hidden = self._own(self._beginning(shared), packs)
        self.rows.begun(shared, [row for pack in packs for row in pack.rows])
        for pack, of_pack in zip(packs, hidden, strict=True):
            self._score(pack, of_pack)

    def _score(self, pack: Pack, hidden: Tensor) -> None:
        """Hidden (L, width). Of the head only the rows that are asked about, where one row of the batch holds all labels."""
        for row, places in zip(pack.rows, pack.places, strict=True):
            if len(row.siblings) == 1:
                found = self.layers.scores(hidden[places[-1]], [token for _, token in row.asked])
                row.found = tuple(found.float().log_softmax(-1).tolist())
            else:
                likely = self.layers.head(hidden[[places[-back] for back, _ in row.asked]]).float().log_softmax(-1)
                row.found = tuple(float(of[token]) for of, (_, token) in zip(likely, row.asked, strict=True))
            if all(sibling.found for sibling in row.siblings) and row.ticket.wanted:
                settle(row.siblings)

    def _join(self, free: int) -> None:
        shared, voices = self.voices.first()
        beginning = self._beginning(shared)
        joining = batch(voices, self.now.tokens)[: free if self.speaking else 1]  # one alone, so that a first word comes soon
        slots, speaking = self._group(beginning)
        longest = max(len(voice.ids) + voice.sampling.tokens for voice in voices)
        first = slots.open([len(voice.ids) for voice in joining], longest, len(speaking) + min(free, len(voices)))
        hidden = self._own(beginning, [Pack((), voice.ids, 0, (0,)) for voice in joining], slots, first)
        self.voices.begun(shared, joining)
        speaking += joining
        self._draw(self._last(hidden, [len(voice.ids) - 1 for voice in joining]), joining)

    def _group(self, beginning: Beginning) -> tuple[Slots, list[Voice]]:
        for slots, voices in self.speaking:
            if slots.beginning is beginning:
                return slots, voices
        self.speaking.append((Slots(beginning), []))
        return self.speaking[-1]

    def _own(self, beginning: Beginning, packs: Sequence[Pack], slots: Slots | None = None, first: int = 0) -> Tensor:
        """Hidden states (R, L, width) of rows after a beginning, padded on the right, where nobody looks."""
        import torch

        length = max(len(pack.ids) for pack in packs)
        ids = torch.tensor([[*pack.ids, *[0] * (length - len(pack.ids))] for pack in packs], device=self.layers.device)
        places = torch.tensor([[*pack.positions, *[0] * (length - len(pack.ids))] for pack in packs], device=self.layers.device)
        mask = pack_mask(packs, length, causal(length, self.layers))
        return self.layers(ids, places + len(beginning.ids), ReadOwn(beginning, mask, slots, first))

    def _beginning(self, ids: tuple[int, ...]) -> Beginning:
        import torch

        if (found := self.beginnings.get(ids)) is not None:
            return found
        beginning = Beginning(ids)
        row = torch.tensor([ids], device=self.layers.device)
        places = torch.arange(len(ids), device=row.device)[None]
        self.layers(row, places, ReadBeginning(beginning, causal(len(ids), self.layers)))
        self.beginnings.keep(beginning)
        return beginning

    # Speaking: one token of every row.

    def _speak(self) -> None:
        import torch

        voices = [voice for _, group in self.speaking for voice in group]
        if not voices:
            return
        step, places = speak([slots for slots, _ in self.speaking], self.layers.device)
        ids = torch.tensor([[voice.said[-1]] for voice in voices], device=self.layers.device)
        hidden = self._heard(ids, torch.tensor(places, device=self.layers.device)[:, None], step, voices)
        for slots, group in self.speaking:
            slots.lengths[:] = [length + 1 for length in slots.lengths[: len(group)]]
        self._draw(hidden[:, -1], voices)

    def _heard(self, ids: Tensor, places: Tensor, step: Step, voices: Sequence[Voice]) -> Tensor:
        """Hidden states (R, 1, width) of what each said last, after all layers; on their way the probe reads them."""
        if self.probe is None:
            return self.layers(ids, places, step)
        hidden = self.layers.through(self.layers.embed(ids), places, step, 0, self.probe.depth)
        for voice, told in zip(voices, self.probe(hidden[:, -1]).tolist(), strict=True):
            voice.told.append(told)
        return self.layers.last(self.layers.through(hidden, places, step, self.probe.depth))

    def _draw(self, hidden: Tensor, voices: Sequence[Voice]) -> None:
        for voice, token in zip(voices, drawn(self.layers.head(hidden), voices), strict=True):
            voice.take(token, self.chat)
        self._close()

    def _close(self) -> None:
        """Who has ended, or went away, makes room."""
        for slots, voices in self.speaking:
            for row in range(len(voices) - 1, -1, -1):
                if not voices[row].ticket.wanted:
                    slots.close(row)
                    voices[row] = voices[-1]
                    voices.pop()
        self.speaking = [(slots, voices) for slots, voices in self.speaking if voices]

    def _last(self, hidden: Tensor, last: Sequence[int]) -> Tensor:
        import torch

        return hidden[torch.arange(len(last), device=hidden.device), torch.tensor(last, device=hidden.device)]
