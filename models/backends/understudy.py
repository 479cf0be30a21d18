"""understudy: the built-in reader. Its numbers come from no language model: it measures and looks up, and says so.

How near the draft is to what a persona cares about, and to what annoys them, is measured with sentence embeddings; how
the draft reads is told from signs. Both move the choices as log-odds, by the table EFFECTS, which is a set of guesses.
Its words are those of the taught voice (models/voice) where its weights are here; where not, where it has nothing fit to say, and in
`understudy:phrases`, the persona's own sentence patterns with holes filled from the draft.
"""

from __future__ import annotations

import logging
import math
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from string import Template
from typing import TYPE_CHECKING

from audience.language import Draft, Failed, Option, Persona, Prompt, Ready, Refused, Sampling
from models.cues import Cues
from models.hub import GET, packaged_folder
from models.likeness import Embedder
from models.phrases import Subject, placed, sentences, subject
from models.reading import Reading, read
from models.shelf import Offer, Shelf
from models.voice.voices import Voices

if TYPE_CHECKING:
    from models.embedding import Floats

LOG = logging.getLogger(__name__)
ABOUT = "built in, no large language model: measures nearness and signs"
ONLY = "phrases"
MEASURES = "The understudy measures how near the draft is to each persona and how it reads, with no language model, and "
PHRASES = f"{MEASURES}speaks in the persona's own ready phrases."
WITHOUT = f"{PHRASES} What gives it a voice: {GET}."
TAUGHT = f"{MEASURES}speaks with a small taught one (SmolLM2, 135M parameters), or in the persona's own ready phrases."
VERSION = 1  # to be raised whenever the same draft would be answered differently

# Log-odds by which each feature moves each choice, against scrolling past or against the other reasons. Guesses: their
# directions follow method.md, their sizes keep any one feature under a factor of about four.
EFFECTS: Mapping[str, Mapping[str, float]] = {
    "near": {"read": 1.0, "like": 1.1, "share": 1.1, "reply": 1.4, "hide": -0.3, "not-mine": -2.2, "mine": 2.0, "useful": 0.8},
    "grates": {"read": -0.4, "like": -0.8, "share": -0.8, "reply": 0.2, "hide": 1.6, "grates": 2.2, "wrong": 1.4},
    "pitch": {
        "read": -0.7,
        "like": -0.9,
        "share": -1.0,
        "reply": -1.3,
        "hide": 1.3,
        "pitch": 2.6,
        "wrong": 0.8,
        "enough": -0.8,
    },
    "human": {"read": 0.5, "like": 0.7, "share": 0.3, "reply": 0.8, "hide": -0.5, "human": 2.0, "enough": 0.8},
    "asks": {"read": 0.2, "like": -0.1, "reply": 1.3, "asked": 2.2, "no-opening": -2.0},
    "jargon": {"read": -0.6, "like": -0.5, "share": -0.4, "reply": -0.9, "hide": 0.5, "jargon": 2.8, "wrong": 0.4},
    "long": {"read": -0.7, "like": -0.2, "share": -0.1, "reply": -0.2, "too-long": 3.0},
    "links": {"like": -0.2, "reply": -0.5, "share": 0.2, "pitch": 0.4, "useful": 0.5},
    "hashtags": {"read": -0.2, "like": -0.2, "reply": -0.5, "hide": 0.4, "pitch": 0.4, "grates": 0.4},
    "shouting": {"read": -0.3, "like": -0.3, "reply": -0.5, "hide": 0.6, "grates": 0.6},
    "facts": {"read": 0.3, "share": 0.4, "reply": 0.2, "nothing-new": -1.5, "useful": 0.8},
}
# Where a feature's usual draft stands, so that an ordinary post moves nobody.
USUAL: Mapping[str, float] = {
    "near": 0.27,
    "grates": 0.18,
    "pitch": 0.3,
    "human": 0.25,
    "asks": 0.2,
    "jargon": 0.1,
    "facts": 0.2,
}
LEANS: Mapping[str, float] = {
    "not-mine": 1.6,
    "nothing-new": 0.3,
    "no-opening": 0.2,
    "enough": 0.0,
    "jargon": -0.6,
    "too-long": -0.8,
}
NEAR, NEAREST = 0.12, 0.5  # cosines between a sentence and a short phrase: unrelated, and about the same thing
MOST_SENTENCES = 24  # of a draft that are embedded
TALK = ("asks", "agrees", "disagrees", "story", "warm")  # what a reader may do next in a talk
TOP = 4  # key phrases a reader picks from


