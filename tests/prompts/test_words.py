"""Every file of prompts/: read, complete, in nobody else's words, and fit to be filled and shown."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from string import Template

import pytest

from audience.draft import INVISIBLE, Draft
from audience.language import Line, Option, Prompt
from audience.library import Library
from audience.panel import SEATS, Panel
from audience.persona import ANGLES, GROUPS, HABITS, Persona
from audience.platform import Platform
from audience.reaction import KINDS, PASSING
from audience.rehearsal import prior
from bot.room import BUILT_IN

LIBRARY = Library.read(BUILT_IN)
DRAFT = Draft.clean("We moved the export button. What else did we move?", "A drawing of a hive")
MENU = tuple(Option(label, kind.key, kind.told) for label, kind in zip("ABCDEF", KINDS, strict=True))
THREAD = (Line("Marek", "Who asked for that?"), Line("Ines", "I did."))
HOLE = re.compile(r"\$[a-z_{]")
FORBIDDEN = re.compile(r"\b(?:simulat\w*|AI|A\.I\.|bots?|chatbots?|language models?)\b")
DETERMINED = re.compile(r"\b(?:a|an|this|these|those|many|each|every) \$(?:phrase|other)\b", re.IGNORECASE)
AGREEING = re.compile(
    r"(?:^|[.!?;:,\u2013-] |\b(?:until|when|if|because|so|and|but|while|once|since|as) )(?:the )?"
    r"\$(?:phrase|other) (?:is|are|was|were|has|have|does|do|needs?|isn't|aren't)\b",
    re.IGNORECASE,
)
TOLD = 90  # characters of a bio: one line

personas = pytest.mark.parametrize("persona", LIBRARY.personas.values(), ids=lambda persona: persona.key)
panels = pytest.mark.parametrize("panel", LIBRARY.panels.values(), ids=lambda panel: panel.key)
platforms = pytest.mark.parametrize("platform", LIBRARY.platforms.values(), ids=lambda platform: platform.key)


def said(persona: Persona) -> tuple[str, ...]:
    """Every line the persona could say."""
    return (*persona.examples, *(line for lines in persona.repertoire.values() for line in lines))


def prompts(persona: Persona, platform: Platform, draft: Draft | None) -> list[Prompt]:
    scene, moments = LIBRARY.script.scene(draft, platform), LIBRARY.script.moments
    every = [scene.ask(persona, moment, MENU) for moment in moments]
    every += [scene.reply(persona, moments[0], angle) for angle in ANGLES]
    every += [scene.answer(persona, moments[0], angle, THREAD[0], THREAD) for angle in ANGLES]
    return [
        *every,
        scene.ask(persona, moments[0], MENU, THREAD),
        scene.why(persona, moments[0], KINDS[0].told, MENU),
        scene.whom(persona, moments[0], MENU, THREAD),
        scene.worst(persona, moments[0]),
        scene.talk(persona, moments[0], THREAD),
    ]


# What there is.


def test_there_are_enough_personas_panels_and_platforms_to_choose_from() -> None:
    assert len(LIBRARY.personas) >= 40
    assert len(LIBRARY.panels) >= 8
    assert len(LIBRARY.platforms) >= 8


def test_every_file_of_the_folder_is_read_by_somebody() -> None:
    read = {*LIBRARY.origins.values(), *(BUILT_IN / f"{name}.md" for name in LIBRARY.script.templates)}
    read |= {BUILT_IN / name for name in ("angles.toml", "moments.toml", "new-persona.md")}
    there = {path for path in BUILT_IN.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path for path in there if path.suffix != ".py"} == read


# Personas.


@personas
def test_a_persona_goes_into_every_prompt_with_no_hole_left(persona: Persona) -> None:
    platform = LIBRARY.platform("linkedin")
    for draft in (DRAFT, None):
        for prompt in prompts(persona, platform, draft):
            assert not HOLE.search(f"{prompt.system} {prompt.user}"), prompt.task
            assert persona.name in prompt.own
            assert all(text in prompt.own for text in (persona.bio, *persona.interests, persona.brands, *persona.annoys))


@personas
def test_a_persona_is_described_in_full(persona: Persona) -> None:
    assert "en" in persona.languages
    assert all(re.fullmatch("[a-z]{2,3}", language) for language in persona.languages)
    assert persona.name.startswith(persona.first_name)
    assert ", " in persona.name
    assert len(persona.bio) <= TOLD
    assert persona.life
    assert len(persona.interests) >= 5
    assert len(persona.annoys) >= 4
    assert len(persona.examples) >= 5


@personas
def test_a_persona_has_at_least_three_lines_for_every_angle(persona: Persona) -> None:
    assert set(persona.repertoire) == set(GROUPS)
    assert {group: len(lines) for group, lines in persona.repertoire.items() if len(lines) < 3} == {}


@personas
@pytest.mark.parametrize(
    ("phrase", "other"),
    [("export button", "night bus"), ("delivery times", "honey prices"), ("Lisbon", "Marek")]
)  # fmt: skip
def test_a_pattern_filled_with_one_thing_several_or_a_name_leaves_no_hole(persona: Persona, phrase: str, other: str) -> None:
    holes = {"phrase": phrase, "other": other, "quote": "what else did we move", "reader": "Ines"}
    for line in said(persona):
        filled = Template(line.replace("$$", "")).substitute(holes)
        assert "$" not in filled
        assert not re.search(r"\s{2}|\s[,.?!](?:\s|$)", filled), filled


@personas
def test_no_line_needs_an_article_or_a_number_that_the_phrase_may_not_bear(persona: Persona) -> None:
    """A phrase may be one thing, several or a name, so nothing beside it may agree with only one of these."""
    assert [line for line in said(persona) if DETERMINED.search(line) or AGREEING.search(line)] == []


@personas
def test_a_quotation_stands_in_quotation_marks(persona: Persona) -> None:
    assert [line for line in said(persona) if "$quote" in line and '"$quote"' not in line] == []


@personas
def test_most_lines_say_which_post_they_belong_to(persona: Persona) -> None:
    lines = [line for group in GROUPS for line in persona.repertoire[group]]
    assert sum("$phrase" in line or "$quote" in line for line in lines) >= 0.75 * len(lines)


@personas
def test_no_persona_speaks_of_being_simulated(persona: Persona) -> None:
    assert [line for line in said(persona) if FORBIDDEN.search(line)] == []


def test_no_line_is_shared_by_two_personas_nor_said_twice_by_one() -> None:
    bare = re.compile(r"[^\w$]+")
    lines = Counter(bare.sub(" ", line.casefold()).strip() for persona in LIBRARY.personas.values() for line in said(persona))
    assert [line for line, times in lines.items() if times > 1] == []


def test_no_two_personas_share_a_first_name() -> None:
    names = Counter(persona.first_name for persona in LIBRARY.personas.values())
    assert [name for name, times in names.items() if times > 1] == []


def test_every_habit_is_somebodys() -> None:
    assert {habit for persona in LIBRARY.personas.values() for habit in persona.habits.values()} == set(HABITS)


def test_the_template_for_a_new_persona_is_itself_a_valid_one() -> None:
    text = (BUILT_IN / "new-persona.md").read_text(encoding="utf-8")
    persona = Persona.parse("new", text, "new-persona.md", LIBRARY.platforms)
    assert set(persona.repertoire) == set(GROUPS)
    assert persona.life
    assert persona.examples
    assert all(habit in text for habit in HABITS)


# Panels.


@panels
def test_a_panel_seats_at_least_eight_personas(panel: Panel) -> None:
    seated = {seat.persona for seat in panel.seated(SEATS, 1)}
    assert len(seated) >= 8
    assert seated == set(LIBRARY.seated(panel))
    assert panel.name
    assert panel.bio


def test_every_persona_sits_in_some_panel() -> None:
    assert {persona for panel in LIBRARY.panels.values() for persona, _ in panel.shares} == set(LIBRARY.personas)


# Platforms.


@platforms
def test_every_rate_of_a_platform_names_its_source_or_the_word_guess(platform: Platform) -> None:
    assert set(platform.sources) == set(platform.rates) == {kind.key for kind in KINDS}
    for kind, source in platform.sources.items():
        assert re.search(r"\bguess|\b(?:19|20)\d\d\b|[\w-]+\.\w{2,}", source), (kind, source)
    assert platform.source


@platforms
def test_on_every_platform_most_people_only_pass_by_and_few_speak(platform: Platform) -> None:
    rates = platform.rates
    assert rates[PASSING.key] > 0.5
    assert all(rates[kind.key] < 0.02 for kind in KINDS if kind.words)
    assert 1 <= platform.fold <= platform.limit


@platforms
def test_a_platform_goes_into_a_prompt_with_no_hole_left(platform: Platform) -> None:
    persona = next(iter(LIBRARY.personas.values()))
    for prompt in prompts(persona, platform, DRAFT):
        assert platform.framing in prompt.shared
        assert not HOLE.search(f"{prompt.system} {prompt.user}")


@platforms
def test_before_a_word_is_read_every_reader_on_every_platform_may_do_anything(platform: Platform) -> None:
    for persona in LIBRARY.personas.values():
        for moment in LIBRARY.script.moments:
            before = prior(platform, persona, moment)
            assert all(0 < share < 1 for share in before.values())


# The rest.


def test_a_writer_finds_no_code_among_the_words() -> None:
    assert [path for path in BUILT_IN.rglob("*.py") if path.read_text(encoding="utf-8").strip()] == []


@pytest.mark.parametrize("path", sorted(BUILT_IN.rglob("*.md")) + sorted(BUILT_IN.rglob("*.toml")), ids=lambda path: path.name)
def test_every_file_is_plain_text_that_ends_with_a_line_end(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert not INVISIBLE.search(raw.decode())
