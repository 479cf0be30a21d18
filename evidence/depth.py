"""Depth: whether the ranker has seen anything like a text, and where it has not, why. Knows no weights of the ranker.

Language is told by py3langid (Lui and Baldwin 2012, langid.py); distance by the nearest of the centres of what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evidence.traits import NAMED, WORD, tidy

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Floats = NDArray[np.float32]
LEAST_ENGLISH = 0.05  # probability under which a text is not English; of the posts that were learned from, 1.5% lie below
LEAST_WORDS = 3  # under which no language can be told
SEEN_ON: Mapping[str, str] = {"x": "X", "newsletter": "newsletters"}  # what the outcomes come nearest to
FAR_OFF = "it is unlike anything whose outcome was seen"


@dataclass(frozen=True, slots=True)
class Depths:
    """`longest` in characters, `far` as a cosine distance; both are set when the ranker is fitted."""

    pooled: Callable[[str], Floats]
    centres: Floats  # [centres, width], rows of length one
    longest: int
    far: float
    language: list[LanguageIdentifier] = field(default_factory=list)

    def complaint(self, text: str, platform: str) -> str:
        """Why the ranker is out of its depth, as the end of a sentence; empty where it is not."""
        return self.on(platform, self.of(text))

    def on(self, platform: str, own: str) -> str:
        """The complaint of a text, or of a platform that was never seen, on which nothing is like what was seen."""
        if platform and platform not in SEEN_ON and own in {"", FAR_OFF}:
            return f"no outcome on this platform was seen, only on {' and in '.join(SEEN_ON.values())}"
        return own

    def of(self, text: str) -> str:
        """What there is to complain of in the text itself."""
        tidied = tidy(text)
        if not self.english(tidied):
            return "it does not read as English, and only outcomes of English texts were seen"
        if len(tidied) > self.longest:
            return f"it has {len(tidied):,} characters, and outcomes were seen of texts of up to {self.longest}"
        return FAR_OFF if self.distance(tidied) > self.far else ""

    def english(self, tidied: str) -> bool:
        words = " ".join(WORD.findall(NAMED.sub(" ", tidied.replace("http", " "))))
        if len(words.split()) < LEAST_WORDS and words.isascii():
            return True
        return bool(dict(self._identifier().rank(words)).get("en", 0.0) >= LEAST_ENGLISH)

    def distance(self, tidied: str) -> float:
        """One minus the cosine to the nearest centre, 0 to 2."""
        place = self.pooled(tidied)
        return float(1 - (self.centres @ (place / np.linalg.norm(place))).max())

    def _identifier(self) -> LanguageIdentifier:
        """Read when the first language is to be told: its tables take longer to unpack than the ranker itself."""
        if not self.language:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            self.language.append(LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True))
        return self.language[0]
