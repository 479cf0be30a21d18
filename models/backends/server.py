"""server: any OpenAI-compatible server on this machine (llama-server, vLLM, Ollama, LM Studio), or several as one pool.

    server:http://127.0.0.1:8080#MODEL
    server:http://127.0.0.1:8080,http://127.0.0.1:8081#MODEL

Chances come from log-probabilities, or where a server gives none from a few constrained draws. What is asked, and of whom, is
in models/serving/, which is imported when a server is named. A server elsewhere is spoken to only where the shelf allows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audience.language import Draft, Failed, Heard, Option, Prompt, Refused, Sampling
from models.likeness import Embedder
from models.shelf import Offer, Shelf
from models.tidying import tidied

if TYPE_CHECKING:
    from models.serving.address import Found
    from models.serving.answers import Said
    from models.serving.client import Client, Patience
    from models.serving.manner import Manner
    from models.serving.pool import Pool
    from models.serving.probing import Identity

ABOUT = "any OpenAI-compatible server: llama-server, vLLM, Ollama, LM Studio; several as one pool"
EXAMPLE = "server:http://127.0.0.1:8080#MODEL"


@dataclass(frozen=True, slots=True)
class Served:
    """The two verbs, and words that are heard while they come. `model` is what a request names."""

    pool: Pool
    manner: Manner
    model: str
    name: str
    remark: str

    def out_of_depth(self, draft: Draft) -> str:
        return ""

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        from models.serving.answers import chosen, counted, shares
        from models.serving.manner import DRAWS

        asked = self._put(prompt)
        if self.manner.top:
            return shares(await self._said(prompt, self.manner.scored(asked)), options)
        draws = [self._said(prompt, self.manner.drawn(asked, options, seed)) for seed in range(1, DRAWS + 1)]
        return counted([chosen(said.words, options) for said in await _all(draws)], options)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        said = await self._said(prompt, self.manner.written(self._put(prompt), sampling))
        return tidied(said.words, prompt.persona.first_name, cut=said.cut)

    async def write_aloud(self, prompt: Prompt, sampling: Sampling, heard: Heard) -> str:
        from models.serving.client import Declined
        from models.serving.manner import in_pieces

        asked = self.manner.written(self._put(prompt), sampling)
        try:
            said = await self._said(prompt, in_pieces(asked), heard)
        except Declined:  # it does not know pieces, or their count
            return await self.write(prompt, sampling)
        return tidied(said.words, prompt.persona.first_name, cut=said.cut)

    def _put(self, prompt: Prompt) -> dict[str, Any]:
        return self.manner.put(self.model, prompt.system, prompt.user)

    async def _said(self, prompt: Prompt, asked: dict[str, Any], heard: Heard | None = None) -> Said:
        from models.serving.manner import reader
        from models.serving.probing import whole

        client, said = await self.pool.ask(reader(prompt), asked, heard)
        if self.manner.counts:
            whole(f"{prompt.system} {prompt.user}", said, client.window, int(asked["max_tokens"]))
        return said


async def _all(draws: Sequence[Coroutine[Any, Any, Said]]) -> list[Said]:
    """Side by side; where one fails, nobody asks on for an answer that is not wanted any more."""
    tasks = [asyncio.create_task(draw) for draw in draws]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def offers(shelf: Shelf) -> Sequence[Offer]:
    """Nobody is asked: whether one runs is known when it is named."""
    return (Offer("server:", usable=False, why=f"one that runs, named by its address: {EXAMPLE} (docs/servers.md says how)"),)


@asynccontextmanager
async def open_backend(rest: str, shelf: Shelf, embedder: Embedder) -> AsyncIterator[Served]:
    from models.serving.client import Patience

    async with opened(rest, shelf, Patience()) as model:
        yield model


@asynccontextmanager
async def opened(rest: str, shelf: Shelf, patience: Patience) -> AsyncIterator[Served]:
    """Raises Refused for an address or a model that cannot be used, Failed where nobody answers."""
    from models.serving.address import Named, find
    from models.serving.pool import Pool, open_clients
    from models.serving.probing import manner

    named = Named.read(rest)
    found = [await find(address, shelf.remote) for address in named.addresses]
    async with open_clients(found, shelf.server_key, patience) as clients:
        there, silent = await _there(clients, named.model, patience)
        one = _one(there, shelf)
        first = Pool(tuple(there)[:1], replace(patience, waits=patience.waits[:2]))  # it may break over each way of asking

        async def ask(question: Mapping[str, Any]) -> Said:
            return (await first.ask("", question))[1]

        how = await manner(ask, one.served)
        for client, identity in there.items():
            await _measure(client, identity)
        mark = f"{one.mark}{'' if how.top else '-drawn'}"
        asked = [each for each in found if any(client.address == each.address for client in there)]
        remark = " ".join((_plays(one, found), *_left(asked, one), *_lacks(how), *_missing(silent)))
        yield Served(Pool(tuple(there), patience), how, one.served, f"{named.called(named.model or one.shown)} {mark}", remark)


async def _there(clients: Sequence[Client], model: str, patience: Patience) -> tuple[dict[Client, Identity], list[str]]:
    """What each server serves, and why the silent ones are silent. Raises Failed where all are."""
    there: dict[Client, Identity] = {}
    silent: list[str] = []
    for client in clients:
        told = await _identity(client, model, patience)
        if isinstance(told, str):
            silent.append(told)
        else:
            there[client] = told
    if not there:
        raise Failed(f"{silent[0]}, or name another model.")
    return there, silent


async def _identity(client: Client, model: str, patience: Patience) -> Identity | str:
    """What it serves, or why it does not say and what to do. One that is still loading is waited for, one that is gone is not."""
    from models.serving.client import Trouble
    from models.serving.probing import identity

    for wait in (*patience.loading, None):
        try:
            return await identity(client, model)
        except Trouble as trouble:
            if trouble.gone:
                return f"{trouble}; start it (docs/servers.md says how)"
            if wait is None or not trouble.again:
                return f"{trouble}; look at what it writes where it runs"
            await patience.sleep(max(wait, trouble.wait))
    raise AssertionError("the last wait is none")


def _one(there: dict[Client, Identity], shelf: Shelf) -> Identity:
    """What all of them serve. Raises Refused where it is not the same, or where they hand it on to another machine."""
    (first, one), *others = there.items()
    for client, other in others:
        if other.mark != one.mark:
            raise Refused(
                f"{first} and {client.address} do not serve the same ({one.shown} and {other.shown}, or other builds or templates); "
                "start both with the same model and program, or name one of them."
            )
    if one.elsewhere and not shelf.remote:
        raise Refused(
            f"{first} hands {one.shown} on to {one.elsewhere}, so the draft would leave this machine; "
            "name a model that it plays itself, or say --allow-remote."
        )
    return one


async def _measure(client: Client, identity: Identity) -> None:
    """After the model has been asked something: only what is loaded has a length."""
    from models.serving.probing import loaded_window

    client.window = identity.window or await loaded_window(client, identity.served)
    if identity.slots:
        client.make_room(identity.slots)


# What the foot of a report says.


def _plays(one: Identity, found: Sequence[Found]) -> str:
    where = "a server" if len(found) == 1 else f"a pool of {len(found)} servers"
    return f"{one.shown}, a language model on {where}."


def _left(found: Sequence[Found], one: Identity) -> Sequence[str]:
    away = [*dict.fromkeys(each.reached for each in found if not each.stays), *([one.elsewhere] if one.elsewhere else [])]
    if away:
        return (f"The draft left this machine: it was sent to {', '.join(away)}.",)
    return ("The draft was sent to a server on this machine and nowhere else.",)


def _lacks(how: Manner) -> Sequence[str]:
    from models.serving.manner import DRAWS

    if not how.top:
        sort = "constrained" if how.schema else "free"
        return (
            f"It gives no log-probabilities, so every chance is a count of {DRAWS} {sort} draws, smoothed: coarse numbers.",
        )
    return ()


def _missing(silent: Sequence[str]) -> Sequence[str]:
    return (f"{len(silent)} of its servers did not answer when it was opened.",) if silent else ()
