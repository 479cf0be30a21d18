"""Getting a model from the hub: a real huggingface_hub in a process of its own, against a hub on loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from audience.errors import Failed, Refused
from models.backends.local import open_backend
from models.getting import Listing, get
from models.likeness import Embedder
from models.shelf import Shelf
from tests.models import tiny
from tests.models.asked import SHAPE
from tests.models.hub_server import Hub, serving


class Usage(NamedTuple):
    total: int
    used: int
    free: int


NAME = "tiny/Talker-Instruct"
WEIGHTS = "model.safetensors"


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Larger than the piece of 10 MiB in which files are written: what was cut goes on after the last whole piece."""
    folder = tmp_path_factory.mktemp("models") / "talker"
    shape = SHAPE | {"hidden_size": 128, "intermediate_size": 4_096}
    tiny.TRANSFORMERS.LlamaForCausalLM(tiny.TRANSFORMERS.LlamaConfig(**shape)).save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)
    assert (folder / WEIGHTS).stat().st_size > 12 << 20
    return folder


@pytest.fixture
def hub(talker: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    pickled = {"pytorch_model.bin": b"\x80cos\nsystem\n", "README.md": b"# hi", "original/consolidated.safetensors": b"again"}
    with serving(talker, NAME, **pickled) as found:
        for key in [key for key in os.environ if key.lower().endswith("_proxy")]:
            monkeypatch.delenv(key)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        monkeypatch.setenv("HF_ENDPOINT", found.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        yield found


async def test_a_model_of_the_hub_is_fetched_and_speaks(hub: Hub, shelf: Shelf) -> None:
    told: list[str] = []
    folder = await get(f"local:{NAME}", shelf, told.append)
    assert folder.is_relative_to(shelf.hub)
    async with open_backend(NAME, shelf, Embedder.__new__(Embedder)) as model:
        assert sum(await model.weigh(tiny.ask(), tiny.MENU)) == pytest.approx(1)
    assert "its licence stands on its page" in told[0]
    assert "licence: apache-2.0" in told[1]
    assert "in memory it will need about" in told[-1]


async def test_only_what_is_needed_is_fetched_and_never_anything_pickled(hub: Hub, shelf: Shelf) -> None:
    folder = await get(NAME, shelf, lambda _: None)
    assert {path.name for path in folder.rglob("*")} == {
        "chat_template.jinja", "config.json", "generation_config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json",
    }  # fmt: skip
    assert "pytorch_model.bin" not in hub.starts


async def test_what_was_cut_goes_on_where_it_was_in_the_next_run(hub: Hub, talker: Path, shelf: Shelf) -> None:
    hub.cut[WEIGHTS] = 11 << 20
    with pytest.raises(
        Failed, match=f"^{NAME} could not be fetched: the hub answered 500; get it again, it goes on where it was"
    ):
        await get(NAME, shelf, lambda _: None)
    hub.broken.clear()
    folder = await get(NAME, shelf, lambda _: None)
    assert hub.starts[WEIGHTS] == [0, 10 << 20]
    assert (folder / WEIGHTS).read_bytes() == (talker / WEIGHTS).read_bytes()
    assert list(shelf.hub.rglob("*.incomplete")) == []


async def test_a_file_that_is_shorter_than_was_said_is_one_sentence(hub: Hub, shelf: Shelf) -> None:
    hub.promised[WEIGHTS] = len(hub.files[WEIGHTS]) + 1_000
    with pytest.raises(Failed, match="a file was not as long as the hub said; get it again") as caught:
        await get(NAME, shelf, lambda _: None)
    assert "\n" not in str(caught.value)
    hub.promised.clear()
    await get(NAME, shelf, lambda _: None)


async def test_a_file_that_is_another_one_is_thrown_away(hub: Hub, shelf: Shelf) -> None:
    hub.altered[WEIGHTS] = hub.files[WEIGHTS][:-7] + b"another"
    with pytest.raises(Failed, match="is not the file that the hub names, so it was thrown away"):
        await get(NAME, shelf, lambda _: None)
    hub.altered.clear()
    await get(NAME, shelf, lambda _: None)


async def test_a_licence_that_was_not_accepted_is_explained(hub: Hub, shelf: Shelf) -> None:
    hub.gated = True
    with pytest.raises(Refused, match=f"has to be accepted first, on its page, {hub.url}/{NAME}; then: hf auth login"):
        await get(NAME, shelf, lambda _: None)


async def test_a_name_that_the_hub_does_not_know_is_refused(hub: Hub, shelf: Shelf) -> None:
    with pytest.raises(Refused, match="The hub has no model tiny/Other"):
        await get("tiny/Other", shelf, lambda _: None)


async def test_whoever_wants_to_stay_offline_stays_offline(hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(Refused, match="while HF_HUB_OFFLINE is set"):
        await get(NAME, shelf, lambda _: None)
    assert hub.starts == {}


async def test_a_hub_out_of_reach_is_one_sentence_and_soon(hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{closed.getsockname()[1]}")
    began = time.monotonic()
    with pytest.raises(Failed, match="the hub cannot be reached; check the connection"):
        await get(NAME, shelf, lambda _: None)
    assert time.monotonic() - began < 10


async def test_a_full_disk_is_told_before_anything_is_fetched(hub: Hub, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 10**8))
    with pytest.raises(Failed, match=r"needs 0\.2 GB of disk in .* and 0\.1 GB are free; make room, or set HF_HUB_CACHE"):
        await get(NAME, shelf, lambda _: None)
    assert hub.starts == {}


async def test_a_cache_that_cannot_be_used_is_told_by_name(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failed, match=r"file/hub cannot be used \(Not a directory\); set HF_HUB_CACHE to another folder"):
        await get(NAME, Shelf(tmp_path, tmp_path / "file" / "hub"), lambda _: None)


async def test_what_is_there_is_not_fetched_again(hub: Hub, shelf: Shelf) -> None:
    folder = await get(NAME, shelf, lambda _: None)
    told: list[str] = []
    assert await get(NAME, shelf, told.append) == folder
    assert "0.01 GB, of which 0.01 GB are here" in told[1]
    assert hub.starts[WEIGHTS] == [0]


def test_a_model_of_pickled_weights_only_is_refused() -> None:
    with pytest.raises(Refused, match="holds no safetensors weights"):
        Listing("a/b", "mit", gated=False, files={"config.json": 2, "pytorch_model.bin": 9}).check()


@pytest.mark.parametrize(("name", "near"), [("smollm", "smollm2"), ("Qwen3-1.7B", "Qwen/Qwen3-1.7B"), ("x", "smollm2")])
async def test_a_name_that_is_none_is_refused_with_the_nearest(name: str, near: str, shelf: Shelf) -> None:
    with pytest.raises(Refused, match=f"did you mean '{near}'"):
        await get(name, shelf, lambda _: None)


async def test_a_known_model_is_told_with_its_licence_first(hub: Hub, shelf: Shelf) -> None:
    told: list[str] = []
    more = "1.2 billion parameters; speaks: 8 languages."
    with pytest.raises(Refused):
        await get("meta-llama/Llama-3.2-1B-Instruct", shelf, told.append)
    assert told == ["meta-llama/Llama-3.2-1B-Instruct: licence Llama 3.2, to be accepted on its page first; " + more]


async def test_a_caller_who_goes_away_takes_the_download_along(hub: Hub, shelf: Shelf) -> None:
    getting = asyncio.create_task(get(NAME, shelf, lambda _: None))
    await asyncio.sleep(0.3)
    getting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await getting
