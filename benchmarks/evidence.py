"""How often the ranker is right, on real outcomes nothing was fitted on; what each part adds; when it is out of its depth.

    python -m benchmarks.evidence OUTCOMES [--foreign FOLDER] [--panel N] [--front-page-fit] [--curve]

OUTCOMES holds the three public sets. --foreign is a folder with a folder or file of short texts for each other language
(Debian's packages fortunes-de, -es, -it, ... lay them in one), a % on a line of its own between two. --panel plays N of the
retweet pairs to the understudy. --front-page-fit teaches an encoder on the earlier front pages and throws it away, and
--curve one on a quarter and on half of the pairs; each takes about ten minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import heading
from bot.judging import engagements, opening
from bot.room import open_ranker
from bot.settings import Settings
from evidence.fitting import encoder, linear
from evidence.fitting.encoder import Recipe
from evidence.fitting.train import lessons, split
from evidence.forecast import logistic
from evidence.judging import judge, lead, log_odds
from evidence.outcome_sets import CLEAR, front_pages, headlines, retweets
from evidence.pair_file import Pair
from evidence.ranker import TextRanker
from evidence.scoring import Score, calibration_error, score
from models.embedding import open_encoder, packaged

Floats = NDArray[np.float64]
MOST_STORIES = 2_000
OPENINGS = 5
LUCK = 200  # draws of outcomes from the forecasts themselves: what a perfectly calibrated forecaster would show
SEED = 1
LEAST_TEXT, MOST_TEXT, TEXTS = 20, 280, 200  # characters of a foreign text, and how many of each language
CALM = 0.75  # an encoder by itself is surer than it should be; about what the pairs kept back asked of the ranker
QUIET = 0.3  # z under which neither headline did better, as far as can be seen


def main(outcomes: Path, foreign: Path | None, panel: int, front_page_fit: bool, curve: bool) -> None:
    print(heading("benchmarks.evidence"))
    ranker = open_ranker(settings())
    under, over = (statistics.median(seconds) for seconds in zip(*(_opening() for _ in range(OPENINGS)), strict=True))
    print(f"{ranker.name}, opened in {over:.2f} s (bar: 0.3) over the sentence encoder, opened in {under:.2f} s")
    posts, heads = retweets(outcomes, "val"), headlines(outcomes, "val")
    clear = [pair for pair in heads if pair.z > CLEAR]
    earlier, later = front_pages(outcomes, MOST_STORIES, SEED)
    for name, pairs in (
        ("retweet pairs, val (bars: 0.74, top30 0.89)", posts),
        ("headlines, val, p < .05 (bars: 0.70, top30 0.80)", clear),
        ("headlines, val, all of one image (bar: 0.60)", heads),
        ("front page, later days, never learned from", later),
    ):
        print(line(name, [ranker.probability(pair.a, pair.b) for pair in pairs], pairs))
    print(f"ranker's log-odds on headline pairs of which neither did better: spread {_noise(ranker, heads):.2f}")
    learned = split(outcomes).fit[0]
    lengths = np.array([[np.log(len(pair.a) / len(pair.b))] for pair in learned])
    print(f"weight of log length, {_told(*_weights(lengths, np.array([pair.a_won for pair in learned])))}, on training pairs")
    _ablation(ranker, posts, clear)
    _depth(ranker, [*posts, *heads], foreign)
    if panel:
        asyncio.run(_panel(ranker, split(outcomes).back[0][:panel], posts[:panel]))
    if front_page_fit:
        _fitted("front page, later days, fitted on the earlier (bar: 0.63)", earlier, later, Recipe(passes=2))
    if curve:
        _curve(outcomes, posts)


def _opening() -> tuple[float, float]:
    """Seconds to open the encoder, and the ranker over it, in a process of its own that has imported what they need."""
    program = (
        "import time, evidence.ranker as r, models.embedding as e; now = time.perf_counter; first = now(); "
        "under = e.open_encoder(); then = now(); r.open_ranker(r.SHIPPED, under); print(then - first, now() - then)"
    )
    under, over = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    return float(under), float(over)


def settings() -> Settings:
    return Settings.read(os.environ, Path(".env"))


def line(name: str, probabilities: Sequence[float], pairs: Sequence[Pair]) -> str:
    found, given = scored(probabilities, pairs), np.array(probabilities)
    chance = np.random.default_rng(SEED)
    luck = np.mean([calibration_error(given, chance.random(len(given)) < given) for _ in range(LUCK)])
    return (
        f"{name}: n {len(pairs):,}, accuracy {found.accuracy:.3f} [{found.low:.3f}, {found.high:.3f}], top10 {found.top10:.3f}, "
        f"top30 {found.top30:.3f}, top50 {found.top50:.3f}, ece {found.ece:.3f} (bar: 0.03; by luck alone {luck:.3f}), log loss {found.log_loss:.3f}"
    )


def scored(probabilities: Sequence[float], pairs: Sequence[Pair]) -> Score:
    return score(probabilities, [pair.a_won for pair in pairs], [pair.group for pair in pairs])


def _noise(ranker: TextRanker, heads: Sequence[Pair]) -> float:
    quiet = [log_odds(ranker.probability(pair.a, pair.b)) for pair in heads if pair.z < QUIET]
    return float(np.std([*quiet, *(-odds for odds in quiet)]))


def _ablation(ranker: TextRanker, posts: Sequence[Pair], clear: Sequence[Pair]) -> None:
    """What each part says by itself; only the order counts, so none is calibrated."""
    parts: Mapping[str, Callable[[str, int], float]] = {
        "encoders": lambda text, sort: float(ranker.parts(text)[0][sort]),
        "words, letters and traits": lambda text, sort: float(ranker.parts(text)[1][sort]),
        "traits": lambda text, sort: float(ranker.traits[sort] @ ranker.parts(text)[2]),
        "words and letters": lambda text, sort: float(
            ranker.parts(text)[1][sort] - ranker.traits[sort] @ ranker.parts(text)[2]
        ),
    }
    for sort, (name, pairs) in enumerate((("retweet pairs", posts), ("clear headlines", clear))):
        for part, strength in parts.items():
            found = scored([logistic(strength(pair.a, sort) - strength(pair.b, sort)) for pair in pairs], pairs)
            print(f"ablation, {name}, {part} alone: {found.accuracy:.3f} [{found.low:.3f}, {found.high:.3f}]")


def _depth(ranker: TextRanker, pairs: Sequence[Pair], foreign: Path | None) -> None:
    texts = sorted({text for pair in pairs for text in (pair.a, pair.b)})
    marked = sum(bool(ranker.depth(text, "")) for text in texts)
    print(f"out of depth on texts held out: {marked / len(texts):.1%} of {len(texts):,} (bar: at most 10%)")
    if foreign is None:
        return
    found = {name: [bool(ranker.depth(text, "")) for text in texts] for name, texts in _foreign(foreign)}
    shares = ", ".join(f"{name} {np.mean(marks):.1%} of {len(marks)}" for name, marks in found.items())
    whole = [mark for marks in found.values() for mark in marks]
    print(f"out of depth in another language: {np.mean(whole):.1%} of {len(whole):,} (bar: at least 90%); {shares}")


def _foreign(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for place in sorted(folder.iterdir()):
        files = [p for p in ([place] if place.is_file() else sorted(place.rglob("*"))) if p.is_file() and not p.suffix]
        texts = [" ".join(text.split()) for file in files for text in _text(file).split("\n%\n")]
        fitting = [text[:MOST_TEXT] for text in texts if len(text) >= LEAST_TEXT]
        if fitting:
            yield place.name, fitting[:: max(1, len(fitting) // TEXTS)][:TEXTS]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


async def _panel(ranker: TextRanker, learned: Sequence[Pair], held: Sequence[Pair]) -> None:
    """How much the panel should count, on training pairs that the ranker was joined on; then what it is worth on others."""
    hall_of = opening(settings(), "understudy:", remote=False)
    odds, leads = _views(ranker, learned, await engagements(learned, hall_of, quiet))
    for name, columns in (("alone", [leads]), ("beside the ranker", [leads, odds])):
        told = _told(*_weights(np.stack(columns, 1), np.array([pair.a_won for pair in learned])))
        print(
            f"panel's weight {name}{', and the ranker' if len(columns) > 1 else ''}, on {len(learned)} training pairs: {told}"
        )
    panel = await engagements(held, hall_of, quiet)
    found = judge(held, [ranker.probability(pair.a, pair.b) for pair in held], panel)
    for name, row in found.scores.items():
        print(
            f"{found.n} retweet pairs, {name}: {row.accuracy:.3f} [{row.low:.3f}, {row.high:.3f}], log loss {row.log_loss:.3f}"
        )
    right = sum((a > b) == pair.a_won and a != b for (a, b), pair in zip(panel, held, strict=True))
    print(f"panel's record, undecided pairs counted as wrong: {right} of {len(held)}")


def _views(ranker: TextRanker, pairs: Sequence[Pair], panel: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    """(pairs,) each: the ranker's log-odds of the first, and the panel's lead of it."""
    odds = [log_odds(ranker.probability(pair.a, pair.b)) for pair in pairs]
    return np.array(odds), np.array([lead(a, b) for a, b in panel])


def _weights(columns: Floats, won: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """A logistic regression's weights and their standard errors, from the curvature where it ends."""
    weights = linear.logistic(
        (columns * np.where(won, 1, -1)[:, None]).astype(np.float32), np.ones(len(columns), dtype=np.float32), ridge=1e-3
    )
    told = 1 / (1 + np.exp(-columns @ weights))
    errors = np.sqrt(np.diag(np.linalg.inv((columns * (told * (1 - told))[:, None]).T @ columns)))
    return np.asarray(weights, dtype=np.float64), errors


