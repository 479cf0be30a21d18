"""Draft: the post under rehearsal; cleaned, measured, refused when there is nothing to read or too much of it.

Knows nothing of files, platforms or readers.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from audience.errors import Refused

MOST_WORDS = 5_000
MOST_CHARACTERS = 40_000
LINE = 60  # characters in a line of text, the unit in which drafts and replies are compared

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Zero-width space, word joiner, byte-order mark, soft hyphen; left-to-right and right-to-left marks, embeddings, isolates.
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
# Joiners hold emoji families and some scripts together, so a run of them goes only where it meets plain ASCII, space or an end.
STRAY_JOINER = re.compile(r"(?:^|(?<=[\x00-\x7f\s]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f\s]|$)")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: bytes on a command line that were no UTF-8
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Draft:
    """A post as a reader would see it, with the alt text of its image where it has one.

    Build one with `Draft.clean`; the bare constructor takes only text that is already clean.
    """

    text: str
    alt: str = ""
    removed: int = 0  # invisible characters that were taken out

    def __post_init__(self) -> None:
        if not WORD.search(LINK.sub(" ", self.text)):
            raise Refused(_why_nothing_to_read(self.text))
        if (many := self.words) > MOST_WORDS or len(self.text) > MOST_CHARACTERS:
            raise Refused(
                f"The draft has {many:,} words ({len(self.text):,} characters); a rehearsal takes at most "
                f"{MOST_WORDS:,} words and {MOST_CHARACTERS:,} characters. Rehearse the post, not the whole document."
            )

    @classmethod
    def clean(cls, raw: str, alt: str = "") -> Draft:
        """Normalise line ends and Unicode (NFC), drop invisible and control characters, trim. Raises Refused."""
        text, removed = _cleaned(raw)
        return cls(text, _cleaned(alt)[0], removed)

    @property
    def words(self) -> int:
        return sum(1 for _ in WORD.finditer(LINK.sub(" ", self.text)))

    @property
    def lines(self) -> int:
        return lines(self.text)


def lines(text: str) -> int:
    """How many lines of `LINE` characters the text fills; each line break starts a new one, empty lines do not count."""
    return sum(-(-len(line.strip()) // LINE) for line in text.splitlines() if line.strip())


def decoded(raw: bytes, where: str) -> str:
    """The text of a draft file. UTF-8, with or without a mark at its start; anything else is refused by name."""
    if b"\x00" in raw[:4096] or raw[:4] in (b"\x89PNG", b"PK\x03\x04", b"%PDF"):
        raise Refused(f"{where} is a binary file, not text; save the draft as plain text or Markdown in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{where} is not UTF-8 (byte 0x{raw[error.start]:02x} at position {error.start}); "
            "save it as UTF-8, for instance with: iconv -f latin1 -t utf-8"
        ) from None


def _cleaned(raw: str) -> tuple[str, int]:
    text, unseen = INVISIBLE.subn("", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text, control = CONTROL.subn("", text)
    text, broken = SURROGATE.subn("", text)
    text, stray = STRAY_JOINER.subn("", unicodedata.normalize("NFC", text))
    text = unicodedata.normalize("NFC", text)  # what was taken out may have stood between a letter and its accent
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(), unseen + stray + control + broken


def _why_nothing_to_read(text: str) -> str:
    if LINK.search(text):
        return "The draft is only links; add the words a reader would see around them."
    if text.strip():
        return "The draft has no words, only signs; a reader needs something to read."
    return "The draft is empty; give the text of the post."
