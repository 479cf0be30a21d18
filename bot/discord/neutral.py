r"""neutral(): text that others wrote, shown in a Discord message as it stands and doing nothing there.

Knows Discord's Markdown and its mentions, and nothing of where a text comes from. Two means, and why these:
- A backslash before a sign. It is Discord's own escape, so the reader sees the very text, copies it unchanged, and neither
  the client nor the server finds a link, an invite, an emoji or a heading in it: https\://, discord\.gg. An unseen
  character inside a link would leave a link, only to another place.
- A word joiner after each @. The server looks for mentions in the raw text, where a backslash does not help.
"""

from __future__ import annotations

import re
import unicodedata

from audience.draft import STRAY_JOINER

MOST = 2_000  # code points in a message
JOINER = "\u2060"
CUT = "…"
LONGEST_WORD = 24  # signs; a longer one is cut in two, for it could be all there is
BLANKS = frozenset(" \n\t")
PAUSES = frozenset(",;")

BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
ROW_ENDS = re.compile(r"[^\S\n]+$", re.MULTILINE)
# Shown as nothing or as a blank, though Unicode calls them letters, marks or signs.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
JOINERS = frozenset("\u200c\u200d")  # inside emoji families and some scripts; stray ones are taken out
HALF = "Cs"  # half a character
UNSEEN = frozenset({"Cc", "Cf", "Co"})
KEPT = frozenset("\n\t") | JOINERS

UNIT = re.compile(
    r"""
    (?P<opener>^[^\S\n]{0,99}[-#>+=])           # what makes a heading, a quotation or a list at the start of a line
    | (?P<number>^[^\S\n]{0,99}\d{1,9})(?=[.)])  # and the number of a list, whose sign comes next
    | (?P<mention>@)
    | (?P<sign>[\\*_~`|<\[\]]|:(?=\S)|\.(?=[^\W\d_]))  # a colon begins an emoji or ends a scheme; a dot joins a domain
    | (?P<other>.)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


def neutral(text: str, most: int = MOST) -> str:
    """At most `most` code points (at least 1), never empty; cut between signs, with an ellipsis. Several lines stay several."""
    units = [_harmless(found) for found in UNIT.finditer(seen(text))]
    if sum(map(len, units)) <= most:
        return "".join(units) or CUT
    kept, room = list[str](), most - len(CUT)
    for unit in units:
        room -= len(unit)
        if room < 0:
            kept = kept if unit in BLANKS | PAUSES else _whole_words(kept)
            break
        kept.append(unit)
    while kept and kept[-1] in BLANKS | JOINERS | PAUSES:  # an ellipsis stands at the end of a word
        kept.pop()
    return "".join(kept) + CUT


def _whole_words(units: list[str]) -> list[str]:
    """Without the beginning of a word at the end, where a blank stands not far before it."""
    begun = next((n for n, unit in enumerate(reversed(units)) if unit in BLANKS), len(units))
    return units[: len(units) - begun] if begun < min(LONGEST_WORD, len(units)) else units


def seen(text: str) -> str:
    """The text without what cannot be seen, its lines ended alike, no more than one empty line between two others."""
    shown = "".join(map(_shown, BREAK.sub("\n", text)))
    shown = ROW_ENDS.sub("", STRAY_JOINER.sub("", shown))
    return re.sub(r"\n{3,}", "\n\n", shown).strip()


def _shown(sign: str) -> str:
    sort = unicodedata.category(sign)
    if sort == HALF:
        return "\ufffd"
    return "" if (sort in UNSEEN and sign not in KEPT) or sign in FILLERS else sign


def _harmless(found: re.Match[str]) -> str:
    text = found[0]
    if found.lastgroup == "mention":
        return f"{text}{JOINER}"
    if found.lastgroup in {"opener", "sign"}:
        return f"{text[:-1]}\\{text[-1]}"
    # The sign after the number of a list is escaped with the number, which no cut then parts from it.
    return f"{text}\\" if found.lastgroup == "number" else text
