"""Persona: one reader of the audience, parsed from a Markdown file with TOML front matter; unknown keys are refused.

Knows the shape of a persona file and nothing of who sits where, of models or of folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from string import Template

from audience.errors import Refused
from audience.wordfile import KEY as KEY
from audience.wordfile import Table, named

# Log-odds by which a habit moves the platform's base rates, kind by kind. Guesses, in the order people themselves report.
HABITS: Mapping[str, Mapping[str, float]] = {
    "never": {"read": -2.0, "like": -2.5, "share": -2.5, "reply": -2.5, "hide": -1.0},
    "lurks": {"like": -0.7, "share": -0.7, "reply": -1.0},
    "likes": {"like": 0.7},
    "shares": {"like": 0.3, "share": 1.1, "reply": 0.2},
    "talks": {"like": 0.2, "share": 0.2, "reply": 1.1},
}
ANGLES = ("asks", "disagrees", "agrees", "story", "jokes", "warm", "annoyed")
"""What a reply sets out to do. One a seat, handed out so that neighbours differ: temperature does not cure sameness."""
GROUPS = (*ANGLES, "answers", "worst")
HOLES = ("phrase", "other", "quote", "reader")
TEXTS = ("name", "bio", "brands", "writes")
LISTS = ("interests", "annoys", "languages")


@dataclass(frozen=True, slots=True)
class Persona:
    """One invented reader. `repertoire` maps each of GROUPS to sentence patterns with the holes of HOLES."""

    key: str
    name: str
    bio: str
    interests: tuple[str, ...]
    brands: str
    annoys: tuple[str, ...]
    writes: str
    languages: tuple[str, ...]
    habits: Mapping[str, str]
    life: str = ""
    examples: tuple[str, ...] = ()
    repertoire: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: str = ""  # the file as it was read; part of the fingerprint

    @property
    def first_name(self) -> str:
        return first_name(self.name)

    def habit(self, platform: str) -> str:
        return self.habits.get(platform, self.habits["other"])

    @classmethod
    def parse(cls, key: str, text: str, where: str, platforms: Iterable[str]) -> Persona:
        """Read one file. Raises Refused naming file, line, key and what is allowed."""
        return _Parser(where, text, tuple(platforms)).persona(key)


def first_name(name: str) -> str:
    """The name before its comma, up to the first space; a name with nothing before its comma stands for itself."""
    return next(iter(name.split(",", maxsplit=1)[0].split()), name)


@dataclass(frozen=True, slots=True)
class _Parser:
    where: str
    text: str
    platforms: tuple[str, ...]

    def persona(self, key: str) -> Persona:
        named(key, self.where)
        front, body, first_body_line = self._split()
        table = Table.read(front, self.where, (*TEXTS, *LISTS, "habits"), above=1)
        life, sections = self._sections(body, first_body_line)
        return Persona(
            key=key,
            **{name: table.text(name) for name in TEXTS},
            interests=table.listed("interests"),
            annoys=table.listed("annoys"),
            languages=table.listed("languages"),
            habits=self._habits(table),
            life=life,
            examples=sections.pop("replies", ()),
            repertoire=sections,
            words=self.text,
        )

    def _split(self) -> tuple[str, list[str], int]:
        rows = self.text.splitlines()
        fences = [n for n, row in enumerate(rows) if row.strip() == "+++"][:2]
        if len(fences) < 2 or fences[0] != 0:
            raise Refused(f"{self.where}, line 1: a persona file starts with front matter between two lines of '+++'.")
        return "\n".join(rows[1 : fences[1]]), rows[fences[1] + 1 :], fences[1] + 2

    def _habits(self, table: Table) -> Mapping[str, str]:
        habits = table.texts("habits")
        if "other" not in habits:
            raise table.complaint("habits", "must hold at least the key 'other'")
        for platform, habit in habits.items():
            if platform != "other" and platform not in self.platforms:
                raise table.complaint(platform, f"unknown platform; known are other, {', '.join(self.platforms)}", "habits")
            if habit not in HABITS:
                raise table.complaint(platform, f"unknown habit {habit!r}; allowed are {', '.join(HABITS)}", "habits")
        return habits

    def _sections(self, body: list[str], first_line: int) -> tuple[str, dict[str, tuple[str, ...]]]:
        life: list[str] = []
        found: dict[str, list[str]] = {}
        current = ""
        for number, row in enumerate(body, first_line):
            line = row.strip()
            if line.startswith("#"):
                current = self._heading(line, number)
                found.setdefault(current, [])
            elif line.startswith("- ") and current == "repertoire":
                raise Refused(
                    f"{self.where}, line {number}: under 'repertoire' a line stands below one of its headings, such as ### asks."
                )
            elif line.startswith("- ") and current:
                found[current].append(self._pattern(line[2:].strip(), current, number))
            elif line and not current:
                life.append(line)
            elif line:
                raise Refused(f"{self.where}, line {number}: under '{current}' each line starts with '- '.")
        return " ".join(life), {name: tuple(lines) for name, lines in found.items() if name != "repertoire"}

    def _heading(self, line: str, number: int) -> str:
        allowed = {"## Replies": "replies", "## Repertoire": "repertoire"} | {f"### {g}": g for g in GROUPS}
        if line not in allowed:
            raise Refused(f"{self.where}, line {number}: unknown heading {line!r}; allowed are {', '.join(allowed)}.")
        return allowed[line]

    def _pattern(self, line: str, group: str, number: int) -> str:
        holes = HOLES if group in GROUPS else ()
        template = Template(line)
        if not template.is_valid():
            raise Refused(f"{self.where}, line {number}: a '$' stands only before a hole; write '$$' for a plain dollar sign.")
        for hole in template.get_identifiers():
            if hole not in holes or (hole == "reader") > (group == "answers"):
                raise Refused(f"{self.where}, line {number}: the hole ${hole} has no place under '{group}'.")
        return line
