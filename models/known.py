"""Known: small open instruct models that answer in character when asked to, one row each. Facts from their public pages, 2026.

A name that is not in the table may do as well, and is not trusted to: `auto` never takes it. What a page does not say is called
not stated. Knows no file and no machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.memory import Plan, Shape
from models.shelf import KEPT

NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class Known:
    """`billions` of parameters; `context` in tokens. Where `shape` is given the engine takes it, and eight bits are to be had;
    others are played by transformers as it comes.
    """

    name: str
    licence: str
    billions: float
    languages: str
    context: int
    shape: Shape | None = None
    thinks: bool = False  # unless it is told not to, which we do
    gated: bool = False  # its licence has to be accepted on its page before it can be fetched
    remark: str = ""

    def __post_init__(self) -> None:
        if self.name.count("/") > 1 or not (self.licence and self.languages and self.context > 0 and 0 < self.billions < 100):
            raise ValueError(f"a row of known models is not whole: {self}")

    @property
    def disk(self) -> int:
        """Bytes to fetch, nearly: two a parameter, as all of these are published."""
        return int(2e9 * self.billions)

    def plan(self, bits: int, kept: int = KEPT) -> Plan | None:
        """What it would take here; None where that cannot be had."""
        if self.shape is not None:
            return self.shape.plan(bits, kept)
        return Plan(int(2.3e9 * self.billions), 0, kept, 0) if bits == 16 else None


APACHE, GEMMA, LLAMA = "Apache-2.0", "Gemma", "Llama 3.2"
# Shapes: layers, width, inner width, heads, heads that are asked, size of a head, vocabulary.
ROWS = (
    Known("Qwen/Qwen3-0.6B", APACHE, 0.6, "over 100 languages", 32_768, Shape(28, 1_024, 3_072, 16, 8, 128, 151_936), thinks=True),
    Known("Qwen/Qwen3-1.7B", APACHE, 1.7, "over 100 languages", 32_768, Shape(28, 2_048, 6_144, 16, 8, 128, 151_936), thinks=True),
    Known("Qwen/Qwen3-4B-Instruct-2507", APACHE, 4.0, "over 100 languages", 262_144, Shape(36, 2_560, 9_728, 32, 8, 128, 151_936)),
    Known(
        "Qwen/Qwen3-8B", APACHE, 8.2, "over 100 languages", 32_768, Shape(36, 4_096, 12_288, 32, 8, 128, 151_936, tied=False), thinks=True
    ),
    Known("Qwen/Qwen2.5-1.5B-Instruct", APACHE, 1.5, "over 29 languages", 32_768, Shape(28, 1_536, 8_960, 12, 2, 128, 151_936)),
    Known(
        "Qwen/Qwen2.5-3B-Instruct", "Qwen research", 3.1, "over 29 languages", 32_768, Shape(36, 2_048, 11_008, 16, 2, 128, 151_936),
        remark="its licence is for research, not for business",
    ),
    Known(
        "Qwen/Qwen2.5-7B-Instruct", APACHE, 7.6, "over 29 languages", 32_768, Shape(28, 3_584, 18_944, 28, 4, 128, 152_064, tied=False)
    ),
    Known("HuggingFaceTB/SmolLM2-1.7B-Instruct", APACHE, 1.7, "English", 8_192, Shape(24, 2_048, 8_192, 32, 32, 64, 49_152)),
    Known(
        "HuggingFaceTB/SmolLM3-3B", APACHE, 3.1, "6 European languages", 128_000, Shape(36, 2_048, 11_008, 16, 4, 128, 128_256),
        thinks=True,
    ),
    Known("google/gemma-3-1b-it", GEMMA, 1.0, NOT_STATED, 32_768, gated=True),
    Known("google/gemma-3-4b-it", GEMMA, 4.3, "over 140 languages", 128_000, gated=True),
    Known("google/gemma-4-E2B-it", APACHE, 5.1, "over 140 languages", 128_000, remark="works like one of 2.3 billion"),
    Known("google/gemma-4-E4B-it", APACHE, 8.0, "over 140 languages", 128_000, remark="works like one of 4.5 billion"),
    Known("meta-llama/Llama-3.2-1B-Instruct", LLAMA, 1.2, "8 languages", 128_000, Shape(16, 2_048, 8_192, 32, 8, 64, 128_256), gated=True),
    Known(
        "meta-llama/Llama-3.2-3B-Instruct", LLAMA, 3.2, "8 languages", 128_000, Shape(28, 3_072, 8_192, 24, 8, 128, 128_256), gated=True
    ),
    Known("microsoft/Phi-4-mini-instruct", "MIT", 3.8, "23 languages", 128_000, Shape(32, 3_072, 8_192, 24, 8, 128, 200_064)),
)  # fmt: skip
KNOWN: Mapping[str, Known] = {row.name: row for row in ROWS}
# What a package index has; too weak a writer for auto.
SMOLLM2 = Known(
    "smollm2", APACHE, 0.135, "English", 8_192, Shape(30, 576, 1_536, 9, 3, 64, 49_152), remark="to try things, not to trust it"
)
