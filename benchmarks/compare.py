"""How often does `compare` call a winner where there is none, and how often does it see one that is there?

    python -m benchmarks.compare [--pairs N] [--noise S] [--lean B] [--json]

Pairs with known truth. Readers are those of real rehearsals on the understudy: their seats, moments, and what each gives
when it stops. What a draft adds, in log-odds of stopping, is drawn: for each persona, for each moment, for each seat, in
the sizes that the two drafts in samples/ show, which are printed; the true difference is nought, or as stated. The
ranker's log-odds are drawn with the spread --noise around --lean times the true difference: both are assumptions until the
ranker is measured. Intervals are 95% (Wilson 1927). Same arguments, same figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import reduce
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audience.draft import Draft
from audience.reaction import PASSING
from audience.report import Report
from audience.tally import given
from benchmarks.bench import Hall, hall, heading
from benchmarks.understudy import pairs
from evidence.forecast import Forecast, TrackRecord
from evidence.paired import Difference, chance_of, difference
from evidence.verdict import ALPHA, NOISE, PROMISE, judged, levels, together

Floats = NDArray[np.float64]
SAMPLES = ("samples/launch.md", "samples/moved-button.md")
PANELS = (("general", 48), ("general", 240), ("customers", 48), ("developers", 48), ("young-audience", 48))
EFFECTS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
HARSH = (
    (0.1, 0.1),
    (0.3, 0.3),
    (1.0, 1.0),
    (3.0, 1.0),
)  # moments and seats, in the size of the personas: no model is known so bad
CONTRACTIONS = (("We're", "We are"), ("don't", "do not"), ("Don't", "Do not"), ("can't", "cannot"), ("didn't", "did not"))
REWORDINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("contractions spelled out", lambda text: reduce(lambda t, pair: t.replace(*pair), CONTRACTIONS, text)),
    ("the last full stop left out", lambda text: text.removesuffix(".")),
    ("a semicolon for the first comma", lambda text: text.replace(", ", "; ", 1)),
    ("& for the first and", lambda text: text.replace(" and ", " & ", 1)),
    ("a paragraph after the first sentence", lambda text: text.replace(". ", ".\n\n", 1)),
)
BOUND = 8.0  # log-odds beyond which nobody stops, or everybody


@dataclass(frozen=True, slots=True)
class Sizes:
    """Standard deviations of what a draft adds, in log-odds of stopping."""

    persona: float
    phrasing: float
    seat: float


@dataclass(frozen=True, slots=True)
class Readers:
    """The seats of a panel: who sits there, in which moment, its log-odds of stopping, and what it gives when it stops."""

    name: str
    personas: tuple[str, ...]
    phrasings: tuple[str, ...]
    before: Floats
    gives: Floats
    sizes: Sizes


@dataclass(frozen=True, slots=True)
class Rate:
    """`called` of `pairs`, with its interval."""

    called: int
    pairs: int

    @property
    def share(self) -> float:
        return self.called / self.pairs

    @property
    def interval(self) -> tuple[float, float]:
        z, n, p = 1.96, self.pairs, self.share
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z * z / n)), (middle + half) / (1 + z * z / n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:6.1%} ({low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: how often the panel's test alone was under its level, how often the panel alone called a winner, how often
    panel and ranker together did, and how often these called the wrong one.
    """

    setting: str
    test: Rate
    panel: Rate
    joined: Rate
    wrong: Rate


async def readers(room: Hall, panel: str, seats: int) -> Readers:
    """Seats and sizes from the two sample drafts."""
    drafts = [Draft.clean(Path(name).read_text(encoding="utf-8")) for name in SAMPLES]
    one, other = [await room.play(draft, panel=panel, seats=seats, replies=0) for draft in drafts]
    places = one.rehearsal.seats
    personas, phrasings = tuple(s.persona for s in places), tuple(room.words.script.moment(s.turn).key for s in places)
    stop = np.array([1 - r.shares[PASSING.key] for r in one.part("first")])
    weight = np.array([given(r.shares) for r in one.part("first")])
    return Readers(
        f"{panel}, {seats} seats",
        personas,
        phrasings,
        np.log(stop / (1 - stop)),
        weight / stop,
        _sizes(one, other, personas, phrasings),
    )


