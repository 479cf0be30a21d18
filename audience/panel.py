"""Panel and Seat: who sits in the audience, in what numbers, each seat under its own seed. Knows no draft and no model."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audience.errors import Refused
from audience.wordfile import Table

MOST_SEATS = 2_000
SEATS = 48


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in the audience. `turn` counts the seats of the same persona from 0; the seed is the seat's alone."""

    number: int
    persona: str
    turn: int
    seed: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Personas and their shares; shares are weights and need not sum to anything."""

    key: str
    name: str
    bio: str
    shares: tuple[tuple[str, float], ...]
    words: str = ""

    @classmethod
    def parse(cls, key: str, text: str, where: str) -> Panel:
        table = Table.read(text, where, ("name", "bio", "seats"))
        shares = {persona: share for persona, share in table.shares("seats").items() if share > 0}
        if not shares:
            raise table.complaint("seats", "must give at least one persona a share above 0")
        return cls(key, table.text("name"), table.text("bio"), tuple(shares.items()), text)

    @classmethod
    def of(cls, personas: Iterable[str]) -> Panel:
        """A panel of single personas, an equal share each; one named twice has two."""
        shares: dict[str, float] = {}
        for persona in personas:
            shares[persona] = shares.get(persona, 0.0) + 1.0
        return cls("own-choice", "Own choice", "Personas seated one by one.", tuple(shares.items()))

    @classmethod
    def together(cls, panels: Iterable[Panel]) -> Panel:
        """Several panels in one room, each with the same weight."""
        them = tuple(panels)
        if len(them) == 1:
            return them[0]
        shares: dict[str, float] = {}
        for panel in them:
            whole = sum(share for _, share in panel.shares)
            for persona, share in panel.shares:
                shares[persona] = shares.get(persona, 0.0) + share / whole
        return cls(
            "+".join(p.key for p in them), " and ".join(p.name for p in them), " ".join(p.bio for p in them),
            tuple(shares.items()), "\n".join(p.words for p in them),
        )  # fmt: skip

    def seated(self, count: int, seed: int) -> tuple[Seat, ...]:
        """`count` seats, shared out by largest remainder and mixed so that neighbours differ. Raises Refused."""
        if not 1 <= count <= MOST_SEATS:
            raise Refused(f"A panel has 1 to {MOST_SEATS:,} seats, not {count:,}.")
        turns = sorted(
            ((turn + 0.5) / many, persona, turn)
            for persona, many in shared_out(dict(self.shares), count).items()
            for turn in range(many)
        )
        return tuple(
            Seat(number, persona, turn, seat_seed(seed, persona, turn)) for number, (_, persona, turn) in enumerate(turns, 1)
        )


def shared_out(shares: Mapping[str, float], count: int) -> dict[str, int]:
    """Whole seats for each share by the largest-remainder method; ties go to the earlier name. Sums to `count`."""
    whole = math.fsum(shares.values())  # the same in whatever order the shares stand
    exact = {name: share / whole * count for name, share in shares.items()}
    given = {name: int(quota) for name, quota in exact.items()}
    left = count - sum(given.values())
    for name in sorted(exact, key=lambda n: (round(given[n] - exact[n], 9), n))[:left]:
        given[name] += 1
    return given


def seat_seed(seed: int, persona: str, turn: int) -> int:
    """A seat keeps its seed whoever else sits in the room, so that two drafts meet the same readers."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{persona}/{turn}".encode()).digest()[:6], "big")
