"""The voice: what was taught, opened, and the understudy that speaks with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from audience.language import Failed, Prompt, Ready, Refused, Sampling
from models import open_model
from models.backends.understudy import Understudy
from models.cues import Cues
from models.decoding import Probed
from models.engine.probe import Probe
from models.engine.running import Room
from models.likeness import open_embedder
from models.shelf import Shelf
from models.voice import adapter, judging
from models.voice.fitness import Fitness
from models.voice.loading import foul
from models.voice.speaking import CANDIDATES, TOGETHER, Voice, standing
from models.voice.training import adapted, changes
from models.voice.voices import Voices
from tests import made
from tests.models import tiny
from tests.models.voiced import PROMPT, rank


@pytest.mark.parametrize(
    ("broken", "about"),
    [
        ({"base": "others"}, "was taught over other weights"),
        ({"format": "soundingboard.voice/9"}, "is of the format 'soundingboard.voice/9'"),
    ],
)
def test_an_adapter_that_does_not_fit_is_refused(broken: dict[str, str], about: str, tmp_path: Path) -> None:
    model = tiny.model()
    path = written(tmp_path, **({"base": adapter.fingerprint(model)} | broken))
    with pytest.raises(Failed, match=about):
        adapter.merge(model, path)


def test_an_adapter_that_is_cut_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, base="b")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(Failed, match="cannot be read"):
        adapter.merge(tiny.model(), path)


def written(folder: Path, **about: str) -> Path:
    """A voice that was taught nothing, and a judge that prefers some words to others for no reason."""
    path = folder / adapter.VOICE
    adapter.write(path, changes(adapted(tiny.model(), 2)), {"mark": "12345678", **about})
    judging.write(path.with_name(judging.JUDGE), Probe(1, torch.linspace(-1, 1, 64), 0.0), {"voice": "12345678"})
    return path


def mark(path: Path) -> str:
    return str(judging.about(path.with_name(judging.JUDGE))["mark"])


@asynccontextmanager
async def voices(shelf: Shelf, path: Path) -> AsyncIterator[Voices]:
    async with AsyncExitStack() as stack:
        yield Voices.of(shelf, Cues.read(), stack, path)


async def test_without_weights_phrases_speak_and_the_foot_says_how_to_get_a_voice(shelf: Shelf) -> None:
    with pytest.raises(Refused, match="smollm2 is not on this machine; fetch it with: soundingboard models get smollm2"):
        async with voices(shelf, adapter.SHIPPED):
            pass
    async with open_embedder(shelf) as embedder, open_model("understudy:", shelf, embedder) as found:
        assert found.name == "understudy: v1"
        assert found.remark.endswith("What gives it a voice: soundingboard models get smollm2.")
        assert isinstance(await found.write(PROMPT, Sampling(seed=4)), Ready)


async def test_phrases_only_are_not_told_of_a_voice(shelf: Shelf) -> None:
    tiny.save(shelf.cache / "smollm2")
    async with open_embedder(shelf) as embedder, open_model("understudy:phrases", shelf, embedder) as found:
        assert found.name == "understudy:phrases v1"
        assert found.remark.endswith("ready phrases.")


async def test_what_was_taught_and_is_damaged_is_said_in_a_sentence_and_phrases_speak(
    shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base="b")
    path.write_bytes(path.read_bytes()[:-9])
    of = Voices.of
    monkeypatch.setattr(Voices, "of", partial(of, taught=path))
    async with open_embedder(shelf) as embedder, open_model("understudy:", shelf, embedder) as found:
        assert found.name == "understudy: v1"
        assert isinstance(await found.write(PROMPT, Sampling(seed=4)), Ready)
    assert f"{path} cannot be read" in caplog.text
    assert "The readers speak in ready phrases." in caplog.text


async def test_the_understudy_speaks_with_the_voice_and_in_ready_phrases_where_that_has_nothing_fit(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base=adapter.fingerprint(loaded(folder)))
    async with open_embedder(shelf) as embedder, AsyncExitStack() as stack:
        found = Understudy(embedder, Cues.read(), Voices.of(shelf, Cues.read(), stack, path))
        assert found.name == f"understudy: v1-{mark(path)}"
        assert "small taught one" in found.remark
        heard = ["Where did it go?", None]

        async def says(self: Voices, given: Prompt, sampling: Sampling) -> str | None:
            return heard.pop(0)

        monkeypatch.setattr(Voices, "say", says)
        said = await found.write(PROMPT, Sampling(seed=4))
        assert (said, isinstance(said, Ready)) == ("Where did it go?", False)
        worst = await found.write(replace(PROMPT, task="worst"), Sampling(seed=4))
        assert isinstance(worst, Ready)  # and the voice was not asked
        assert "ada asks" in (await found.write(PROMPT, Sampling(seed=4))).lower()


async def test_the_voice_says_the_same_for_the_same_seed_or_nothing(shelf: Shelf, tmp_path: Path) -> None:
    folder = tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base=adapter.fingerprint(loaded(folder)))
    async with voices(shelf, path) as found:
        assert found.mark == mark(path)
        first, again = [await found.say(PROMPT, Sampling(seed=4)) for _ in range(2)]
        assert first == again
        voice = found.found[0]
        assert voice is not None
        anything = replace(voice, fitness=Anything(foul, rank, Cues.read()))
        one, same, other = [await anything.say(PROMPT, Sampling(seed=seed)) for seed in (4, 4, 5)]
        assert one == same
        assert one
        assert one != other


async def test_of_what_is_fit_the_voice_says_what_its_judge_thinks_most_of(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base=adapter.fingerprint(loaded(folder)))
    said = [
        None,
        Probed("Where did it go?", -0.5),
        Probed("Nice, is it?", 0.75),
        Probed("I know where it went.", 1.5),
        Probed("And our new app is", 2.0),
        Probed("Oh.", 9.0),
    ]

    async def one(self: Voice, asked: Prompt, sampling: Sampling) -> Probed | None:
        return said[sampling.seed % len(said)]

    monkeypatch.setattr(Voice, "one", one)
    async with voices(shelf, path) as found:
        assert await found.say(PROMPT, Sampling(seed=4)) == "Nice, is it?"  # its angle is to ask
        assert await found.say(replace(PROMPT, angle="agrees"), Sampling(seed=4)) == "I know where it went."


def test_who_writes_much_is_heard_at_length_and_who_asks_asks() -> None:
    talker = replace(made.persona(), examples=("one two three four five six seven eight nine ten",) * 9, repertoire={})
    wordy, terse = "I would have liked to know where all of it went.", "Where did it go?"
    given = replace(PROMPT, persona=talker, angle="agrees")
    assert standing(wordy, 1.0, given) > standing(terse, 1.0, given)
    assert standing(terse, 2.0, given) > standing(wordy, 1.0, given)  # but sense counts more
    assert standing(terse, 0.0, replace(given, angle="asks")) > standing(wordy, 2.0, replace(given, angle="asks"))


async def test_no_more_readers_speak_at_a_time_than_fill_the_engine(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base=adapter.fingerprint(loaded(folder)))
    speaking, most = 0, 0

    async def one(self: Voice, asked: Prompt, sampling: Sampling) -> Probed | None:
        nonlocal speaking, most
        speaking += 1
        most = max(most, speaking)
        await asyncio.sleep(0.01)
        speaking -= 1
        return Probed("Where did it go?", 1.0)

    monkeypatch.setattr(Voice, "one", one)
    async with voices(shelf, path) as found:
        said = await asyncio.gather(*(found.say(PROMPT, Sampling(seed=seed)) for seed in range(3 * TOGETHER)))
    assert said == ["Where did it go?"] * 3 * TOGETHER
    assert most == TOGETHER * CANDIDATES <= Room().voices


async def test_a_judge_of_another_voice_is_said_and_phrases_speak(
    shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tiny.save(shelf.cache / "smollm2")
    path = written(tmp_path, base=adapter.fingerprint(loaded(folder)), mark="87654321")
    async with voices(shelf, path) as found:
        assert await found.say(PROMPT, Sampling(seed=4)) is None
    assert "was learned from another voice (12345678, not 87654321)" in caplog.text


class Anything(Fitness):
    """A tiny model of random weights says nothing that is fit."""

    def complaint(self, words: str, given: Prompt) -> str:
        return ""


def loaded(folder: Path) -> Any:
    return tiny.TRANSFORMERS.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16)


async def test_a_voice_that_cannot_be_opened_is_said_once_and_is_silent(
    shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tiny.save(shelf.cache / "smollm2")
    with caplog.at_level(logging.WARNING):
        async with voices(shelf, written(tmp_path, base="others")) as found:
            assert [await found.say(PROMPT, Sampling(seed=n)) for n in range(3)] == [None, None, None]
    assert caplog.text.count("was taught over other weights") == 1
