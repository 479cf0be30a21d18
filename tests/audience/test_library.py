"""The library: what two folders hold, the team's own before the built-in, and every complaint at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from audience.errors import Refused
from audience.library import Library
from bot.room import BUILT_IN
from tests.audience import written


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A small folder of words with the built-in templates."""
    for path in (*BUILT_IN.glob("*.md"), *BUILT_IN.glob("*.toml")):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    write(tmp_path, "platforms/square.toml", written.PLATFORM)
    write(tmp_path, "platforms/linkedin.toml", written.PLATFORM)
    write(tmp_path, "personas/ada.md", written.PERSONA)
    write(tmp_path, "personas/ben.md", written.PERSONA.replace("Ada", "Ben"))
    write(tmp_path, "panels/near.toml", written.PANEL)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(text, encoding="utf-8")


def complaints(*folders: Path) -> list[str]:
    with pytest.raises(Refused) as refusal:
        Library.read(*folders)
    return str(refusal.value).splitlines()


def test_a_folder_is_read_with_the_place_each_thing_came_from(words: Path) -> None:
    library = Library.read(words)
    assert (set(library.personas), set(library.panels)) == ({"ada", "ben"}, {"near"})
    assert library.origins["personas/ada"] == words / "personas" / "ada.md"


def test_names_are_found_in_whatever_case_they_are_given(words: Path) -> None:
    library = Library.read(words)
    assert (library.persona("ADA").key, library.panel("Near").key, library.platform("SQUARE").key) == ("ada", "near", "square")


def test_a_name_that_nobody_knows_is_refused_with_the_nearest_one(words: Path) -> None:
    with pytest.raises(Refused, match=r"There is no panel called 'nerr'; did you mean 'near'\?"):
        Library.read(words).panel("nerr")


def test_a_file_of_the_teams_own_takes_the_place_of_the_built_in_one(words: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    write(own, "personas/ada.md", written.PERSONA.replace("Keeps bees.", "Kept bees."))
    write(own, "panels/ours.toml", written.PANEL.replace("ben", "ada2").replace("ada2 = 1\n", ""))
    library = Library.read(words, own)
    assert (library.persona("ada").bio, library.origins["personas/ada"]) == ("Kept bees.", own / "personas" / "ada.md")
    assert {"near", "ours"} == set(library.panels)


def test_a_team_without_a_folder_of_its_own_has_the_built_in_words(words: Path, tmp_path: Path) -> None:
    assert Library.read(words, tmp_path / "nowhere").personas == Library.read(words).personas


def test_every_complaint_is_made_at_once(words: Path) -> None:
    write(words, "personas/cem.md", "no fences")
    write(words, "panels/far.toml", written.PANEL.replace("ben", "bne"))
    write(words, "platforms/x.toml", "limit =")
    (words / "personas" / "dee.md").write_bytes("é".encode("latin-1"))
    (words / "personas" / "eve.md").mkdir()
    found = complaints(words)
    assert len(found) == 5
    for part in ("cem.md, line 1:", "far.toml: There is no persona called 'bne'; did you mean 'ben'?", "x.toml, line 1:",
                 "dee.md: not UTF-8 (byte 0); save it as UTF-8.", "eve.md: cannot be read ("):  # fmt: skip
        assert sum(part in line for line in found) == 1


def test_a_missing_template_or_folder_is_a_complaint_with_its_name(words: Path, tmp_path: Path) -> None:
    (words / "ask.md").unlink()
    assert complaints(words) == ["The template ask.md is missing from the words folder."]
    assert "angles.toml: cannot be read" in complaints(tmp_path / "nowhere")[0]


@pytest.mark.parametrize(("sort", "ending"), [("panels", "toml"), ("platforms", "toml"), ("personas", "md")])
def test_a_file_whose_name_could_never_be_asked_for_is_refused(words: Path, sort: str, ending: str) -> None:
    text = {"panels": written.PANEL, "platforms": written.PLATFORM, "personas": written.PERSONA}[sort]
    write(words, f"{sort}/My Own.{ending}", text)
    assert complaints(words) == [
        f"{words}/{sort}/My Own.{ending}: the file name 'My Own' must be lower-case letters, digits and hyphens, at most 40."
    ]


def test_a_byte_order_mark_at_the_start_of_a_file_is_no_mistake(words: Path) -> None:
    write(words, "personas/ada.md", f"\ufeff{written.PERSONA}")
    write(words, "panels/near.toml", f"\ufeff{written.PANEL}")
    assert Library.read(words).persona("ada").name == "Ada, beekeeper"


def test_the_fingerprint_changes_with_any_word_that_took_part_and_with_no_other(words: Path) -> None:
    def fingerprint() -> str:
        library = Library.read(words)
        return library.fingerprint(library.panel("near"), library.platform("square"))

    before = fingerprint()
    write(words, "personas/cem.md", written.PERSONA)
    assert fingerprint() == before
    seen = {before}
    for name, word in (("personas/ben.md", "Keeps"), ("panels/near.toml", "lives"), ("platforms/square.toml", "cross"),
                       ("ask.md", "most"), ("angles.toml", "dry"), ("moments.toml", "thumb")):  # fmt: skip
        text = (words / name).read_text(encoding="utf-8")
        assert word in text
        write(words, name, text.replace(word, "honey", 1))
        seen.add(fingerprint())
    assert len(seen) == 7


def test_a_teams_own_words_stand_beside_and_over_those_of_the_folders(words: Path) -> None:
    library = Library.read(words)
    own = {"ada": written.PERSONA.replace("Keeps bees.", "Kept bees."), "dee": written.PERSONA.replace("Ada", "Dee")}
    joined = library.joined(own, {"ours": written.PANEL.replace("ben", "dee")})
    assert (joined.persona("ada").bio, joined.persona("dee").name) == ("Kept bees.", "Dee, beekeeper")
    assert (set(joined.personas), set(joined.panels)) == ({"ada", "ben", "dee"}, {"near", "ours"})
    assert set(joined.seated(joined.panel("ours"))) == {"ada", "dee"}
    assert set(library.origins) - set(joined.origins) == {"personas/ada"}
    assert (library.persona("ada").bio, set(library.panels)) == ("Keeps bees.", {"near"})


def test_a_retired_persona_is_still_read_but_not_offered(words: Path) -> None:
    joined = Library.read(words).joined({"dee": written.PERSONA.replace("Ada", "Dee")}, {}, ["dee"])
    assert joined.persona("dee").name == "Dee, beekeeper"
    assert set(joined.offered) == {"ada", "ben"}
    assert set(Library.read(words).offered) == {"ada", "ben"}


def test_every_complaint_about_own_words_is_made_at_once(words: Path) -> None:
    with pytest.raises(Refused) as refusal:
        Library.read(words).joined(
            {"dee": "no fences", "Eve": written.PERSONA, "fay": written.PERSONA.replace("linkedin", "myspace")},
            {"far": written.PANEL.replace("ben", "bne"), "My own": written.PANEL},
        )
    found = str(refusal.value).splitlines()
    assert len(found) == 5
    for part in ("personas/dee.md, line 1:", "personas/Eve.md: the file name 'Eve'", "personas/fay.md, line 10: 'myspace'",
                 "panels/far.toml: There is no persona called 'bne'; did you mean 'ben'?", "panels/My own.toml: the file"):  # fmt: skip
        assert sum(line.startswith(part) for line in found) == 1
