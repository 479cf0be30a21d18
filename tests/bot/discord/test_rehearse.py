"""From a draft to its thread."""

from __future__ import annotations

from tests.bot.discord.team import Team, card, replies


async def test_a_draft_becomes_a_thread_with_replies_and_a_report(us: Team) -> None:
    thread = await us.rehearsed()
    assert "people who are shown this" in card(thread).text or "Silence" in card(thread).text
    assert len(replies(thread)) == 6
    assert all("(simulated)" in message.name for message in replies(thread))
