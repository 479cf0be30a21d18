"""Reports in which the same words stand wherever words come from others: draft, replies, readers, reasons, model, platform."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from audience.draft import Draft
from audience.reaction import Reaction
from audience.rehearsal import Reader, Rehearsal
from audience.report import Report
from evidence.compare import Comparison, compare
from evidence.forecast import Forecast, TrackRecord
from tests import made

PIECES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</blockquote>", "-->", "<!--", "]]>", "&amp;", '" onload="', "'",
    "[click](https://evil.example)", "![x](y)", "<https://evil.example>", "https://evil.example", "www.evil.example", "a@evil.example",
    "@everyone", "**bold**", "_em_", "`code`", "\n```\nfence\n", "\n# head", "\n> deep", "\n- item", "\n1. one", "\n---\n", "\n===\n",
    "| a | b |\n| - | - |", "\n:-\n", "~~gone~~", "||spoiler||", "$x$", "{{ r }}", "{% raw %}", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1",
    "\r\n=1", "\uff1d1", 'a"b,c;d', "\u202eevil", "\u2066x\u2069", "\u200f", "\u061c", "\u2028", "שלום", "مرحبا", "👩‍👩‍👧‍👦", "\\", "\ud800",
    "x" * 90, " ", "\n\n", "    indented",
)  # fmt: skip
MARKED = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=8).map("".join)


def rehearsal(words: str, audience: int = 1000, personas: int = 3) -> Rehearsal:
    """Two rounds; each reader's name and all that is told of model, panel and platform hold the words."""
    draft = Draft.clean(f"We moved it. {words}".encode(errors="replace").decode(), f"A drawing {words}")
    of = made.rehearsal(tuple(f"p{n}" for n in range(personas)), 2 * personas, rounds=2, audience=audience, draft=draft)
    return replace(
        of,
        readers=tuple(Reader(r.persona, f"{r.persona} {words}", f"Keeps {words}") for r in of.readers),
        panel=replace(of.panel, name=f"Panel {words}", bio=words),
        platform=replace(of.platform, name=f"Square {words}", source=words, sources=dict.fromkeys(of.platform.rates, words)),
        model=f"scripted:{words}", remark=words, depth=f"deep {words}", fingerprint=words, id=f"made {words}",
    )  # fmt: skip


def report(words: str, audience: int = 1000, personas: int = 3) -> Report:
    of = rehearsal(words, audience, personas)
    return Report.of(of, [_spoken(r, words) for r in made.reactions(of)], {"seconds": 1.5, words or "x": 2.5})


def comparison(words: str, drafts: int = 2) -> Comparison:
    """The same of a comparison, the ranker's words included; the drafts differ by a number, the readers in what they give."""
    reports = []
    for n in range(drafts):
        of = rehearsal(words, 1_000_000_000, 14)
        of = replace(of, draft=Draft.clean(f"{of.draft.text} {n}", of.draft.alt), id=f"made {n} {words}")
        reports.append(Report.of(of, [_moved(_spoken(r, words), n) for r in made.reactions(of)], {}))
    return compare(reports, lambda turn: f"moment {turn % 2} {words}", _Wordy(words))


@dataclass(frozen=True, slots=True)
class _Wordy:
    name: str

    def strength(self, text: str) -> float:
        return 0.0

    def depth(self, text: str, platform: str) -> str:
        return ""

    def forecast(self, first: str, second: str, platform: str) -> Forecast:
        return Forecast(0.5, (0.0, 0.0), "", (f"It says {self.name}.",), TrackRecord(1, 2, f"pairs {self.name}"))


def _moved(reaction: Reaction, n: int) -> Reaction:
    """The later the draft, the more are drawn to read on, seat by seat."""
    if not reaction.weighed or reaction.part != "first":
        return reaction
    shares = dict(reaction.shares) | {"scroll": reaction.shares["scroll"] - 0.1 * n, "read": reaction.shares["read"] + 0.1 * n}
    return replace(reaction, probabilities=tuple(shares.items()), kind="read" if n and reaction.seat % 2 else reaction.kind)


def _spoken(reaction: Reaction, words: str) -> Reaction:
    if reaction.failed is not None:
        return replace(reaction, failed=f"ran out of {words}")
    return replace(reaction, reply=f"{words} said?") if reaction.reply else reaction
