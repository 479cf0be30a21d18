"""markdown(): a report as Markdown that can be kept beside the draft, or pasted where Markdown is read.

Knows which words go where. What others wrote (draft, replies, names, reasons) is escaped, so that it is shown and never
becomes markup, a link, HTML or a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from audience.reaction import Reaction
from audience.report import IS_NOT, MARK, Report
from audience.tally import Tally
from bot.pages import words
from bot.pages.words import flat, plain

SIGNS = re.compile(r"([\\`*_\[\]{}<>&~|$#])")
OPENERS = re.compile(r"^[-+=:]")  # what makes a list, a rule, a heading or a table at the start of a line
NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
LINKED = re.compile(r":(?=//)|(?<=www)\.|(?<=mailto):|(?<=xmpp):", re.IGNORECASE)  # readers of Markdown link bare addresses
JOINER = "\u2060"  # after an @, so that nobody is mentioned and no address becomes a link; unseen, and no backslash does it
FULL = 20  # characters in the bar of a whole audience


def markdown(report: Report, track: Sequence[str] = ()) -> str:
    """The whole report. Same report, same text; `track` says how often its like was right."""
    parts = (
        [f"**{MARK}**"], _opening(report), _happening(report), _personas(report), _conversation(report), _silence(report),
        _replies(report), _second(report), _worst(report), _doubts(report), _track(track), _made(report), ["---", f"**{MARK}**"],
    )  # fmt: skip
    return "\n\n".join(block for part in parts for block in part) + "\n"


def escaped(text: str) -> str:
    """Text on one line that Markdown shows as it stands."""
    line = LINKED.sub(lambda found: f"\\{found[0]}", SIGNS.sub(r"\\\1", flat(text))).replace("@", f"@{JOINER}")
    return NUMBERED.sub(r"\1\\\2", OPENERS.sub(lambda found: f"\\{found[0]}", line))


def quoted(text: str) -> str:
    """Text of several lines as a quotation; its own line breaks stay."""
    lines = [escaped(line) for line in plain(text).strip().splitlines()]
    ends = [*lines[1:], ""]
    return "\n".join(f"> {line}\\" if line and then else f"> {line}".rstrip() for line, then in zip(lines, ends, strict=True))


def _opening(report: Report) -> Iterator[str]:
    r = report.rehearsal
    yield f"# {escaped(report.headline)}"
    if not report.complete:
        yield f"**{words.unfinished(report)}**"
    yield "## The draft"
    yield quoted(r.draft.text)
    if r.draft.alt:
        yield f"With a picture of: {escaped(r.draft.alt)}"
    yield f"{words.named('word', r.draft.words)}, {words.named('line', r.draft.lines)}, on {escaped(r.platform.name)}."


def _happening(report: Report) -> Iterator[str]:
    audience = f"{report.rehearsal.audience:,}"
    yield "## What would happen"
    yield f"The most that each of {audience} people does who are shown the post. {words.basis(report.tally)}"
    yield from _tally(report.tally, report.rehearsal.audience)


def _tally(tally: Tally, audience: int) -> Iterator[str]:
    if not tally.rows:
        return
    yield table(
        ("What they do", "People", "80% interval", "Share", "80% interval", "Chart (square root)"),
        [
            (line.label, line.people, line.people_span, line.percent, line.percent_span, bar(line.low, line.share, line.high))
            for line in words.tally_lines(tally, audience)
        ],
    )


def bar(low: float, share: float, high: float) -> str:
    """A chart in one line of text: a dot at the share, a line over its interval, on a square-root scale."""
    left, dot, right = (round(FULL * value**0.5) for value in (low, share, high))
    signs = ["─" if left <= place <= right else "·" for place in range(FULL + 1)]
    signs[dot] = "●"
    return "".join(signs)


def _personas(report: Report) -> Iterator[str]:
    yield "## Who would stop"
    yield "The chance that one such person does it, those who give the post most first."
    rows = []
    for line in words.persona_lines(report):
        seats = f"{line.seats} ({line.failed} failed)" if line.failed else str(line.seats)
        chances = [
            words.percent(chance) if chance is not None else "not weighed" for chance in (line.stop, line.like, line.reply)
        ]
        rows.append((escaped(line.name), seats, *chances, bar(0, line.stop, line.stop) if line.stop is not None else ""))
    yield table(("Persona", "Seats", "Stop", "Like", "Reply", "Chance to stop (square root)"), rows)


def _conversation(report: Report) -> Iterator[str]:
    yield "## The conversation"
    yield from (escaped(sentence) for sentence in words.conversation_sentences(report))


def _silence(report: Report) -> Iterator[str]:
    yield "## Why they passed it by"
    yield words.silence_sentence(report)
    yield from list_of(words.silence_lines(report))


def _replies(report: Report) -> Iterator[str]:
    yield "## The replies"
    yield words.replies_sentence(report)
    for thread in report.threads:
        yield from saying(report, thread.reply, "###")
        for answer in thread.answers:
            yield from saying(report, answer, "####")


def _second(report: Report) -> Iterator[str]:
    if report.second is None:
        return
    yield "## The second round"
    yield words.HERDING
    yield f"What the {report.stayed:,} people do who stopped at the post and then read the replies. {words.basis(report.second)}"
    yield from _tally(report.second, report.stayed)
    if report.afterthoughts:
        yield "### Said under the post itself"
    for reaction in report.afterthoughts:
        yield from saying(report, reaction, "####")


def _worst(report: Report) -> Iterator[str]:
    sayings = words.sayings(report, "worst")
    yield "## The worst plausible readings"
    yield words.TAIL if sayings else "None was sampled."
    for reaction in sayings:
        yield from saying(report, reaction, "###")


def saying(report: Report, reaction: Reaction, level: str) -> Iterator[str]:
    reader = report.rehearsal.reader(reaction.persona)
    yield f"{level} {escaped(reader.name)} (simulated)"
    part = f"{words.PARTS['second']}, " if reaction.part == "second" else ""
    angle = f", angle: {escaped(reaction.angle)}" if reaction.angle else ""
    yield f"{escaped(reader.bio)} ({part}seat {reaction.seat}{angle})"
    yield quoted(reaction.reply or "")


def _doubts(report: Report) -> Iterator[str]:
    yield "## Reasons to doubt it"
    yield from (
        list_of(words.flag_lines(report)) if report.flags else iter(["No flag is up. That is no promise; see what it is not."])
    )
    if failed := words.failed_lines(report):
        yield "### Seats that failed"
        yield from list_of(failed)


def _track(track: Sequence[str]) -> Iterator[str]:
    if track:
        yield f"## {words.TRACK}"
        yield from map(escaped, track)


def _made(report: Report) -> Iterator[str]:
    yield "## How it was made"
    yield table(("What", "How"), [(heading, escaped(text)) for heading, text in words.made_lines(report)])
    yield IS_NOT


def list_of(lines: Iterable[str]) -> Iterator[str]:
    """One block of list items, or nothing."""
    if items := [f"- {escaped(line)}" for line in lines]:
        yield "\n".join(items)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells must be escaped already; an empty one would close up in some readers, and does not here."""
    marks = ["---", *("---:" for _ in heads[1:])] if len(heads) > 2 else ["---"] * len(heads)
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, marks, *rows))
