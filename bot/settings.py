"""Settings: one frozen value from the environment and a .env file, every complaint at once. Reads no command line.

Each field is one variable; .env.example names them all, and a test holds that. Only the token is called what Discord's own
pages call it; every other name has our prefix. The token and the key are in no representation of a value, so that no log can
hold them. Whether a draft may leave this machine is no setting: a person says so on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from platformdirs import user_cache_path, user_data_path

from audience.errors import Refused
from audience.panel import MOST_SEATS

PREFIX = "SOUNDINGBOARD_"
TOKEN = "DISCORD_TOKEN"  # noqa: S105 - the name of a variable
OWN_NAME = {"token": TOKEN}
SWITCH = ("off", "on")


@dataclass(frozen=True, slots=True)
class Settings:
    database: Path  # rehearsals are kept here
    model: str  # the model that is taken where a command names none
    words: Path  # the team's own personas, panels and platforms
    cache: Path  # converted models and the vectors of persona words; may be deleted at any time
    hub: Path  # where the model hub's own tools keep what they downloaded
    kept: int = 256  # MiB of beginnings that a local model keeps, for the next round and the next rehearsal
    offline: bool = False  # whether no model is offered for download
    server_key: str = field(default="", repr=False)  # what a server of models wants to be shown
    token: str = field(default="", repr=False)  # of the Discord application
    proxy: str = ""  # an HTTP CONNECT proxy towards Discord
    guilds: tuple[int, ...] = ()  # the only Discord servers that are served; none named, all
    draft_channels: bool = False  # whether messages are read in the channels that managers chose
    member_quota: int = 10  # rehearsals a member may ask for in an hour
    server_quota: int = 100  # rehearsals a server may ask for in a day
    most_seats: int = 200  # readers in one rehearsal on Discord
    most_minutes: int = 30  # of playing, after which a rehearsal on Discord is shown as far as it came
    retention: int = 90  # days after which a rehearsal on Discord is deleted; 0 keeps it until somebody deletes it
    log_level: str = "INFO"

    @classmethod
    def read(cls, environment: Mapping[str, str], env_file: Path) -> Settings:
        """The environment wins over the file. Raises Refused with every complaint, one a line."""
        given = {**_from_file(env_file), **environment}
        complaints = list(_unknown(given))
        kept, key = _count(given, complaints, "KEPT", 256, 1, 1_000_000), _key(given, complaints)
        offline = _one_of(given, complaints, "OFFLINE", SWITCH).casefold() == "on"
        discord = _discord(given, complaints)
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
            kept=kept,
            offline=offline,
            server_key=key,
            **discord,
        )


def variables() -> tuple[str, ...]:
    """The name of each variable that is ours."""
    return tuple(OWN_NAME.get(each.name) or f"{PREFIX}{each.name.upper()}" for each in fields(Settings) if each.name != "hub")


class _Discord(TypedDict):
    token: str
    proxy: str
    guilds: tuple[int, ...]
    draft_channels: bool
    member_quota: int
    server_quota: int
    most_seats: int
    most_minutes: int
    retention: int
    log_level: str


def _discord(given: Mapping[str, str], complaints: list[str]) -> _Discord:
    """What the team's channel needs; whatever cannot be used is added to the complaints."""
    read = partial(_value, given)
    count = partial(_count, given, complaints)

    one_of = partial(_one_of, given, complaints)
    return _Discord(
        token=_token(given, complaints),
        proxy=_proxy(read("PROXY"), complaints),
        guilds=_ids(read("GUILDS"), complaints),
        draft_channels=one_of("DRAFT_CHANNELS", SWITCH).casefold() == "on",
        member_quota=count("MEMBER_QUOTA", 10, 1, 10_000),
        server_quota=count("SERVER_QUOTA", 100, 1, 100_000),
        most_seats=count("MOST_SEATS", 200, 1, MOST_SEATS),
        most_minutes=count("MOST_MINUTES", 30, 1, 1_440),
        retention=count("RETENTION", 90, 0, 3_650),
        log_level=one_of("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")).upper(),
    )


def _value(given: Mapping[str, str], name: str) -> str:
    return given.get(f"{PREFIX}{name}", "").strip()


def _one_of(given: Mapping[str, str], complaints: list[str], name: str, allowed: tuple[str, ...]) -> str:
    value = _value(given, name) or allowed[0]
    if value.casefold() not in {word.casefold() for word in allowed}:
        complaints.append(f"{PREFIX}{name} is {value!r}; write one of {', '.join(allowed)}.")
    return value


def _count(given: Mapping[str, str], complaints: list[str], name: str, otherwise: int, least: int, most: int) -> int:
    value = _value(given, name) or str(otherwise)
    if not (value.isdecimal() and least <= int(value) <= most):
        complaints.append(f"{PREFIX}{name} is {value!r}; write a whole number from {least:,} to {most:,}.")
        return otherwise
    return int(value)


def _token(given: Mapping[str, str], complaints: list[str]) -> str:
    token = given.get(TOKEN, "").strip()
    if token and (len(token.split(".")) != 3 or not token.isascii() or any(sign.isspace() for sign in token)):
        complaints.append(f"{TOKEN} is no bot token (three parts with dots between); copy it again from the page Bot.")
    return token


def _key(given: Mapping[str, str], complaints: list[str]) -> str:
    key = given.get(f"{PREFIX}SERVER_KEY", "").strip()
    if not key.isascii() or any(sign.isspace() or not sign.isprintable() for sign in key):
        complaints.append(
            f"{PREFIX}SERVER_KEY is no key of a server (letters, digits and signs without a space); copy it again."
        )
    return key


def _proxy(value: str, complaints: list[str]) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme != "http" or not parts.hostname):
        complaints.append(f"{PREFIX}PROXY is {value!r}; write the address of an HTTP proxy, such as http://proxy.example:3128.")
    return value


def _ids(value: str, complaints: list[str]) -> tuple[int, ...]:
    words = value.replace(",", " ").split()
    if bad := [word for word in words if not (word.isdecimal() and 0 < int(word) < 2**63)]:
        complaints.append(f"{PREFIX}GUILDS holds {bad[0]!r}; write the ids of servers with commas between them.")
        return ()
    return tuple(map(int, words))


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
