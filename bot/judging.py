"""Judging: what `evidence` asks for, put together from ranker, panel and real replies. Knows no screen and keeps nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audience.draft import Draft
from audience.errors import Refused
from audience.reaction import KIND
from audience.report import Report
from bot.order import GENERAL, PLATFORM, Order
from bot.room import Hall, chosen, library, open_embedder, open_hall
from bot.settings import Settings
from evidence.pair_file import Pair

if TYPE_CHECKING:
    from evidence.judging import Judged

SEATS = 24  # enough for the order of two texts, and a hundred texts in half a minute
SAID_EVERY = 200  # texts after which a long run says how far it is
SEED = 1
DRAFTS, REPLIES = 25, 20
Tell = Callable[[str], None]
Opening = Callable[[], AbstractAsyncContextManager[Hall]]


def opening(settings: Settings, model: str, *, remote: bool) -> Opening:
    """How the hall of that model is opened, when somebody wants it played in."""
    return lambda: open_hall(settings, chosen(model, settings).name, library(settings), remote=remote)


async def judged(
    pairs: Sequence[Pair], probability: Callable[[str, str], float], hall_of: Opening | None, tell: Tell
) -> Judged:
    """Scores of every forecaster on pairs whose outcome is known; of a panel too, where one is given."""
    from evidence.judging import judge

    told = []
    for number, pair in enumerate(pairs, 1):
        told.append(probability(pair.a, pair.b))
        if not number % SAID_EVERY:
            tell(f"{number:,} of {len(pairs):,} pairs ranked")
    panel = await engagements(pairs, hall_of, tell) if hall_of else None
    return judge(pairs, told, panel)


async def engagements(pairs: Sequence[Pair], hall_of: Opening, tell: Tell) -> list[tuple[float, float]]:
    """What the panel of the general public gives both texts of each pair: the weights of the kinds by their shares."""
    found = dict.fromkeys((text for pair in pairs for text in (pair.a, pair.b)), 0.0)
    async with hall_of() as hall:
        for number, text in enumerate(found, 1):
            report = await _report(hall, text, 0)
            found[text] = max(0.0, sum(KIND[row.kind].weight * row.share for row in report.tally.rows))
            if not number % SAID_EVERY:
                tell(f"{number:,} of {len(found):,} texts played to the panel")
    return [(found[pair.a], found[pair.b]) for pair in pairs]


async def _report(hall: Hall, text: str, replies: int) -> Report:
    order = Order(Draft.clean(text), (GENERAL,), (), PLATFORM, 20_000, SEATS, replies, 1, SEED)
    wanted = order.rehearsal(hall.words, datetime.now(UTC))
    return Report.of(wanted, await hall.play(wanted), {})


async def varied(
    real: Sequence[tuple[str, str]], settings: Settings, hall_of: Opening, tell: Tell
) -> dict[str, Mapping[str, float]]:
    """The spread of simulated replies to real posts, beside that of as many real replies. `real` are (post, reply)."""
    from evidence.spread import ANCHORS, spread

    posts = random.Random(SEED).sample(sorted({post for post, _ in real}), DRAFTS)
    simulated = list[str]()
    async with hall_of() as hall:
        model = hall.model.name
        for post in posts:
            report = await _report(hall, post, REPLIES)
            simulated += [reaction.reply for reaction in report.part("first") if reaction.reply]
            tell(f"{len(simulated):,} simulated replies")
    if len(simulated) < 2:
        raise Refused(f"The model {model} wrote {len(simulated)} replies to {DRAFTS} posts, too few to compare; name another.")
    others = [reply for post, reply in real if post not in posts]
    genuine = random.Random(SEED).sample(others, min(len(others), len(simulated)))
    async with open_embedder(settings) as embedder:
        anchors = await embedder.vectors(ANCHORS)
        return {
            name: spread(texts, await embedder.vectors(tuple(texts)), anchors).document
            for name, texts in (("simulated", simulated), ("real", genuine))
        }
