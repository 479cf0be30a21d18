"""The live view: readers come in one by one, on standard error, while the rehearsal plays. Knows no report.

On a screen it draws; into a file or a pipe, with --quiet or with --json, it stays silent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audience.reaction import KIND, REASON, Reaction
from audience.rehearsal import Rehearsal
from bot.pages.words import flat
from bot.terminal.outputs import Outputs
from bot.terminal.overhearing import Told

if TYPE_CHECKING:
    from rich.padding import Padding
    from rich.text import Text

FAILED = "!"
WAITING = "·"
STYLES = {"scroll": "dim", "read": "default", "like": "magenta", "share": "green", "reply": "bold cyan", "hide": "red"}
REFRESH = 15  # pictures a second
WIDEST = 60  # characters of what a reader who is speaking has said

SPEAKING = 3  # readers whose words are shown while they come


@dataclass(frozen=True, slots=True)
class Watch:
    """`seen` is called with each reaction as it comes, `heard` with a persona's key and what they have said so far."""

    seen: Callable[[Reaction], None]
    heard: Told


@contextmanager
def watching(rehearsal: Rehearsal, done: Iterable[Reaction], outputs: Outputs) -> Iterator[Watch]:
    if outputs.quiet or outputs.json or not sys.stderr.isatty():
        yield Watch(lambda _: None, lambda *_: None)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, no_color=outputs.no_color or None, highlight=False)
    room = _Seats(rehearsal)
    for reaction in done:
        room.take(reaction)
    console.print(room.title())
    with Live(room.picture(), console=console, refresh_per_second=REFRESH, transient=True) as live:

        def seen(reaction: Reaction) -> None:
            room.take(reaction)
            if said := room.said(reaction):
                console.print(said)
            live.update(room.picture())

        def heard(persona: str, words: str) -> None:
            room.hear(persona, words)
            live.update(room.picture())

        yield Watch(seen, heard)


@dataclass(slots=True)
class _Seats:
    """Where every seat stands, what the last reader did, and what those who are speaking have said so far."""

    rehearsal: Rehearsal
    kinds: dict[int, str] = field(default_factory=dict)
    last: str = ""
    speaking: dict[str, str] = field(default_factory=dict)

    def take(self, reaction: Reaction) -> None:
        if reaction.part == "first":
            self.kinds[reaction.seat] = FAILED if reaction.failed and not reaction.kind else reaction.kind
            self.last = self._did(reaction)
        self.speaking.pop(reaction.persona, None)  # has said it, or will not: a reply that fails leaves no words behind

    def hear(self, persona: str, words: str) -> None:
        self.speaking[persona] = flat(words)

    def title(self) -> Text:
        from rich.text import Text

        r = self.rehearsal
        return Text.assemble(
            ("Simulated audience", "bold"), f": {len(r.seats)} readers, {flat(r.platform.name)}, rehearsal {r.id}"
        )

    def picture(self) -> Text:
        from rich.text import Text

        row = Text()
        for seat in self.rehearsal.seats:
            kind = self.kinds.get(seat.number, WAITING)
            row.append(KIND[kind].emoji if kind in KIND else kind, style=STYLES.get(kind, "dim" if kind == WAITING else "red"))
        heard, whole = len(self.kinds), len(self.rehearsal.seats)
        words = [self._saying(persona) for persona in list(self.speaking)[:SPEAKING]]
        return Text("\n").join((row, Text.assemble((f"{heard} of {whole} readers  ", "bold"), (self.last, "dim")), *words))

    def _saying(self, persona: str) -> Text:
        """One line: who, and the end of what they have said so far."""
        from rich.text import Text

        said = self.speaking[persona]
        end = said if len(said) <= WIDEST else f"…{said[-WIDEST:]}"
        name = flat(self.rehearsal.reader(persona).name)
        return Text.assemble((f"  {name} (simulated) is saying  ", "cyan"), (end, "dim"), no_wrap=True, overflow="ellipsis")

    def said(self, reaction: Reaction) -> Padding | None:
        """A reply as it is given out, under its persona's name; as text, whatever markup stands in it."""
        from rich.padding import Padding
        from rich.text import Text

        if reaction.part == "worst" or not reaction.reply:
            return None
        words = Text.assemble((self._name(reaction), "bold cyan"), (" (simulated)  ", "dim"), flat(reaction.reply))
        return Padding(words, (0, 0, 0, 4 if reaction.part == "second" else 2), expand=False)

    def _did(self, reaction: Reaction) -> str:
        if not reaction.kind:
            return f"{self._name(reaction)} could not be played: {flat(reaction.failed or '')}"
        why = f": {REASON[reaction.reason].told}" if reaction.reason else ""
        return f"{self._name(reaction)} would {KIND[reaction.kind].label}{why}"

    def _name(self, reaction: Reaction) -> str:
        return flat(self.rehearsal.reader(reaction.persona).name)
