"""The two ways a rehearsal ends badly. Knows nothing of exit codes, terminals or Discord; the faces translate."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class Refused(ValueError):
    """What the user gave cannot be used. The message is one sentence: what, where, and what to do."""


class Failed(RuntimeError):
    """Something that should have worked did not. The message is one sentence: what happened, where, what to do."""


def unknown(what: str, given: str, known: Iterable[str]) -> Refused:
    """A refusal for a name nobody knows, with the nearest one that somebody does."""
    names = sorted(known)
    near = get_close_matches(given.casefold(), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}."
    return Refused(f"There is no {what} called {given!r}; {hint}")
