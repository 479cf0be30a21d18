"""Flags: each is up past its threshold and down at it, and says how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from audience.flags import (
    CHECKS,
    LEAST_PERSONAS,
    LEAST_REPLIES,
    LEAST_SPREAD,
    MOST_ALIKE,
    MOST_ONE_SIDED,
    MOST_UNSTEADY,
    Flag,
    flags,
)
from audience.playing import TOO_ALIKE
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from tests import made

MANY = tuple(f"p{n}" for n in range(LEAST_PERSONAS))
SHARES = tuple(made.RATES.items())


def calm(seats: int = 16) -> tuple[Rehearsal, list[Reaction]]:
    """A rehearsal without any flag: every persona moved by another amount, nobody says a word."""
    of = made.rehearsal(MANY, seats)
    return of, [Reaction(s.number, s.persona, "first", SHARES, "scroll", moved=int(s.persona[1:]) / 5) for s in of.seats]


def up(of: Rehearsal, reactions: Sequence[Reaction]) -> dict[str, Flag]:
    return {flag.flag: flag for flag in flags(of, reactions)}


def said(reactions: Sequence[Reaction], angles: Sequence[str], nearest: float = 0.0) -> list[Reaction]:
    """The same reactions; the first of them speak, from these angles."""
    speaking = [
        replace(r, kind="reply", angle=a, reply=f"Words {r.seat}.", nearest=nearest)
        for r, a in zip(reactions, angles, strict=False)
    ]
    return [*speaking, *reactions[len(speaking) :]]


def test_a_calm_rehearsal_has_no_flag() -> None:
    assert up(*calm()) == {}


def test_a_failed_seat_is_flagged_with_its_number_and_first_reason() -> None:
    of, reactions = calm()
    reactions[3] = Reaction(4, reactions[3].persona, failed="out of memory")
    flag = up(of, reactions)["failed-seats"]
    assert (flag.value, flag.threshold) == (1, 0)
    assert "1 seat could not be played" in flag.reason
    assert "out of memory" in flag.reason


def test_a_seat_not_played_yet_is_flagged_and_is_no_failure() -> None:
    of, reactions = calm()
    assert up(of, reactions[:-2]).keys() == {"unfinished"}
    assert up(of, reactions[:-2])["unfinished"] == Flag("unfinished", 2, 0, "2 seats not played yet")


@pytest.mark.parametrize(("personas", "flagged"), [(LEAST_PERSONAS, False), (LEAST_PERSONAS - 1, True), (1, True)])
def test_a_panel_of_few_personas_is_flagged(personas: int, flagged: bool) -> None:
    of = made.rehearsal(MANY[:personas], 16)
    found = up(of, [])
    assert ("small-panel" in found) == flagged
    if flagged:
        assert (found["small-panel"].value, found["small-panel"].threshold) == (personas, LEAST_PERSONAS)


def test_a_model_out_of_its_depth_is_flagged_in_its_own_words() -> None:
    of, reactions = calm()
    assert up(replace(of, depth="it knows English only"), reactions)["out-of-depth"].reason == "it knows English only"


@pytest.mark.parametrize(("spread", "flagged"), [(LEAST_SPREAD * 0.99, True), (LEAST_SPREAD * 1.01, False), (0.0, True)])
def test_a_draft_that_moves_everybody_alike_is_flagged(spread: float, flagged: bool) -> None:
    """Half of the personas are moved by `spread` to each side, so that is the standard deviation."""
    of, reactions = calm()
    moved = [replace(r, moved=spread * (-1) ** int(r.persona[1:])) for r in reactions]
    assert ("collapse" in up(of, moved)) == flagged


def test_one_persona_alone_cannot_collapse() -> None:
    of, reactions = calm()
    assert "collapse" not in up(of, [replace(r, moved=0.0) for r in reactions if r.persona == "p0"])


@pytest.mark.parametrize(("nearest", "flagged"), [(TOO_ALIKE, False), (TOO_ALIKE + 0.001, True)])
def test_replies_that_nearly_repeat_each_other_are_flagged(nearest: float, flagged: bool) -> None:
    of, reactions = calm()
    found = up(of, said(reactions, ("asks", "jokes"), nearest))
    assert ("sameness" in found) == flagged
    if flagged:
        assert (found["sameness"].value, found["sameness"].threshold) == (1.0, MOST_ALIKE)


@pytest.mark.parametrize(("alike", "flagged"), [(0, False), (1, False), (2, True)])
def test_one_repeated_reply_in_fifty_is_borne_and_two_are_not(alike: int, flagged: bool) -> None:
    of, reactions = calm(50)
    spoken = said(reactions, ("asks",) * 50)
    spoken[:alike] = [replace(r, nearest=0.99) for r in spoken[:alike]]
    assert ("sameness" in up(of, spoken)) == flagged


def test_the_worst_readings_are_no_part_of_sameness() -> None:
    of, reactions = calm()
    worst = Reaction(1, reactions[0].persona, "worst", angle="worst", reply="They want praise.", nearest=1.0)
    assert up(of, [*reactions, worst]) == {}


@pytest.mark.parametrize(("unsteady", "flagged"), [(MOST_UNSTEADY, False), (MOST_UNSTEADY + 0.001, True)])
def test_answers_that_change_with_the_order_are_flagged(unsteady: float, flagged: bool) -> None:
    of, reactions = calm()
    assert ("unsteady" in up(of, [replace(r, unsteady=unsteady) for r in reactions])) == flagged


@pytest.mark.parametrize(
    ("angles", "flagged"),
    [
        (("warm",) * LEAST_REPLIES, True),
        (("annoyed", "disagrees", "annoyed", "disagrees", "annoyed"), True),
        (("warm",) * (LEAST_REPLIES - 1), False),
        (("warm", "agrees", "warm", "agrees", "annoyed"), False),
        (("asks", "jokes", "story") * 3, False),
    ],
)
def test_replies_that_all_take_one_side_are_flagged(angles: tuple[str, ...], flagged: bool) -> None:
    of, reactions = calm()
    found = up(of, said(reactions, angles))
    assert ("one-sided" in found) == flagged
    if flagged:
        assert (found["one-sided"].value, found["one-sided"].threshold) == (1.0, MOST_ONE_SIDED)


@pytest.mark.parametrize("over", [0, 1])
def test_a_draft_longer_than_the_fold_is_flagged(over: int) -> None:
    of, reactions = calm()
    folded = replace(of, platform=replace(of.platform, fold=len(of.draft.text) - over))
    assert ("folded" in up(folded, reactions)) == bool(over)


def test_a_draft_that_had_to_be_cleaned_is_flagged_with_how_much_was_taken_out() -> None:
    of, reactions = calm()
    assert up(replace(of, draft=replace(of.draft, removed=3)), reactions)["cleaned"].value == 3


def test_flags_stand_in_the_order_of_their_checks() -> None:
    of = made.rehearsal(("ada",), 2)
    of = replace(of, depth="deep", draft=replace(of.draft, removed=1), platform=replace(of.platform, fold=1))
    failed = [Reaction(1, "ada", failed="gone")]
    assert [flag.flag for flag in flags(of, failed)] == [
        "failed-seats", "unfinished", "out-of-depth", "small-panel", "folded", "cleaned",
    ]  # fmt: skip
    assert len(CHECKS) == 10
