"""Plain: transformers as it comes, for models that the engine cannot take, and what the engine is held against.

Shapes are fixed: a prompt is padded to a multiple of BLOCK by its own length alone and always runs among the same number of
rows, so an answer never depends on who else was asked at the same time. Knows tokens; no file and no thread.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from audience.language import Failed
from models.chat import Chat
from models.decoding import BLOCK, Answer, Job, Row, Rows, Voice, Writing, blocks, chunks, must_fit, scored_rows, settle
from models.sampling import drawn
from models.worker import More, Ticket

Tensor = Any  # torch is imported where it is used, and its types with it


class Plain:
    """Plays batches on one device. Only the worker's thread may call it."""

    def __init__(self, model: Any, chat: Chat, rows: Rows, name: str) -> None:
        self.model, self.chat, self.rows, self.name = model, chat, rows, name
        self.takes = frozenset(inspect.signature(model.forward).parameters)
        self.longest: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)

    def play(self, tickets: Sequence[Ticket[Job, Answer]], more: More[Job, Answer]) -> None:
        """Those who come meanwhile are the next batch."""
        import torch

        rows: list[Row] = []
        voices: list[Voice] = []
        for ticket in tickets:
            try:
                self._prepare(ticket, rows, voices)
            except Failed as reason:
                ticket.fail(reason)
        with torch.inference_mode():
            for row_chunk in chunks(rows, self.rows.weigh):
                self._weigh([row for row in row_chunk if row.ticket.wanted])
            for voice_chunk in chunks(voices, self.rows.write):
                self._write([voice for voice in voice_chunk if voice.ticket.wanted])

    def _prepare(self, ticket: Ticket[Job, Answer], rows: list[Row], voices: list[Voice]) -> None:
        job = ticket.job
        ids = self.chat.ids(job.prompt)
        must_fit(len(ids), job, self.longest, self.name)
        if isinstance(job, Writing):
            voices.append(Voice(ticket, ids, job))
        else:
            rows += scored_rows(ticket, ids, self.chat.labels(job.options, ids[-1]))

    def _weigh(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        ids, mask, positions = self._padded([row.ids for row in rows], self.rows.weigh)
        keep = rows[0].shape[1]
        seen = self._forward(input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=False, logits_to_keep=keep)
        likely = seen.logits[:, -keep:].float().log_softmax(-1).cpu()
        for row, of_row in zip(rows, likely, strict=False):
            row.found = tuple(float(of_row[-back, token]) for back, token in row.asked)
            if all(sibling.found for sibling in row.siblings):
                settle(row.siblings)

    def _write(self, voices: Sequence[Voice]) -> None:
        import torch

        if not voices:
            return
        ids, mask, positions = self._padded([voice.ids for voice in voices], self.rows.write)
        kept = None
        while any(voice.ticket.wanted for voice in voices):
            seen = self._forward(
                input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=kept, use_cache=True, logits_to_keep=1
            )  # fmt: skip
            kept, mask, positions = seen.past_key_values, _grown(mask), positions[:, -1:] + 1
            tokens = drawn(seen.logits[: len(voices), -1].float(), voices)
            heard = [token or 0 for token in tokens]  # none is a seat that has failed
            ids = torch.tensor([*heard, *heard[:1] * (len(ids) - len(heard))], device=ids.device)[:, None]
            for voice, token in zip(voices, tokens, strict=True):
                if voice.ticket.wanted:
                    voice.take(token, self.chat)

    def _forward(self, **given: Tensor) -> Any:
        return self.model(**{name: value for name, value in given.items() if name in self.takes})

    def _padded(self, given: Sequence[tuple[int, ...]], many: int) -> tuple[Tensor, Tensor, Tensor]:
        """`many` rows of one length, padded on the left, with their mask and positions; all (many, blocks * BLOCK)."""
        import torch

        rows = [*given, *[given[0]] * (many - len(given))]
        length = blocks(given[0]) * BLOCK
        ids = torch.tensor([[0] * (length - len(row)) + list(row) for row in rows], device=self.model.device)
        mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows], device=self.model.device)
        return ids, mask, (mask.cumsum(1) - 1).clamp(min=0)


def _grown(mask: Tensor) -> Tensor:
    import torch

    return torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
