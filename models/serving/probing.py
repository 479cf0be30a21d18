"""Probing: what a server serves, and how it wants to be asked. Asked once, when it is opened, and never with a draft.

Nothing is known of a server by its name: each thing is tried, and what is refused is left out from then on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from audience.language import Failed, Option, Refused, Sampling
from models.serving.answers import Said, chosen, labelled
from models.serving.client import Client, Declined
from models.serving.manner import Manner

VERSION = 1  # of how we ask; another one gives other answers
SYSTEM = "You answer with one letter."
MENU = (Option("A", "apple", "an apple"), Option("B", "stone", "a stone"))
QUESTION = "Which of these can be eaten?\nA. an apple\nB. a stone\n\nAnswer with the letter only."
SHORT = Sampling(1, tokens=8)
TOPS = (100, 20, 5)  # how many log-probabilities to ask for: some servers give any number, most twenty
CLOUD = re.compile(r"[:-]cloud\Z")  # Ollama's name for a model that runs on its maker's machines
MEASURED = ("vocab_type", "n_vocab", "n_ctx_train", "n_embd", "n_params", "size", "ftype")


Ask = Callable[[Mapping[str, Any]], Awaitable[Said]]
"""Asks one server, patiently. Raises Declined where it will not be asked this way, Failed where it does not answer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What is served: as a request must name it, and as people read it. `mark` changes whenever its answers would, as far as a server tells. `elsewhere`: who really plays it."""

    served: str
    shown: str
    mark: str
    slots: int | None
    window: int | None
    elsewhere: str


async def identity(client: Client, model: str) -> Identity:
    """Raises Refused where that model is not served, Failed or Trouble where nothing is told."""
    listed, props, tags = await client.get("/v1/models"), await client.look("/props"), await client.look("/api/tags")
    rows = {str(row["id"]): row for row in _rows(listed.get("data")) if "id" in row}
    alone = len(rows) == 1 and "model_path" in props  # llama-server answers to any name
    served = next(iter(rows)) if alone else _served(client, model, tuple(rows))
    shown = PurePath(served).name if alone else served  # it may be listed by the path of its file, which is nobody's business
    row = rows.get(served, {})
    tag = next((each for each in _rows(tags.get("models")) if each.get("name") == served), {})
    told = (
        VERSION, shown, _measures(row.get("meta")), PurePath(str(props.get("model_path", ""))).name,
        props.get("build_info"), props.get("chat_template"), tag.get("digest"), row.get("root"),
    )  # fmt: skip
    mark = hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:8]
    elsewhere = str(tag.get("remote_host") or ("its maker's machines" if CLOUD.search(served) else ""))
    settings = props.get("default_generation_settings")
    window = _count(row.get("max_model_len")) or _count(settings.get("n_ctx") if isinstance(settings, dict) else None)
    return Identity(served, shown, mark, _count(props.get("total_slots")), window, elsewhere)


def _served(client: Client, model: str, known: tuple[str, ...]) -> str:
    """The id that a request must name."""
    for name in (model, f"{model}:latest"):
        if name in known:
            return name
    if model and not known:
        return model  # it lists nothing; what it does not have it will decline
    if not model and len(known) == 1:
        return known[0]
    told = f"it serves {', '.join(known[:12])}" if known else "it does not say what it serves"
    asked = f"does not serve {model!r}" if model else "must be asked for a model by name"
    raise Refused(f"{client} {asked}; {told}. Name one after a #.")


async def manner(ask: Ask, model: str) -> Manner:
    """How it wants to be asked, in two to eight short questions. Raises Failed where it answers none."""
    found, first = await _spoken(ask, model)
    for top in () if found.thinks else TOPS:  # where thoughts come first, the first token says nothing
        scored = replace(found, top=top)
        said = await _said(ask, scored.scored(scored.put(model, SYSTEM, QUESTION)))
        if said is not None and not said.reasoned and labelled(said, MENU):
            return replace(scored, counts=said.prompt is not None and said.prompt == first.prompt)
    shaped = replace(found, schema=True)
    said = await _said(ask, shaped.drawn(shaped.put(model, SYSTEM, QUESTION), MENU, 1))
    counts = said is not None and said.prompt is not None and said.prompt == first.prompt
    return replace(found, counts=counts, schema=said is not None and chosen(said.words, MENU) is not None)


async def _spoken(ask: Ask, model: str) -> tuple[Manner, Said]:
    """With all that it takes. Raises what it says last where it takes nothing."""
    simple = Manner(quiet=False, fine=False)
    for each in (Manner(), Manner(quiet=False), simple):
        said = await _said(ask, each.written(each.put(model, SYSTEM, QUESTION), SHORT))
        if said is not None:
            return replace(each, thinks=said.reasoned), said
    last = replace(simple, system=False)
    said = await ask(last.written(last.put(model, SYSTEM, QUESTION), SHORT))
    return replace(last, thinks=said.reasoned), said


async def _said(ask: Ask, asked: Mapping[str, Any]) -> Said | None:
    """None where it will not be asked this way."""
    try:
        return await ask(asked)
    except Declined:
        return None


async def loaded_window(client: Client, served: str) -> int | None:
    """How much Ollama reads of the model that it has just loaded: what is longer it cuts, and says nothing."""
    rows = _rows((await client.look("/api/ps")).get("models"))
    return next((_count(row.get("context_length")) for row in rows if row.get("name") == served), None)


def whole(prompt: str, said: Said, window: int | None, written: int) -> None:
    """Raise Failed where a server has read less than it was sent: no word of a language with spaces is less than one token,
    and a prompt that fills all there is has been made to fit.
    """
    if said.prompt is None:
        return
    words = len(prompt.split())
    if said.prompt < words or (window and said.prompt + written > window):
        raise Failed(
            f"The server read {said.prompt:,} tokens of a prompt of {words:,} words, so it has cut it or is about to; "
            "shorten the draft, or start the server with a larger context."
        )


def _measures(meta: object) -> list[object]:
    return [meta.get(name) for name in MEASURED] if isinstance(meta, dict) else []


def _rows(found: object) -> Iterable[Mapping[str, Any]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _count(found: object) -> int | None:
    return found if isinstance(found, int) and not isinstance(found, bool) and found > 0 else None
