"""Chat: a prompt -> the token ids a local model reads, and back. Knows tokenizers by their shape; imports no model.

The draft is untrusted. Nothing that stands in a prompt's own texts is ever encoded as one of the tokenizer's control
tokens: those that a model takes for the end of a turn, or for the start of somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from jinja2 import TemplateError

from audience.language import Failed, Option, Prompt

# Some templates tell the model the day; a rehearsal played tomorrow must read the same prompt.
DAY = "1 January 2026"
SAME_DAY = "{% macro strftime_now(form) %}" + DAY + "{% endmacro %}"
MARKUP = re.compile(r"[<\[].*[>\]]", re.DOTALL)
THOUGHT = re.compile(r"think|thought|reason", re.IGNORECASE)
OPEN_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>\s*\Z")


class Added(Protocol):
    content: str
    special: bool


class Tokenizer(Protocol):
    """What is used of a transformers tokenizer."""

    chat_template: str | dict[str, str] | None
    unk_token_id: int | None
    all_special_tokens: list[str]
    all_special_ids: list[int]
    added_tokens_decoder: Mapping[int, Added]

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool, clean_up_tokenization_spaces: bool) -> str: ...

    def apply_chat_template(
        self, messages: list[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool, **settings: object
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Chat:
    """How prompts are put to one model. `ends` are the ids at which a reply is over.

    The frame is the order of control tokens in any prompt: the template's own, since the texts never hold one.
    """

    tokenizer: Tokenizer
    marks: re.Pattern[str]
    control: frozenset[int]
    ends: frozenset[int]
    frame: tuple[int, ...]

    @classmethod
    def of(cls, tokenizer: Tokenizer, ends: Sequence[int] = ()) -> Self:
        added = {i: token for i, token in tokenizer.added_tokens_decoder.items() if _controls(token)}
        words = {token.content for token in added.values()} | set(tokenizer.all_special_tokens)
        marks = re.compile("|".join(re.escape(w) for w in sorted(words, key=len, reverse=True) if len(w) > 1) or r"(?!)")
        control = frozenset(added) | frozenset(tokenizer.all_special_ids)
        over = {i for i in control if i not in added or (added[i].special and not THOUGHT.search(added[i].content))}
        bare = cls(tokenizer, marks, control - {tokenizer.unk_token_id}, frozenset(over | set(ends)), ())
        frame = bare.framed(bare.encoded("x", "x"))
        return cls(tokenizer, marks, bare.control, bare.ends, frame)

    @property
    def plain(self) -> bool:
        """A tokenizer without a chat template belongs to a model that only carries text on."""
        return not self.tokenizer.chat_template

    def ids(self, prompt: Prompt) -> tuple[int, ...]:
        """Raises Failed where the draft would still be read as control tokens."""
        found = self.encoded(self.harmless(prompt.system), self.harmless(prompt.user))
        if self.framed(found) != self.frame:
            raise Failed("The draft holds signs that this model reads as its own control tokens; take them out of the draft.")
        return found

    def harmless(self, text: str) -> str:
        """The text with every control token's spelling broken by a space after its first character."""
        return self.marks.sub(lambda mark: f"{mark[0][0]} {mark[0][1:]}", text)

    def framed(self, ids: Sequence[int]) -> tuple[int, ...]:
        return tuple(i for i in ids if i in self.control)

    def encoded(self, system: str, user: str) -> tuple[int, ...]:
        if self.plain:
            return tuple(self.tokenizer.encode(f"{system}\n\n{user}\n\nAnswer:", add_special_tokens=True))
        return tuple(self.tokenizer.encode(self.rendered(system, user), add_special_tokens=False))

    def rendered(self, system: str, user: str) -> str:
        """The chat template filled in; what it would do with a system turn of its own goes into the user's if it cannot."""
        try:
            text = self._templated({"role": "system", "content": system}, {"role": "user", "content": user})
        except TemplateError:
            text = ""
        if system.strip() not in text:
            text = self._templated({"role": "user", "content": f"{system}\n\n{user}"})
        thought = OPEN_THOUGHT.search(text)
        return f"{text.rstrip()}\n\n</{thought[1]}>\n\n" if thought else text

    def _templated(self, *messages: dict[str, str]) -> str:
        template = self.tokenizer.chat_template
        dated = {"chat_template": SAME_DAY + template} if isinstance(template, str) and "strftime_now" in template else {}
        return self.tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True, enable_thinking=False, date_string=DAY, **dated
        )

    def labels(self, options: Sequence[Option], last: int) -> tuple[tuple[int, ...], ...]:
        """The tokens of each label after a prompt that ends in the token `last`: one each, where the tokenizer allows it."""
        spaced = last not in self.control and not self.words([last])[-1:].isspace()
        found = [
            tuple(tuple(self.tokenizer.encode(lead + option.label, add_special_tokens=False)) for option in options)
            for lead in ((" ", "") if spaced else ("", " "))
        ]
        return next((tokens for tokens in found if all(len(label) == 1 for label in tokens)), found[0])

    def words(self, ids: Sequence[int]) -> str:
        """Control tokens stay visible: a mark round private reasoning that vanished here would let it through."""
        return self.tokenizer.decode(list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False)


def _controls(token: Added) -> bool:
    return token.special or bool(MARKUP.fullmatch(token.content))
