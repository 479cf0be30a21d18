"""What the engine is asked in its tests, on which tiny models, and what came of it."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from audience.language import Sampling
from models.chat import Chat
from models.decoding import Answer, Job, Weighing, Writing
from models.engine.fitting import unfit
from models.engine.layers import Layers
from models.engine.running import Engine, Room
from models.plain import Plain
from models.worker import Ticket
from tests.models import tiny

TF = tiny.TRANSFORMERS
SHAPE = {
    "vocab_size": 702, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 2048, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0,
    "initializer_range": 0.3,
}  # fmt: skip
TAKEN: dict[str, Callable[[], Any]] = {
    "llama": lambda: TF.LlamaConfig(**SHAPE),
    "qwen2": lambda: TF.Qwen2Config(**SHAPE),
    "qwen3": lambda: TF.Qwen3Config(**SHAPE, head_dim=32),
    "mistral": lambda: TF.MistralConfig(**SHAPE, sliding_window=None),
    "phi3": lambda: TF.Phi3Config(**SHAPE),
    "phi3, half turned": lambda: TF.Phi3Config(**SHAPE, partial_rotary_factor=0.5),
    "smollm3": lambda: TF.SmolLM3Config(**SHAPE, no_rope_layers=[1, 0]),
    "llama, tied": lambda: TF.LlamaConfig(**SHAPE, tie_word_embeddings=True),
    "llama, biased": lambda: TF.LlamaConfig(**SHAPE, attention_bias=True, mlp_bias=True),
}
LEFT: dict[str, tuple[Callable[[], Any], str]] = {
    "mistral": (lambda: TF.MistralConfig(**SHAPE, sliding_window=128), "128 tokens back"),
    "gemma2": (lambda: TF.Gemma2Config(**SHAPE, head_dim=16), "sliding_attention"),
    "gemma3": (lambda: TF.Gemma3TextConfig(**SHAPE, head_dim=16), "sliding_attention"),
    "granite": (lambda: TF.GraniteConfig(**SHAPE, logits_scaling=8.0), "do not work as the engine expects"),
}
CHAT = Chat.of(tiny.tokenizer(), [2])
LENGTHS = ["We moved the export button.", "Forty of you told us. " * 4, "What else did we move? " * 9]
ASKED = [
    Weighing(tiny.ask(key, text), tuple(menu))
    for text in LENGTHS
    for key in ("ada", "ben")
    for menu in (tiny.MENU, tiny.MENU[::-1])
]
SPOKEN = [
    Writing(tiny.reply(key, text), Sampling(n, tokens=9))
    for n, (text, key) in enumerate((t, k) for t in LENGTHS for k in ("ada", "ben", "cem"))
]
JOBS: list[Job] = [*ASKED, *SPOKEN]


def model(config: Any) -> Any:
    import torch

    torch.manual_seed(1)
    return TF.AutoModelForCausalLM.from_config(config, dtype=torch.float32, attn_implementation="eager").eval()


def engine(of: Any, **room: int) -> Engine:
    """Over a copy, since an engine empties the model it is given."""
    assert unfit(of) == ""
    return Engine(Layers.of(copy.deepcopy(of), 16), CHAT, "tiny", Room(**room))


class Heard:
    """Layers, each pass through which something hears of first."""

    def __init__(self, layers: Any, hear: Callable[[Any, Any], None]) -> None:
        self.layers, self.hear = layers, hear

    def __call__(self, ids: Any, places: Any, step: Any) -> Any:
        self.hear(ids, step)
        return self.layers(ids, places, step)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.layers, name)


def heard(of: Engine, hear: Callable[[Any, Any], None]) -> None:
    of.layers = Heard(of.layers, hear)  # type: ignore[assignment]


async def answers(
    player: Engine | Plain,
    jobs: Sequence[Job],
    later: Iterable[Sequence[Job]] = (),
    gone: Callable[[int], bool] = lambda _: False,
) -> list[Answer | BaseException]:
    """What each job came to; `later` come a step after the other, and those that are `gone` go away before the second step."""
    loop = asyncio.get_running_loop()
    batches = [[Ticket[Job, Answer](job, loop.create_future()) for job in batch] for batch in (jobs, *later)]
    tickets, waiting = [ticket for batch in batches for ticket in batch], iter(batches[1:])

    def more() -> Sequence[Ticket[Job, Answer]]:
        for number, ticket in enumerate(tickets):
            if gone(number) and not ticket.future.done():
                loop.call_soon_threadsafe(ticket.future.cancel)
        return next(waiting, ())

    def play() -> None:
        player.play(batches[0], more)
        for rest in waiting:
            player.play(rest, lambda: ())

    await asyncio.to_thread(play)
    return await asyncio.gather(*(asyncio.wait_for(ticket.future, 5) for ticket in tickets), return_exceptions=True)


def told(found: Sequence[Answer | BaseException]) -> list[Any]:
    """Words, reasons, and chances to five places: adding up in another order moves the seventh."""
    return [tuple(round(p, 5) for p in each) if isinstance(each, tuple) else str(each) for each in found]
