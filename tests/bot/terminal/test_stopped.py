"""Ctrl-C stops at once, keeps what was done and says how to go on; a pipe that is closed is no catastrophe."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from store import Store
from tests.bot.terminal.desk import DRAFT, FEW, SMALL, Desk, program
from tests.bot.terminal.screen import CTRL_C, PATIENCE, on_screen

AT_ONCE = 1.0  # seconds
SLOW = ("rehearse", "--text", DRAFT, *FEW, "--seats", "6", "--audience", "1000000", "--model", "scripted:slow.toml")
ONE_LINE = ["head", "-1"]
STOPPED = re.compile(r"Stopped\. (\d+) of 6 readers are kept as (\w{8}); go on with: soundingboard resume \2\n")


@pytest.fixture
def slow(desk: Desk) -> Desk:
    desk.write("slow.toml", "delay = 0.1\n[options]\nreply = 50\n")
    return desk


def wait_for(desk: Desk, table: str) -> None:
    end = time.monotonic() + PATIENCE
    while not desk.rows(table):
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("table", "quiet"),
    [("rehearsals", ()), ("reactions", ()), ("reactions", ("--quiet",)), ("reactions", ("--json",))],
    ids=["before the first reader", "after some", "quiet", "json"],
)
def test_an_interrupt_stops_at_once_and_says_what_is_kept(table: str, quiet: tuple[str, ...], slow: Desk) -> None:
    with slow.start(*SLOW, *quiet) as running:
        wait_for(slow, table)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
    assert running.returncode == 130
    assert out == ""
    told = STOPPED.fullmatch(err)
    assert told, err
    assert (int(told[1]) > 0) == (table == "reactions")
    assert took < AT_ONCE
    kept = slow.done("show", told[2], "--json").document
    assert len(kept["seats"]) == int(told[1])


@pytest.mark.parametrize(("writing", "heard"), [("begin", 0), ("finish", 6)])
def test_an_interrupt_in_the_middle_of_what_is_written_says_what_is_kept_too(writing: str, heard: int, desk: Desk) -> None:
    write = getattr(Store, writing)

    async def interrupted(*given: object) -> None:
        await write(*given)
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(PATIENCE)

    with desk.monkeypatch.context() as patched:
        patched.setattr(Store, writing, interrupted)
        said = desk.run("rehearse", *SMALL)
    assert said.code == 130
    told = STOPPED.search(said.err)
    assert told, said.err
    assert int(told[1]) == heard
    assert len(desk.done("resume", told[2], "--json").document["seats"]) == 6


def test_an_interrupt_before_anything_is_kept_says_nothing_of_it(desk: Desk) -> None:
    async def never(*_given: object) -> None:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(PATIENCE)

    desk.monkeypatch.setattr(Store, "begin", never)
    said = desk.run("rehearse", *SMALL)
    assert said.code == 130
    assert "kept" not in said.err
    assert desk.ids() == []


def test_ctrl_c_on_a_screen_leaves_the_words_that_were_shown_and_the_way_back(slow: Desk) -> None:
    with on_screen(slow, *SLOW) as screen:
        screen.until(lambda text: "(simulated)" in text or "6 of 6 readers" in text)
        began = time.monotonic()
        screen.press(CTRL_C)
        code = screen.end()
        took = time.monotonic() - began
    assert code == 130
    assert took < AT_ONCE
    assert "Traceback" not in screen.text
    assert STOPPED.search(screen.text), screen.text
    assert screen.raw.rstrip().endswith(slow.ids()[0])
    assert "\x1b[?25h" in screen.raw, "the cursor must be back"


def test_two_interrupts_are_no_worse_than_one(slow: Desk) -> None:
    with on_screen(slow, *SLOW) as screen:
        screen.until(lambda text: "readers" in text)
        screen.press(CTRL_C + CTRL_C)
        assert screen.end() == 130
    assert "Traceback" not in screen.text
    slow.done("show")


def model_folder(desk: Desk) -> Path:
    """As much of a model as is looked at before torch is imported, which takes seconds."""
    header = json.dumps({"one": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    desk.write("model/model.safetensors", len(header).to_bytes(8, "little") + header + bytes(4))
    desk.write("model/tokenizer.json", "{}")
    return desk.write("model/config.json", '{"model_type": "llama", "architectures": ["LlamaForCausalLM"]}').parent


def test_an_interrupt_while_the_model_loads_stops_at_once_too(desk: Desk) -> None:
    with desk.start("rehearse", "--text", DRAFT, *FEW, "--model", f"local:{model_folder(desk)}") as running:
        end = time.monotonic() + PATIENCE
        while "libtorch" not in Path(f"/proc/{running.pid}/maps").read_text(encoding="utf-8"):
            assert running.poll() is None
            assert time.monotonic() < end
            time.sleep(0.01)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=PATIENCE)
        took = time.monotonic() - began
    assert (running.returncode, out) == (130, "")
    assert err == "Stopped while the model was loading; no reader had been asked.\n"
    assert took < AT_ONCE
    assert desk.ids() == []


@pytest.mark.parametrize(
    "command",
    [
        ("rehearse", *SMALL),
        ("rehearse", *SMALL, "--json"),
        ("rehearse", *SMALL, "--quiet"),
        ("personas",),
        ("rehearse", "--help"),
    ],
    ids=lambda command: " ".join(command[:1] + command[-1:]),
)
def test_a_pipe_that_is_closed_early_leaves_no_traceback(command: tuple[str, ...], desk: Desk) -> None:
    with desk.start(*command) as running:
        assert running.stdout is not None
        with subprocess.Popen(ONE_LINE, stdin=running.stdout, stdout=subprocess.DEVNULL):
            running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == ""
    assert running.returncode in {0, 1}


def test_nothing_is_lost_when_the_pipe_is_closed(desk: Desk) -> None:
    line = ["bash", "-c", f"{shlex.join(program('rehearse', *SMALL))} | true"]
    subprocess.run(line, check=True, cwd=desk.folder, env=desk.environment)
    assert len(desk.ids()) == 1
    assert "stopped" not in desk.done("history").out