def _sizes(one: Report, other: Report, personas: Sequence[str], phrasings: Sequence[str]) -> Sizes:
    """The difference of the two drafts in log-odds, taken apart by least squares; each draft has half of the variance."""
    apart = np.array([a.moved - b.moved for a, b in zip(one.part("first"), other.part("first"), strict=True)])
    who, when = (np.unique(names, return_inverse=True)[1] for names in (personas, phrasings))
    many, moments = int(who.max()) + 1, int(when.max()) + 1
    design = np.zeros((len(apart), many + moments))
    design[np.arange(len(apart)), who] = design[np.arange(len(apart)), many + when] = 1
    effects, *_ = np.linalg.lstsq(design, apart)
    left = apart - design @ effects
    freedom = max(1, len(apart) - many - moments + 1)
    spread = float(effects[:many].std(ddof=1)), float(effects[many:].std(ddof=1)), math.sqrt(float(left @ left) / freedom)
    return Sizes(*(value / math.sqrt(2) for value in spread))


def drawn(of: Readers, truth: float, chance: np.random.Generator) -> Floats:
    """What each seat gives one draft."""
    who, when = (np.unique(names, return_inverse=True)[1] for names in (of.personas, of.phrasings))
    moved = (
        chance.normal(0, of.sizes.persona, int(who.max()) + 1)[who]
        + chance.normal(0, of.sizes.phrasing, int(when.max()) + 1)[when]
        + chance.normal(0, of.sizes.seat, len(who))
    )
    stop: Floats = 1 / (1 + np.exp(-np.clip(of.before + moved + truth, -BOUND, BOUND)))
    return of.gives * stop


def against(of: Readers, one: Floats, other: Floats) -> Difference:
    gaps = (one - other).tolist()
    chance, silent = chance_of(zip(of.personas, of.phrasings, gaps, ((one + other) / 2).tolist(), strict=True))
    mean, level = math.fsum(gaps) / len(gaps), float(one.mean() + other.mean()) / 2
    return Difference(
        mean, abs(mean) / level, chance, (), len(gaps), 0, len(set(of.personas)), len(set(of.phrasings)), silent
    )  # fmt: skip


def forecast(truth: float, noise: float, lean: float, chance: np.random.Generator) -> Forecast:
    odds = lean * truth + noise * float(chance.standard_normal())
    return Forecast(1 / (1 + math.exp(-odds)), (odds, 0.0), "", (), TrackRecord(0, 0, "simulated pairs"))


def row(of: Readers, setting: str, truth: float, options: argparse.Namespace, noise: float) -> Row:
    """`noise` is what the ranker has; the rule goes by what is stated."""
    chance, winners, tests = np.random.default_rng(7), [], 0
    for _ in range(options.pairs):
        panel = against(of, drawn(of, truth, chance), drawn(of, 0.0, chance))
        both = forecast(truth, noise, options.lean, chance)
        winners.append((judged(panel, None, "AB").winner, judged(panel, both, "AB", options.noise).winner))
        tests += panel.chance <= ALPHA
    alone, joined = ([w[side] for w in winners if w[side] is not None] for side in (0, 1))
    counts = (tests, len(alone), len(joined), sum(w == 1 for w in joined))
    return Row(setting, *(Rate(count, len(winners)) for count in counts))


def same_twice(of: Readers, pairs: int) -> Rate:
    """One draft against itself: a call, or any difference at all, would be counted."""
    chance, called = np.random.default_rng(7), 0
    for _ in range(pairs):
        panel = against(of, one := drawn(of, 0.0, chance), one)
        called += panel.mean != 0 or judged(panel, None, "AB").winner is not None
    return Rate(called, pairs)


def three(of: Readers, options: argparse.Namespace) -> Rate:
    """Three drafts that are the same but for chance: a false alarm is any winner among the three pairs."""
    chance, called = np.random.default_rng(7), 0
    for _ in range(options.pairs):
        drafts = [drawn(of, 0.0, chance) for _ in range(3)]
        strengths = [options.noise / math.sqrt(2) * float(chance.standard_normal()) for _ in range(3)]
        against_each_other = [
            (against(of, drafts[a], drafts[b]), forecast(strengths[a] - strengths[b], 0.0, 1.0, chance))
            for a, b in combinations(range(3), 2)
        ]
        steps = levels([together(panel, both, options.noise) for panel, both in against_each_other])
        called += any(
            judged(panel, both, "AB", options.noise, step).winner is not None
            for (panel, both), step in zip(against_each_other, steps, strict=True)
        )
    return Rate(called, options.pairs)


