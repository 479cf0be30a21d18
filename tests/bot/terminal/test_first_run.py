"""The first run: the small voice is offered once, and whatever comes of it the rehearsal goes on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from audience.errors import Failed
from bot.settings import Settings
from bot.terminal.first_run import LATER, PATIENCE, Offer, offer_voice, offered
from tests.bot.terminal.desk import DRAFT, FEW, Desk


@dataclass
class Index:
    """What happens when the voice is fetched, and whether it was."""

    answers: bool = True
    breaks: str = ""
    fetched: int = 0
    waited: list[float] = field(default_factory=list)

    async def at_hand(self, patience: float) -> bool:
        self.waited.append(patience)
        return self.answers

    async def get(self) -> Path:
        self.fetched += 1
        if self.breaks:
            raise Failed(self.breaks)
        return Path()


@pytest.mark.parametrize("yes", [True, False])
def test_whoever_sits_there_is_asked_and_decides(tmp_path: Path, yes: bool) -> None:
    index, told, asked = Index(), list[str](), list[str]()

    def ask(question: str) -> bool:
        asked.append(question)
        return yes

    offered(Offer(ask, index.at_hand, index.get), tmp_path / "cache" / "voice.offered", told.append)
    assert (index.fetched, index.waited, told) == (int(yes), [], [] if yes else [LATER])
    assert "94 MB" in asked[0]
    assert (tmp_path / "cache" / "voice.offered").exists()


@pytest.mark.parametrize("answers", [True, False])
def test_where_nobody_sits_it_is_fetched_if_the_index_answers_soon(tmp_path: Path, answers: bool) -> None:
    index, told = Index(answers), list[str]()
    offered(Offer(None, index.at_hand, index.get), tmp_path / "voice.offered", told.append)
    assert (index.fetched, index.waited, told) == (int(answers), [PATIENCE], [] if answers else [LATER])
    assert PATIENCE == 5


def test_what_could_not_be_fetched_is_one_sentence_and_is_offered_again(tmp_path: Path) -> None:
    told = list[str]()
    index = Index(breaks="The disk is full; free 300 MB.")
    offered(Offer(None, index.at_hand, index.get), tmp_path / "voice.offered", told.append)
    assert told == [f"The disk is full; free 300 MB. {LATER}"]
    assert not (tmp_path / "voice.offered").exists()


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told, index = list[str](), Index(answers=False)
    offered(Offer(None, index.at_hand, index.get), tmp_path / "file" / "voice.offered", told.append)
    assert told[1].startswith(f"{tmp_path / 'file'} cannot be written to")


@pytest.mark.parametrize(
    ("model", "given"),
    [
        ("null:", {}),
        ("understudy:phrases", {}),
        ("understudy:", {"SOUNDINGBOARD_OFFLINE": "on"}),
        ("understudy:", {"SOUNDINGBOARD_CACHE": "asked"}),
        ("understudy:", {"SOUNDINGBOARD_CACHE": "there"}),
    ],
)
def test_nothing_is_offered_offline_twice_or_where_it_would_not_be_heard(
    model: str, given: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked").mkdir()
    (tmp_path / "asked" / "voice.offered").touch()
    (tmp_path / "there" / "smollm2").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    settings = Settings.read({"SOUNDINGBOARD_CACHE": "cache", **given}, tmp_path / "none")
    offer_voice(model, settings, pytest.fail)


def test_a_first_rehearsal_without_an_index_says_how_to_get_the_voice_and_the_next_is_silent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cache = tmp_path / "own"  # the desk's is shared by all
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": ""}
    for name, value in {**nowhere, "SOUNDINGBOARD_OFFLINE": "off", "SOUNDINGBOARD_CACHE": str(cache)}.items():
        monkeypatch.setenv(name, value)
    first, second = (desk.done("rehearse", "--text", DRAFT, *FEW, "--seats", "6", "--replies", "1") for _ in range(2))
    assert LATER in first.err
    assert LATER not in second.err
    assert not (cache / "smollm2").exists()
