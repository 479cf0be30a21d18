"""SIGKILL at any moment loses nothing that was shown, and resume plays what is missing and nothing else."""

from __future__ import annotations

import json
import random
import re
import subprocess
import time
from pathlib import Path

import pytest

from audience.reaction import Reaction
from store import Store
from tests.bot.terminal.desk import DRAFT, Desk, Document, environment, program, same
from tests.bot.terminal.screen import on_screen

SEATS = 40
MOMENTS = 8
SCRIPT = """
delay = 0.02
[options]
scroll = 60
read = 20
reply = 5
""" + "".join(
    f'[personas.{key}]\nwords = ["{key} says one", "{key} says two", "{key} says three"]\n' for key in ("abel", "fatou")
)
ORDER = (
    "rehearse", "--text", DRAFT, "--seats", str(SEATS), "--model", "scripted:slow.toml", "--audience", "100000", "--replies", "3",
    "--rounds", "2", "--seed", "5",
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, vectors: Path) -> Document:
    """The same rehearsal with nobody killing it."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "slow.toml").write_text(SCRIPT, encoding="utf-8")
    run = subprocess.run(
        program(*ORDER, "--json"), capture_output=True, check=True, cwd=folder, env=environment(folder, vectors)
    )
    found = json.loads(run.stdout)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def played(desk: Desk) -> list[Reaction]:
    """Every reaction that is saved in this process."""
    saved: list[Reaction] = []
    save = Store.save

    async def noted(self: Store, rehearsal_id: str, reaction: Reaction) -> None:
        saved.append(reaction)
        await save(self, rehearsal_id, reaction)

    desk.monkeypatch.setattr(Store, "save", noted)
    return saved


def killed(desk: Desk, reactions: int, seconds: float = 0.0) -> tuple[int, list[str]]:
    """Kill it so many seconds after so many reactions are kept; how many readers it had shown, and which words."""
    with on_screen(desk, *ORDER, columns=400) as screen:
        screen.until(lambda text: "Simulated audience" in text)
        while desk.rows() < reactions and screen.read(0.001):
            pass
        end = time.monotonic() + seconds
        while time.monotonic() < end and screen.read(0.005):
            pass
        screen.program.kill()
        screen.end()
        counts = [int(count) for count in re.findall(rf"(\d+) of {SEATS} readers", screen.text)]
        return max(counts, default=0), re.findall(r"\(simulated\)  ([^\n]*\S)", screen.text)


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_nothing_that_was_shown_is_lost_and_resume_ends_where_an_unbroken_run_does(
    moment: int, whole: Document, played: list[Reaction], desk: Desk
) -> None:
    desk.write("slow.toml", SCRIPT)
    chance = random.Random(f"kill/{moment}")
    all_of_them = sum(map(len, (whole["seats"], whole["worst"], whole["second"]["seats"])))
    shown, words = killed(desk, int((moment + chance.random()) / MOMENTS * all_of_them), chance.uniform(0, 0.05))

    kept = desk.done("show", "--json").document
    seats = {seat["seat"]: seat for seat in kept["seats"]}
    assert len(seats) >= shown
    said = [row["reply"] for row in [*kept["seats"], *(kept["second"] or {"seats": []})["seats"]] if row["reply"]]
    assert not set(words) - set(said)

    assert same(desk.done("resume", kept["id"], "--json").document) == same(whole)
    again = [r for r in played if r.part == "first" and r.seat in seats]
    assert all(seats[r.seat]["reply"] is None and r.reply for r in again), "a reader who had answered was asked again"


def test_a_rehearsal_killed_again_and_again_still_comes_to_its_end(whole: Document, desk: Desk) -> None:
    desk.write("slow.toml", SCRIPT)
    killed(desk, 5)
    for _ in range(2):
        with on_screen(desk, "resume") as screen:
            screen.until(lambda text: "Simulated audience" in text)
            screen.program.kill()
            screen.end()
    assert same(desk.done("resume", "--json").document) == same(whole)
