"""The ranker: how well a text does beside another for the same audience, learned from real outcomes. Runs on numpy.

A text's strength joins what taught encoders make of it with what its words, letters and traits weigh; the probability that
one does better is the logistic of the difference. Two sorts of outcome were seen, posts passed on and headlines clicked;
a gate that reads traits says which sort a pair resembles. Knows no file of outcomes, no panel and no Discord.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from audience.errors import Failed
from evidence.depth import Depths
from evidence.forecast import Forecast, TrackRecord, logistic
from evidence.packing import unpacked
from evidence.reasons import Association, pieces, reasons
from evidence.traits import bucket, runs, terms, tidy, traits

Floats = NDArray[np.float32]
FORMAT = "soundingboard.ranker/1"
SHIPPED = Path(__file__).parent / "ranker.safetensors"
MOST_REMEMBERED = 20_000  # texts whose strengths are kept


class Encoder(Protocol):
    """A sentence encoder whose weights can be exchanged by name."""

    def changed(self, changes: Mapping[str, Floats]) -> Self:
        """The same with each change added to the weight of its name."""
        ...

    def pooled(self, text: str) -> Floats:
        """[width], the mean of the last layer over the tokens of the text."""
        ...


@dataclass(frozen=True, slots=True)
class Band:
    """What became of forecasts with about the same confidence, in pairs nothing was fitted on. `sort` as in a head."""

    sort: int
    least: float  # the probability of the likelier side, from here
    most: float
    right: int
    cases: int


@dataclass(frozen=True, slots=True)
class TextRanker:
    """Opened by `open_ranker`; safe to use from one thread at a time. `name` holds the fingerprint of the weights."""

    name: str
    members: Sequence[Encoder]
    heads: Floats  # [members, sorts, width]
    words: Floats  # [sorts, buckets]
    letters: Floats  # [sorts, buckets]
    traits: Floats  # [sorts, traits]
    join: Floats  # [sorts, 2]: encoders, linear
    gate: Floats  # [traits + 1]: log-odds of being a headline, from the pair's mean traits; the last is the constant
    depths: Depths
    bands: tuple[Band, ...]
    sorts: tuple[str, ...]
    associations: tuple[Association, ...]
    remembered: dict[str, tuple[Floats, Floats, Floats]] = field(default_factory=dict)

    def strength(self, text: str) -> float:
        sorts, seen = self._read(text)
        return float(sorts @ self._mix(seen + seen))

    def depth(self, text: str, platform: str) -> str:
        return self.depths.complaint(text, platform)

    def probability(self, first: str, second: str) -> float:
        """That the first does better; exactly one minus that of the turned pair."""
        one, other = self._strengths(first, second)
        return logistic(one - other)

    def forecast(self, first: str, second: str, platform: str) -> Forecast:
        one, other = self._strengths(first, second)
        probability = logistic(one - other)
        own = self.depths.of(first), self.depths.of(second)
        depth = next(filter(None, (self.depths.on(platform, complaint) for complaint in own)), "")
        told = () if any(own) else self._reasons(first, second)  # on another platform the words may still be known
        return Forecast(probability, (one, other), depth, told, self._record(first, second, max(probability, 1 - probability)))

    def _strengths(self, first: str, second: str) -> tuple[float, float]:
        (one, seen), (other, seen_too) = self._read(first), self._read(second)
        mix = self._mix(seen + seen_too)
        return float(one @ mix), float(other @ mix)

    def _mix(self, both: Floats) -> Floats:
        """[sorts] that sum to one: how much each sort's strength counts for two texts whose traits sum to these."""
        headline = logistic(float(self.gate[:-1] @ both) / 2 + float(self.gate[-1]))
        return np.array([1 - headline, headline], dtype=np.float32)

    def parts(self, text: str) -> tuple[Floats, Floats, Floats]:
        """(encoded [sorts], linear [sorts], traits [traits]), each text on its own: no answer depends on what else was asked."""
        if text not in self.remembered:
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            tidied = tidy(text)
            seen = np.array(traits(tidied), dtype=np.float32)
            encoded = np.mean([head @ member.pooled(tidied) for member, head in zip(self.members, self.heads, strict=True)], 0)
            self.remembered[text] = encoded, self._linear(tidied, seen), seen
        return self.remembered[text]

    def _read(self, text: str) -> tuple[Floats, Floats]:
        """([sorts] strengths, [traits]) of a text."""
        encoded, linear, seen = self.parts(text)
        return self.join[:, 0] * encoded + self.join[:, 1] * linear, seen

    def _linear(self, tidied: str, seen: Floats) -> Floats:
        """[sorts]."""
        found = self.traits @ seen
        for weights, parts in ((self.words, terms(tidied)), (self.letters, runs(tidied))):
            if parts:
                found = found + weights[:, [bucket(part) for part in parts]].sum(1) / math.sqrt(len(parts))
        return np.asarray(found, dtype=np.float32)

    def _reasons(self, first: str, second: str) -> tuple[str, ...]:
        (_, seen), (_, seen_too) = self._read(first), self._read(second)
        weights = np.asarray((self._mix(seen + seen_too) * self.join[:, 1]) @ self.traits, dtype=np.float32)
        return reasons(self.associations, weights, seen - seen_too, self._alone(first, second))

    def _alone(self, first: str, second: str) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """For both texts: each sentence, and by how much the text would be stronger or weaker without it."""
        return self._without(first), self._without(second)

    def _without(self, text: str) -> dict[str, float]:
        whole = self.strength(text)
        return {piece: whole - self.strength(rest) for piece, rest in pieces(text)}

    def _record(self, first: str, second: str, confidence: float) -> TrackRecord:
        (_, seen), (_, seen_too) = self._read(first), self._read(second)
        sort = int(np.argmax(self._mix(seen + seen_too)))
        band = next((b for b in self.bands if b.sort == sort and b.least <= confidence <= b.most), None)
        if band is None:
            return TrackRecord(0, 0, self.sorts[sort])
        return TrackRecord(band.right, band.cases, self.sorts[sort])


