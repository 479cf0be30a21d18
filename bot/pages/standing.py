"""Standing in words: how often a team's forecasts were right, and what was tried with them; the same on every face.

Plain text in, plain text out. Knows no markup, no terminal and no Discord.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from audience.reaction import KIND
from audience.report import MARK
from bot.pages.figures import figure, flat, named, percent, percent_span
from bot.pages.sheet import cell
from evidence.document import fit_document
from evidence.forecast import TrackRecord
from evidence.outcome import Case, Outcome, Publication
from evidence.refit import FEATURES, SHIPPED, Fit
from evidence.standing import ENOUGH, Hits, Standing, Surprise, hits

SCHEMA = "soundingboard.accuracy/1"
NONE_YET = "No post of yours has been recorded yet; publish and record to build a record."
PAIRS = (
    "A pair counts where both posts are on one platform, were forecast by the same model, and differ beyond luck (two-proportion "
    "test, level 5%). The intervals resample posts, because pairs of one post are not independent."
)
COLUMNS = (
    "simulated", "rehearsal", "platform", "model", "published", "taken", "reach", "reactions", "replies", "shares",
    "forecast_engagement", "real_engagement", "ranker", "ranker_strength", "draft",
)  # fmt: skip
OPENING = 60  # characters of a draft by which it is known again


def track_record(cases: Sequence[Case], public: TrackRecord | None = None) -> tuple[str, ...]:
    """What a report says of forecasts like its own: the public record where there is one, then the team's."""
    told = (f"Forecasts like this one were right in {public.right:,} of {public.cases:,} {flat(public.of)}.",) if public else ()
    if not cases:
        return (*told, NONE_YET)
    own = hits(cases, "panel")
    if not own.pairs:
        return (*told, f"The team's own: {_no_pair(len(cases))}")
    return (
        *told,
        " ".join(filter(None, [f"The team's own: right in {own.right:,} of {named('pair', own.pairs)}.", too_few(len(cases))])),
    )


def _no_pair(cases: int) -> str:
    if cases == 1:
        return "one post is recorded, which is no pair to be right about yet."
    return f"{named('post', cases)} are recorded, and no two of them differ beyond luck yet."


def too_few(cases: int) -> str:
    if cases >= ENOUGH:
        return ""
    return f"{named('post', cases)} {'is' if cases == 1 else 'are'} too few to say; {ENOUGH} make a first answer."


def frozen_sentence(publication: Publication) -> str:
    """What was frozen, in one sentence."""
    rows = ", ".join(f"{KIND[r.kind].label} {percent(r.share)} ({percent_span(r.low, r.high)})" for r in publication.seen)
    ranker = f"; {flat(publication.ranker)} gives it {publication.strength:+.2f}" if publication.strength is not None else ""
    ranker += f", out of its depth: {flat(publication.depth)}" if publication.depth else ""
    return (
        f"The forecast of {publication.rehearsal} is frozen as it stood when the post went out "
        f"({publication.published:%Y-%m-%d %H:%M %Z}): of those who are shown it, {rows}{ranker}."
    )


def recorded_sentence(publication: Publication, outcome: Outcome) -> str:
    return (
        f"Recorded: of {outcome.reach:,} people {percent(outcome.rate)} reacted, replied or shared "
        f"({outcome.reactions:,}, {outcome.replies:,}, {outcome.shares:,}); the forecast was {percent(publication.engagement)}."
    )


def counts_sentences(standing: Standing) -> tuple[str, ...]:
    cases = len(standing.cases)
    if not standing.published:
        told = [NONE_YET]
    else:
        frozen = f"{named('forecast', standing.published)} {'is' if standing.published == 1 else 'are'} frozen"
        told = [f"{frozen}, {cases:,} with {'its' if standing.published == 1 else 'their'} outcome.", too_few(cases)]
    if standing.imported:
        told.append(
            f"Beside {'it' if standing.published == 1 else 'them'}, {named('imported post', standing.imported)}: they serve a refit "
            "only and are in no figure here, for nothing was forecast of them before they went out."
        )
    return tuple(filter(None, told))


