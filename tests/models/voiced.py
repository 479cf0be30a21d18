"""What the tests of the voice share: a prompt, a small vocabulary, and the measure of what may be shown."""

from __future__ import annotations

from audience.language import Prompt
from models.cues import Cues
from models.voice.fitness import Fitness
from models.voice.loading import foul
from tests import made

RANKS = {"price": 3_000, "hours": 4_000, "bees": 9_000, "buses": 8_000, "about": 300, "somebody": 60_000}
PROMPT = Prompt("reply", "", "", "", made.persona(), made.DRAFT, "asks")


def rank(word: str) -> int:
    return RANKS.get(word, 3_500 if word.islower() and len(word) < 9 else 60_000)


FITNESS = Fitness(foul, rank, Cues.read())
