"""The promises of every backend in models/backends/: a new file there needs a line in OPENED, and keeps them all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from audience.language import LanguageModel, Sampling
from models import Shelf, backend, open_embedder, open_model, schemes
from tests.models import tiny
from tests.models.loopback import Tiny, serving

# Scheme -> what stands after its colon (FOLDER is the tiny model, URL a server of it), and something that nobody can open.
OPENED = {
    "local": ("FOLDER", "no/such-model"),
    "null": ("", "something"),
    "scripted": ("", "no-such-script.toml"),
    "server": ("URL#tiny", "nowhere"),
    "understudy": ("", "something"),
}
SAMPLES = {"local", "scripted", "server", "understudy"}  # other seeds say other things
KEYS = ("ada", "ben", "cem", "dov")
pytestmark = pytest.mark.parametrize("scheme", schemes())


@asynccontextmanager
async def model_of(scheme: str, rest: str, shelf: Shelf) -> AsyncIterator[LanguageModel]:
    async with open_embedder(shelf) as embedder, open_model(f"{scheme}:{rest}", shelf, embedder) as model:
        yield model


@pytest.fixture
async def model(scheme: str, folder: Path, shelf: Shelf) -> AsyncIterator[LanguageModel]:
    rest = OPENED[scheme][0].replace("FOLDER", str(folder))
    async with AsyncExitStack() as stack:
        if "URL" in rest:
            served = await stack.enter_async_context(serving(speaker=Tiny.load(folder), most=100))
            rest = rest.replace("URL", served.url)
        yield await stack.enter_async_context(model_of(scheme, rest, shelf))


async def said(model: LanguageModel, key: str, seed: int) -> str:
    """Words; a random model may have none to say, and then must give a reason."""
    try:
        return await model.write(tiny.reply(key), Sampling(seed, tokens=12))
    except Failed as reason:
        return str(reason)


async def test_probabilities_sum_to_one_in_the_order_of_the_options(model: LanguageModel) -> None:
    for menu in (tiny.MENU, tiny.MENU[:2]):
        found = await model.weigh(tiny.ask(), menu)
        assert len(found) == len(menu)
        assert all(p >= 0 for p in found)
        assert sum(found) == pytest.approx(1)


async def test_the_same_question_has_the_same_answer_alone_and_in_company(model: LanguageModel) -> None:
    alone = [await model.weigh(tiny.ask(key), tiny.MENU) for key in KEYS]
    assert list(await asyncio.gather(*(model.weigh(tiny.ask(key), tiny.MENU) for key in KEYS))) == alone


async def test_the_same_seed_has_the_same_words_and_they_are_never_empty(model: LanguageModel) -> None:
    words = [await said(model, key, 5) for key in KEYS]
    assert list(await asyncio.gather(*(said(model, key, 5) for key in KEYS))) == words
    assert all(line.strip() for line in words)


async def test_another_seed_usually_has_other_words(model: LanguageModel, scheme: str) -> None:
    words = {await said(model, "ada", seed) for seed in range(6)}
    assert len(words) > (1 if scheme in SAMPLES else 0)


async def test_forty_seats_may_ask_at_once(model: LanguageModel) -> None:
    found = await asyncio.gather(*(model.weigh(tiny.ask(KEYS[n % 4]), tiny.MENU) for n in range(40)))
    assert len(found) == 40
    assert found[0] == found[36]


async def test_cancelling_one_seat_leaves_the_others(model: LanguageModel) -> None:
    seats = [asyncio.create_task(model.weigh(tiny.ask(key), tiny.MENU)) for key in KEYS]
    await asyncio.sleep(0)
    seats[1].cancel()
    found = await asyncio.gather(*seats, return_exceptions=True)
    assert sum(isinstance(one, tuple) for one in found) >= 3


async def test_a_model_says_what_it_is(model: LanguageModel, scheme: str) -> None:
    opened_by, _, mark = model.name.rpartition(" ")
    assert opened_by.startswith(f"{scheme}:")
    assert mark
    assert model.remark.endswith(".")
    assert backend(scheme).ABOUT


async def test_a_name_nobody_knows_is_refused_in_one_sentence(scheme: str, shelf: Shelf) -> None:
    with pytest.raises((Refused, Failed)) as caught:
        async with model_of(scheme, OPENED[scheme][1], shelf):
            pass
    assert str(caught.value).strip()
    assert "\n" not in str(caught.value)


def test_offers_are_names_of_the_scheme(scheme: str, shelf: Shelf) -> None:
    assert all(offer.name.startswith(f"{scheme}:") and offer.why for offer in backend(scheme).offers(shelf))
