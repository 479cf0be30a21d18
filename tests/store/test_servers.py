"""Servers: each has its own choices and words, and one that is forgotten leaves nothing behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from store import OwnWords, ServerChoices, Store
from tests.store.staged import ANNA, BORIS, HERE, THERE


async def test_a_server_that_has_chosen_nothing_leaves_all_to_the_program(store: Store) -> None:
    assert await store.servers.choices(HERE) == ServerChoices()


async def test_every_choice_comes_back_as_it_went_in_and_takes_the_place_of_the_last(store: Store) -> None:
    chosen = ServerChoices("near", "square", 900, 24, (71, 72), 30)
    await store.servers.choose(THERE, ServerChoices(panel="far"))
    for choices in (chosen, replace(chosen, draft_channels=(), seats=0)):
        await store.servers.choose(HERE, choices)
        assert await store.servers.choices(HERE) == choices
    assert await store.servers.choices(THERE) == ServerChoices(panel="far")


@pytest.mark.parametrize("field", ["audience", "seats", "retention"])
def test_a_choice_below_nothing_is_refused(field: str) -> None:
    with pytest.raises(Refused, match=f"The {field} of a server cannot be -1"):
        replace(ServerChoices(), **{field: -1})  # type: ignore[arg-type] # mypy cannot tell which field it is


async def test_retentions_are_those_that_were_chosen(store: Store) -> None:
    await store.servers.choose(THERE, ServerChoices(retention=7))
    await store.servers.choose(HERE, ServerChoices(retention=30))
    await store.servers.choose(5, ServerChoices(panel="near"))
    assert await store.servers.retentions() == ((HERE, 30), (THERE, 7))


async def test_damaged_choices_are_named(path: Path, store: Store) -> None:
    await store.servers.choose(HERE, ServerChoices())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE servers SET choices = json_insert(choices, '$.mood', 'bad')")
    with pytest.raises(Failed, match=f"What server {HERE} chose in .* is damaged"):
        await store.servers.choices(HERE)


async def test_own_words_are_kept_replaced_retired_and_brought_back(store: Store) -> None:
    await store.servers.keep_words(HERE, "personas", "ada", "Ada.", ANNA)
    await store.servers.keep_words(HERE, "panels", "ada", "A panel.", ANNA)
    panel, persona = OwnWords("panels", "ada", "A panel.", False, ANNA), OwnWords("personas", "ada", "Ada.", False, ANNA)
    assert await store.servers.own_words(HERE) == (panel, persona)
    await store.servers.retire(HERE, "personas", "ada")
    assert await store.servers.own_words(HERE) == (panel, replace(persona, retired=True))
    await store.servers.keep_words(HERE, "personas", "ada", "Ada again.", BORIS)
    assert await store.servers.own_words(HERE) == (panel, replace(persona, text="Ada again.", by=BORIS))
    await store.servers.remove_words(HERE, "panels", "ada")
    assert [words.sort for words in await store.servers.own_words(HERE)] == ["personas"]


async def test_no_server_sees_or_touches_the_words_of_another(store: Store) -> None:
    await store.servers.keep_words(HERE, "personas", "ada", "Ada.", ANNA)
    await store.servers.keep_words(THERE, "personas", "ben", "Ben.", BORIS)
    for call in (store.servers.retire, store.servers.remove_words):
        with pytest.raises(Refused, match="This server has no persona of its own called 'ada'"):
            await call(THERE, "personas", "ada")
    assert [words.text for words in await store.servers.own_words(HERE)] == ["Ada."]
    assert [words.text for words in await store.servers.own_words(THERE)] == ["Ben."]
