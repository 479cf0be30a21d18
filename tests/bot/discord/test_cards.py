"""Cards hold Discord's limits for whatever report there is, are harmless, and say that they are simulated."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.changes import changes
from audience.draft import Draft
from audience.errors import Refused
from audience.library import Library
from audience.panel import Panel
from audience.reaction import REASONS, Part, Reaction
from audience.report import MARK, Report
from bot.discord import cards
from bot.discord.marks import MARKS, marks_lines, marks_summary
from bot.discord.neutral import JOINER
from tests import made
from tests.bot.pages import hostile

ROOT = Path(__file__).parents[3]
LONG = "\n".join(["@everyone **read** https://evil.example [this](https://evil.example) <@1> # now"] * 12)


def text(embed: discord.Embed) -> str:
    parts = [embed.title, embed.description, *(part for field in embed.fields for part in (field.name, field.value))]
    return "\n".join(part for part in parts if part)


def fits(embed: discord.Embed) -> bool:
    return (
        len(embed) <= 6_000
        and len(embed.title or "") <= 256
        and len(embed.description or "") <= 4_096
        and len(embed.fields) <= 25
        and all(1 <= len(f.name or "") <= 256 and 1 <= len(f.value or "") <= 1_024 for f in embed.fields)
        and 1 <= len(embed.footer.text or "") <= 2_048
    )


def harmless(embed: discord.Embed) -> bool:
    return not re.search(r"@(?!\u2060)|https?://|(?<!\\)\]\(|<[@#:/t]", text(embed).replace(r"\<", ""))


def crowded(words: str, personas: int) -> Report:
    """Every reader silent for another reason, many replies with questions, many worst readings, every name the words."""
    of = hostile.rehearsal(words, personas=personas)
    reasons = [reason.key for reason in REASONS if reason.silent]
    found = list(made.reactions(of))
    asked = f"{words} what does it cost? {words[:80]} when? {words[:80]} who?"
    for n, reaction in enumerate(found):
        if reaction.weighed and reaction.part == "first":
            silence = reasons[n % len(reasons)]
            found[n] = replace(reaction, silence=silence, reply=asked if n % 2 else None, kind="reply" if n % 2 else "scroll")
    found = [r for r in found if r.part != "worst"]
    found += [Reaction(seat.number, seat.persona, "worst", angle="worst", reply=asked) for seat in of.seats]
    found = [replace(r, failed=words) if r.failed else r for r in found]
    return Report.of(of, found, {"seconds": 1.0})


def everything(report: Report) -> tuple[discord.Embed, ...]:
    of = report.rehearsal
    marks: list[tuple[Part, int, str]] = [("first", seat.number, MARKS[seat.number % 4].key) for seat in of.seats]
    summary = marks_summary(report, marks, [(reader.persona, {"not-plausible": 9}) for reader in of.readers])
    progress = cards.Progress(0, 3, len(of.seats), 1, 2, 1, 41.0, LONG)
    seeds = replace(of, model="another", seats=tuple(replace(seat, seed=seat.seed + seat.number % 2) for seat in of.seats))
    found = changes(Report.of(seeds, report.reactions, {}), report)
    return (
        cards.status(of, progress), cards.stopped(of, LONG, 3), cards.draft_card(of, LONG),
        cards.report_card(report, summary, found, remark=LONG, track=(LONG, LONG)), cards.report_card(report), *cards.silent_ones(report),
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(hostile.MARKED, st.integers(2, 12))
def test_every_card_of_every_report_fits_and_does_nothing(words: str, personas: int) -> None:
    for report in (hostile.report(words, personas=personas), crowded(words, personas)):
        for embed in everything(report):
            assert fits(embed)
            assert harmless(embed)
            assert MARK in (embed.footer.text or "")


@pytest.mark.parametrize("personas", [3, 46])
def test_the_longest_words_fit_too_and_what_is_left_out_is_counted(personas: int) -> None:
    embeds = everything(crowded(LONG, personas))
    assert all(map(fits, embeds))
    assert all(map(harmless, embeds))
    assert re.search(r"and \d+ more in the exported report", text(embeds[3]))
    assert len(embeds[3]) > 3_500


def test_a_report_says_what_every_other_face_says() -> None:
    report = made.report()
    said = text(cards.report_card(report))
    assert report.headline in said
    for words in (
        "Of 1,000 people", "**reply** 7 (3 to 10), 0.65%", "From 5 of 6 seats; 1 failed", "“What does \\<b>it\\</b> cost?” (Ada, price)",
        "A tail, not a forecast", "- “They broke it & want praise.” (Cem, simulated)", "(small-panel: 3, threshold ", "seed 7", "0123456789abcdef",
    ):  # fmt: skip
        assert words in said
    assert "What changed" not in said
    assert "marks" not in said


def test_the_picture_hangs_under_the_report() -> None:
    assert cards.report_card(made.report()).image.url == "attachment://tally.png"
    assert cards.report_card(made.report(), chart="").image.url is None


def test_an_unfinished_report_says_so() -> None:
    of = made.rehearsal()
    report = Report.of(of, made.reactions(of)[:3], {})
    assert "Unfinished: 3 of 6 seats are missing" in text(cards.report_card(report))


def test_a_report_of_nobody_still_has_a_card() -> None:
    embed = cards.report_card(Report.of(made.rehearsal(), [], {}))
    assert fits(embed)
    assert "not one reader could be played" in text(embed)


def test_the_card_tells_how_far_it_is() -> None:
    embed = cards.status(made.rehearsal(), cards.Progress(0, 31, 48, 24, 7, 3, 18.2))
    assert embed.title == "The audience is reading"
    bar, heard, left = (embed.description or "").splitlines()
    assert bar == "▰" * 12 + "▱" * 8
    assert heard == "31 of 48 readers heard · 24 silent so far · 7 want to speak · 3 posted here"
    assert left == "about 20 seconds left"


def test_the_card_tells_when_everybody_has_read_and_promises_no_time() -> None:
    embed = cards.status(made.rehearsal(), cards.Progress(0, 48, 48, 45, 3, 2, None))
    assert embed.title == "Everybody has read it; those who speak are writing"
    assert embed.description == "▰" * 20 + "\n48 of 48 readers heard · 45 silent · 3 want to speak · 2 posted here"


def test_the_card_tells_the_place_in_the_queue() -> None:
    embed = cards.status(made.rehearsal(), cards.Progress(2, 0, 48, 0, 0, 0, None))
    assert embed.title == "Waiting, place 2"
    assert embed.description == "▱" * 20 + "\n0 of 48 readers heard"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.5, "a few seconds"),
        (18.2, "about 20 seconds"),
        (44, "about 50 seconds"),
        (91, "about 2 minutes"),
        (600, "about 10 minutes"),
    ],
)
def test_nobody_knows_the_end_to_the_second(seconds: float, said: str) -> None:
    embed = cards.status(made.rehearsal(), cards.Progress(0, 1, 2, 1, 0, 0, seconds))
    assert (embed.description or "").endswith(f"{said} left")


@pytest.mark.parametrize("numbers", [(-1, 0, 6, 0, 0), (0, 7, 6, 0, 0), (0, 3, 6, 2, 2)])
def test_no_rehearsal_is_further_than_it_can_be(numbers: tuple[int, int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no rehearsal"):
        cards.Progress(*numbers, 0, None)


def test_a_draft_that_is_too_long_for_a_card_is_cut_and_says_so() -> None:
    short = made.rehearsal()
    long = Draft.clean("We moved it again. " * 400)
    roomy = replace(short, platform=replace(short.platform, limit=40_000), draft=long)
    assert "Cut here" not in text(cards.draft_card(short))
    assert short.draft.text in text(cards.draft_card(short))
    assert "the draft has 7,599 characters" in text(cards.draft_card(roomy))
    assert fits(cards.draft_card(roomy))


def test_all_silent_ones_are_named_with_their_reason() -> None:
    said = text(cards.silent_ones(made.report())[0])
    assert "5 of 5: it read as an advertisement" in said
    assert "Ada (2 seats), Cem (2 seats), Ben" in said


def test_what_changed_comes_first_for_whoever_revised() -> None:
    report = made.report()
    names = [field.name for field in cards.report_card(report, None, changes(report, report)).fields]
    assert names[:2] == ["What changed", "Of 1,000 people"]


def test_what_changed_is_told_reader_by_reader_and_never_as_a_cause() -> None:
    after = made.report()
    before = Report.of(after.rehearsal, [replace(r, kind="like") if r.seat == 1 else r for r in after.reactions], {})
    said = text(cards.report_card(after, None, changes(before, after)))
    assert "- Ada (seat 1): like → reply" in said
    assert "not why, and not which draft is better" in said


# The team's marks.


def test_marks_are_counted_for_the_persona_in_the_seat() -> None:
    report = made.report()
    summary = marks_summary(report, [("first", 1, "useful"), ("first", 1, "plausible"), ("worst", 3, "off-limits")], [])
    assert summary.personas == (("ada", (("plausible", 1), ("useful", 1))), ("cem", (("off-limits", 1),)))
    assert marks_lines(report, summary)[0] == "3 marks: 👍 1 plausible, 💡 1 useful, 🚫 1 off-limits."
    assert "- Ada: 👍 1 plausible, 💡 1 useful" in text(cards.report_card(report, summary))


@pytest.mark.parametrize(
    ("record", "doubted"),
    [
        ({"plausible": 1, "not-plausible": 3}, True), ({"plausible": 1, "not-plausible": 2, "useful": 9}, False),
        ({"plausible": 2, "not-plausible": 4}, False), ({"not-plausible": 4}, True), ({"off-limits": 9}, False),
    ],
)  # fmt: skip
def test_a_persona_is_no_longer_believed_after_four_marks_and_under_a_third(record: dict[str, int], doubted: bool) -> None:
    summary = marks_summary(made.report(), [], [("ada", record), ("somebody-else", {"not-plausible": 9})])
    assert summary.no_longer_believed == (("ada",) if doubted else ())


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(Refused, match="no mark called 'usefull'; did you mean 'useful'"):
        marks_summary(made.report(), [("first", 1, "usefull")], [])


# What stands in a library.


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.read(ROOT / "prompts")


def test_every_persona_panel_and_platform_of_ours_has_a_card(library: Library) -> None:
    for embed in (
        *(cards.persona_card(persona, {"plausible": 1}) for persona in library.personas.values()),
        *(cards.panel_card(panel, library) for panel in library.panels.values()),
        *(cards.platform_card(platform) for platform in library.platforms.values()),
        cards.panel_card(Panel.of(library.personas), library),
    ):
        assert fits(embed)


def test_a_panel_names_equal_shares_once(library: Library) -> None:
    said = text(cards.panel_card(library.panels["general"], library))
    assert said.count("%") == 1
    assert "**2.5% each** Abel, electrician's apprentice · Anselm" in said
    assert "Zeynep" in said


def test_a_persona_with_one_line_and_no_more_has_it_once() -> None:
    of = replace(made.persona(), bio="Reads on the tram.", life="Reads on the tram.")
    assert text(cards.persona_card(of)).count("Reads on the tram") == 1


def test_a_persona_of_the_team_is_as_harmless_as_its_replies(library: Library) -> None:
    wild = replace(
        made.persona(), name=LONG, bio=LONG, life=LONG, brands=LONG, writes=LONG, interests=(LONG,) * 30, annoys=(LONG,) * 30,
        examples=(LONG,) * 30, languages=(LONG,) * 9, habits=dict.fromkeys(map(str, range(40)), LONG),
    )  # fmt: skip
    panel = Panel("own", LONG, LONG, (("nobody-here", 1.0),))
    platform = replace(made.platform(), name=LONG, framing=LONG, source=LONG, sources=dict.fromkeys(made.RATES, LONG))
    for embed in (cards.persona_card(wild), cards.panel_card(panel, library), cards.platform_card(platform)):
        assert fits(embed)
        assert harmless(embed)
        assert f"@{JOINER}everyone" in text(embed)


def test_a_persona_that_is_no_longer_believed_says_so() -> None:
    assert "No longer believed" in text(cards.persona_card(made.persona(), {"not-plausible": 4}))
    assert "No longer believed" not in text(cards.persona_card(made.persona(), {"plausible": 4}))
