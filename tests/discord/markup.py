"""marked(): Discord's own Markdown, as far as people read it in a message, as HTML. It holds no link that can be pressed.

A backslash is shown where Discord shows it: before a letter or a figure, and nowhere else. Knows no message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup, escape

Named = Callable[[str, int], str]  # what is mentioned ("@", "@&" or "#") and its id -> how it is shown

FENCE = re.compile(r"```(?:[a-z0-9+-]+\n)?(.+?)```", re.DOTALL | re.IGNORECASE)
HEADING = re.compile(r"(#{1,3}) +(.+)")
SMALL = re.compile(r"-# +(.+)")
POINT = re.compile(r"( *)(?:[-*]|(\d+)\.) +(.+)")
QUOTE = re.compile(r"> ?(.*)")
INLINE = re.compile(
    r"""
    \\(?P<escaped>[^0-9A-Za-z\s])
    | (?P<ticks>`+)(?P<code>.*?[^`])(?P=ticks)(?!`)
    | \*\*(?P<strong>(?:\\.|[^\\])+?)\*\*(?!\*)
    | __(?P<u>(?:\\.|[^\\])+?)__(?!_)
    | \*(?=\S)(?P<em>(?:\\.|[^\\*])+?)\*(?!\*)
    | \b_(?P<em2>(?:\\.|[^\\_])+?)_(?![0-9A-Za-z_])
    | ~~(?P<s>(?:\\.|[^\\])+?)~~
    | \|\|(?P<spoiler>(?:\\.|[^\\])+?)\|\|
    | <(?P<sort>@&|@!?|\#)(?P<id>\d+)>
    | </(?P<command>[^:>]+):\d+>
    | <a?(?P<emoji>:\w+:)\d+>
    | <t:(?P<moment>\d{1,11})(?::[tTdDfFR])?>
    | (?P<everyone>@everyone|@here)
    | \[(?P<link>(?:\\.|[^\]\\])+)\]\(<?https?://[^)\s]+\)
    | <?(?P<url>https?://[^\s<>]+)>?
    | (?P<break>\n)
    """,
    re.VERBOSE | re.DOTALL,
)
WRAPS = {"strong": "strong", "u": "u", "em": "em", "em2": "em", "s": "s"}
EMPTY = Markup("")


def marked(text: str, named: Named) -> Markup:
    """The words of a message or of a field."""
    pieces = FENCE.split(text)
    made = (_fenced(piece) if n % 2 else _lines(piece, named) for n, piece in enumerate(pieces))
    return EMPTY.join(made)


def inline(text: str, named: Named) -> Markup:
    """One run of words, without headings, lists and quotations."""
    return EMPTY.join(_runs(text, named))


def _fenced(text: str) -> Markup:
    return Markup("<pre>{}</pre>").format(text.strip("\n"))


def _lines(text: str, named: Named) -> Markup:
    """Lines of one sort together, so that a style may run over their ends."""
    made = []
    for sort, rows in groupby(text.strip("\n").split("\n"), _sort):
        if sort is QUOTE:
            quoted = "\n".join(_found(sort, row)[1] for row in rows)
            made.append(Markup("<blockquote>{}</blockquote>").format(_lines(quoted, named)))
        elif sort is None:
            made.append(Markup("<p>{}</p>").format(inline("\n".join(rows), named)))
        else:
            made += [_block(_found(sort, row), sort, named) for row in rows]
    return EMPTY.join(made)


def _sort(row: str) -> re.Pattern[str] | None:
    return next((sort for sort in (QUOTE, HEADING, SMALL, POINT) if sort.fullmatch(row)), None)


def _found(sort: re.Pattern[str], row: str) -> re.Match[str]:
    found = sort.fullmatch(row)
    assert found is not None
    return found


def _block(found: re.Match[str], sort: re.Pattern[str], named: Named) -> Markup:
    if sort is HEADING:
        return Markup("<h{0}>{1}</h{0}>").format(len(found[1]), inline(found[2], named))
    if sort is SMALL:
        return Markup('<p class="small">{}</p>').format(inline(found[1], named))
    sign = f"{found[2]}." if found[2] else "•"
    return Markup('<div class="point"><span>{}</span><div>{}</div></div>').format(sign, inline(found[3], named))


def _runs(text: str, named: Named) -> Iterator[Markup]:
    at = 0
    for found in INLINE.finditer(text):
        yield escape(text[at : found.start()])
        yield _run(found, named)
        at = found.end()
    yield escape(text[at:])


def _run(found: re.Match[str], named: Named) -> Markup:  # noqa: PLR0911 - a sort of markup a line
    sort = found.lastgroup or ""
    words = found[sort]
    if sort in WRAPS:
        return Markup("<{0}>{1}</{0}>").format(WRAPS[sort], inline(words, named))
    if sort in {"spoiler", "link"}:
        return Markup('<span class="{}">{}</span>').format(sort, inline(words, named))
    if sort == "break":
        return Markup("<br>")
    if sort in {"escaped", "emoji"}:
        return escape(words)
    if sort == "code":
        return Markup("<code>{}</code>").format(words)
    if sort == "url":
        return Markup('<span class="link">{}</span>').format(words)
    if sort == "moment":
        return Markup('<span class="moment">{:%d/%m/%Y %H:%M}</span>').format(datetime.fromtimestamp(int(words), UTC))
    shown = named(found["sort"].rstrip("!"), int(words)) if sort == "id" else f"/{words}" if sort == "command" else words
    return Markup('<span class="mention">{}</span>').format(shown)
