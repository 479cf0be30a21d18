"""models: the table of known models, what is usable here and now, fetching one and measuring how fast it plays."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.terminal.model_table import model_table
from models.known import KNOWN, ROWS
from models.listing import Row
from models.pace import FILE, Pace
from tests.bot.terminal.desk import Desk


def test_models_say_what_is_usable_and_why_the_rest_is_not(desk: Desk) -> None:
    lines = desk.done("models").out.splitlines()
    told = {line[9:45].strip(): line for line in lines if line.startswith(("usable", "not yet"))}
    assert told["understudy:"].startswith("usable")
    assert told["null:"].startswith("usable")
    assert told["scripted:"].startswith("usable")
    assert told["local:smollm2"].startswith("not yet")
    assert "soundingboard models get smollm2" in told["local:smollm2"]
    assert lines[-1].startswith("auto takes understudy: (")


def test_a_model_of_the_hub_that_is_half_there_is_named_with_what_is_missing(desk: Desk) -> None:
    snapshot = Path("hub/models--Qwen--Qwen3-0.6B/snapshots/abc")
    desk.write(str(snapshot / "config.json"), '{"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"]}')
    said = desk.done("models").out
    assert any(line.startswith("not yet  local:Qwen/Qwen3-0.6B") for line in said.splitlines())
    row = said.splitlines().index(next(line for line in said.splitlines() if line.startswith("Qwen/Qwen3-0.6B")))
    assert " in " in said.splitlines()[row]
    assert "part" in said.splitlines()[row + 1]
    assert said.splitlines()[-1].startswith("auto takes understudy:")


def test_the_table_names_every_known_model_whole_within_eighty_columns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = desk.done("models", "list").out.splitlines()
    table = lines[: lines.index("")]
    assert max(map(len, table)) <= 80
    assert {row.name for row in ROWS} <= {line.split()[0] for line in table}
    assert sum(line.rstrip().endswith("measured") for line in table) == len(ROWS) + 1
    assert any(line.startswith("Free now: ") for line in lines)


def test_a_row_that_was_measured_in_both_ways_stands_whole_within_eighty_columns() -> None:
    pace = Pace("local:a/b 12345678", 12.345, 6.0, 3.0, 10**9, "2026-11-30", "A model.")
    row = Row(KNOWN["HuggingFaceTB/SmolLM2-1.7B-Instruct"], "in part", 21_900_000_000, 14_000_000_000, pace, pace)
    console = Console(width=80, file=StringIO())
    console.print(model_table([row], 15_000_000_000))
    assert isinstance(console.file, StringIO)
    first, second = console.file.getvalue().splitlines()[2:]
    assert max(len(first.rstrip()), len(second.rstrip())) <= 80
    assert first.split() == ["HuggingFaceTB/SmolLM2-1.7B-Instruct", "Apache-2.0", "3.4", "GB", "21.9/14.0", "in", "12.3/12.3"]
    assert second.split() == ["English", "1.7B", "int8", "fits", "part", "2026-11-30"]


def test_the_list_as_a_document_says_the_same(desk: Desk) -> None:
    found = desk.done("models", "list", "--json").document
    row = next(row for row in found["known"] if row["name"] == "Qwen/Qwen3-8B")
    assert (row["licence"], row["here"], row["pace"]) == ("Apache-2.0", "no", None)
    assert row["planned_bytes"] > row["fetch_bytes"] > row["planned_bytes_eight_bits"] / 2
    assert {offer["name"] for offer in found["offers"]} >= {"understudy:", "local:smollm2"}
    assert found["auto"]["name"] == "understudy:"


def test_a_bench_is_told_kept_and_found_in_the_list(desk: Desk) -> None:
    said = desk.done("models", "bench", "null:").out.splitlines()
    assert said[0] == "null:"
    assert "readers a second" in said[1]
    assert said[2].startswith("  in ten seconds: ")
    assert " readers weighed with " in said[2]
    kept = json.loads((Path(desk.environment["SOUNDINGBOARD_CACHE"]) / FILE).read_text(encoding="utf-8"))
    assert [row["model"].split()[0] for rows in kept.values() for row in rows.values()] == ["null:"]
    found = desk.done("models", "bench", "null:", "--json").document
    assert found["paces"][0]["weighed_a_second"] > 1
    assert found["paces"][0]["readers_in_ten_seconds"] > 10


def test_a_model_that_nobody_knows_is_refused_by_bench(desk: Desk) -> None:
    said = desk.run("models", "bench", "local:Qwen/Qwen3-0.6B")
    assert said.code == 2
    assert "fetch it with: soundingboard models get Qwen/Qwen3-0.6B" in said.err


def test_a_hub_out_of_reach_is_one_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    said = desk.run("models", "get", "Qwen/Qwen3-0.6B")
    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "the hub cannot be reached" in said.err
    assert said.out.startswith("Qwen/Qwen3-0.6B: licence Apache-2.0")


def test_what_is_taught_goes_into_a_folder_that_need_not_be_there(desk: Desk) -> None:
    (desk.folder / "there").mkdir()
    for into in ("there", "new"):
        said = desk.run("models", "teach", "replies.parquet", "--into", desk.folder / into)
        assert "smollm2 is not on this machine" in said.err
    desk.write("file", "x")
    assert "cannot be written" in desk.run("models", "teach", "replies.parquet", "--into", desk.folder / "file" / "below").err
