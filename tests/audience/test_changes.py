"""Two rehearsals are compared reader by reader, and nothing is claimed of why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.changes import SIMULATED, Changes, Reader, changes, reader_lines, sentences
from audience.draft import Draft
from audience.reaction import KINDS, Reaction
from audience.rehearsal import Rehearsal
from audience.report import Report
from tests import made

SHARES = tuple((kind.key, made.RATES[kind.key]) for kind in KINDS)
OTHER = Draft.clean("We moved the export button back. What would you move?")
PERSONAS = ("ada", "ben", "cem")


def played(kinds: Mapping[int, str], of: Rehearsal | None = None) -> Report:
    """Each seat that is named does this; the others are not played."""
    of = of or made.rehearsal(PERSONAS)
    return Report.of(
        of, [Reaction(s.number, s.persona, "first", SHARES, kinds[s.number]) for s in of.seats if s.number in kinds], {}
    )


def all_of(*kinds: str) -> dict[int, str]:
    return dict(enumerate(kinds, 1))


def test_those_who_gave_more_and_less_and_as_much_are_counted() -> None:
    before = played(all_of("scroll", "scroll", "like", "share", "read", "hide"))
    after = played(all_of("reply", "scroll", "scroll", "reply", "like", "scroll"), made.rehearsal(PERSONAS, draft=OTHER))
    found = changes(before, after)
    assert (len(found.readers), len(found.others), found.more, found.less, found.same) == (6, 5, 3, 1, 2)
    assert (
        sentences(found)[0] == "5 of 6 readers did something else: 3 gave the new draft more, 1 less, 1 as much in another way."
    )


def test_the_same_draft_again_is_not_called_a_new_one() -> None:
    told = sentences(changes(played({1: "scroll"}), played({1: "reply"})))
    assert told[0] == "1 of 1 reader did something else: 1 gave the draft the second time more, 0 less."


def test_a_reader_who_did_something_else_has_a_line() -> None:
    after = made.rehearsal(PERSONAS, 3, draft=OTHER)
    before = made.rehearsal(PERSONAS, 3)
    found = changes(played(all_of("scroll", "read", "like"), before), played(all_of("reply", "read", "like"), after))
    assert reader_lines(found) == (f"{after.reader(after.seats[0].persona).first_name}: scroll past → reply",)


def test_of_two_readers_of_one_persona_the_line_tells_which() -> None:
    found = changes(played(all_of(*["scroll"] * 6)), played(all_of("like", *["scroll"] * 5)))
    assert reader_lines(found) == ("Ada (seat 1): scroll past → like",)


def test_a_seat_that_failed_or_is_missing_is_counted_apart() -> None:
    of = made.rehearsal(PERSONAS)
    failed = Reaction(2, of.seats[1].persona, failed="the model ran out of memory")
    before = Report.of(of, [*played(all_of("scroll")).reactions, failed], {})
    found = changes(before, played(all_of(*["scroll"] * 6)))
    assert (len(found.readers), found.lost) == (1, 5)
    assert sentences(found)[1] == "5 seats could not be compared: failed, not played, or not seated both times."


def test_seats_under_another_seed_are_other_readers() -> None:
    found = changes(played(all_of(*["scroll"] * 6)), played(all_of(*["like"] * 6), made.rehearsal(PERSONAS, seed=8)))
    assert (found.readers, found.lost) == ((), 12)
    assert sentences(found)[0] == "No reader was played both times, so nobody can be compared."


def test_a_reader_is_known_by_persona_and_turn_and_not_by_the_number_of_its_seat() -> None:
    more = made.rehearsal((*PERSONAS, "dee"), 8)
    found = changes(played(all_of(*["scroll"] * 6)), played(dict.fromkeys(range(1, 9), "like"), more))
    assert {reader.persona for reader in found.readers} == set(PERSONAS)
    assert (len(found.readers), found.lost) == (6, 2)
    assert found.unlike == ("the panel",)


def test_what_else_differs_is_named() -> None:
    after = replace(made.rehearsal(PERSONAS, audience=500), model="local:another")
    told = sentences(changes(played(all_of("scroll")), played(all_of("scroll"), after)))
    assert "Not the same both times: the model and the size of the audience." in told


def test_replies_are_told_with_their_intervals_and_overlap_is_luck() -> None:
    told = sentences(changes(made.report(), made.report()))
    assert told[-2] == (
        "Expected replies: 7 (3 to 10) of 1,000 people before, 7 (3 to 10) of 1,000 people after. "
        "The intervals overlap, so the luck of the day is enough to explain it."
    )


def test_intervals_that_lie_apart_are_not_put_down_to_luck() -> None:
    loud = tuple((key, {"scroll": 0.5, "reply": 0.5}.get(key, 0.0)) for key, _ in SHARES)
    of = made.rehearsal(PERSONAS)
    after = Report.of(of, [Reaction(s.number, s.persona, "first", loud, "reply") for s in of.seats], {})
    assert not any("luck" in sentence for sentence in sentences(changes(made.report(), after)))


kinds = st.lists(st.sampled_from([kind.key for kind in KINDS]), min_size=6, max_size=6)


@given(kinds, kinds)
def test_every_reader_is_counted_once_and_turning_it_around_turns_the_counts(one: list[str], other: list[str]) -> None:
    there, back = (changes(played(all_of(*a)), played(all_of(*b))) for a, b in ((one, other), (other, one)))
    assert there.more + there.less + there.same == len(there.readers) == 6
    assert (there.more, there.less, there.same) == (back.less, back.more, back.same)
    assert len(reader_lines(there)) == len(there.others)


@given(kinds, kinds)
def test_nothing_is_claimed_of_why(one: list[str], other: list[str]) -> None:
    found = changes(played(all_of(*one)), played(all_of(*other)))
    told = sentences(found)
    assert told[-1] == SIMULATED
    assert not any(word in " ".join(told[:-1]).casefold() for word in ("because", "thanks to", "improve", "better", "worse"))


def test_a_reader_did_something_that_can_be_done() -> None:
    with pytest.raises(ValueError, match="must be kinds"):
        Reader("ada", "Ada", 1, "scroll", "dance", 0.0, 0.0)


def test_how_far_each_draft_moved_a_reader_is_kept() -> None:
    before = played(all_of("scroll"))
    after = Report.of(before.rehearsal, [replace(r, moved=0.5) for r in before.reactions], {})
    found: Changes = changes(before, after)
    assert [(r.moved_before, r.moved_after) for r in found.readers] == [(0.0, 0.5)]
