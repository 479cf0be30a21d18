"""/help: what this is, what it is not, and where to begin."""

from __future__ import annotations

import discord

from audience.report import IS_NOT, MARK
from bot.discord.answers import tell
from bot.discord.desk import Desk

HELP = f"""**{MARK}**
Post a draft, hear a simulated audience in a thread, and learn before publishing whether anybody would care.

**Begin** with `/rehearse` (a form), with `/rehearse file`, or right-click any message: Apps, *Rehearse this post*.
**Compare** two drafts before the same readers with `/compare`; too close to call is an answer.
**Choose** who listens: `/panel list`, `/persona list`, `/platform list`. `/panel make` and `/persona new` add this team's own.
**Review** the thread: mark each reply plausible, not plausible, useful or off-limits; press again to withdraw. \
*Answer this reader* talks with one, up to six turns.
**Go on**: *Revise* keeps the same readers and says who changed their mind. *Run again* takes other chances.
**Check** it: *Published it* freezes the forecast, *Record numbers* takes what came, `/accuracy` says how often they agreed.
**Find** old ones with `/rehearsals`. *Delete* removes thread, messages and all that was kept.

Readers who stay silent are counted, not posted: most people say nothing, and that is the honest default.
{IS_NOT}"""


def add(desk: Desk) -> None:
    @desk.tree.command(name="help", description="What this is, what it is not, and where to begin")
    async def command(interaction: discord.Interaction[discord.Client]) -> None:
        await tell(interaction, HELP)
