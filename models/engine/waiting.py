"""Waiting: who has come and is not begun, by the beginning they share, and the next batch of them. Knows no model.

Beginnings are served in the order in which they were first asked for, so two rehearsals take turns by their drafts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from models.decoding import Answer, Job
from models.worker import Ticket

Ids = tuple[int, ...]


class Asking(Protocol):
    """A row or a voice."""

    @property
    def ids(self) -> Ids: ...

    @property
    def ticket(self) -> Ticket[Job, Answer]: ...


One = TypeVar("One", bound=Asking)


class Waiting(Generic[One]):
    """Rows, or voices, after each beginning."""

    def __init__(self) -> None:
        self._queues: dict[Ids, list[One]] = {}

    def __bool__(self) -> bool:
        return bool(self._queues)

    def add(self, beginning: Ids, asking: Sequence[One]) -> None:
        self._queues.setdefault(beginning, []).extend(asking)

    def first(self) -> tuple[Ids, list[One]]:
        """The beginning whose turn it is, and all who wait for it, the shortest first."""
        beginning, asking = next(iter(self._queues.items()))
        return beginning, sorted(asking, key=lambda one: len(one.ids))

    def begun(self, beginning: Ids, asking: Sequence[One]) -> None:
        """These wait no more."""
        taken = set(map(id, asking))
        self._keep(beginning, [one for one in self._queues[beginning] if id(one) not in taken])

    def forget(self) -> None:
        """Drop whoever went away or has an answer."""
        for beginning, asking in list(self._queues.items()):
            self._keep(beginning, [one for one in asking if one.ticket.wanted])

    def _keep(self, beginning: Ids, asking: list[One]) -> None:
        if asking:
            self._queues[beginning] = asking
        else:
            del self._queues[beginning]


class Long(Protocol):
    @property
    def ids(self) -> Ids: ...


Some = TypeVar("Some", bound=Long)


def batch(asking: Sequence[Some], tokens: int) -> list[Some]:
    """The first of the sorted ones that fit when all are padded to the longest of them; at least one."""
    many = 1
    while many < len(asking) and (many + 1) * len(asking[many].ids) <= tokens:
        many += 1
    return list(asking[:many])
