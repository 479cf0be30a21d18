"""Model folders that are half there or of the wrong kind; and names that change with the weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from models.weights import Place, check, identity, parameters
from tests.models import tiny


@pytest.fixture(scope="module")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save(tmp_path_factory.mktemp("models") / "sharded", shard="300KB")


def copy(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to / folder.name)
    return to / folder.name


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def break_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "blobs-gone")


BREAKAGES: list[tuple[Callable[[Path], object], type[Exception], str]] = [
    (lambda f: (f / "config.json").unlink(), Refused, "holds no config.json"),
    (lambda f: cut(f / "config.json", 40), Failed, r"config\.json is damaged; fetch again"),
    (lambda f: cut(f / "tokenizer.json", 0), Failed, r"tokenizer\.json is empty"),
    (lambda f: (f / "tokenizer.json").unlink(), Failed, "holds no tokenizer"),
    (lambda f: cut(f / "model.safetensors", 0), Failed, r"model\.safetensors is empty"),
    (lambda f: cut(f / "model.safetensors", 100), Failed, "is damaged"),
    (lambda f: cut(f / "model.safetensors", 200_000), Failed, r"has 200,000 of [\d,]+ bytes, so it is only half there"),
    (lambda f: (f / "model.safetensors").rename(f / "pytorch_model.bin"), Failed, "holds no safetensors weights"),
    (lambda f: break_link(f / "model.safetensors"), Failed, r"model\.safetensors is only half downloaded"),
    (lambda f: (f / "model.safetensors.incomplete").touch(), Failed, "is only half downloaded; fetch again"),
    (lambda f: change(f / "config.json", architectures=["BertForMaskedLM"]), Refused, "not a causal language model"),
    (lambda f: change(f / "config.json", is_encoder_decoder=True), Refused, "not a causal language model"),
]


@pytest.mark.parametrize(("breakage", "kind", "said"), BREAKAGES)
def test_a_folder_that_is_not_whole_says_what_is_missing(
    folder: Path, tmp_path: Path, breakage: Callable[[Path], object], kind: type[Exception], said: str
) -> None:
    broken = copy(folder, tmp_path)
    check(Place("tiny", broken))
    breakage(broken)
    with pytest.raises(kind, match=said) as caught:
        check(Place("tiny", broken, "fetch again"))
    assert "\n" not in str(caught.value)


def test_a_missing_shard_is_named(sharded: Path, tmp_path: Path) -> None:
    broken = copy(sharded, tmp_path)
    check(Place("sharded", broken))
    shards = sorted(broken.glob("model-*.safetensors"))
    shards[1].unlink()
    with pytest.raises(Failed, match=rf"lacks 1 of {len(shards)} weight files \({shards[1].name}\); fetch again"):
        check(Place("sharded", broken, "fetch again"))


@pytest.mark.parametrize("size", [0, 3, 2000])
def test_half_a_gguf_file_is_none(gguf: Path, tmp_path: Path, size: int) -> None:
    half = tmp_path / gguf.name
    half.write_bytes(gguf.read_bytes()[:size])
    with pytest.raises(Failed, match="not a whole GGUF file"):
        check(Place("half", half))
    check(Place("whole", gguf))


def test_weights_are_counted_from_the_headers(folder: Path, sharded: Path) -> None:
    wanted = sum(p.numel() for p in tiny.model(vocabulary=len(tiny.tokenizer())).parameters())
    assert parameters(tiny.place(folder)) == parameters(tiny.place(sharded)) == wanted


def test_the_name_changes_with_weights_words_and_configuration(folder: Path, sharded: Path, gguf: Path, tmp_path: Path) -> None:
    changed = copy(folder, tmp_path)
    assert identity(tiny.place(changed)) == identity(tiny.place(folder))
    weights = bytearray((changed / "model.safetensors").read_bytes())
    weights[-7] ^= 1
    (changed / "model.safetensors").write_bytes(weights)
    names = [identity(tiny.place(changed))]
    (changed / "chat_template.jinja").write_text("{{ messages }}")
    names.append(identity(tiny.place(changed)))
    change(changed / "config.json", rope_theta=7)
    names += [identity(tiny.place(path)) for path in (changed, folder, sharded, gguf)]
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} == {8}
