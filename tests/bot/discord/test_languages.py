"""Every command and button in every language we have, within what Discord takes."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from discord import app_commands

from audience.errors import Refused
from bot.discord.buttons import LOOKS
from bot.discord.languages import FOLDER, LOCALES, Language, Translations, label, missing, translations, translator

Tree = app_commands.CommandTree[discord.Client]
GOOD = '[names]\nshow = "zeigen"\n[words]\n"Show it" = "Zeig es"\n'


@pytest.fixture
def tree() -> Tree:
    """A small tree with every sort of text: a group, a command, an option, choices, a context menu."""
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    group = app_commands.Group(name="panel", description="Which panel")

    @group.command(name="show", description="Show it")
    @app_commands.describe(what="Which one", other="Which other")
    @app_commands.choices(what=[app_commands.Choice(name="The first", value="1")])
    async def show(interaction: discord.Interaction, what: str, other: str) -> None: ...

    @tree.context_menu(name="Rehearse it")
    async def rehearse(interaction: discord.Interaction, message: discord.Message) -> None: ...

    tree.add_command(group)
    return tree


def written(**changed: str) -> Translations:
    names = {"panel": "gremium", "show": "zeigen", "what": "was", "other": "anderes"}
    words = {
        each: f"{each} (de)"
        for each in ("Which panel", "Show it", "Which one", "Which other", "The first", "Rehearse it", "Go")
    }
    given = {key.replace("_", " "): text for key, text in changed.items()}
    return Translations((
        Language("de", names | {k: v for k, v in given.items() if k in names}, words | {k: v for k, v in given.items() if k in words}),
    ))  # fmt: skip


def test_the_four_languages_have_the_same_keys() -> None:
    languages = translations().languages
    assert tuple(language.locale for language in languages) == LOCALES
    assert {frozenset(language.names) for language in languages} == {frozenset(languages[0].names)}
    assert {frozenset(language.words) for language in languages} == {frozenset(languages[0].words)}


def test_every_locale_is_one_that_discord_knows() -> None:
    assert set(LOCALES) <= {locale.value for locale in discord.Locale}


def test_every_button_has_a_label_in_each_language() -> None:
    lacking = [
        (look.text, lang.locale) for look in LOOKS.values() for lang in translations().languages if look.text not in lang.words
    ]
    assert lacking == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_buttons_are_called_the_same(locale: str) -> None:
    labels = [label(look.text, locale) for look in LOOKS.values()]
    assert len(set(labels)) == len(labels)


def test_an_unknown_language_and_an_unknown_text_stay_english() -> None:
    assert label("Cancel", "ja") == "Cancel"
    assert label("Something new", "de") == "Something new"
    assert label("Cancel", "es-419") == label("Cancel", "es-ES") == "Cancelar"


def test_nothing_is_missing_where_everything_is_there(tree: Tree) -> None:
    assert written().missing(tree, ["Go"]) == []


def test_each_text_that_is_missing_is_told_with_its_place(tree: Tree) -> None:
    complaints = Translations((Language("de", {}, {}),)).missing(tree, ["Go"])
    assert "de, panel show what: no translation of 'what'" in complaints
    assert "de, panel show what: no translation of 'The first'" in complaints
    assert "de, Rehearse it: no translation of 'Rehearse it'" in complaints
    assert "de, buttons: no translation of 'Go'" in complaints
    assert len(complaints) == 11


def test_what_is_too_long_where_it_stands_is_told(tree: Tree) -> None:
    told = written(Rehearse_it="x" * 33, Go="x" * 81).missing(tree, ["Go"])
    assert len(told) == 2
    assert "has 33 characters, 32 are allowed" in told[0]
    assert "has 81 characters, 80 are allowed" in told[1]


def test_two_options_under_one_name_are_told(tree: Tree) -> None:
    assert written(other="was").missing(tree, []) == ["de, panel show: 'was' twice"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[names]\n", "two tables"), ("[names]\na = 1\n[words]\n", "two tables"), ("[names", "cannot be read"),
        (GOOD.replace("zeigen", "Zeigen"), "no name"), (GOOD.replace("zeigen", "zeig es"), "no name"),
        (GOOD.replace("zeigen", "z" * 33), "no name"), (GOOD.replace("Zeig es", "z" * 101), "101 characters"),
        (GOOD.replace("Zeig es", " "), "1 to 100"), ("names = 1\nwords = 2", "two tables"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "de.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=why):
        Translations.read(tmp_path)


async def test_discord_is_told_names_descriptions_choices_and_menus(tree: Tree) -> None:
    command, menu = (
        tree.get_commands(type=discord.AppCommandType.chat_input)[0],
        tree.get_commands(type=discord.AppCommandType.message)[0],
    )
    group, context = [await each.get_translated_payload(tree, written().translator()) for each in (command, menu)]
    show = group["options"][0]
    assert group["name_localizations"] == {"de": "gremium"}
    assert show["description_localizations"] == {"de": "Show it (de)"}
    assert show["options"][0]["choices"][0]["name_localizations"] == {"de": "The first (de)"}
    assert context["name_localizations"] == {"de": "Rehearse it (de)"}


def test_ours_are_read_from_the_folder_beside_the_module() -> None:
    assert Translations.read(FOLDER) == translations()
    assert isinstance(translator(), app_commands.Translator)
    assert missing(app_commands.CommandTree(discord.Client(intents=discord.Intents.none())), []) == []
