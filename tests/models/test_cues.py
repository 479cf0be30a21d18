"""What language a draft is in, told from its little words and its letters, and not told where they are too few."""

from __future__ import annotations

import pytest

from models.cues import LANGUAGES, Cues, language

CUES = Cues.read()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We moved the export button last Tuesday, and forty of you wrote to say it broke your Monday.", "English"),
        ("Wir haben den Knopf verschoben, und das war für viele von euch nicht gut.", "German"),
        ("Hemos movido el botón y nos han escrito que no es lo que querían.", "Spanish"),
        ("Мы переместили кнопку.", "Cyrillic letters"),
        ("これは日本語です。", "Chinese or Japanese letters"),
        ("这是一个按钮", "Chinese or Japanese letters"),
        ("Fresh bread daily!", ""),
        ("Éà, éé, öü!", ""),
        ("12 %", ""),
    ],
)
def test_a_language_is_named_where_the_words_are_clear(text: str, said: str) -> None:
    assert language(text, CUES) == said


def test_every_language_with_little_words_has_a_name() -> None:
    assert set(LANGUAGES) == set(CUES.little)
