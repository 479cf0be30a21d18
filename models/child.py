"""Child: another program at work for us, and what it said. A caller who goes away takes it along. Knows no model."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from pathlib import Path

import models


async def run(command: Sequence[str], more: Mapping[str, str] | None = None, errors: int | None = STDOUT) -> tuple[int, str]:
    """Its exit code and what it said; `more` is added to our environment, `errors` is where it complains. Raises OSError."""
    child = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **(more or {})}, stdin=DEVNULL, stdout=PIPE, stderr=errors
    )
    try:
        said, _ = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    return child.returncode or 0, said.decode(errors="replace")


async def python(*words: str, more: Mapping[str, str] | None = None, errors: int | None = STDOUT) -> tuple[int, str]:
    """Run the Python we are run by with these words, our own modules first among those it finds.

    -P keeps the folder we stand in out: somebody's own models/ there must not be taken for ours.
    """
    root = str(Path(next(iter(models.__path__))).parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return await run([sys.executable, "-P", *words], {**(more or {}), "PYTHONPATH": path}, errors)