def alarms(every: Sequence[Readers], options: argparse.Namespace) -> list[Row]:
    """Drafts from the same distribution, in the sizes measured; then harsher, and with a louder ranker than is stated."""
    found = [row(of, of.name, 0.0, options, options.noise) for of in every]
    first, sizes = every[0], every[0].sizes
    for moments, seats in HARSH:
        harsh = Sizes(sizes.persona, sizes.persona * moments, sizes.persona * seats)
        name = f"{first.name}, moments x{moments:g}, seats x{seats:g}"
        found.append(row(replace(first, sizes=harsh), name, 0.0, options, options.noise))
    loud = options.noise * 1.5
    return [*found, row(first, f"{first.name}, ranker's noise {loud:g}", 0.0, options, loud)]


async def reworded(room: Hall, way: Callable[[str], str]) -> tuple[Rate, float]:
    """Real drafts of two benchmarks against themselves in other spelling: how many are called, and the largest share."""
    called, shares = 0, []
    for draft in (draft for pair in pairs() for draft in pair):
        if (text := way(draft.text)) != draft.text:
            one, other = await room.play(draft, replies=0), await room.play(Draft.clean(text), replies=0)
            panel = difference(one, other, lambda turn: room.words.script.moment(turn).key)
            called += judged(panel, None, "AB").winner is not None
            shares.append(panel.share)
    return Rate(called, len(shares)), max(shares)


async def main(options: argparse.Namespace) -> None:
    async with hall("understudy:") as room:
        every = [await readers(room, panel, seats) for panel, seats in PANELS]
        spelled = [(name, *await reworded(room, way)) for name, way in REWORDINGS]
    twice, triple = same_twice(every[0], options.pairs), three(every[0], options)
    false = alarms(every, options)
    power = [
        row(of, f"{of.name}, {effect:g}", effect, options, options.noise) for of in (every[0], every[3]) for effect in EFFECTS
    ]
    if options.json:
        print(json.dumps({
            "pairs": options.pairs, "noise": options.noise, "lean": options.lean, "same_twice": asdict(twice),
            "three_drafts": asdict(triple), "sizes": {of.name: asdict(of.sizes) for of in every},
            "rewordings": [{"way": name, **asdict(rate), "largest_share": most} for name, rate, most in spelled],
            "false_alarms": [asdict(each) for each in false], "power": [asdict(each) for each in power],
        }))  # fmt: skip
        return
    print(heading("benchmarks.compare"))
    print(f"the ranker, as assumed: log-odds of spread {options.noise:g} around {options.lean:g} times the true difference\n")
    print("sizes of what a draft adds, in log-odds of stopping (samples/, understudy)   persona  moment    seat")
    for of in every:
        print(f"  {of.name:<74} {of.sizes.persona:7.3f} {of.sizes.phrasing:7.3f} {of.sizes.seat:7.3f}")
    print(f"\nfalse alarms, {options.pairs:,} pairs each (bar: {PROMISE:.0%})")
    print(f"  {'one draft twice, ' + every[0].name:<48} {twice}")
    print(f"  {'drafts from the same distribution':<48} {'the test alone':<24} {'panel alone':<24} with the ranker")
    for each in false:
        print(f"    {each.setting:<46} {each.test!s:<24} {each.panel!s:<24} {each.joined}")
    print(f"    {'any winner among three drafts, ' + every[0].name:<96} {triple}")
    print("\nreal drafts against themselves in other spelling, the panel alone (benchmarks/pairs.toml, understudy)")
    for name, rate, most in spelled:
        print(f"    {name:<46} called {rate.called} of {rate.pairs}; largest difference {most:.1%} of what the panel gives")
    print("\nhow often a true difference is called, in log-odds of stopping")
    print(f"    {'':<46} {'panel alone':<24} {'with the ranker':<24} the wrong one")
    for each in power:
        print(
            f"    {each.setting:<46} {each.panel!s:<24} {each.joined!s:<24} {each.wrong.share:.1%}  {'#' * round(30 * each.joined.share)}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_000, help="simulated pairs of each setting")
    parser.add_argument("--noise", type=float, default=NOISE, help="spread of the ranker's log-odds where nothing differs")
    parser.add_argument("--lean", type=float, default=1.0, help="the ranker's log-odds for each log-odds of true difference")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asyncio.run(main(parser.parse_args()))
