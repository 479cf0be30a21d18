"""Words: the sentences, figures and rows of a report that every face shows alike. Plain text in, plain text out.

Knows no markup, no colour and no terminal; whoever shows these words escapes them for where they go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from audience.panel import Panel
from audience.questions import Question
from audience.reaction import KIND, PASSING, REASON, Part, Reaction
from audience.report import Report
from audience.tally import Tally
from bot.pages.figures import between as between
from bot.pages.figures import count as count
from bot.pages.figures import figure as figure
from bot.pages.figures import flat as flat
from bot.pages.figures import named as named
from bot.pages.figures import people as people
from bot.pages.figures import percent as percent
from bot.pages.figures import percent_span as percent_span
from bot.pages.figures import plain as plain
from bot.pages.figures import span as span

HERDING = (
    "Simulated readers herd more than people do: once they have seen the replies they agree with each other too readily. "
    "Read this round for its arguments, not for its numbers."
)
TRACK = "Track record"
TAIL = (
    "Asked on purpose for their least generous reading, these readers found the following. It is a tail, not a forecast: "
    "none of it is in the numbers above."
)
PARTS: dict[Part, str] = {"first": "first round", "second": "second round", "worst": "worst reading"}


@dataclass(frozen=True, slots=True)
class TallyLine:
    """One kind in people and in shares; the figures come as words beside the numbers they were made from."""

    kind: str
    label: str
    emoji: str
    people: str
    people_span: str
    percent: str
    percent_span: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PersonaLine:
    """One persona and the chances that such a person stops, likes and replies; all None where every seat of it failed."""

    persona: str
    name: str
    seats: int
    failed: int
    stop: float | None
    like: float | None
    reply: float | None


def tally_lines(tally: Tally, audience: int) -> tuple[TallyLine, ...]:
    """The rows of a tally, in the order of the kinds, in people at the stated audience and in shares."""
    return tuple(
        TallyLine(
            row.kind, KIND[row.kind].label, KIND[row.kind].emoji, people(row.expected), span(row.low, row.high, audience),
            percent(row.share), percent_span(row.low, row.high), row.share, row.low, row.high,
        )
        for row in tally.rows
    )  # fmt: skip


def persona_lines(report: Report) -> tuple[PersonaLine, ...]:
    """The personas, those who give the post most first."""
    return tuple(_persona_line(report, row.persona, row.seats, row.failed, dict(row.shares)) for row in report.warmest_first)


def basis(tally: Tally) -> str:
    """What a tally rests on: 47 of 48 seats; 1 failed and is in no number."""
    if not tally.failed:
        return f"From {named('seat', tally.seats)}."
    lost = "1 failed and is in no number" if tally.failed == 1 else f"{tally.failed:,} failed and are in no number"
    return f"From {tally.seats - tally.failed:,} of {named('seat', tally.seats)}; {lost}."


def unfinished(report: Report) -> str:
    """How many seats are missing; empty where the rehearsal is complete."""
    seats = len(report.rehearsal.seats)
    missing = seats - len(report.part("first"))
    if not missing:
        return ""
    return f"Unfinished: {missing:,} of {named('seat', seats)} {'is' if missing == 1 else 'are'} missing; every number may still move."


def conversation_sentences(report: Report) -> tuple[str, ...]:
    """How much would be answered, by whom, and what they ask that the draft leaves open."""
    return (*how_much(report), who_answers(report), *_what_they_ask(report))


def how_much(report: Report) -> tuple[str, ...]:
    """Lines of reply a line of draft; then the replies behind them."""
    c, audience = report.conversation, report.rehearsal.audience
    if not report.tally.rows:
        return ("Nobody could be played, so nothing is known of a conversation.",)
    ratio, replies = between(figure(c.ratio_low), figure(c.ratio_high)), between(count(c.low), count(c.high))
    noun = "reply" if people(c.replies) in {"1", "under 1"} else "replies"
    long = "1 line" if figure(c.lines_per_reply) == "1" else f"{figure(c.lines_per_reply)} lines"
    return (
        f"Expect {figure(c.ratio)} lines of reply for each line of the draft ({ratio}) at {audience:,} people.",
        f"That is {people(c.replies)} {noun} ({replies}) at {long} a reply, to a draft of {named('line', c.draft_lines)}.",
    )


def who_answers(report: Report) -> str:
    likeliest = [f"{name_of(report, who)} ({percent(chance)})" for who, chance in report.conversation.answerers if chance > 0]
    if not likeliest:
        return "Nobody is likely to answer."
    return f"Likeliest to answer, with the chance that one such person would: {'; '.join(likeliest)}."


def replies_sentence(report: Report) -> str:
    """How many were heard, and why their number is no forecast."""
    drawn = [r for r in report.part("first") if r.weighed and KIND[r.kind].words]
    heard = len(sayings(report, "first"))
    if not drawn:
        return "No seat was drawn to reply."
    return (
        f"{heard:,} of {named('seat', len(drawn))} drawn to reply came to words. A seat stands for about "
        f"{figure(report.rehearsal.people)} people and speaks where one of them would, so the number of replies shown here "
        "is no forecast; the tally is."
    )


def silence_lines(report: Report) -> tuple[str, ...]:
    """One line a reason, most frequent first: 14 of 41: it had nothing to do with their lives (Ada, Ben)."""
    silence = report.silence
    return tuple(
        f"{seats:,} of {silence.seats:,}: {REASON[reason].seen} ({_first_names(report, who)})"
        for reason, seats, who in silence.reasons
    )


def silence_sentence(report: Report) -> str:
    if not report.tally.rows:
        return "No seat could be played, so nobody was asked why."
    if not report.silence.seats:
        return "Nobody was asked why: every seat that was played was drawn to do something that a writer would see."
    return f"Most people behind each of {named('seat', report.silence.seats)} give the post nothing. The reason, chosen from a list:"


def flag_lines(report: Report) -> tuple[str, ...]:
    """One line a flag: its name, its value, its threshold and its reason."""
    return tuple(f"{f.flag}: {f.value:g} (threshold {f.threshold:g}): {flat(f.reason)}" for f in report.flags)


def failed_lines(report: Report) -> tuple[str, ...]:
    """One line a seat that could not be played, or not to the end, with its reason."""
    return tuple(
        f"Seat {r.seat}, {name_of(report, r.persona)}, {PARTS[r.part]}: {flat(r.failed)}"
        for r in report.reactions
        if r.failed is not None
    )


def made_lines(report: Report) -> tuple[tuple[str, str], ...]:
    """How it was made, as pairs of a heading and a text."""
    r = report.rehearsal
    return (
        ("Model", f"{flat(r.model)}. {flat(r.remark)}"),
        ("Seed", str(r.seed)),
        ("Panel", _panel(r.panel, len(r.seats), len(r.readers))),
        ("Scaled to", f"{r.audience:,} people; at most {named('reply', r.replies)}; {named('round', r.rounds)}"),
        ("Platform", f"{flat(r.platform.name)}: {flat(r.platform.source)}"),
        *((f"Base rate, {KIND[k].label}", f"{percent(rate)}, {flat(r.platform.sources[k])}") for k, rate in r.platform.rates.items()),
        ("Words", f"fingerprint {flat(r.fingerprint)}"),
        ("Readers", "; ".join(flat(reader.name) for reader in r.readers)),
        ("Rehearsal", f"{flat(r.id)}, {r.created:%Y-%m-%d %H:%M %Z}".rstrip()),
        ("Timings", _timings(report.timings) or "none kept"),
    )  # fmt: skip


def name_of(report: Report, persona: str) -> str:
    return flat(report.rehearsal.reader(persona).name)


def first_name_of(report: Report, persona: str) -> str:
    return flat(report.rehearsal.reader(persona).first_name)


def questions(report: Report, *, open: bool) -> tuple[Question, ...]:
    """What readers ask, once each: what the draft leaves open, or what it shows a sign of."""
    found = {flat(q.words).casefold(): q for q in report.conversation.questions if q.open == open}
    return tuple(found.values())


def sayings(report: Report, part: Part) -> tuple[Reaction, ...]:
    """The reactions of a part that came to words."""
    return tuple(r for r in report.part(part) if r.reply)


def _persona_line(report: Report, persona: str, seats: int, failed: int, shares: dict[str, float]) -> PersonaLine:
    known = (1 - shares[PASSING.key], shares.get("like", 0.0), shares.get("reply", 0.0)) if shares else (None, None, None)
    return PersonaLine(persona, name_of(report, persona), seats, failed, *known)


def _what_they_ask(report: Report) -> tuple[str, ...]:
    left, given = questions(report, open=True), questions(report, open=False)
    if not left and not given:
        return ("Nobody asked anything.",)
    told = (
        [f"They ask, and the draft leaves it open: {_quoted(report, left)}."] if left else ["What they ask, the draft answers."]
    )
    return (*told, f"They ask, though the draft shows a sign of it: {_quoted(report, given)}.") if given else tuple(told)


def _quoted(report: Report, asked: Iterable[Question]) -> str:
    return "; ".join(f"“{flat(q.words)}” ({asker(report, q)})" for q in asked)


def asker(report: Report, question: Question) -> str:
    """Who asked, and which of the usual gaps it points at: Ada, price."""
    who = first_name_of(report, question.persona)
    return f"{who}, {question.gap}" if question.gap else who


def _first_names(report: Report, personas: Iterable[str]) -> str:
    return ", ".join(first_name_of(report, persona) for persona in personas)


def _panel(panel: Panel, seats: int, personas: int) -> str:
    return f"{flat(panel.name)}: {named('seat', seats)}, {named('persona', personas)}. {flat(panel.bio)}"


TIMED = {"seconds": "seconds of playing", "opening": "seconds to open the model", "readers_per_second": "readers a second"}


def _timings(timings: Mapping[str, float]) -> str:
    """Seconds, and readers a second; a name we do not know is shown as it is."""
    return "; ".join(
        f"{figure(value)} {TIMED[name]}" if name in TIMED else f"{flat(name)}: {figure(value)}"
        for name, value in timings.items()
    )