def _told(weights: Floats, errors: Floats) -> str:
    return ", ".join(f"{weight:.2f} (standard error {error:.2f})" for weight, error in zip(weights, errors, strict=True))


def quiet(line: str) -> None:
    """Nothing is said of what is done so far."""


def _fitted(name: str, learned: Sequence[Pair], judged_on: Sequence[Pair], recipe: Recipe) -> None:
    member = encoder.fit(packaged(), lessons((learned, ()), 0.0), recipe, SEED, lambda _: None)
    taught = open_encoder().changed(member.changes)
    strengths = {text: float(member.head[0] @ taught.pooled(text)) for pair in judged_on for text in (pair.a, pair.b)}
    gaps = [strengths[pair.a] - strengths[pair.b] for pair in judged_on]
    print(line(name, [logistic(gap * CALM) for gap in gaps], judged_on))


def _curve(outcomes: Path, posts: Sequence[Pair]) -> None:
    learned = split(outcomes).fit[0]
    for parts in (4, 2, 1):
        some = learned[::parts]
        _fitted(f"retweet pairs, one encoder taught on {len(some):,}", some, posts, Recipe(passes=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("outcomes", type=Path)
    parser.add_argument("--foreign", type=Path)
    parser.add_argument("--panel", type=int, default=0, metavar="N")
    parser.add_argument("--front-page-fit", action="store_true")
    parser.add_argument("--curve", action="store_true")
    given = parser.parse_args()
    main(given.outcomes, given.foreign, given.panel, given.front_page_fit, given.curve)
