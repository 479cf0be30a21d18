"""Languages: the names of commands and the labels of buttons in the tongues of those who use them; English is the key.

Reads languages/*.toml, a file a language: [names] for what Discord wants in lower case without spaces, [words] for the rest.
Knows no command. What a table lacks stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audience.errors import Refused

if TYPE_CHECKING:
    import discord
    from discord import app_commands

    Tree = app_commands.CommandTree[Any]
    Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

FOLDER = Path(__file__).parent / "languages"
LOCALES = ("de", "es-ES", "fr", "pt-BR")
NEAREST = {"es-419": "es-ES"}  # Discord's Spanish of Latin America reads the Spanish we have
TABLES = ("names", "words")
NAME = re.compile(r"[-_\w]{1,32}")  # and lower case where the script knows it
NAME_MOST, DESCRIPTION_MOST, CHOICE_MOST, BUTTON_MOST = 32, 100, 100, 80


@dataclass(frozen=True, slots=True)
class Language:
    """English -> this language. `names` hold what Discord wants as a name of a command or of an option."""

    locale: str
    names: Mapping[str, str]
    words: Mapping[str, str]

    def __post_init__(self) -> None:
        for english, name in self.names.items():
            if not NAME.fullmatch(name) or name != name.lower():
                raise Refused(
                    f"{self.locale}, names, {english!r}: {name!r} is no name for Discord; {NAME_MOST} small letters at most."
                )
        for english, words in self.words.items():
            if not words.strip() or len(words) > DESCRIPTION_MOST:
                raise Refused(
                    f"{self.locale}, words, {english!r}: has {len(words)} characters; 1 to {DESCRIPTION_MOST} are allowed."
                )

    @classmethod
    def read(cls, path: Path) -> Language:
        """One file. Raises Refused naming the file and what is wrong in it."""
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Refused(f"{path}: cannot be read ({error}).") from None
        if set(tables) != set(TABLES) or not all(map(_is_texts, tables.values())):
            raise Refused(f"{path}: holds two tables of texts, {' and '.join(TABLES)}.")
        return cls(path.stem, tables["names"], tables["words"])


@dataclass(frozen=True, slots=True)
class Wanted:
    """One English text of the command tree or a button, with the place it stands and what it may be."""

    where: str
    english: str
    most: int
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Translations:
    languages: tuple[Language, ...]

    @classmethod
    def read(cls, folder: Path) -> Translations:
        return cls(tuple(Language.read(path) for path in sorted(folder.glob("*.toml"))))

    def language(self, locale: str) -> Language | None:
        wanted = NEAREST.get(locale, locale)
        return next((language for language in self.languages if language.locale == wanted), None)

    def name(self, english: str, locale: str) -> str | None:
        found = self.language(locale)
        return found.names.get(english) if found else None

    def words(self, english: str, locale: str) -> str | None:
        found = self.language(locale)
        return found.words.get(english) if found else None

    def label(self, english: str, locale: str) -> str:
        """The label of a button; English where there is no other."""
        return self.words(english, locale) or english

    def missing(self, tree: Tree, buttons: Sequence[str]) -> list[str]:
        """Complaints: what has no translation, one that is too long, and two neighbours of the same name."""
        wanted = [
            *(each for command in _commands(tree) for each in _wanted(command)),
            *(Wanted("buttons", b, BUTTON_MOST) for b in buttons),
        ]
        found = [complaint for language in self.languages for each in wanted for complaint in _lacking(language, each)]
        return list(dict.fromkeys((*found, *(c for language in self.languages for c in _alike(language, tree)))))

    def translator(self) -> app_commands.Translator:
        """For `CommandTree.set_translator`."""
        from discord import app_commands

        read = self
        named = {
            app_commands.TranslationContextLocation.command_name,
            app_commands.TranslationContextLocation.group_name,
            app_commands.TranslationContextLocation.parameter_name,
        }

        class Translator(app_commands.Translator):
            async def translate(
                self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
            ) -> str | None:
                menu = isinstance(context.data, app_commands.ContextMenu)
                find = read.name if context.location in named and not menu else read.words
                return find(string.message, locale.value)

        return Translator()


@cache
def translations() -> Translations:
    """Ours, read once."""
    return Translations.read(FOLDER)


def label(english: str, locale: str) -> str:
    return translations().label(english, locale)


def translator() -> app_commands.Translator:
    return translations().translator()


def missing(tree: Tree, buttons: Sequence[str]) -> list[str]:
    return translations().missing(tree, buttons)


def _is_texts(table: object) -> bool:
    return isinstance(table, dict) and all(isinstance(text, str) for text in table.values())


def _commands(tree: Tree) -> list[Command]:
    import discord

    return [each for sort in discord.AppCommandType for each in tree.get_commands(type=sort)]


def _wanted(command: Command) -> Iterator[Wanted]:
    """Everything in a command that a member reads, and in the commands below it."""
    from discord import app_commands

    where = command.qualified_name
    if isinstance(command, app_commands.ContextMenu):
        yield Wanted(where, command.name, NAME_MOST)
        return
    yield Wanted(where, command.name, NAME_MOST, is_name=True)
    yield Wanted(where, command.description, DESCRIPTION_MOST)
    if isinstance(command, app_commands.Group):
        for below in command.commands:
            yield from _wanted(below)
        return
    for option in command.parameters:
        yield Wanted(f"{where} {option.display_name}", option.display_name, NAME_MOST, is_name=True)
        yield Wanted(f"{where} {option.display_name}", str(option.description), DESCRIPTION_MOST)
        yield from (Wanted(f"{where} {option.display_name}", choice.name, CHOICE_MOST) for choice in option.choices)


def _lacking(language: Language, wanted: Wanted) -> Iterator[str]:
    text = (language.names if wanted.is_name else language.words).get(wanted.english)
    if text is None:
        yield f"{language.locale}, {wanted.where}: no translation of {wanted.english!r}"
    elif len(text) > wanted.most:
        yield f"{language.locale}, {wanted.where}: {text!r} has {len(text)} characters, {wanted.most} are allowed"


def _alike(language: Language, tree: Tree) -> Iterator[str]:
    """Discord takes no two commands, and no two options of a command, under one name."""
    from discord import app_commands

    def check(where: str, names: Sequence[str]) -> Iterator[str]:
        told = [language.names.get(name, name) for name in names]
        yield from (f"{language.locale}, {where}: {name!r} twice" for name in dict.fromkeys(told) if told.count(name) > 1)

    def below(command: Command) -> Iterator[str]:
        if isinstance(command, app_commands.Group):
            yield from check(command.qualified_name, [each.name for each in command.commands])
            for each in command.commands:
                yield from below(each)
        elif isinstance(command, app_commands.Command):
            yield from check(command.qualified_name, [option.display_name for option in command.parameters])

    commands = [each for each in _commands(tree) if not isinstance(each, app_commands.ContextMenu)]
    yield from check("commands", [each.name for each in commands])
    for command in commands:
        yield from below(command)
