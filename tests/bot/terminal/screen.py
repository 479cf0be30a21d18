"""A screen: a real program on a pseudo-terminal, what it wrote there, and the keys that a person presses."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.bot.terminal.desk import started

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)(?:;[0-9;]*)?m")
PATIENCE = 20.0  # seconds after which a program that says nothing new has failed the test
CTRL_C = b"\x03"


class Place(Protocol):
    """Where a program runs: a desk, or what several tests share."""

    @property
    def folder(self) -> Path: ...
    @property
    def environment(self) -> Mapping[str, str]: ...


@dataclass(slots=True)
class Screen:
    program: subprocess.Popen[str]
    keys: int  # the end of the pseudo-terminal that a person sits at
    raw: str = ""

    @property
    def text(self) -> str:
        """All that was ever written, without what moves the cursor or colours."""
        return ESCAPE.sub("", self.raw).replace("\r", "")

    def read(self, seconds: float) -> bool:
        """Take in what comes within so many seconds; False once the program has closed the screen."""
        if not select.select([self.keys], [], [], seconds)[0]:
            return True
        try:
            new = os.read(self.keys, 65536)
        except OSError:  # how Linux says that nobody writes there any more
            return False
        self.raw += new.decode("utf-8", errors="replace")
        return bool(new)

    def until(self, seen: Callable[[str], object]) -> None:
        """Read until the text holds what is waited for."""
        end = time.monotonic() + PATIENCE
        while not seen(self.text):
            assert self.read(0.05), self.text
            assert time.monotonic() < end, self.text

    def press(self, keys: bytes) -> None:
        os.write(self.keys, keys)

    def insist(self, keys: bytes) -> None:
        """Press until the program ends, once a second: Python loses a Ctrl-C between its prompt and its wait for an answer."""
        end = time.monotonic() + PATIENCE
        while self.program.poll() is None and time.monotonic() < end:
            self.press(keys)
            with suppress(subprocess.TimeoutExpired):
                self.program.wait(1)

    def end(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + PATIENCE
        while self.read(0.05) and time.monotonic() < end:
            pass
        return self.program.wait(PATIENCE)


@contextmanager
def on_screen(place: Place, *arguments: str | Path, columns: int = 100, rows: int = 50) -> Iterator[Screen]:
    """A program that believes it talks to a person, in a session of its own, so that Ctrl-C reaches it and nobody else."""
    keys, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {name: value for name, value in place.environment.items() if name not in {"COLUMNS", "LINES"}}
    program = started(
        place.folder,
        environment,
        *arguments,
        stdin=screen,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
        preexec_fn=_take_the_screen,
    )
    os.close(screen)
    try:
        yield Screen(program, keys)
    finally:
        program.kill()
        program.wait()
        os.close(keys)


def _take_the_screen() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
