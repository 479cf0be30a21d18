"""The script: templates with exactly their holes, prompts that share their beginning, and no draft that breaks out."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.draft import Draft
from audience.errors import Refused
from audience.language import Line, Option, Prompt
from audience.script import HOLES, Script, read_angles, read_moments
from tests import made
from tests.audience.acting import SCRIPT

MENU = (Option("A", "read", "stop and read it"), Option("B", "like", "tap like"))
THREAD = (Line("Ben", "Who fixed it?"), Line("Cem", "Not me."))
MOMENT = SCRIPT.moments[0]


def prompts(draft: Draft | None, key: str = "ada") -> dict[str, Prompt]:
    scene, who = SCRIPT.scene(draft, made.platform()), made.persona(key)
    return {
        "ask": scene.ask(who, MOMENT, MENU, THREAD),
        "why": scene.why(who, MOMENT, "tap like", MENU),
        "whom": scene.whom(who, MOMENT, MENU, THREAD),
        "reply": scene.reply(who, MOMENT, "asks"),
        "answer": scene.answer(who, MOMENT, "jokes", THREAD[0], THREAD),
        "worst": scene.worst(who, MOMENT),
        "talk": scene.talk(who, MOMENT, THREAD),
    }


def test_every_prompt_of_a_rehearsal_starts_with_the_same_words() -> None:
    asked = [*prompts(made.DRAFT).values(), *prompts(made.DRAFT, "ben").values()]
    assert len({(prompt.system, prompt.shared) for prompt in asked}) == 1
    assert made.DRAFT.text in asked[0].shared
    assert not any(made.DRAFT.text in prompt.own for prompt in asked)


def test_each_prompt_knows_its_task_reader_draft_and_thread() -> None:
    for task, prompt in prompts(made.DRAFT).items():
        assert (prompt.task, prompt.persona.key, prompt.draft) == (task, "ada", made.DRAFT)
        assert prompt.user == f"{prompt.shared}\n\n{prompt.own}"
    assert prompts(made.DRAFT)["reply"].angle == "asks"
    assert prompts(made.DRAFT)["answer"].thread[-1] == THREAD[0]


def test_the_twin_differs_from_the_question_in_the_draft_alone() -> None:
    for about, nothing in zip(prompts(made.DRAFT).values(), prompts(None).values(), strict=True):
        assert nothing.draft is None
        assert (about.system, about.own) == (nothing.system, nothing.own)
        assert about.shared.replace(made.DRAFT.text, SCRIPT.fill("nothing")) == nothing.shared


def test_only_who_writes_is_told_how_they_write() -> None:
    voiced = {task for task, prompt in prompts(made.DRAFT).items() if "Who fixed it?" in prompt.own and "Short." in prompt.own}
    assert voiced == {"reply", "answer", "worst", "talk"}


def test_a_picture_is_told_by_its_alt_text() -> None:
    assert "A hive at night." in prompts(Draft.clean("Look.", "A hive at night."))["ask"].shared
    assert SCRIPT.templates["picture"].split("$")[0].strip() not in prompts(Draft.clean("Look."))["ask"].shared


@given(st.text(st.sampled_from("-\n$ {}abophse")).filter(lambda text: re.search("[a-z]", text)))
def test_no_draft_can_close_its_own_quotation_or_open_a_hole(text: str) -> None:
    shared = prompts(Draft.clean(text))["ask"].shared
    assert shared.count("---") == prompts(made.DRAFT)["ask"].shared.count("---")
    assert Draft.clean(text).text.replace("---", "\u2014") in shared


@pytest.mark.parametrize("name", HOLES)
def test_a_template_that_is_missing_or_has_other_holes_is_refused_by_name(name: str) -> None:
    without = {key: text for key, text in SCRIPT.templates.items() if key != name}
    with pytest.raises(Refused, match=rf"^The template {name}\.md is missing from the words folder\.$"):
        replace(SCRIPT, templates=without)
    for text in (f"{SCRIPT.templates[name]} $more", f"{SCRIPT.templates[name]} $ 5", *(["nothing"] if HOLES[name] else [])):
        with pytest.raises(Refused, match=rf"^{name}\.md: its holes must be exactly: "):
            replace(SCRIPT, templates={**without, name: text})


def test_angles_and_moments_must_be_complete() -> None:
    with pytest.raises(Refused, match=r"^angles\.toml: its keys must be exactly: asks, disagrees"):
        replace(SCRIPT, angles={"asks": "ask"})
    with pytest.raises(Refused, match=r"^moments\.toml: at least one moment is needed\.$"):
        replace(SCRIPT, moments=())
    with pytest.raises(Refused, match=r"^here, line 1: the key 'asks' is missing"):
        read_angles("", "here")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[now]\ntold = 'x'\n", "here, line 1: 'now': must hold exactly the keys told and attention."),
        (
            "[a]\ntold = 'x'\nattention = 0\n[b]\ntold = 1\nattention = 0\n",
            "here, line 4: 'b': told must be text and attention",
        ),
        ("[a]\ntold = 'x'\nattention = 2.5\n", "here, line 1: 'a': told must be text and attention a number from -2 to 2."),
        ("[a]\ntold = 'x'\nattention = nan\n", "here, line 1: 'a': told must be text and attention a number from -2 to 2."),
        ("[a]\ntold = 'x'\nattention = true\n", "here, line 1: 'a': told must be text and attention a number from -2 to 2."),
        ("now = 1\n", "here, line 1: 'now': must hold exactly the keys told and attention."),
        ("now", "here, line 1: not valid TOML ("),
        (f"a = {'9' * 5000}", "here, line 1: not valid TOML ("),
    ],
)
def test_a_mistake_among_the_moments_is_refused_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_moments(text, "here")
    assert str(refusal.value).startswith(complaint)


def test_moments_go_round() -> None:
    many = len(SCRIPT.moments)
    assert [SCRIPT.moment(turn) for turn in range(2 * many)] == [*SCRIPT.moments, *SCRIPT.moments]


def test_the_fingerprint_does_not_depend_on_the_order_of_personas() -> None:
    ada, ben = made.persona("ada"), made.persona("ben")
    other: Script = replace(SCRIPT, moments=SCRIPT.moments[1:])
    assert SCRIPT.fingerprint([ada, ben], ("x",)) == SCRIPT.fingerprint([ben, ada], ("x",))
    assert len({SCRIPT.fingerprint([ada], ("x",)), SCRIPT.fingerprint([ada], ("y",)), other.fingerprint([ada], ("x",))}) == 3
