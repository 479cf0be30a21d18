"""A small TOML file of words: each complaint names the file, the line and what is allowed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audience.errors import Refused
from audience.wordfile import Table

FILE = 'name = "Bees"\nmany = 3\nlist = ["a", "b"]\n\n[seats]\nada = 2\nben = 0.5\n'
KEYS = ("name", "many", "list", "seats")
BARE = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)


def table(text: str = FILE) -> Table:
    return Table.read(text, "bees.toml", KEYS)


def test_a_good_file_gives_its_values() -> None:
    good = table()
    assert (good.text("name"), good.count("many"), good.listed("list")) == ("Bees", 3, ("a", "b"))
    assert good.shares("seats") == {"ada": 2.0, "ben": 0.5}


@given(BARE.filter(lambda key: key not in KEYS), st.integers(0, 3))
@example("na", 3)
@example("name-", 0)
@example("name-x", 1)
def test_an_unknown_key_is_refused_with_its_line_and_all_that_is_allowed(key: str, above: int) -> None:
    rows = FILE.splitlines()
    rows.insert(above, f"{key} = 1")
    with pytest.raises(Refused) as refusal:
        table("\n".join(rows))
    assert str(refusal.value) == f"bees.toml, line {above + 1}: {key!r}: unknown key; allowed are {', '.join(KEYS)}."


@pytest.mark.parametrize("key", KEYS)
def test_a_missing_key_is_refused_by_name(key: str) -> None:
    rows = [row for row in FILE.splitlines() if not row.startswith((key, f"[{key}]"))]
    rows = [row for row in rows if key != "seats" or "=" not in row or row.startswith(KEYS)]
    with pytest.raises(Refused, match=rf"^bees\.toml, line 1: the key '{key}' is missing; needed are name, many"):
        table("\n".join(rows))


@pytest.mark.parametrize(
    ("text", "line"),
    [("name = \n", 1), ('name = "a"\nname = "b"\n', 2), ('name = "a"\n\nmany =', 3), ("a = " + "[" * 5000, 1), ("a = " + "9" * 5000, 1)],
    ids=["no value", "twice", "cut off", "nested too deep", "too many digits"],
)  # fmt: skip
def test_bad_toml_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Refused, match=rf"^bees\.toml, line {line}: not valid TOML \(.+\)\.$"):
        table(text)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('"Bees"', "1", 1, "'name': must be text"),
        ('"Bees"', '" "', 1, "'name': must be text"),
        ("= 3", "= 0", 2, "'many': must be a whole number of at least 1"),
        ("= 3", "= true", 2, "'many': must be a whole number of at least 1"),
        ('["a", "b"]', "[]", 3, "'list': must be a list of short texts with at least one in it"),
        ('["a", "b"]', '["a", 1]', 3, "'list': must be a list of short texts with at least one in it"),
        ("ada = 2", "name = -1", 6, "'name': must be a number of at least 0"),
        ("ada = 2", "ada = nan", 6, "'ada': must be a number of at least 0"),
        ("ada = 2", "'ada' = inf", 6, "'ada': must be a number of at least 0"),
        ("[seats]\nada = 2\nben = 0.5", "seats.ben = 2\nseats.name = false", 6, "'name': must be a number of at least 0"),
        ("[seats]\nada = 2\nben = 0.5", "seats = {ada = 2, name = false}", 5, "'name': must be a number of at least 0"),
    ],
)
def test_a_value_of_the_wrong_sort_is_refused_in_its_line(old: str, new: str, line: int, what: str) -> None:
    with pytest.raises(Refused) as refusal:
        values(table(FILE.replace(old, new)))
    assert str(refusal.value) == f"bees.toml, line {line}: {what}."


@given(st.text(max_size=60))
def test_whatever_the_text_a_table_is_read_or_refused(text: str) -> None:
    assert complaint(text).startswith(("bees.toml, line ", "none"))


def complaint(text: str) -> str:
    try:
        values(table(text))
    except Refused as refusal:
        return str(refusal)
    return "none"


def values(of: Table) -> None:
    of.text("name"), of.count("many"), of.listed("list"), of.shares("seats")
