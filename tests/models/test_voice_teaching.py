"""Teaching the voice: order, going on where it was stopped, what is kept for the end, what is learned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from audience.language import Failed
from models.shelf import Shelf
from models.voice import adapter, judging
from models.voice.control import manner
from models.voice.fitness import MOST_COPIED, copied
from models.voice.laying import loss
from models.voice.pairs import WRITTEN, Row, Thread, batches, read_lessons, read_pairs, read_written
from models.voice.teaching import Own, teach_voice
from models.voice.training import Course, Lessons, Plan, Recipe, changes, teach
from tests.models import tiny

APART = Path("benchmarks/marks.jsonl")
QUICK = Recipe(rank=4, rate=5e-3, tokens=160, warm=2)


def test_batches_hold_every_row_once_and_no_more_tokens_than_they_may() -> None:
    rows = [Row((1,) * (n % 7 + 1), (2,) * (n % 5 + 1)) for n in range(300)]
    found = batches(rows, 60, torch_free_chance())
    assert sorted(n for batch in found for n in batch) == list(range(300))
    assert all(max(len(rows[n]) for n in batch) * len(batch) <= 60 for batch in found)


def torch_free_chance() -> Any:
    import numpy as np

    return np.random.default_rng(3)


def taught_rows() -> list[Row]:
    said = [("Bees are back.", "Where are they?"), ("The bus is late.", "Again, yes."), ("We moved it.", "Who asked for that?")]
    return read_lessons(said * 12, tiny.tokenizer(), 2)


def test_what_is_taught_is_learned(tmp_path: Path) -> None:
    rows, model, before = taught_rows(), tiny.model(), tiny.model()
    teach(model, Lessons(rows * 9), QUICK, tmp_path / "kept", lambda _: None)
    with torch.no_grad():
        assert loss(model, rows[:9])[0] < loss(before, rows[:9])[0] - 0.5


def test_a_thread_of_replies_is_as_likely_as_each_of_them_under_the_post_alone() -> None:
    post, rows = (3, 4, 5, 6), tuple(Row((7, 8, n), (9, n, 11 + n, 2)) for n in range(20, 23))
    alone = [Row(post + row.prompt, row.reply) for row in rows]
    mixed: list[Row | Thread] = [Thread(post, rows[:1]), alone[1], Thread((), (alone[2],))]
    laid: list[list[Row | Thread]] = [[*alone], [Thread(post, rows)], mixed]
    with torch.no_grad():
        (wanted, many), *found = (loss(tiny.model(), some) for some in laid)
    assert all(said == many == 12 and torch.isclose(lost, wanted, atol=1e-5) for lost, said in found)


def test_going_on_ends_where_an_unbroken_run_does(tmp_path: Path) -> None:
    rows, plan = taught_rows(), Plan([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]], 4, [2, 4, 6, 8, 10], 36)
    whole, broken, later = (Course(tiny.model(), Lessons(rows), QUICK, plan) for _ in range(3))
    for _ in range(5):
        whole.take()
    for _ in range(2):
        broken.take()
    broken.keep(tmp_path / "kept")
    later.go_on(tmp_path / "kept")
    assert later.step == 2
    for _ in range(3):
        later.take()
    ended = changes(whole.taught)
    assert all(torch.equal(ended[name], change) for name, change in changes(later.taught).items())


def test_what_is_kept_is_where_the_rate_begins_to_fall_so_that_more_can_be_asked_for(tmp_path: Path) -> None:
    rows, kept = taught_rows(), tmp_path / "kept"
    teach(tiny.model(), Lessons(rows, len(rows) // 2), QUICK, kept, lambda _: None)
    assert kept.exists()
    more = teach(tiny.model(), Lessons(rows), QUICK, kept, lambda _: None)
    whole = teach(tiny.model(), Lessons(rows), QUICK, tmp_path / "another", lambda _: None)
    assert all(torch.equal(whole.changes[name], change) for name, change in more.changes.items())


def test_what_is_kept_for_the_end_is_mixed_in_where_the_rate_falls_and_learned_again_and_again() -> None:
    rows, late = taught_rows(), taught_rows()[:5]
    plan, without = (Plan.of(rows, some, 30, QUICK) for some in (late, ()))
    assert plan.batches[: plan.steady] == without.batches[: plan.steady]  # so that what was kept before serves with or without
    ended = [n for some in plan.batches[plan.steady :] for n in some]
    assert sorted(n - len(rows) for n in ended if n >= len(rows)) == sorted([*range(5)] * QUICK.again)
    assert sorted(n for n in ended if n < len(rows)) == sorted(n for some in without.batches[plan.steady :] for n in some)
    assert plan.seen[-1] == without.seen[-1]
    assert {plan.new(step) for step in range(len(plan.batches))} == {True, False}


def test_what_was_kept_beyond_a_shorter_teachings_end_is_left_alone(tmp_path: Path) -> None:
    rows, kept = taught_rows(), tmp_path / "kept"
    teach(tiny.model(), Lessons(rows), QUICK, kept, lambda _: None)
    less = teach(tiny.model(), Lessons(rows, len(rows) // 4), QUICK, kept, lambda _: None)
    whole = teach(tiny.model(), Lessons(rows, len(rows) // 4), QUICK, tmp_path / "another", lambda _: None)
    assert all(torch.equal(whole.changes[name], change) for name, change in less.changes.items())


def test_what_was_kept_of_another_recipe_is_left_alone(tmp_path: Path) -> None:
    rows = taught_rows()
    plan = Plan.of(rows, (), 20, QUICK)
    course = Course(tiny.model(), Lessons(rows), QUICK, plan)
    course.take()
    course.keep(tmp_path / "kept")
    other = Course(tiny.model(), Lessons(rows), replace(QUICK, seed=9), plan)
    other.go_on(tmp_path / "kept")
    longer = Course(tiny.model(), Lessons(rows), replace(QUICK, ending=0.5, again=3), plan)
    longer.go_on(tmp_path / "kept")
    assert (other.step, longer.step) == (0, 1)  # how it ends changes nothing of how it begins


def test_a_merged_adapter_says_what_the_taught_model_said(tmp_path: Path) -> None:
    model, base = tiny.model(), tiny.model()
    teach(model, Lessons(taught_rows()), QUICK, tmp_path / "kept", lambda _: None)
    adapter.write(tmp_path / "a.safetensors", changes_of(model), {"base": adapter.fingerprint(base), "mark": "x"})
    adapter.merge(base, tmp_path / "a.safetensors")
    ids = torch.arange(3, 40)[None]
    with torch.no_grad():
        apart = (model(ids).logits - base(ids).logits).abs().max()
        moved = (tiny.model()(ids).logits - base(ids).logits).abs().max()
    assert apart < 0.05 * moved


def changes_of(model: Any) -> dict[str, Any]:
    from models.voice.training import Taught

    return changes({name: layer for name, layer in model.named_modules() if isinstance(layer, Taught)})


def test_teaching_goes_from_a_file_of_replies_to_an_adapter(shelf: Shelf, tmp_path: Path) -> None:
    tiny.save(shelf.cache / "smollm2")
    said = [
        ("Bees are back.", "Where are they?", "train"),
        ("We moved it.", "Who asked for that?", "train"),
        ("No.", "Yes.", "val"),
    ]
    columns = dict(zip(("statement", "reply", "split"), map(list, zip(*said, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "pairs.parquet")
    ours = {"post": "Bees moved.", "replies": [["beekeeper", "asks", "Where to?"], ["bus driver", "agrees", "yes, saw them"]]}
    (tmp_path / "written").write_text(json.dumps(ours), encoding="utf-8")
    marked = {
        "voice": "12345678",
        "post": "Bees moved.",
        "control": "asks",
        "marked": [["Where to?", 2], ["my mother is a bus", 0]],
    }
    (tmp_path / "marked").write_text(json.dumps(marked), encoding="utf-8")
    told, parquet, into, own = (
        list[str](),
        tmp_path / "pairs.parquet",
        tmp_path / "taught",
        Own(tmp_path / "written", tmp_path / "marked"),
    )
    mark = teach_voice(parquet, into, 2, shelf, told.append, QUICK, own)
    assert adapter.about(into / adapter.VOICE)["written"] == 2
    assert judging.about(into / judging.JUDGE)["mark"] == mark
    assert judging.about(into / judging.JUDGE)["voice"] == adapter.about(into / adapter.VOICE)["mark"]
    assert teach_voice(parquet, into, 2, shelf, told.append, QUICK, own) == mark
    assert sum("taught just that;" in line for line in told) == 3
    later = marked | {"voice": "87654321", "marked": [["Where is the bus?", 0], ["Bees!", 2]]}
    (tmp_path / "marked").write_text(f"{json.dumps(marked)}\n{json.dumps(later)}", encoding="utf-8")
    liked = adapter.about(shelf.cache / "voice.liked.safetensors")["mark"]
    assert teach_voice(parquet, into, 2, shelf, told.append, QUICK, own) != mark
    assert adapter.about(shelf.cache / "voice.liked.safetensors")["mark"] == liked  # a later voice teaches what is known alone
    assert sum("taught just that;" in line for line in told) == 5
    (tmp_path / "marked").write_text(json.dumps(marked).replace("0", "1"), encoding="utf-8")
    judged = teach_voice(parquet, into, 2, shelf, told.append, QUICK, own)
    assert judged != mark
    assert sum("taught just that;" in line for line in told) == 6  # the words; what is liked is another
    assert teach_voice(parquet, into, 2, shelf, told.append, replace(QUICK, rate=1e-3), own) not in {mark, judged}
    assert told[0].startswith("2 pairs short enough")
    told.clear()
    (tmp_path / "marked").write_text(json.dumps(marked).replace("0]", "2]"), encoding="utf-8")
    with pytest.raises(Failed, match="Of 1 prompts none has replies that were marked unlike"):
        teach_voice(parquet, into, 2, shelf, told.append, replace(QUICK, rate=2e-3), own)
    assert not told  # before the hours in which words are taught


def test_what_was_written_can_be_read_copies_no_post_and_holds_none_that_was_marked_to_measure_by() -> None:
    ours = read_written(WRITTEN)
    assert all(told.who and manner(told.angle) and reply for (_, reply), told in ours.items())
    assert max(copied(reply, post) for post, reply in ours) <= MOST_COPIED
    apart = [json.loads(line) for line in APART.read_text(encoding="utf-8").splitlines()]
    assert {mark for found in apart for _, mark in found["marked"]} == {0, 1, 2, 3}
    assert not {found["post"] for found in apart} & {post for post, _ in ours}


def test_a_file_without_replies_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"statement": ["x"]}), tmp_path / "pairs.parquet")
    with pytest.raises(Failed, match="cannot be read as pairs"):
        read_pairs(tmp_path / "pairs.parquet")
