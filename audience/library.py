"""Library: what prompts/ holds, and the team's own folder beside it, read once; every complaint at once.

Knows the layout of the two folders. A file of the team's own with a built-in name takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from audience.errors import Refused, unknown
from audience.panel import Panel
from audience.persona import Persona
from audience.platform import Platform
from audience.script import HOLES, Script, read_angles, read_moments
from audience.wordfile import named

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Library:
    personas: Mapping[str, Persona]
    panels: Mapping[str, Panel]
    platforms: Mapping[str, Platform]
    script: Script
    origins: Mapping[str, Path]  # "personas/marek" -> the file it was read from
    retired: frozenset[str] = frozenset()  # personas that old rehearsals need and new ones are not offered

    @classmethod
    def read(cls, built_in: Path, own: Path | None = None) -> Library:
        """Read both folders. Raises Refused with every complaint, one a line."""
        shelves = _Shelves(tuple(folder for folder in (built_in, own) if folder is not None))
        platforms = shelves.read("platforms", ".toml", Platform.parse)
        personas = shelves.read("personas", ".md", partial(Persona.parse, platforms=tuple(platforms)))
        panels = shelves.read(
            "panels", ".toml", lambda key, text, where: _seatable(Panel.parse(key, text, where), where, personas)
        )
        script = shelves.guarded(lambda: _script(built_in))
        if shelves.complaints or script is None:
            raise Refused("\n".join(shelves.complaints))
        return cls(personas, panels, platforms, script, shelves.origins)

    def joined(self, personas: Mapping[str, str], panels: Mapping[str, str], retired: Collection[str] = ()) -> Library:
        """With a team's own words, key to text, beside those it holds or over them; the keys in `retired` are not offered.

        Raises Refused with every complaint, one a line. Own words have no origin.
        """
        shelves = _Shelves(())
        known = {
            **self.personas,
            **shelves.taken("personas", ".md", personas, partial(Persona.parse, platforms=tuple(self.platforms))),
        }
        seats = shelves.taken(
            "panels", ".toml", panels, lambda key, text, where: _seatable(Panel.parse(key, text, where), where, known)
        )
        if shelves.complaints:
            raise Refused("\n".join(shelves.complaints))
        own = {f"personas/{key}" for key in personas} | {f"panels/{key}" for key in panels}
        origins = {name: path for name, path in self.origins.items() if name not in own}
        return replace(self, personas=known, panels={**self.panels, **seats}, origins=origins, retired=frozenset(retired))

    @property
    def offered(self) -> dict[str, Persona]:
        """The personas that a new rehearsal may seat."""
        return {key: persona for key, persona in self.personas.items() if key not in self.retired}

    def persona(self, name: str) -> Persona:
        return _named("persona", name, self.personas)

    def panel(self, name: str) -> Panel:
        return _named("panel", name, self.panels)

    def platform(self, name: str) -> Platform:
        return _named("platform", name, self.platforms)

    def seated(self, panel: Panel) -> dict[str, Persona]:
        return {key: self.persona(key) for key, _ in panel.shares}

    def fingerprint(self, panel: Panel, platform: Platform) -> str:
        return self.script.fingerprint(self.seated(panel).values(), (panel.words, platform.words))


@dataclass(slots=True)
class _Shelves:
    """Reads the files of each sort from each folder, and collects the complaints instead of stopping at the first."""

    folders: tuple[Path, ...]
    complaints: list[str] = field(default_factory=list)
    origins: dict[str, Path] = field(default_factory=dict)

    def read(self, sort: str, ending: str, parse: Callable[[str, str, str], Value]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for path in (path for folder in self.folders for path in sorted((folder / sort).glob(f"*{ending}"))):
            value = self.guarded(partial(_read, path, parse))
            if value is not None:
                found[path.stem] = value
                self.origins[f"{sort}/{path.stem}"] = path
        return found

    def taken(
        self, sort: str, ending: str, texts: Mapping[str, str], parse: Callable[[str, str, str], Value]
    ) -> dict[str, Value]:
        """The same of texts that stand in no file."""
        read = {key: self.guarded(partial(_parsed, key, text, f"{sort}/{key}{ending}", parse)) for key, text in texts.items()}
        return {key: value for key, value in read.items() if value is not None}

    def guarded(self, read: Callable[[], Value]) -> Value | None:
        try:
            return read()
        except Refused as refusal:
            self.complaints.append(str(refusal))
        except OSError as error:
            self.complaints.append(f"{error.filename}: cannot be read ({error.strerror}).")
        return None


def _read(path: Path, parse: Callable[[str, str, str], Value]) -> Value:
    named(path.stem, str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    return parse(path.stem, text, str(path))


def _parsed(key: str, text: str, where: str, parse: Callable[[str, str, str], Value]) -> Value:
    named(key, where)
    return parse(key, text, where)


def _script(folder: Path) -> Script:
    return Script(
        {name: _text(folder / f"{name}.md") for name in HOLES if (folder / f"{name}.md").exists()},
        read_angles(_text(folder / "angles.toml"), str(folder / "angles.toml")),
        read_moments(_text(folder / "moments.toml"), str(folder / "moments.toml")),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _seatable(panel: Panel, where: str, personas: Iterable[str]) -> Panel:
    known = set(personas)
    for persona, _ in panel.shares:
        if persona not in known:
            raise Refused(f"{where}: {unknown('persona', persona, known)}")
    return panel


def _named(what: str, name: str, shelf: Mapping[str, Value]) -> Value:
    if name.casefold() not in shelf:
        raise unknown(what, name, shelf)
    return shelf[name.casefold()]