def open_ranker(path: Path, encoder: Encoder) -> TextRanker:
    """Read a ranker file. Raises Failed where it is missing, cut, or of a format this version does not know."""
    try:
        with safe_open(path, framework="numpy") as file:
            about = json.loads((file.metadata() or {}).get("about", "{}"))
            if about.get("format") != FORMAT:
                raise Failed(
                    f"The ranker in {path} is of the format {about.get('format', 'nobody named')!r}, and this version reads "
                    f"{FORMAT}; install the newest soundingboard, or make it again with: soundingboard evidence train"
                )
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no dictionary
        return _ranker(tensors, about, encoder)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise Failed(
            f"The ranker in {path} cannot be read ({error}); install soundingboard again, or make it again with: "
            "soundingboard evidence train"
        ) from None


def _ranker(tensors: Mapping[str, NDArray[Any]], about: Mapping[str, Any], encoder: Encoder) -> TextRanker:
    with ThreadPoolExecutor() as threads:  # numpy works outside the lock, and unpacking is most of what opening takes
        changes = threads.map(lambda n: encoder.changed(_changes(tensors, f"member.{n}.")), range(about["members"]))
        members = list(changes)
    if len(tensors["heads"]) != len(members):
        raise ValueError(f"{len(members)} members with {len(tensors['heads'])} heads")
    plain = {name: np.asarray(tensors[name], dtype=np.float32) for name in tensors if not name.startswith("member.")}
    return TextRanker(
        about["name"], members, plain["heads"], plain["words"], plain["letters"], plain["traits"], plain["join"], plain["gate"],
        Depths(encoder.pooled, plain["centres"], **about["depth"]), tuple(Band(**band) for band in about["bands"]),
        tuple(about["sorts"]), tuple(Association(**row) for row in about["associations"]),
    )  # fmt: skip


def _changes(tensors: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, Floats]:
    """The changes of one member, by the encoder's own names; what is no matrix is kept in halves and not in four bits."""
    found = {}
    for name in (name.removeprefix(prefix) for name in tensors if name.startswith(prefix)):
        if name.endswith(".codes"):
            found[name.removesuffix(".codes")] = unpacked(
                tensors[prefix + name], tensors[f"{prefix}{name.removesuffix('codes')}scales"]
            )
        elif not name.endswith(".scales"):
            found[name] = np.asarray(tensors[prefix + name], dtype=np.float32)
    return found
