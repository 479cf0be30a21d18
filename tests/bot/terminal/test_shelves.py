"""personas, panels and platforms: list, show, check, and start a persona of the team's own."""

from __future__ import annotations

import pytest

from tests.bot.terminal.desk import DRAFT, QUICK, ROOT, Desk

SORTS = {"personas": ("fatou", ".md", 40), "panels": ("general", ".toml", 8), "platforms": ("linkedin", ".toml", 8)}
PANEL = 'name = "Our own room"\nbio = "The people we know."\n\n[seats]\nfatou = 3\nmarek = 1\n'


@pytest.fixture(params=SORTS)
def sort(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_is_listed_on_a_line_of_its_own_with_its_name(sort: str, desk: Desk) -> None:
    key, _, least = SORTS[sort]
    lines = desk.done(sort).out.splitlines()
    assert len(lines) >= least
    assert [line.split()[0] for line in lines].count(key) == 1
    assert not any("your own" in line for line in lines)


def test_each_is_shown_as_its_file_stands(sort: str, desk: Desk) -> None:
    key, ending, _ = SORTS[sort]
    path = ROOT / "prompts" / sort / f"{key}{ending}"
    assert desk.done(sort, "show", key.upper()).out == f"# {path}\n{path.read_text(encoding='utf-8').rstrip()}\n"


def test_check_counts_them_and_names_the_folder_of_your_own(sort: str, desk: Desk) -> None:
    said = desk.done(sort, "check")
    assert said.out.startswith(f"{len(desk.done(sort).out.splitlines())} {sort}, all well formed.")
    assert str(desk.folder / "words" / sort) in said.out


def test_a_file_of_your_own_takes_the_place_of_a_built_in_one_and_is_marked(sort: str, desk: Desk) -> None:
    key, ending, _ = SORTS[sort]
    before = desk.done(sort).out.splitlines()
    words = (ROOT / "prompts" / sort / f"{key}{ending}").read_text(encoding="utf-8").replace('name = "', 'name = "Our ', 1)
    path = desk.write(f"words/{sort}/{key}{ending}", words)
    after = desk.done(sort).out.splitlines()
    changed = [line for line in after if line not in before]
    assert len(after) == len(before)
    assert len(changed) == 1
    assert "Our " in changed[0]
    assert changed[0].endswith("(your own)")
    assert desk.done(sort, "show", key).out.startswith(f"# {path}\n")


def test_a_new_persona_is_written_into_your_own_folder_and_can_then_be_seated(desk: Desk) -> None:
    path = desk.folder / "words" / "personas" / "marek.md"
    assert str(path) in desk.done("personas", "new", "marek").out
    assert path.is_file()
    assert any(line.startswith("marek ") and line.endswith("(your own)") for line in desk.done("personas").out.splitlines())
    assert desk.done("personas", "check").code == 0
    seats = desk.done("rehearse", "--text", DRAFT, "--persona", "marek", *QUICK, "--seats", "2", "--json").document["seats"]
    assert [seat["persona"] for seat in seats] == ["marek", "marek"]


def test_a_new_persona_speaks_with_the_understudy_before_anybody_has_edited_it(desk: Desk) -> None:
    desk.done("personas", "new", "marek")
    order = ("--persona", "marek", "--seats", "1", "--audience", "1000000000", "--model", "understudy:", "--json")
    (seat,) = desk.done("rehearse", "--text", DRAFT, *order).document["seats"]
    assert seat["failed"] is None
    assert "export button" in seat["reply"]


def test_a_new_persona_never_overwrites_one(desk: Desk) -> None:
    path = desk.write("words/personas/marek.md", "mine")
    said = desk.run("personas", "new", "marek")
    assert (said.code, said.out) == (2, "")
    assert "is there already" in said.err
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["Marek", "ma rek", "../marek", "", "-marek", "ma" * 40, "märek", "."])
def test_a_name_that_could_not_be_seated_is_refused(name: str, desk: Desk) -> None:
    said = desk.run("personas", "new", "--", name)
    assert (said.code, said.out) == (2, "")
    assert "small letters" in said.err
    assert not (desk.folder / "words").exists()


def test_where_your_own_folder_cannot_be_written_that_is_said(desk: Desk) -> None:
    desk.monkeypatch.setenv("SOUNDINGBOARD_WORDS", str(desk.folder / "draft.md"))
    said = desk.run("personas", "new", "marek")
    assert said.code == 1
    assert "SOUNDINGBOARD_WORDS" in said.err


def test_a_panel_of_your_own_may_seat_a_persona_of_your_own(desk: Desk) -> None:
    desk.done("personas", "new", "marek")
    desk.write("words/panels/ours.toml", PANEL)
    found = desk.done("rehearse", "--text", DRAFT, "--panel", "ours", *QUICK, "--seats", "8", "--json").document
    assert found["panel"]["name"] == "Our own room"
    assert [seat["persona"] for seat in found["seats"]].count("fatou") == 6


def test_a_platform_of_your_own_lends_its_rates(desk: Desk) -> None:
    words = (ROOT / "prompts" / "platforms" / "linkedin.toml").read_text(encoding="utf-8")
    desk.write("words/platforms/square.toml", words.replace("limit = 3000", "limit = 30"))
    said = desk.run("rehearse", "--text", DRAFT, "--platform", "square", *QUICK)
    assert said.code == 2
    assert "at most 30" in said.err
