"""Settings: the environment wins over .env, every complaint comes at once, and every variable is written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audience.errors import Refused
from bot.room import shelf
from bot.settings import Settings, variables
from models.engine.running import Room as EngineRoom
from models.shelf import KEPT

ROOT = Path(__file__).parents[2]
NONE = Path("no-such.env")


def test_without_a_word_everything_has_a_place() -> None:
    settings = Settings.read({}, NONE)
    assert settings.model == "auto"
    assert settings.database.name == "rehearsals.db"
    assert settings.words.name == "words"
    assert all(path.is_absolute() for path in (settings.database, settings.words, settings.cache, settings.hub))


def test_what_is_set_is_taken() -> None:
    given = {
        "SOUNDINGBOARD_DATABASE": "/a/b.db",
        "SOUNDINGBOARD_WORDS": "/w",
        "SOUNDINGBOARD_CACHE": "/c",
        "SOUNDINGBOARD_MODEL": "null:",
    }
    settings = Settings.read(given, NONE)
    assert (settings.database, settings.words, settings.cache) == (Path("/a/b.db"), Path("/w"), Path("/c"))
    assert settings.model == "null:"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SOUNDINGBOARD_DATABASE=/from/file.db\nSOUNDINGBOARD_MODEL=null:\n", encoding="utf-8")
    settings = Settings.read({"SOUNDINGBOARD_DATABASE": "/from/environment.db"}, file)
    assert (settings.database, settings.model) == (Path("/from/environment.db"), "null:")


def test_an_empty_value_is_as_good_as_none(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SOUNDINGBOARD_DATABASE=\nSOUNDINGBOARD_MODEL=\nHF_HUB_CACHE=\n", encoding="utf-8")
    assert Settings.read({"SOUNDINGBOARD_WORDS": " "}, file) == Settings.read({}, NONE)


def test_a_tilde_is_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings.read({"SOUNDINGBOARD_DATABASE": "~/kept.db", "HF_HUB_CACHE": "~/hub"}, NONE)
    assert (settings.database, settings.hub) == (tmp_path / "kept.db", tmp_path / "hub")


@pytest.mark.parametrize(
    ("given", "hub"),
    [({"HF_HUB_CACHE": "/x"}, "/x"), ({"HF_HOME": "/y"}, "/y/hub"), ({"HF_HUB_CACHE": "/x", "HF_HOME": "/y"}, "/x")],
)
def test_the_hub_is_where_its_own_tools_put_it(given: dict[str, str], hub: str) -> None:
    assert Settings.read(given, NONE).hub == Path(hub)


def test_every_complaint_comes_at_once_one_a_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SOUNDINGBOARD_WORDZ=/w\n", encoding="utf-8")
    given = {"SOUNDINGBOARD_DATABSE": "/a", "SOUNDINGBOARD_MODEL": "big", "SOUNDINGBOARD_XQ": "1"}
    with pytest.raises(Refused) as refusal:
        Settings.read(given, file)
    lines = str(refusal.value).splitlines()
    assert len(lines) == 4
    assert any("SOUNDINGBOARD_DATABSE" in line and "did you mean SOUNDINGBOARD_DATABASE?" in line for line in lines)
    assert any("SOUNDINGBOARD_WORDZ" in line and "did you mean SOUNDINGBOARD_WORDS?" in line for line in lines)
    assert any("SOUNDINGBOARD_MODEL is 'big'" in line for line in lines)
    assert any(line.startswith("SOUNDINGBOARD_XQ is no setting of ours") for line in lines)


def test_the_variables_of_others_are_none_of_our_business() -> None:
    Settings.read({"PATH": "/bin", "SOUNDING": "x", "DATABASE": "y"}, NONE)


@pytest.mark.parametrize("raw", ["MODEL=größer".encode("latin-1"), b"\xff\xfe\x00"], ids=["latin-1", "binary"])
def test_an_env_file_that_is_no_text_is_refused_by_name(raw: bytes, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(raw)
    with pytest.raises(Refused, match=re.escape(str(file))):
        Settings.read({}, file)


def test_a_line_of_the_file_that_is_no_setting_is_refused_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SOUNDINGBOARD_MODEL=null:\nthis is no setting!\n", encoding="utf-8")
    with pytest.raises(Refused, match=r"\.env, line 2"):
        Settings.read({}, file)


def test_settings_are_read_and_then_stay(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        Settings.read({}, NONE).model = "null:"  # type: ignore[misc]  # frozen


def test_what_is_kept_of_beginnings_is_the_same_wherever_it_stands() -> None:
    example = re.search(r"^SOUNDINGBOARD_KEPT=(\d+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    found = Settings.read({"SOUNDINGBOARD_KEPT": "512"}, NONE)
    assert example
    assert Settings.read({}, NONE).kept == int(example[1]) == KEPT >> 20 == EngineRoom().kept >> 20
    assert shelf(found).kept == 512 << 20


@pytest.mark.parametrize("value", ["0", "-1", "lots", "1.5"])
def test_what_is_kept_of_beginnings_is_a_whole_number(value: str) -> None:
    with pytest.raises(Refused, match=r"SOUNDINGBOARD_KEPT is '.+'; write a whole number from 1 to"):
        Settings.read({"SOUNDINGBOARD_KEPT": value}, NONE)


def test_every_variable_is_in_the_example_and_nothing_else_of_ours_is() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^((?:SOUNDINGBOARD|DISCORD)_\w+)=", example, re.MULTILINE)) == set(variables())
    assert "HF_HUB_CACHE=" in example
    Settings.read({}, ROOT / ".env.example")


def test_what_the_team_s_channel_needs_has_defaults_that_need_no_thought() -> None:
    found = Settings.read({}, NONE)
    assert (found.token, found.proxy, found.guilds, found.draft_channels) == ("", "", (), False)
    assert (found.member_quota, found.server_quota, found.most_seats, found.most_minutes, found.retention) == (
        10,
        100,
        200,
        30,
        90,
    )


def test_every_complaint_about_the_team_s_channel_comes_at_once() -> None:
    given = {
        "DISCORD_TOKEN": "hello there", "SOUNDINGBOARD_PROXY": "socks5://x", "SOUNDINGBOARD_GUILDS": "12, my server",
        "SOUNDINGBOARD_DRAFT_CHANNELS": "maybe", "SOUNDINGBOARD_MEMBER_QUOTA": "0", "SOUNDINGBOARD_RETENTION": "long",
        "SOUNDINGBOARD_LOG_LEVEL": "LOUD",
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        Settings.read(given, NONE)
    assert [line.split()[0] for line in str(refused.value).splitlines()] == list(given)
    assert "hello there" not in str(refused.value)


def test_the_token_is_in_no_representation_of_the_settings() -> None:
    found = Settings.read({"DISCORD_TOKEN": "aaaa.bbbb.cccc", "SOUNDINGBOARD_GUILDS": "12,34"}, NONE)
    assert found.token == "aaaa.bbbb.cccc"  # noqa: S105 - made up
    assert found.guilds == (12, 34)
    assert "aaaa" not in f"{found!r} {found}"


def test_the_key_of_a_server_is_in_no_representation_and_in_no_complaint() -> None:
    found = Settings.read({"SOUNDINGBOARD_SERVER_KEY": "sk-hush"}, NONE)
    assert found.server_key == "sk-hush"
    assert "hush" not in f"{found!r} {found}"
    with pytest.raises(Refused, match="SOUNDINGBOARD_SERVER_KEY is no key") as refused:
        Settings.read({"SOUNDINGBOARD_SERVER_KEY": "sk hush"}, NONE)
    assert "hush" not in str(refused.value)


def test_no_variable_lets_a_draft_leave_the_machine() -> None:
    assert not [name for name in variables() if "REMOTE" in name or "ALLOW" in name]
