"""The judge: what it learns from marked replies, what it is read from, and that the engine hears it while the voice speaks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from audience.language import Failed, Sampling
from models.decoding import Probed, Voice, Writing
from models.engine.layers import Layers
from models.engine.probe import Probe
from models.engine.running import Engine, Room
from models.voice import judging
from models.voice.control import prompt
from models.voice.judging import MARKED, Marked, learn, read_marked, states_of
from tests.models import tiny
from tests.models.asked import CHAT, LENGTHS, answers

GIVEN = [
    Marked(
        "12345678",
        f"We moved button {n}.",
        "3 words; asks",
        tuple((f"{word} {n} {word}", 2 * (word == "thanks")) for word in ("thanks", "beta")),
    )
    for n in range(40)
]


def quiet(_told: str) -> None:
    pass


def test_what_is_marked_as_fitting_is_told_from_what_misses_also_where_it_was_never_read() -> None:
    model = tiny.model()
    probe = learn(model, tiny.tokenizer(), GIVEN[:30], quiet)
    told = probe(states_of(model, tiny.tokenizer(), GIVEN[30:], probe.depth, quiet))
    assert min(told[0::2]) > max(told[1::2])


def test_a_reply_s_state_is_that_of_its_words_alone_under_their_prompt() -> None:
    model, tokenizer = tiny.model(), tiny.tokenizer()
    found = states_of(model, tokenizer, GIVEN[:3], 1, quiet)
    assert len(model.model.layers) == 2  # as many as before
    asked = tokenizer.encode(prompt(GIVEN[1].post, GIVEN[1].control), add_special_tokens=False)
    said = tokenizer.encode(" " + GIVEN[1].said[1][0], add_special_tokens=False)
    with torch.no_grad():
        alone = model.model(torch.tensor([asked + said]), output_hidden_states=True).hidden_states[1][0, len(asked) :].mean(0)
    assert torch.allclose(found[3], alone, atol=1e-4)


async def test_the_engine_tells_of_what_is_written_what_reading_it_again_does() -> None:
    probe = Probe(1, torch.linspace(-1, 1, tiny.model().config.hidden_size), 0.25)
    asked = [Writing(tiny.reply("ada", text), Sampling(n, tokens=9)) for n, text in enumerate(LENGTHS * 2)]
    engine = Engine(Layers.of(tiny.model(), 16), CHAT, "tiny", Room(voices=4), probe)
    said = list[Voice]()
    drawing = engine._draw

    def drawn(hidden: Any, voices: Sequence[Voice]) -> None:
        said.extend(voice for voice in voices if not voice.said)
        drawing(hidden, voices)

    engine._draw = drawn  # type: ignore[method-assign]
    found = [one for one in await answers(engine, asked) if isinstance(one, Probed)]
    assert [one.words for one in found] == await answers(
        Engine(Layers.of(tiny.model(), 16), CHAT, "tiny", Room(voices=4)), asked
    )
    for job, one in zip(asked, found, strict=True):
        (tokens,) = [voice.said for voice in said if voice.job is job]
        assert one.told == pytest.approx(
            again(probe, job, tokens[: job.sampling.tokens - 1]), abs=1e-3
        )  # nothing follows the last


def again(probe: Probe, job: Writing, tokens: Sequence[int]) -> float:
    ids = CHAT.ids(job.prompt)
    with torch.no_grad():
        states = tiny.model().model(torch.tensor([[*ids, *tokens]]), output_hidden_states=True).hidden_states[probe.depth][0]
    return float(probe(states[len(ids) :]).mean())


def test_a_judge_that_is_cut_of_another_format_or_of_another_voice_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path, probe = tmp_path / judging.JUDGE, Probe(1, torch.ones(8), 0.5)
    judging.write(path, probe, {"voice": "12345678"})
    assert torch.equal(judging.read(path, "12345678").weights, probe.weights)
    with pytest.raises(Failed, match="learned from another voice"):
        judging.read(path, "87654321")
    judging.write(path, probe, {"voice": "12345678", "format": "soundingboard.judge/9"})
    with pytest.raises(Failed, match=r"is of the format 'soundingboard\.judge/9'"):
        judging.read(path, "12345678")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(Failed, match="cannot be read"):
        judging.about(path)


def test_none_of_what_the_judge_learned_from_is_what_it_is_measured_by() -> None:
    apart = {json.loads(line)["post"] for line in Path("benchmarks/marks.jsonl").read_text(encoding="utf-8").splitlines()}
    taught = read_marked(MARKED)
    assert not apart & {one.post for one in taught}
    assert {mark for one in taught for words, mark in one.said if words} == {0, 1, 2, 3}
