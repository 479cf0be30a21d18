"""The card of a team's standing: how often its own forecasts were right. Knows no connection and no store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord.fitting import Field, bullets, card, prose
from bot.pages.figures import named, percent
from bot.pages.standing import (
    PAIRS,
    counts_sentences,
    covered_sentence,
    hits_sentence,
    surprise_sentence,
    weights_sentence,
)
from evidence.refit import Fit
from evidence.standing import Bin, Standing

if TYPE_CHECKING:
    import discord


def standing_card(standing: Standing, fit: Fit | None) -> discord.Embed:
    """The same words as on the terminal, within what one embed holds."""
    fields: tuple[Field, ...] = ()
    if standing.cases:
        fields = (
            ("Two of your posts in the right order", prose((*map(hits_sentence, standing.hits), PAIRS), 900)),
            ("Calibration, the least promising first", bullets(map(_told, standing.curve), 900)),
            ("The tally's intervals", covered_sentence(standing)),
            ("The biggest surprises", bullets(map(surprise_sentence, standing.surprises), 1_000)),
            ("Weights", weights_sentence(fit)),
        )
    return card("Your own record", prose(counts_sentences(standing), 900), fields)


def _told(each: Bin) -> str:
    return f"forecast {percent(each.forecast)}, real {percent(each.real)} ({named('post', each.cases)})"
