"""Names and places: what `local:` finds, what it refuses and what is on offer."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audience.errors import Failed, Refused
from models.hub import find, on_offer
from models.shelf import Shelf

PLENTY = 10**12


def cached(shelf: Shelf, name: str, folder: Path, revision: str = "abc", *, main: bool = True) -> Path:
    """Lay a model into the hub cache as a download leaves it."""
    home = shelf.hub / f"models--{name.replace('/', '--')}"
    shutil.copytree(folder, home / "snapshots" / revision)
    (home / "blobs").mkdir(exist_ok=True)
    if main:
        (home / "refs").mkdir(exist_ok=True)
        (home / "refs" / "main").write_text(revision)
    return home


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("", "needs a folder"),
        ("smollm2", "fetch it with: soundingboard models get smollm2"),
        ("Qwen/Qwen3-0.6B", "not in the hub cache .* fetch it with: soundingboard models get Qwen/Qwen3-0.6B"),
        ("./nowhere/model", "There is no model at nowhere/model; name a folder"),
        ("qwen", "There is no model at qwen"),
        (__file__, "is no model; name its folder"),
    ],
)
def test_a_name_nobody_knows_is_refused_with_what_to_do(shelf: Shelf, rest: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        find(rest, shelf)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_nearly_right_is_suggested(shelf: Shelf, folder: Path) -> None:
    with pytest.raises(Refused, match="did you mean 'tiny'"):
        find(str(folder.parent / "tinny"), shelf)
    assert find(str(folder), shelf).path == folder


def test_the_revision_in_use_is_taken(shelf: Shelf, folder: Path) -> None:
    cached(shelf, "Qwen/Qwen3-0.6B", folder, "new", main=True)
    cached(shelf, "Qwen/Qwen3-0.6B", folder, "old", main=False)
    assert find("Qwen/Qwen3-0.6B", shelf).path.name == "new"


def test_a_download_under_way_is_only_half_there(shelf: Shelf, folder: Path) -> None:
    home = cached(shelf, "Qwen/Qwen3-0.6B", folder)
    (home / "blobs" / "1234.incomplete").touch()
    with pytest.raises(Failed, match="half downloaded; fetch it again with: soundingboard models get Qwen"):
        find("Qwen/Qwen3-0.6B", shelf)


def test_the_largest_known_model_that_is_whole_and_fits_is_offered_first(shelf: Shelf, folder: Path) -> None:
    for name in ("Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "some/Odd-Instruct", "some/base-model", "google/gemma-3-1b-it"):
        cached(shelf, name, folder)
    (shelf.hub / "models--Qwen--Qwen3-1.7B" / "snapshots" / "abc" / "model.safetensors").unlink()
    shutil.copytree(folder, shelf.cache / "smollm2")
    found = {offer.name: (offer.usable, offer.speaks) for offer in on_offer(shelf, PLENTY)}
    assert list(found)[:2] == ["local:google/gemma-3-1b-it", "local:Qwen/Qwen3-0.6B"]
    assert found == {
        "local:google/gemma-3-1b-it": (True, True),
        "local:Qwen/Qwen3-0.6B": (True, True),
        "local:Qwen/Qwen3-1.7B": (False, False),
        "local:some/Odd-Instruct": (True, False),
        "local:smollm2": (True, False),
    }
    assert not any(offer.usable and offer.speaks for offer in on_offer(shelf, 1000))


def test_what_is_missing_is_offered_with_the_way_to_get_it(shelf: Shelf) -> None:
    (only,) = on_offer(shelf, PLENTY)
    assert (only.name, only.usable, only.why) == (
        "local:smollm2", False, "smollm2 is not on this machine; fetch it with: soundingboard models get smollm2",
    )  # fmt: skip


def test_asking_for_offers_loads_neither_torch_nor_transformers() -> None:
    program = (
        "import sys; from pathlib import Path; from models.backends.local import offers; from models.shelf import Shelf;"
        "offers(Shelf(Path('none'), Path('none'))); print({'torch', 'transformers', 'numpy'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout == "set()\n"
