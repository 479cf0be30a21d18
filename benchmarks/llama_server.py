"""How many readers a second beside llama.cpp's llama-server, on the same weights and of the same kind of quantisation?

    python -m benchmarks.llama_server FOLDER [--json] [--rounds 3]

FOLDER holds `llama-server` and `llama-quantize`, built natively from the source in the sdist of llama-cpp-python 0.3.36. Two
models: SmolLM2-135M-Instruct as `soundingboard models get smollm2` fetched it, and the shape of Qwen3-0.6B with random weights;
for the server written as GGUF in eight bits and in four (the first of them from four bits, the weights that are fetched: speed does
not depend on values). Readers share 250 tokens, have 120 of their own and 40 of reply, sampling on. The server has read what is
shared before its clock starts, in each of its slots; ours reads it within its time. Each of the server's settings that is tried is
printed; it is compared by the best of them. All answer the same requests, alternated.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import gguf

from audience.language import Sampling
from benchmarks.bench import heading
from benchmarks.work import SAID, Numbers, play, reader, shape
from bot.settings import Settings
from models.backends.local import prepare, unpacked
from models.chat import Chat
from models.decoding import Writing
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.heap import keep
from models.hub import find
from models.packaged import FETCHABLE
from models.shelf import Shelf

URL = "http://127.0.0.1:18431"
SLOTS = 8
READERS = (8, 24)
KINDS = ("Q8_0", "Q4_0")
BARS = {"Q8_0": 2.5, "Q4_0": 2.0}
# The best that were found by hand among 4, 8, 12 and 24 slots, one cache for all or one each, flash attention on and off.
TRIED = (f"-np {SLOTS} --no-kv-unified", f"-np {SLOTS} --no-kv-unified -fa off")
CHAT = Chat.of(Numbers())
SAMPLING = {"temperature": 0.8, "top_k": 50, "top_p": 0.95, "ignore_eos": True, "cache_prompt": True}


# Models: ours, and the same weights as GGUF.


def smollm2() -> tuple[Any, Path]:
    settings = Settings.read(os.environ, Path(".env"))
    model, _ = unpacked(find("smollm2", Shelf(settings.cache, settings.hub)), "bfloat16")
    return model, settings.cache / FETCHABLE["smollm2"].file


def random_qwen3(folder: Path, words: Path) -> tuple[Any, Path]:
    """The shape with random weights; its words are those of another model, and some that mean nothing."""
    model, path = shape(), folder / "qwen3.gguf"
    config, writer = model.config, gguf.GGUFWriter(path, "qwen3")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    _add_words(writer, words, config.vocab_size)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN3, config.num_hidden_layers)
    for name, weight in model.state_dict().items():
        if name != "lm_head.weight":  # it is the embedding
            found = weight.float().numpy() if weight.dim() == 1 else weight.half().numpy()
            writer.add_tensor(str(names.get_name(name, (".weight",))), found)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model, path


def _add_words(writer: gguf.GGUFWriter, words: Path, many: int) -> None:
    fields = gguf.GGUFReader(words).fields
    known = fields["tokenizer.ggml.tokens"].contents()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([*known, *(f"[UNUSED{n}]" for n in range(many - len(known)))])
    writer.add_token_types([*fields["tokenizer.ggml.token_type"].contents(), *[5] * (many - len(known))])
    writer.add_token_merges(fields["tokenizer.ggml.merges"].contents())
    writer.add_eos_token_id(2)


# The server.


@contextmanager
def serving(program: Path, model: Path, settings: str) -> Iterator[None]:
    asked = [str(program), "-m", str(model), "--host", "127.0.0.1", "--port", URL.rpartition(":")[2], "-t", "2", "-tb", "2"]
    with subprocess.Popen(
        [*asked, "-c", "8192", *settings.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        try:
            asyncio.run(_up(run))
            yield
        finally:
            run.terminate()


async def _up(run: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as session:
        while run.poll() is None:
            try:
                async with session.get(f"{URL}/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("llama-server ended before it could be asked.")


def served(many: int, turn: int) -> float:
    """Seconds for so many readers, all of whom ask at once."""
    prompts = [CHAT.ids(reader(1_000 * turn + n)) for n in range(many)]
    began = time.perf_counter()
    asyncio.run(_answers(prompts, SAID))
    return time.perf_counter() - began


async def _answers(prompts: Sequence[Sequence[int]], said: int) -> None:
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        found = await asyncio.gather(*(_answer(session, prompt, said, slot) for slot, prompt in enumerate(prompts)))
    if any(each != said for each in found):
        raise SystemExit(f"llama-server wrote {sorted(set(found))} tokens where {said} were asked for.")


async def _answer(session: aiohttp.ClientSession, prompt: Sequence[int], said: int, seed: int) -> int:
    asked = {"prompt": list(prompt), "n_predict": said, "seed": seed, **SAMPLING}
    async with session.post(f"{URL}/completion", json=asked) as answer:
        answer.raise_for_status()
        return int((await answer.json())["tokens_predicted"])


# Both.

Way = tuple[str, str, int]  # model, OURS or the kind of GGUF with the server's settings, readers
OURS = "ours, eight bits"


class Comparison:
    """`seconds` of each way, a round after the other."""

    def __init__(self, programs: Path, rounds: int) -> None:
        self.programs, self.rounds = programs, rounds
        self.seconds: dict[Way, list[float]] = {}

    def run(self, name: str, model: Any, source: Path, work: Path) -> None:
        engine = Engine(Layers.of(model, 8), CHAT, name, Room())
        spoken(engine, 2, 0)  # the first of everything is slower
        for kind in KINDS:
            made = work / f"{kind}.gguf"
            asked = [str(self.programs / "llama-quantize"), "--allow-requantize", str(source), str(made), kind]
            subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for settings in TRIED:
                with serving(self.programs / "llama-server", made, settings):
                    self._alternate(name, f"{kind} {settings}", engine)
            made.unlink()

    def _alternate(self, name: str, theirs: str, engine: Engine) -> None:
        asyncio.run(_answers([CHAT.ids(reader(n)) for n in range(SLOTS)], 1))  # what is shared is read in every slot
        for turn in range(1, self.rounds + 1):
            for many in READERS:
                self._keep((name, theirs, many), served(many, turn))
                self._keep((name, OURS, many), spoken(engine, many, turn))

    def _keep(self, way: Way, seconds: float) -> None:
        self.seconds.setdefault(way, []).append(seconds)
        print(*way, f"readers: {seconds:.2f} s", file=sys.stderr)

    def ratios(self) -> dict[str, float]:
        """Readers a second, ours over those of the server's best setting; by model, kind and number of readers."""
        median = {way: statistics.median(taken) for way, taken in self.seconds.items()}
        found: dict[str, float] = {}
        for (model, theirs, many), taken in median.items():
            if theirs != OURS:
                key = f"{model} {theirs.split()[0]} {many}"
                found[key] = min(found.get(key, math.inf), taken / median[model, OURS, many])
        return found