def hits_sentence(found: Hits) -> str:
    who = f"The {found.voice}"
    if not found.posts:
        return f"{who}: no forecast of its own has an outcome."
    if found.posts == 1:
        return f"{who}: one post is no pair; publish and record another."
    if not found.pairs:
        return f"{who}: no two of {named('post', found.posts)} differ beyond luck, so there is no pair to be right about yet."
    return (
        f"{who}: right in {found.right:,} of {named('pair', found.pairs)}, {percent(found.share)} "
        f"(95% interval {percent_span(found.low, found.high)}; coin 50%), from {named('post', found.posts)}."
    )


def covered_sentence(standing: Standing) -> str:
    rows = ", ".join(f"{KIND[c.kind].label} in {c.inside:,} of {named('post', c.cases)}" for c in standing.covered)
    return f"The real share fell inside the 80% interval of the tally: {rows}."


def surprise_sentence(found: Surprise) -> str:
    p, real = found.case.publication, found.case.outcome.rate
    how = f"{figure(found.factor)} times {'as much as' if found.gap > 0 else 'less than'} forecast"
    return (
        f"{how}, {percent(real)} against {percent(p.engagement)}: {opening(p.draft)} ({flat(p.rehearsal)}, {flat(p.platform)})"
    )


def opening(draft: str) -> str:
    line = flat(draft)
    return f"“{line}”" if len(line) <= OPENING else f"“{line[:OPENING].rstrip()}…”"


def weights_sentence(fit: Fit | None) -> str:
    if fit is None:
        return f"Weights in use: {_weights(SHIPPED)}, as shipped."
    return f"Weights in use: {_weights(fit.weights)}, fitted on {fit.fitted:%Y-%m-%d} to {named('post', fit.posts)}."


def fit_sentences(fit: Fit) -> tuple[str, ...]:
    """What was compared, and what follows."""
    compared = (
        f"Tried on {named('post', fit.posts)}, {named('pair', fit.pairs)} that differ beyond luck: the weights in use rank "
        f"{percent(fit.before)} of them right, the new ones {percent(fit.after)}, each post held out in its turn."
    )
    if fit.better:
        return (
            compared,
            f"The new weights are adopted: {_weights(fit.weights)}. Those before are kept: accuracy --go-back, in Discord /accuracy, takes them again.",
        )
    return compared, f"Not adopted: they were ahead in {percent(fit.sure)} of resamples of your posts, and 90% is asked."


def _weights(weights: Sequence[float]) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in zip(FEATURES, weights, strict=True))


def standing_document(standing: Standing, fit: Fit | None) -> dict[str, object]:
    """One JSON object."""
    return {
        "schema": SCHEMA, "simulated": True, "mark": MARK,
        "published": standing.published, "recorded": len(standing.cases), "enough": ENOUGH, "imported": standing.imported,
        **{each.voice: _hits(each) for each in standing.hits},
        "covered": [{"kind": c.kind, "inside": c.inside, "cases": c.cases} for c in standing.covered],
        "calibration": [{"forecast": b.forecast, "real": b.real, "cases": b.cases} for b in standing.curve],
        "surprises": [
            {"rehearsal": s.case.publication.rehearsal, "forecast": s.case.publication.engagement, "real": s.case.outcome.rate}
            for s in standing.surprises
        ],
        "fit": fit_document(fit) if fit else None,
    }  # fmt: skip


def _hits(found: Hits) -> dict[str, object]:
    if not found.pairs:
        return {"right": 0, "pairs": 0, "posts": found.posts, "accuracy": None, "low": None, "high": None}
    return {
        "right": found.right, "pairs": found.pairs, "posts": found.posts, "accuracy": found.share, "low": found.low, "high": found.high,
    }  # fmt: skip


def standing_sheet(standing: Standing) -> str:
    """CSV, a row a case, every cell in quotation marks; no cell that others wrote can start a formula."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(_row(case) for case in standing.cases)
    return sheet.getvalue()


def _row(case: Case) -> tuple[str, ...]:
    p, o = case.publication, case.outcome
    strength = "" if p.strength is None else f"{p.strength:.4f}"
    return (
        MARK, *map(cell, (p.rehearsal, p.platform, p.model)), p.published.isoformat(), o.taken.isoformat(), *map(str, o.numbers),
        f"{p.engagement:.6f}", f"{o.rate:.6f}", cell(p.ranker), strength, cell(p.draft),
    )  # fmt: skip