@dataclass(slots=True)
class Understudy:
    """`drafts` keeps how each draft was read, so that forty seats read it once; `only` phrases were asked for."""

    embedder: Embedder
    cues: Cues
    voices: Voices | None = None
    only: bool = False
    drafts: dict[str, tuple[Reading, Subject]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        spoken = f"-{self.voices.mark}" if self.voices else ""
        return f"understudy:{ONLY if self.only else ''} v{VERSION}{spoken}"

    @property
    def remark(self) -> str:
        return TAUGHT if self.voices else PHRASES if self.only else WITHOUT

    def out_of_depth(self, draft: Draft) -> str:
        if self._read(draft)[0].english:
            return ""
        return (
            "the understudy knows English only, and this draft does not look like English: it has numbers for it, but no words"
        )

    async def weigh(self, prompt: Prompt, options: Sequence[Option]) -> tuple[float, ...]:
        if prompt.draft is None:
            return tuple(1 / len(options) for _ in options)
        if prompt.task == "whom":
            shifts = [2 * near for near in await self.embedder(", ".join(prompt.persona.interests), [o.told for o in options])]
        else:
            features = await self._features(prompt.persona, prompt.draft)
            shifts = [shift(option.key, features) for option in options]
        weights = [math.exp(s) for s in shifts]
        return tuple(w / math.fsum(weights) for w in weights)

    async def write(self, prompt: Prompt, sampling: Sampling) -> str:
        if prompt.draft is None:
            raise Failed("the understudy has nothing to say about a post without words")
        reading, about = self._read(prompt.draft)
        if not reading.english:
            raise Failed("the understudy has no words in the language of this draft; a local model may have")
        speaks = self.voices if prompt.task != "worst" else None  # the cards' own worst readings are sharper than the voice's
        if speaks and (words := await speaks.say(prompt, sampling)):
            return words
        chance = random.Random(f"{sampling.seed}/{sampling.attempt}/{prompt.task}")
        if prompt.task == "talk":
            about = self._spoken_of(prompt.thread[-1].words, about)
        patterns = prompt.persona.repertoire.get(_group(prompt, chance), ())
        filled = _filled(patterns, await self._fitting(prompt.persona, about), prompt, chance, self.cues)
        if filled is None:
            raise Failed(f"{prompt.persona.first_name} has no phrase that fits this draft (persona {prompt.persona.key!r})")
        return Ready(filled)

    async def _features(self, persona: Persona, draft: Draft) -> dict[str, float]:
        reading, _ = self._read(draft)
        spoken = await self.embedder.vectors(sentences(draft.text)[:MOST_SENTENCES] or (draft.text,))
        cares, annoyed = await self._mind(persona)
        found = {name: getattr(reading, name) for name in EFFECTS if name not in {"near", "grates"}}
        return found | {"near": nearness(spoken, cares), "grates": nearness(spoken, annoyed) * (0.4 + 0.6 * reading.pitch)}

    async def _fitting(self, persona: Persona, about: Subject) -> Subject:
        """The subject with the phrases that come nearest to what this persona cares about in front."""
        if not about.phrases:
            return about
        cares, _ = await self._mind(persona)
        near = (await self.embedder.vectors(about.phrases)) @ cares.T
        told = {p: float(near[n].max()) + 0.15 / (1 + n) for n, p in enumerate(about.phrases)}
        return replace(about, phrases=tuple(sorted(about.phrases, key=lambda p: -told[p])))

    async def _mind(self, persona: Persona) -> tuple[Floats, Floats]:
        """What the persona cares about, and what annoys them: one batch, kept on disk for the next start."""
        both = await self.embedder.vectors((*persona.interests, *persona.annoys), keep=True)
        return both[: len(persona.interests)], both[len(persona.interests) :]

    def _spoken_of(self, words: str, about: Subject) -> Subject:
        """In a talk, what the writer has just said, and where that names nothing, what the post is about."""
        said = subject(words, self.cues)
        return said if said.phrases else replace(about, quotes=said.quotes or about.quotes)

    def _read(self, draft: Draft) -> tuple[Reading, Subject]:
        if draft.text not in self.drafts:
            self.drafts[draft.text] = read(draft, self.cues), subject(draft.text, self.cues)
        return self.drafts[draft.text]


def shift(key: str, features: Mapping[str, float]) -> float:
    """The log-odds by which the features move one choice."""
    moved = sum(by.get(key, 0.0) * (features[name] - USUAL.get(name, 0.0)) for name, by in EFFECTS.items())
    return LEANS.get(key, 0.0) + moved


def nearness(spoken: Floats, phrases: Floats) -> float:
    """0 to 1: the cosine of the nearest pair of sentence and phrase, between unrelated and the same thing."""
    return min(1.0, max(0.0, (float((spoken @ phrases.T).max()) - NEAR) / (NEAREST - NEAR)))


def _group(prompt: Prompt, chance: random.Random) -> str:
    if prompt.task == "talk":
        return chance.choice(TALK)
    return {"reply": prompt.angle, "answer": "answers", "worst": "worst"}.get(prompt.task, "asks")


def _filled(patterns: Sequence[str], about: Subject, prompt: Prompt, chance: random.Random, cues: Cues) -> str | None:
    """One of the patterns that the draft can fill, preferring those with a hole: they say which post is meant."""
    phrases = list(about.phrases[:TOP])
    chance.shuffle(phrases)
    holes = {"reader": prompt.thread[-1].reader} if prompt.thread else {}
    holes |= dict(zip(("phrase", "other"), phrases, strict=False))
    if about.quotes:
        holes["quote"] = chance.choice(about.quotes)
    fitting = [p for p in patterns if _holes(p) <= holes.keys()]
    telling = [p for p in fitting if {"phrase", "quote"} & _holes(p)]
    if not fitting:
        return None
    pattern = chance.choice(telling or fitting)
    words = {hole: placed(pattern, hole, text, about, cues) for hole, text in holes.items()}
    filled = Template(pattern).substitute(words)
    capitals = any(p[0].isupper() for p in patterns)  # some write all in small letters, and stay so
    return filled[0].upper() + filled[1:] if capitals and pattern.startswith("$") else filled


def _holes(pattern: str) -> set[str]:
    return set(Template(pattern).get_identifiers())


def offers(shelf: Shelf) -> Sequence[Offer]:
    there = packaged_folder(shelf).is_dir()
    spoken = "speaks with a small taught voice" if there else f"speaks in ready phrases; for a small voice: {GET}"
    phrases = Offer(f"understudy:{ONLY}", usable=True, why="the same, in each persona's own ready phrases only")
    return (Offer("understudy:", usable=True, why=f"{ABOUT}; {spoken}"), phrases)


@asynccontextmanager
async def open_backend(rest: str, shelf: Shelf, embedder: Embedder) -> AsyncIterator[Understudy]:
    if rest not in {"", ONLY}:
        raise Refused(f"The understudy takes {ONLY!r} or nothing after its colon, not {rest!r}; write understudy:")
    cues = Cues.read()
    async with AsyncExitStack() as stack:
        yield Understudy(embedder, cues, None if rest else _voices(shelf, cues, stack), only=bool(rest))


def _voices(shelf: Shelf, cues: Cues, stack: AsyncExitStack) -> Voices | None:
    """The voice where it is here. One that is damaged is said in the log, and nobody waits for it."""
    try:
        return Voices.of(shelf, cues, stack)
    except Refused:
        return None
    except Failed as complaint:
        LOG.warning("%s The readers speak in ready phrases.", complaint)
        return None