def spoken(engine: Engine, many: int, turn: int) -> float:
    engine.beginnings.forget()
    jobs = [Writing(reader(1_000 * turn + n), Sampling(n, tokens=SAID)) for n in range(many)]
    began = time.perf_counter()
    play(engine, jobs)
    return time.perf_counter() - began


def main(programs: Path, rounds: int) -> Comparison:
    prepare()
    keep()
    compared = Comparison(programs, rounds)
    with TemporaryDirectory() as folder:
        model, source = smollm2()
        compared.run("SmolLM2-135M", model, source, Path(folder))
        compared.run("Qwen3-0.6B shape", *random_qwen3(Path(folder), source), Path(folder))
    return compared


def document(compared: Comparison) -> dict[str, Any]:
    seconds = {f"{model}, {way}, {many} readers": taken for (model, way, many), taken in compared.seconds.items()}
    return {"heading": heading("benchmarks.llama_server"), "ratios": compared.ratios(), "seconds": seconds}


def told(found: dict[str, Any]) -> None:
    print(found["heading"])
    for name, taken in found["seconds"].items():
        print(f"{name}: {statistics.median(taken):.2f} s, from {min(taken):.2f} to {max(taken):.2f}")
    for name, ratio in found["ratios"].items():
        print(f"ratio {name} readers: {ratio:.1f} (bar: {BARS[name.split()[-2]]})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found = document(main(asked.programs, asked.rounds))
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        told(found)
