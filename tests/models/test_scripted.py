"""The scripted model: what a script may say, and that it is played to the letter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from audience.language import Sampling
from models.backends.scripted import Play, Scripted, open_backend
from models.likeness import Embedder
from models.shelf import Shelf
from tests.models import tiny

SCRIPT = """
delay = 0.001
words = ["One.", "Two."]
[options]
scroll = 6
[personas.ada]
words = ["Who fixed it?"]
[personas.ada.options]
reply = 90
[personas.ben]
fails = "the model fell over"
"""


@asynccontextmanager
async def script(text: str, folder: Path) -> AsyncIterator[Scripted]:
    path = folder / "script.toml"
    path.write_text(text)
    async with open_backend(str(path), Shelf(folder, folder), Embedder.__new__(Embedder)) as model:
        yield model


async def test_weights_are_shared_out_over_the_options_asked_about(tmp_path: Path) -> None:
    async with script(SCRIPT, tmp_path) as model:
        assert await model.weigh(tiny.ask("cem"), tiny.MENU) == pytest.approx((6 / 11, *[1 / 11] * 5))
        assert await model.weigh(tiny.ask("ada"), tiny.MENU) == pytest.approx((6 / 100, *[0.01] * 3, 0.9, 0.01))
        assert await model.weigh(tiny.ask("ada"), tiny.MENU[:2]) == pytest.approx((6 / 7, 1 / 7))


async def test_words_are_cycled_by_seed_and_attempt(tmp_path: Path) -> None:
    async with script(SCRIPT, tmp_path) as model:
        words = [
            await model.write(tiny.reply("cem"), Sampling(seed, attempt=attempt)) for seed, attempt in [(0, 0), (1, 0), (1, 1)]
        ]
        assert words == ["One.", "Two.", "One."]
        assert await model.write(tiny.reply("ada"), Sampling(5)) == "Who fixed it?"


async def test_seats_that_are_to_fail_fail_and_history_keeps_every_prompt(tmp_path: Path) -> None:
    async with script(SCRIPT, tmp_path) as model:
        with pytest.raises(Failed, match="the model fell over"):
            await model.weigh(tiny.ask("ben"), tiny.MENU)
        with pytest.raises(Failed, match="the model fell over"):
            await model.write(tiny.reply("ben"), Sampling(1))
        assert [(prompt.task, prompt.persona.key) for prompt in model.history] == [("ask", "ben"), ("reply", "ben")]


async def test_a_script_without_words_still_says_something(tmp_path: Path) -> None:
    async with script("", tmp_path) as model:
        assert await model.write(tiny.reply("ada"), Sampling(1)) == "Ada has read it."


async def test_a_menu_without_weight_fails_instead_of_dividing_by_nothing(tmp_path: Path) -> None:
    async with script("[options]\nscroll = 0", tmp_path) as model:
        with pytest.raises(Failed, match="no weight to any of scroll"):
            await model.weigh(tiny.ask(), tiny.MENU[:1])


async def test_another_script_is_another_model(tmp_path: Path) -> None:
    async with script(SCRIPT, tmp_path) as one, script("", tmp_path) as other:
        assert one.name != other.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dellay = 1", "unknown key 'dellay' in the script; allowed are delay, words, options, personas"),
        ("[personas.ada]\nword = []", "unknown key 'word' in personas.ada; allowed are words, fails, options"),
        ("delay = -1", "'delay' in the script must be a number of at least 0"),
        ("delay = true", "'delay' in the script must be a number"),
        ("words = [1]", "'words' in the script must be a list of texts"),
        ("words = ' '", "'words' in the script must be of the kind list"),
        ("words = [' ']", "none of them empty"),
        ("personas = 3", "'personas' in the script must be of the kind dict"),
        ("[personas]\nada = 3", "personas.ada must be a table"),
        ("[options]\nscroll = nan", "'scroll' in options of the script must be a number of at least 0"),
        ("[personas.ada.options]\nscroll = '3'", "'scroll' in options of personas.ada must be a number of at least 0"),
        ("delay", "not valid TOML"),
    ],
)
def test_a_script_with_a_mistake_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        Play.read(text, "it.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("it.toml: ")


async def test_a_script_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"none\.toml cannot be read \(No such file or directory\)"):
        async with open_backend(str(tmp_path / "none.toml"), Shelf(tmp_path, tmp_path), Embedder.__new__(Embedder)):
            pass
