"""html_page(): a report as one web page that needs nothing from outside: no script, no font, no request.

Knows which words go where; the look is in page.html.j2 and page.css. Jinja2 escapes everything that others wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from audience.reaction import REASON, Part, Reaction
from audience.report import IS_NOT, MARK, Report
from bot.pages import charts, words

LONG = 900  # characters of a draft from which its rest waits behind a tap
FEW = 12  # personas up to which their table stands open


@dataclass(frozen=True, slots=True)
class Card:
    """Something that an invented reader said, and who that is."""

    seat: int
    name: str
    bio: str
    angle: str
    words: str
    answers: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """A reason of silence with the seats that gave it, and how long its bar is in percent."""

    seats: int
    bar: float
    reason: str
    readers: str


def html_page(report: Report, track: Sequence[str] = ()) -> str:
    """One self-contained HTML document. Same report, same page; `track` says how often its like was right."""
    opening, rest = split(report.rehearsal.draft.text)
    head, _, tail = report.headline.partition(": ")
    return template("page.html.j2").render(
        report=report, r=report.rehearsal, mark=MARK, is_not=IS_NOT, words=words, charts=charts,
        title=titled(report.rehearsal.draft.text), opening_words=f"{head}:" if tail else head, tail=tail, opening=opening, rest=rest,
        threads=_threads(report), afterthoughts=cards(report, report.afterthoughts), worst=_part(report, "worst"),
        reasons=_reasons(report), personas=words.persona_lines(report), few=len(report.tally.personas) <= FEW, track=track,
    )  # fmt: skip


@cache
def template(name: str) -> Template:
    shelf = FileSystemLoader(Path(__file__).parent)
    setting = Environment(
        loader=shelf, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_seen
    )
    return setting.get_template(name)


def _seen(value: object) -> object:
    """Whatever is put on the page, without what could not be seen there; escaping comes after."""
    return words.plain(value) if type(value) is str else value


def titled(text: str) -> str:
    """The mark first, so that a window, a bookmark and a printed sheet carry it; then the first words of the draft."""
    first = words.flat(text)
    return f"{MARK} “{first[:60].rstrip()}…”" if len(first) > 60 else f"{MARK} “{first}”"


def split(text: str) -> tuple[str, str]:
    """A long draft in two, at the end of a word."""
    if len(text) <= LONG * 1.2:
        return text, ""
    cut = max(text.rfind(" ", 0, LONG), text.rfind("\n", 0, LONG))
    return (text[:cut], text[cut:].lstrip("\n")) if cut > 0 else (text[:LONG], text[LONG:])


def _card(report: Report, reaction: Reaction, answers: tuple[Reaction, ...] = ()) -> Card:
    reader = report.rehearsal.reader(reaction.persona)
    return Card(
        reaction.seat, reader.name, reader.bio, reaction.angle, words.plain(reaction.reply or "").strip(),
        cards(report, answers),
    )  # fmt: skip


def cards(report: Report, reactions: tuple[Reaction, ...]) -> tuple[Card, ...]:
    return tuple(_card(report, reaction) for reaction in reactions)


def _part(report: Report, part: Part) -> tuple[Card, ...]:
    return cards(report, words.sayings(report, part))


def _threads(report: Report) -> tuple[Card, ...]:
    return tuple(_card(report, thread.reply, thread.answers) for thread in report.threads)


def _reasons(report: Report) -> tuple[Why, ...]:
    most = max((seats for _, seats, _ in report.silence.reasons), default=1)
    return tuple(
        Why(seats, round(100 * seats / most, 2), REASON[key].seen, ", ".join(words.first_name_of(report, who) for who in some))
        for key, seats, some in report.silence.reasons
    )
