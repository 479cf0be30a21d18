"""Settings: one frozen value from the environment and a .env file, every complaint at once. Reads no command line.

Each field is one variable; .env.example names them all, and a test holds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from platformdirs import user_cache_path, user_data_path

from audience.errors import Refused

PREFIX = "SOUNDINGBOARD_"


@dataclass(frozen=True, slots=True)
class Settings:
    database: Path  # rehearsals are kept here
    model: str  # the model that is taken where a command names none
    words: Path  # the team's own personas, panels and platforms
    cache: Path  # converted models and the vectors of persona words; may be deleted at any time
    hub: Path  # where the model hub's own tools keep what they downloaded

    @classmethod
    def read(cls, environment: Mapping[str, str], env_file: Path) -> Settings:
        """The environment wins over the file. Raises Refused with every complaint, one a line."""
        given = {**_from_file(env_file), **environment}
        complaints = list(_unknown(given))
        model = given.get(f"{PREFIX}MODEL", "").strip() or "auto"
        if model != "auto" and ":" not in model:
            complaints.append(f"{PREFIX}MODEL is {model!r}; write auto, or a scheme and a name such as local:Qwen/Qwen3-1.7B.")
        if complaints:
            raise Refused("\n".join(complaints))
        home = user_data_path("soundingboard", appauthor=False)
        return cls(
            database=_path(given, "DATABASE", home / "rehearsals.db"),
            model=model,
            words=_path(given, "WORDS", home / "words"),
            cache=_path(given, "CACHE", user_cache_path("soundingboard", appauthor=False)),
            hub=_hub(given),
        )


def variables() -> tuple[str, ...]:
    """The name of each variable that is ours."""
    return tuple(f"{PREFIX}{field.name.upper()}" for field in fields(Settings) if field.name != "hub")


def _from_file(env_file: Path) -> dict[str, str]:
    if not env_file.is_file():
        return {}
    try:
        with env_file.open(encoding="utf-8") as file:
            broken = [row.original for row in parse_stream(file) if row.error]
        if broken:
            lines = [row.line + len(row.string) - len(row.string.lstrip("\n")) for row in broken]  # it swallows empty ones
            raise Refused("\n".join(f"{env_file}, line {n}: no setting; write NAME=value, or begin it with #." for n in lines))
        return {name: value for name, value in dotenv_values(env_file).items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{env_file} cannot be read ({error}); save it as UTF-8, or take it away.") from None


def _unknown(given: Mapping[str, str]) -> list[str]:
    known = variables()
    return [
        f"{name} is no setting of ours; " + (f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}.")
        for name in sorted(given)
        if name.startswith(PREFIX) and name not in known
        for near in [get_close_matches(name, known, n=1)]
    ]


def _path(given: Mapping[str, str], name: str, otherwise: Path) -> Path:
    value = given.get(f"{PREFIX}{name}", "").strip()
    return Path(value).expanduser() if value else otherwise


def _hub(given: Mapping[str, str]) -> Path:
    """Where huggingface_hub itself would look: HF_HUB_CACHE, else HF_HOME/hub, else its usual place."""
    if cache := given.get("HF_HUB_CACHE"):
        return Path(cache).expanduser()
    home = given.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home).expanduser() / "hub"
