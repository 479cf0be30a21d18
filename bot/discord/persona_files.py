"""Persona files: the answers of a form put into the file of a persona, so that both ways to write one end in the same words.

Knows the layout of the file and no Discord. What a form does not ask keeps what it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from audience.draft import INVISIBLE
from audience.errors import Refused
from audience.persona import KEY

LISTS = ("interests", "annoys")
REPLIES = re.compile(r"^## Replies\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LIFE = re.compile(r"^Two to four sentences about their day\..*$", re.MULTILINE)


def key_of(name: str) -> str:
    """The short name under which a persona or panel is asked for: marek, night-nurses."""
    key = re.sub(r"[^a-z0-9]+", "-", name.split(",", maxsplit=1)[0].casefold()).strip("-")[:40].strip("-")
    if not KEY.fullmatch(key):
        raise Refused(f"{name[:80]!r} gives no short name; begin it with letters a to z, such as 'Marek, night nurse'.")
    return key


def filled(template: str, answers: Mapping[str, str]) -> str:
    """The file `template` with the answers of a form in it; Persona.parse has the last word on whether it holds."""
    text = template
    lines = [INVISIBLE.sub("", line).strip().removeprefix("- ") for line in answers["writes"].splitlines()]
    writes, *examples = [line for line in lines if line] or [""]
    for key in ("name", "bio"):
        text = _set(text, key, _quoted(answers[key]))
    for key in LISTS:
        text = _set(text, key, "[" + ", ".join(_quoted(part) for part in answers[key].split(",") if part.strip()) + "]")
    text = _set(text, "writes", _quoted(writes))
    shown = "\n".join(f"- {line.replace('$', '$$')}" for line in examples)
    text = REPLIES.sub(lambda _: f"## Replies\n{shown}\n\n" if shown else "## Replies\n\n", text)
    return LIFE.sub(lambda _: " ".join(answers["bio"].split()), text)


def _set(text: str, key: str, value: str) -> str:
    return re.sub(rf"^{key} = .*$", lambda _: f"{key} = {value}", text, count=1, flags=re.MULTILINE)


def _quoted(text: str) -> str:
    """A TOML basic string on one line: JSON's escapes are among TOML's."""
    return json.dumps(" ".join(INVISIBLE.sub("", text).split()), ensure_ascii=False)
