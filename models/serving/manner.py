"""Manner: how one server wants to be asked, and the requests that follow from it. Sends nothing.

System words first, then the draft, then the reader: what all readers share stands first, and a server keeps it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audience.language import Option, Prompt, Sampling

DRAWS = 8  # of each choice, where a server gives no log-probabilities
THINKING = 1_000  # tokens more for a model that cannot be kept from thinking first
# What chat templates mark turns, roles and reasoning with. A server reads these marks in a draft as if they were its own.
MARKS = re.compile(
    r"<[|｜]|[|｜]>|</?s>|</?(?:bos|eos|pad|unk)>|<(?:start|end)_of_\w+>|<</?SYS>>|\[/?(?:INST|THINK|SYSTEM_PROMPT)\]"
    r"|</?(?:think|thinking|thought|reasoning)>|\[[eg]MASK\]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Manner:
    """`quiet`: takes the order not to think. `fine`: takes settings beyond the common ones. `system`: takes a turn of system
    words. `top`: how many log-probabilities it gives, 0 for none. `schema`: answers in a shape that is given. `thinks`: does so.
    `counts`: says how many tokens a prompt has, and always as many.
    """

    quiet: bool = True
    fine: bool = True
    system: bool = True
    top: int = 0
    schema: bool = False
    thinks: bool = False
    counts: bool = False

    def put(self, model: str, system: str, user: str) -> dict[str, Any]:
        """A question with all that does not depend on how it is to be answered."""
        first, second = harmless(system), harmless(user)
        turns = [("system", first), ("user", second)] if self.system else [("user", f"{first}\n\n{second}")]
        asked: dict[str, Any] = {"model": model, "messages": [{"role": role, "content": told} for role, told in turns]}
        if self.quiet:
            asked["chat_template_kwargs"] = {"enable_thinking": False}
        return {**asked, "stream": False}

    def scored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """For the chances of the next token; at temperature one they are the model's own."""
        return {**asked, "max_tokens": 1, "temperature": 1.0, "logprobs": True, "top_logprobs": self.top}

    def drawn(self, asked: Mapping[str, Any], options: Sequence[Option], seed: int) -> dict[str, Any]:
        """For one draw of a label, from all that the model could say."""
        wide = {"top_k": 1_000, "min_p": 0.0} if self.fine else {}
        shaped = {"response_format": _shape(options)} if self.schema else {}
        more = THINKING if self.thinks else 0
        return {**asked, **wide, **shaped, "max_tokens": 16 + more, "temperature": 1.0, "top_p": 1.0, "seed": seed}

    def written(self, asked: Mapping[str, Any], sampling: Sampling) -> dict[str, Any]:
        """For words. What is not said would be the server's own default, and another on the next server."""
        fine = {
            "top_k": sampling.top_k, "min_p": sampling.min_p,
            "repeat_penalty": sampling.repetition, "repetition_penalty": sampling.repetition,  # each server knows one of them
        }  # fmt: skip
        digest = hashlib.sha256(f"{sampling.seed}/{sampling.attempt}".encode()).digest()
        return {
            **asked, **(fine if self.fine else {}), "max_tokens": sampling.tokens + (THINKING if self.thinks else 0),
            "temperature": sampling.temperature, "top_p": sampling.top_p, "seed": int.from_bytes(digest[:4]) >> 1,
        }  # fmt: skip


def in_pieces(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The same, for words that are heard while they come; tokens are counted at the end."""
    return {**asked, "stream": True, "stream_options": {"include_usage": True}}


def _shape(options: Sequence[Option]) -> dict[str, Any]:
    answer = {"type": "string", "enum": [option.label for option in options]}
    schema = {"type": "object", "properties": {"answer": answer}, "required": ["answer"], "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": "choice", "strict": True, "schema": schema}}


def harmless(text: str) -> str:
    """The text with each mark that a template could have made broken by a space after its first character."""
    return MARKS.sub(lambda mark: f"{mark[0][0]} {mark[0][1:]}", text)


def reader(prompt: Prompt) -> str:
    """Who is asked: a persona in a moment, which is how what is the reader's own begins."""
    return "\n".join((prompt.persona.key, prompt.own.partition("\n\n")[0]))
