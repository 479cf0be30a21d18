"""What is said of a team's standing: the number of cases always, and plainly where there are too few."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from bot.pages.standing import (
    counts_sentences,
    fit_sentences,
    frozen_sentence,
    hits_sentence,
    opening,
    standing_sheet,
    surprise_sentence,
    track_record,
    weights_sentence,
)
from evidence.forecast import TrackRecord
from evidence.outcome import Case
from evidence.refit import Fit
from evidence.standing import Hits, Standing, Surprise
from tests.evidence.posted import NOON, case, outcome, publication

FIT = Fit((0.9, 0.4, 0.0, -0.1), NOON, 24, 130, 0.55, 0.7, 0.97)
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", '"=1"\n=2')


def cases(posts: int) -> list[Case]:
    return [case(0.01 * n, 0.01 * n, name=str(n)) for n in range(1, posts + 1)]


def test_a_report_says_how_many_posts_its_record_rests_on() -> None:
    public = TrackRecord(740, 1000, "pairs of public posts")
    assert track_record(()) == ("No post of yours has been recorded yet; publish and record to build a record.",)
    assert track_record((), public)[0] == "Forecasts like this one were right in 740 of 1,000 pairs of public posts."
    assert track_record(cases(1)) == ("The team's own: one post is recorded, which is no pair to be right about yet.",)
    assert track_record(cases(3)) == (
        "The team's own: right in 3 of 3 pairs. 3 posts are too few to say; 20 make a first answer.",
    )
    assert track_record(cases(20))[0].endswith("pairs.")
    alike = [case(0.01, 0.02, name=str(n)) for n in range(4)]
    assert track_record(alike) == ("The team's own: 4 posts are recorded, and no two of them differ beyond luck yet.",)


def test_hits_are_said_with_interval_pairs_and_posts() -> None:
    assert hits_sentence(Hits("panel", 14, 19, 9, 0.51, 0.9)) == (
        "The panel: right in 14 of 19 pairs, 74% (95% interval 51% to 90%; coin 50%), from 9 posts."
    )
    assert hits_sentence(Hits("ranker", 0, 0, 0, 0, 1)) == "The ranker: no forecast of its own has an outcome."
    assert "one post is no pair" in hits_sentence(Hits("panel", 0, 0, 1, 0, 1))
    assert "no two of 5 posts differ beyond luck" in hits_sentence(Hits("panel", 0, 0, 5, 0, 1))


@pytest.mark.parametrize(
    ("posts", "published", "imported", "said"),
    [
        (1, 1, 0, ("1 forecast is frozen, 1 with its outcome.", "1 post is too few to say; 20 make a first answer.")),
        (25, 30, 0, ("30 forecasts are frozen, 25 with their outcome.",)),
    ],
)
def test_the_counts_are_said_in_whole_sentences(posts: int, published: int, imported: int, said: tuple[str, ...]) -> None:
    assert counts_sentences(Standing.of(cases(posts), published, imported)) == said


def test_imported_posts_are_said_to_serve_a_refit_only() -> None:
    assert "412 imported posts: they serve a refit only" in counts_sentences(Standing.of((), 0, 412))[1]


def test_a_surprise_is_said_with_both_numbers_and_the_first_words() -> None:
    above, below = (Surprise(case(0.02, real), gap) for real, gap in ((0.08, 1.386), (0.005, -1.386)))
    assert (
        surprise_sentence(above)
        == "4.0 times as much as forecast, 8% against 2%: “We moved the export button.” (made-1, square)"
    )
    assert surprise_sentence(below).startswith("4.0 times less than forecast, 0.5% against 2%")
    assert opening("word " * 40).endswith("word…”")


def test_what_was_frozen_is_said_with_the_ranker_and_its_depth() -> None:
    assert frozen_sentence(publication()).endswith("reply 0.17% (0.08% to 0.33%).")
    frozen = replace(publication(strength=0.25), depth="it is longer than what it has seen")
    assert frozen_sentence(frozen).endswith("; reading/1 gives it +0.25, out of its depth: it is longer than what it has seen.")


def test_a_fit_says_what_was_compared_and_what_follows() -> None:
    compared, follows = fit_sentences(FIT)
    assert (
        "Tried on 24 posts, 130 pairs that differ beyond luck: the weights in use rank 55% of them right, the new ones 70%"
        in compared
    )
    assert follows.startswith("The new weights are adopted: ranker 0.90, panel 0.40, length 0.00, question -0.10.")
    assert fit_sentences(replace(FIT, sure=0.5))[1].startswith("Not adopted: they were ahead in 50% of resamples")
    assert weights_sentence(None).endswith("as shipped.")
    assert weights_sentence(FIT).endswith("fitted on 2026-11-23 to 24 posts.")


@pytest.mark.parametrize("words", HOSTILE)
def test_no_cell_of_the_sheet_can_start_a_formula(words: str) -> None:
    frozen = replace(publication(name=words, strength=-0.5), draft=words, model=words, ranker=words)
    rows = list(csv.reader(io.StringIO(standing_sheet(Standing.of([Case(frozen, outcome())], 1, 0)))))
    assert len({len(row) for row in rows}) == 1
    free = [cell for name, cell in zip(*rows, strict=True) if name != "ranker_strength"]
    assert not [cell for cell in free if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))]


def test_what_others_wrote_stays_on_one_line() -> None:
    assert opening("One\n\nand \x1b[31mtwo\u202e") == "“One and [31mtwo”"
