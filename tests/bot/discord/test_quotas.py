"""Quotas: how many may be asked for, and when the next is free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from audience.errors import Refused
from bot.discord.quotas import Quotas

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
QUOTAS = Quotas(member=2, server=4)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_a_member_under_the_quota_may_ask() -> None:
    QUOTAS.hold([(1, ago(minutes=30)), (2, ago(minutes=20)), (2, ago(minutes=10))], 1, NOW)


def test_a_member_over_the_quota_is_told_when_the_next_is_free() -> None:
    free = int((ago(minutes=50) + timedelta(hours=1)).timestamp()) + 1
    with pytest.raises(Refused, match=rf"You have asked for 2 rehearsals.*hour.*<t:{free}:R>"):
        QUOTAS.hold([(1, ago(minutes=50)), (1, ago(minutes=5))], 1, NOW)


def test_what_was_asked_longer_ago_counts_no_more() -> None:
    QUOTAS.hold([(1, ago(minutes=61)), (1, ago(minutes=60)), (1, ago(minutes=5))], 1, NOW)


def test_a_server_over_its_quota_holds_up_every_member() -> None:
    asked = [(member, ago(hours=20 - member)) for member in range(4)]
    with pytest.raises(Refused, match="This server has asked for 4 rehearsals within the last day"):
        QUOTAS.hold(asked, 77, NOW)
