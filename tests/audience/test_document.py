"""The JSON document: written by a published schema, read back into the same rehearsal, refused where it is damaged."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from audience.document import SCHEMA, read_document, to_document
from audience.draft import Draft
from audience.errors import Refused
from audience.reaction import Reaction
from audience.report import MARK, Report
from tests import made
from tests.audience import acting

SCHEMA_FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
SCHEMA_OF_REPORT: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
VALID = Draft202012Validator(SCHEMA_OF_REPORT)
Document = dict[str, Any]
Place = tuple[str | int, ...]


def document(report: Report) -> Document:
    """The document as it comes back from a file."""
    written: Document = json.loads(json.dumps(to_document(report), allow_nan=False))
    return written


def failed() -> Report:
    of = made.rehearsal()
    return Report.of(of, [Reaction(s.number, s.persona, failed="out of memory") for s in of.seats], {})


def unfinished(seats: int) -> Report:
    of = made.rehearsal()
    return Report.of(of, made.reactions(of)[:seats], {})


REPORTS = {
    "one round": made.report(),
    "two rounds": made.report(rounds=2),
    "all failed": failed(),
    "unfinished": unfinished(3),
    "nothing yet": unfinished(0),
}
reports = pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))


def changed(place: Place, value: object, *, of: str = "two rounds") -> Document:
    """A document with the value at one place; `...` takes the place away."""
    whole = document(REPORTS[of])
    *way, last = place
    inner: Any = whole
    for step in way:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return whole


def places(inside: Any, above: Place = ()) -> Iterator[Place]:
    """Every place in a document; of a list the first element stands for all."""
    steps = inside if isinstance(inside, dict) else range(min(1, len(inside))) if isinstance(inside, list) else ()
    for step in steps:
        yield (*above, step)
        yield from places(inside[step], (*above, step))


PLACES = tuple(places(document(REPORTS["two rounds"])))
COMPUTED = {"simulated", "mark", "complete", "headline", "tally", "personas", "conversation", "silence", "flags", "is_not"}
READ = tuple(place for place in PLACES if place[0] not in COMPUTED and place[:2] != ("second", "tally"))


# The schema.


def test_the_schema_is_itself_valid_and_names_the_version_of_the_document() -> None:
    Draft202012Validator.check_schema(SCHEMA_OF_REPORT)
    assert SCHEMA_OF_REPORT["title"] == SCHEMA_OF_REPORT["properties"]["schema"]["const"] == SCHEMA


@reports
def test_every_document_is_valid(report: Report) -> None:
    assert [error.message for error in VALID.iter_errors(document(report))] == []


async def test_the_document_of_a_rehearsal_that_was_played_is_valid() -> None:
    of = acting.rehearsal(rounds=2)
    played = acting.final(await acting.played(of, acting.Failing("ben", only_words=True)))
    assert [error.message for error in VALID.iter_errors(document(Report.of(of, tuple(played.values()), {})))] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("simulated",), False), (("simulated",), ...), (("mark",), "Real people"), (("schema",), "soundingboard.report/2"),
        (("tally", 0, "share"), 1.01), (("tally", 0, "low"), -0.1), (("seats", 0, "probabilities", "read"), 1.2),
        (("seats", 0, "unsteady"), 2), (("seats", 0, "nearest"), -1.5), (("seats", 0, "seat"), 0), (("audience",), 0),
        (("rounds",), 3), (("seed",), -1), (("extra",), 1), (("seats", 0, "extra"), 1), (("draft", "text"), ""),
        (("panel", "shares"), {}), (("flags", 0, "value"), "much"), (("second", "tally"), ...), (("timings", "seconds"), -1),
    ],
)  # fmt: skip
def test_the_schema_refuses(place: Place, value: object) -> None:
    assert not VALID.is_valid(changed(place, value))


@pytest.mark.parametrize("place", [p for p in PLACES if p[-1] not in {*made.RATES, *made.rehearsal().panel.shares, 0} and not
                                   {"shares", "rates", "sources", "timings"} & set(p[:-1])], ids=str)  # fmt: skip
def test_the_schema_wants_everything_there(place: Place) -> None:
    assert not VALID.is_valid(changed(place, ...))


@pytest.mark.parametrize("place", [("seats", 0, "probabilities"), ("platform", "rates"), ("personas", 0, "shares")])
def test_the_schema_takes_a_kind_it_has_never_heard_of(place: Place) -> None:
    whole = changed((*place, "applaud"), 0.1)
    whole["tally"].append({"kind": "applaud", "share": 0.1, "low": 0, "high": 1, "expected": 3})
    whole["seats"][0]["kind"] = "applaud"
    assert VALID.is_valid(whole)


# There and back.


@reports
def test_what_is_written_is_what_is_read(report: Report) -> None:
    rehearsal, reactions, timings = read_document(document(report), "here")
    assert rehearsal == report.rehearsal
    assert Report.of(rehearsal, reactions, timings) == report


@given(st.text(), st.text(), st.integers(0, 2**53 - 1), st.integers(1, 10**9), st.integers(1, 40))
def test_whatever_was_said_and_asked_is_read_back(words: str, alt: str, seed: int, audience: int, seats: int) -> None:
    of = replace(made.rehearsal(seats=max(3, seats), seed=seed, audience=audience), draft=Draft.clean(f"Bees. {words}", alt))
    first = [replace(r, reply=words or None) if r.part == "worst" else r for r in made.reactions(of)]
    report = Report.of(of, first, {"seconds": 0.25})
    rehearsal, reactions, timings = read_document(document(report), "here")
    assert (rehearsal, set(reactions), timings) == (of, set(first), {"seconds": 0.25})


def test_words_that_stood_ready_are_marked_and_documents_of_before_know_nothing_of_it() -> None:
    of = made.rehearsal()
    report = Report.of(of, [replace(r, reply="Who asked?", ready=True) for r in made.reactions(of)], {})
    written = document(report)
    assert {seat["ready"] for seat in written["seats"]} == {True}
    assert {reaction.ready for reaction in read_document(written, "here")[1]} == {True}
    for seat in written["seats"] + written["worst"]:
        del seat["ready"]
    assert {reaction.ready for reaction in read_document(written, "here")[1]} == {False}


@reports
def test_every_document_says_that_it_is_simulated(report: Report) -> None:
    written = document(report)
    assert (written["simulated"], written["mark"], written["schema"]) == (True, MARK, SCHEMA)


def test_the_same_report_gives_the_same_document() -> None:
    assert json.dumps(to_document(made.report(rounds=2))) == json.dumps(to_document(made.report(rounds=2)))


# Damage.


@pytest.mark.parametrize("thing", [None, [], "text", 3, {}, {"schema": "soundingboard.report/2"}, {"schema": 1}], ids=str)
def test_what_is_no_document_of_ours_is_refused(thing: object) -> None:
    with pytest.raises(Refused, match=r"^here is not a document of schema soundingboard\.report/1; give a file"):
        read_document(thing, "here")


@pytest.mark.parametrize(
    "value", [..., None, -1, 0, 2.5, 10**400, True, "", "x", "\ud800", [], [1], {}, {"x": 0}, {"x": "y"}], ids=ascii
)
def test_a_document_damaged_anywhere_is_refused_or_makes_a_report(value: object) -> None:
    """Whatever stands in whatever place: a sentence, or a rehearsal that every face can show."""
    for place in READ:
        whole = changed(place, copy.deepcopy(value))
        try:
            rehearsal, reactions, timings = read_document(whole, "here")
        except Refused as refusal:
            assert str(refusal)  # noqa: PT017 - either way is well
        else:
            report = Report.of(rehearsal, reactions, timings)
            assert report.headline, (place, value)
            assert read_document(document(report), "here")[0] == rehearsal, (place, value)
