"""local: transformers models on this machine: a folder, a .gguf file, a name in the hub cache, or the fetched `smollm2`.

The device is one thread's (models/worker.py). Shapes are fixed: a prompt is padded to a multiple of BLOCK by its own
length alone and always runs among the same number of rows, so a seat's answer never depends on who else was asked at the same time, and
a rehearsal resumed tomorrow gets the answers it would have got today. Nothing here ever asks a network.
"""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from audience.language import Draft, Failed, Option, Prompt, Refused, Sampling
from models.chat import Chat
from models.decoding import (
    BLOCK,
    CPU,
    GPU,
    Answer,
    Job,
    Row,
    Rows,
    Voice,
    Weighing,
    Writing,
    blocks,
    chunks,
    scored_rows,
    shares,
)
from models.hub import find, on_offer
from models.likeness import Embedder
from models.shelf import Offer, Shelf
from models.weights import Place, check, fit, identity
from models.worker import Play, Ticket, Worker

ABOUT = "a language model on this machine: a folder, a .gguf file, a hub name already downloaded, or smollm2"
NUCLEUS = 512  # most tokens a draw is made from; a nucleus wider than this is noise

Tensor = Any  # torch is imported where it is used, and its types with it


class Local:
    """The two verbs; everything behind them happens on the worker's thread."""

    def __init__(self, worker: Worker[Job, Answer], name: str, remark: str) -> None:
        self._worker, self.name, self.remark = worker, name, remark

    def out_of_depth(self, draft: Draft) -> str:
        return ""

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        return cast(tuple[float, ...], await self._worker.submit(Weighing(prompt, tuple(options))))

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        return cast(str, await self._worker.submit(Writing(prompt, sampling)))


class Engine:
    """Plays batches on one device. Only the worker's thread may call it."""

    def __init__(self, model: Any, chat: Chat, rows: Rows, name: str) -> None:
        self.model, self.chat, self.rows, self.name = model, chat, rows, name
        self.takes = frozenset(inspect.signature(model.forward).parameters)
        self.room: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)

    def play(self, tickets: Sequence[Ticket[Job, Answer]]) -> None:
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
        more = job.sampling.tokens if isinstance(job, Writing) else 1
        if self.room and len(ids) + more > self.room:
            raise Failed(
                f"The prompt has {len(ids):,} tokens and {self.name} reads at most {self.room - more:,}; "
                "shorten the draft, or take a model that reads more."
            )
        if isinstance(job, Writing):
            voices.append(Voice(ticket, ids, job.sampling, job.prompt.persona.first_name))
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
                row.ticket.settle(shares(row.siblings))

    def _write(self, voices: Sequence[Voice]) -> None:
        if not voices:
            return
        ids, mask, positions = self._padded([voice.ids for voice in voices], self.rows.write)
        kept = None
        while any(voice.ticket.wanted for voice in voices):
            seen = self._forward(
                input_ids=ids, attention_mask=mask, position_ids=positions, past_key_values=kept, use_cache=True, logits_to_keep=1
            )  # fmt: skip
            ids, kept = self._drawn(seen.logits[:, -1].float(), voices), seen.past_key_values
            mask, positions = _grown(mask), positions[:, -1:] + 1
            for voice, token in zip(voices, ids[:, 0].tolist(), strict=False):
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

    def _drawn(self, logits: Tensor, voices: Sequence[Voice]) -> Tensor:
        """One token a row, (rows, 1), each by its own voice's chance from the nucleus of its own sampling."""
        import torch

        draws = [(v.sampling.temperature, v.sampling.top_p, v.chance.random()) for v in voices]
        draws += [(1.0, 1.0, 0.5)] * (self.rows.write - len(draws))
        heat, top, chance = torch.tensor(draws, device=logits.device).T[:, :, None]
        shares, order = (logits / heat).softmax(-1).topk(min(NUCLEUS, logits.shape[-1]))
        inside = shares.cumsum(-1) - shares < top  # the likeliest is always inside
        reached = (shares * inside).cumsum(-1)
        place = torch.searchsorted(reached, chance * reached[:, -1:], right=True)
        return order.gather(1, place.clamp(max=inside.sum(-1, keepdim=True) - 1))


def _grown(mask: Tensor) -> Tensor:
    import torch

    return torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)


