"""/compare: two or three drafts before the same readers, and one message that says which does better, or that it is too close.

Without two drafts it opens a form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import discord
from discord import app_commands

from audience.draft import Draft
from bot.discord import suggestions
from bot.discord.answers import acknowledge, tell
from bot.discord.commands.rehearse import named
from bot.discord.desk import Desk, server, stage_here
from bot.discord.forms import compare_form
from bot.discord.orders import HEARD_BEFORE, order
from bot.discord.press import Interaction, Name
from bot.room import Staging, language
from evidence.compare import check

ON_ITS_WAY = (
    "Your readers are taking their seats for {many} drafts; one message with the comparison comes into this channel. "
    "Every reader is simulated. Should Soundingboard be restarted before it comes, ask again."
)


def add(desk: Desk) -> None:
    @desk.tree.command(name="compare", description="Play two drafts to the same simulated readers and see which does better")
    @app_commands.describe(
        a="The first draft; leave both out for a form with more room",
        b="The second draft",
        panel="Who sits in the audience",
        platform="Where the post would appear",
    )
    @app_commands.autocomplete(panel=suggestions.panels(desk), platform=suggestions.platforms(desk))
    async def command(
        interaction: discord.Interaction[discord.Client], a: str = "", b: str = "", panel: str = "", platform: str = ""
    ) -> None:
        stage_here(interaction)
        if a and b:
            await _compare(desk, interaction, (a, b), panel, platform)
        else:
            await _asked_for_more(desk, interaction, a or b, panel, platform)

    desk.forms["compare"] = partial(_submitted, desk)


async def _asked_for_more(desk: Desk, interaction: Interaction, given: str, panel: str, platform: str) -> None:
    """The form, with what was said already; a wrong name is refused before anybody types a draft."""
    words = await desk.words(interaction)
    asked = await order(desk, interaction, Draft("nothing yet"), panel=panel, platform=platform)
    asked.rehearsal(words, interaction.created_at)
    await interaction.response.send_modal(compare_form(Name("compare"), asked, given, *named(words)))


async def _submitted(desk: Desk, interaction: Interaction, name: Name, given: Mapping[str, str]) -> None:
    texts = [text for key in ("a", "b", "c") if (text := given.get(key, "")).strip()]
    await _compare(desk, interaction, texts, given.get("panel", ""), given.get("platform", ""))


async def _compare(desk: Desk, interaction: Interaction, texts: Sequence[str], panel: str, platform: str) -> None:
    """Look everything up, keep it and play it."""
    channel = stage_here(interaction)
    await acknowledge(interaction)
    drafts = [Draft.clean(text) for text in texts]
    check([(draft.text, draft.alt) for draft in drafts], language)
    words = await desk.words(interaction)
    orders = [await order(desk, interaction, draft, panel=panel, platform=platform) for draft in drafts]
    wanted = [each.rehearsal(words, interaction.created_at) for each in orders]
    kept = await desk.stage.keep_together(wanted, _staging(interaction, wanted[0].id, channel))
    await tell(interaction, ON_ITS_WAY.format(many=len(wanted)) if kept else HEARD_BEFORE)
    if kept:
        await desk.stage.compare(kept, partial(tell, interaction))


def _staging(interaction: Interaction, rehearsal: str, channel: int) -> Staging:
    return Staging(
        rehearsal=rehearsal, server=server(interaction), channel=channel, asker=interaction.user.id, interaction=interaction.id,
        asked=interaction.created_at, locale=str(interaction.guild_locale or ""),
    )  # fmt: skip
