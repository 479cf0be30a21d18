"""local: transformers models on this machine: a folder, a .gguf file, a name in the hub cache, or the fetched `smollm2`.

The device is one thread's (models/worker.py). Models that the engine can take are played by it, all others by transformers as
it comes. Nothing here ever asks a network.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from audience.language import Draft, Failed, Heard, Option, Prompt, Refused, Sampling
from models.chat import Chat
from models.decoding import CPU, GPU, Answer, Job, Rows, Weighing, Writing
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.heap import give_back, keep
from models.hub import find, on_offer
from models.likeness import Embedder
from models.memory import fit
from models.plain import Plain
from models.shelf import KEPT, Offer, Shelf
from models.weights import Place, check, identity
from models.worker import Play, Worker

LOG = logging.getLogger(__name__)
ABOUT = (
    "a language model on this machine: a folder, a .gguf file, a hub name already downloaded, or smollm2; NAME@int8 is faster"
)
EIGHT = "@int8"  # at the end of a name: weights and their inputs in eight bits


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

    async def write_aloud(self, prompt: Prompt, sampling: Sampling, heard: Heard) -> str:
        aloud = across(asyncio.get_running_loop(), heard)
        return cast(str, await self._worker.submit(Writing(prompt, sampling, aloud)))


def across(loop: asyncio.AbstractEventLoop, heard: Heard) -> Heard:
    """The same, called from another thread."""

    def call(words: str) -> None:
        with suppress(RuntimeError):  # the event loop has closed, and whoever heard went with it
            loop.call_soon_threadsafe(heard, words)

    return call


@dataclass(slots=True)
class Loading:
    """Loads one place on the worker's thread; name and remark are known once it has. `free` bytes of 0 asks the machine; `kept`
    are bytes of beginnings that the engine may keep.
    """

    place: Place
    dtype: str = "bfloat16"
    free: int = 0
    rows: Rows | None = None
    bits: int = 16
    kept: int = KEPT
    name: str = ""
    remark: str = ""

    def load(self) -> Play[Job, Answer]:
        check(self.place)
        prepare()
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
        free = self.free or (torch.cuda.mem_get_info()[0] if device == "cuda" else free_memory())
        fit(self.place, free, self.bits, self.kept)
        model, tokenizer = unpacked(self.place, self.dtype, "sdpa" if device == "cuda" else "eager")
        self.name = f"local:{self.place.name}{EIGHT if self.bits == 8 else ''} {identity(self.place)}"
        kind = type(model).__name__.removesuffix("ForCausalLM").removesuffix("ForConditionalGeneration")
        self.remark = (
            f"A local language model ({kind}, {_counted(sum(p.numel() for p in model.parameters()))} parameters) "
            f"on this machine's {'GPU' if device == 'cuda' else 'CPU'}{', in eight bits' if self.bits == 8 else ''}."
        )
        ends = model.generation_config.eos_token_id if model.generation_config else None
        chat = Chat.of(tokenizer, [ends] if isinstance(ends, int) else ends or [])
        model = model.to(device).eval()
        why = "it was asked for" if self.rows else unfit(model)
        if self.bits == 8 and (why or device != "cpu"):
            raise Refused(f"{self.place.name} cannot be played in eight bits: {why or 'only a CPU does'}; leave out {EIGHT}.")
        if why:
            LOG.info("%s is played the plain way: %s", self.place.name, why)
            return Plain(model, chat, self.rows or (GPU if device == "cuda" else CPU), self.place.name).play
        layers = Layers.of(model, self.bits)
        give_back()
        return Engine(layers, chat, self.place.name, Room(kept=self.kept)).play


def prepare() -> None:
    """What must stand in the environment before torch and transformers are first imported.

    A folder and a flag keep the network out already; this keeps future versions out. And threads that wait by spinning fight
    everybody else for the cores, while threads that fall asleep at once are woken too late for the small products of a step:
    beside two busy programs on two cores 400 of them took 1.6 s spinning and 0.3 s with this short wait; alone, the attention of
    24 replies took 3.5 ms a layer asleep and 1.5 ms so.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    os.environ.setdefault("TQDM_DISABLE", "1")  # reading a GGUF file draws a bar that transformers' own switch leaves on


def quiet_transformers() -> Any:
    """The module, which tells of no weight that it left out and draws no bar. Its types say less than it does."""
    prepare()
    transformers: Any = importlib.import_module("transformers")
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def unpacked(place: Place, dtype: str, attention: str = "eager") -> tuple[Any, Any]:
    """The model and its tokenizer, from disk alone. Raises Refused and Failed.

    On a CPU torch's fused attention gives each thread its own buffer and MKL rounds by how the buffer lies in memory, so
    an answer could depend on its place in the batch; the plain one does not.
    """
    prepare()
    import torch

    transformers = quiet_transformers()
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
    name = rest.removesuffix(EIGHT)
    async with opened(Loading(find(name, shelf), bits=16 if name == rest else 8, kept=shelf.kept)) as model:
        yield model


@asynccontextmanager
async def opened(loading: Loading) -> AsyncIterator[Local]:
    keep()
    async with Worker(loading.load, f"local:{loading.place.name}") as worker:
        yield Local(worker, loading.name, loading.remark)