@dataclass(slots=True)
class Loading:
    """Loads one place on the worker's thread; name and remark are known once it has. `free` bytes of 0 asks the machine."""

    place: Place
    dtype: str = "bfloat16"
    free: int = 0
    rows: Rows | None = None
    name: str = ""
    remark: str = ""

    def load(self) -> Play[Job, Answer]:
        check(self.place)
        prepare()
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        fit(self.place, self.free or (torch.cuda.mem_get_info()[0] if device == "cuda" else free_memory()))
        model, tokenizer = unpacked(self.place, self.dtype, "sdpa" if device == "cuda" else "eager")
        self.name = f"local:{self.place.name} {identity(self.place)}"
        kind = type(model).__name__.removesuffix("ForCausalLM").removesuffix("ForConditionalGeneration")
        self.remark = (
            f"A local language model ({kind}, {_counted(sum(p.numel() for p in model.parameters()))} parameters) "
            f"on this machine's {'GPU' if device == 'cuda' else 'CPU'}."
        )
        ends = model.generation_config.eos_token_id if model.generation_config else None
        chat = Chat.of(tokenizer, [ends] if isinstance(ends, int) else ends or [])
        rows = self.rows or (GPU if device == "cuda" else CPU)
        return Engine(model.to(device).eval(), chat, rows, self.place.name).play


def prepare() -> None:
    """What must stand in the environment before torch and transformers are first imported.

    A folder and a flag keep the network out already; this keeps future versions out. And threads that wait by spinning
    fight everybody else for the cores: beside two busy programs on two cores, 384 tokens took over 10 s, and 0.7 s when
    they wait asleep.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TQDM_DISABLE", "1")  # reading a GGUF file draws a bar that transformers' own switch leaves on


def unpacked(place: Place, dtype: str, attention: str = "eager") -> tuple[Any, Any]:
    """The model and its tokenizer, from disk alone. Raises Refused and Failed.

    On a CPU torch's fused attention gives each thread its own buffer and MKL rounds by how the buffer lies in memory, so
    an answer could depend on its place in the batch; the plain one does not.
    """
    prepare()
    import torch

    transformers: Any = importlib.import_module("transformers")  # its types say less than it does
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    settings: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    if place.packed:
        settings["gguf_file"] = place.path.name
    folder = place.path.parent if place.packed else place.path
    weights = {"quantization_config": transformers.GgufConfig(dequantize=True)} if place.packed else {"use_safetensors": True}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **settings)
        model, told = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, dtype), attn_implementation=attention, output_loading_info=True, **weights, **settings
        )
    except (ValueError, OSError, KeyError, TypeError, ImportError) as error:
        raise _unloadable(place, error) from None
    if told["missing_keys"]:
        raise Failed(f"{place.name} lacks weights ({min(told['missing_keys'])}); {place.again}.")
    return model, tokenizer


def _unloadable(place: Place, error: Exception) -> Failed | Refused:
    if "trust_remote_code" in str(error):
        return Refused(f"{place.name} comes with program code of its own, which is never run; name another model.")
    first = next(iter(str(error).splitlines()), type(error).__name__)
    return Failed(f"{place.name} cannot be loaded ({first[:200]}); {place.again}, or name another model.")


def convert(gguf: str, folder: str) -> None:
    """Write a .gguf file out as a model folder that loads in a second or two."""
    model, tokenizer = unpacked(Place(Path(gguf).name, Path(gguf)), "bfloat16")
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def free_memory() -> int:
    import psutil  # type: ignore[import-untyped]  # it brings no types

    return int(psutil.virtual_memory().available)


def _counted(parameters: int) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{max(1, round(parameters / 1e6))}M"


def offers(shelf: Shelf) -> Sequence[Offer]:
    return on_offer(shelf, free_memory())


@asynccontextmanager
async def open_backend(rest: str, shelf: Shelf, embedder: Embedder) -> AsyncIterator[Local]:
    async with opened(Loading(find(rest, shelf))) as model:
        yield model


@asynccontextmanager
async def opened(loading: Loading) -> AsyncIterator[Local]:
    async with Worker(loading.load, f"local:{loading.place.name}") as worker:
        yield Local(worker, loading.name, loading.remark)
