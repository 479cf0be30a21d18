"""Quotas: how many rehearsals a member and a server may ask for, and when the next is free. Knows no Discord and no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audience.errors import Refused

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quotas:
    """At most `member` rehearsals a member in an hour, `server` a server in a day."""

    member: int
    server: int

    def hold(self, requests: Sequence[tuple[int, datetime]], member: int, now: datetime) -> None:
        """`requests` are those of one server, (member, when), oldest first. Raises Refused with the time of the next."""
        own = [at for who, at in requests if who == member and at > now - HOUR]
        if len(own) >= self.member:
            raise Refused(_told("You have", self.member, "hour", own[-self.member] + HOUR))
        all_of_them = [at for _, at in requests if at > now - DAY]
        if len(all_of_them) >= self.server:
            raise Refused(_told("This server has", self.server, "day", all_of_them[-self.server] + DAY))


def _told(who: str, most: int, span: str, free: datetime) -> str:
    moment = int(free.timestamp()) + 1
    return f"{who} asked for {most:,} rehearsals within the last {span}, which is the most; the next is free <t:{moment}:R>."
