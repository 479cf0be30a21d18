from __future__ import annotations
import asyncio, sys
import pytest
from tests.bot.discord.team import *
@pytest.mark.parametrize("n", range(12))
async def test_probe(tmp_path, loopback, n):
    async with team(tmp_path, loopback, model=script(tmp_path, "delay = 0.03")) as us:
        thread = await us.begun("ada", seats=12)
        answer = await us.pressed("mia", card(thread), "Cancel")
        try:
            await loopback.until(lambda: "Cancelled by" in card(thread).text, 2)
        except AssertionError:
            st = await us.room.store.stagings.of_thread(thread.id)
            print(st, us.client.stage._on)
            print(answer.text, card(thread).text, await us.room.store.stagings.posts(st.rehearsal))
            for t in asyncio.all_tasks():
                print("TASK", t.get_coro()); t.print_stack(limit=6, file=sys.stdout)
            raise
