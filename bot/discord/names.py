"""shown() and avatar(): under which name and picture a persona speaks in a server.

A name says that it is simulated, and is never one under which somebody could take it for a member. Knows no server and no
webhook; the names of members are given.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import count

MOST = 80  # characters in the name of a webhook
SUFFIX = " (simulated)"
ROOM = MOST - len(SUFFIX)
BARRED = ("discord", "clyde")  # no webhook may have them in its name
PICTURES = 6
PICTURE = "https://cdn.discordapp.com/embed/avatars/{}.png"  # Discord's own, with nobody's face

SIGNS = re.compile(r"[@#:`]")  # names of accounts cannot have them either
# Letters and figures that look like others, after accents are off and case is folded. Left out where nobody would mistake them.
LIKE = {
    "a": "аα", "b": "вβ", "c": "сϲ", "d": "ԁðđ", "e": "еєεз3", "g": "ɡ", "h": "һнħ", "j": "ј", "k": "кκ", "l": "1|iıіїӏłιɩ",
    "m": "м", "n": "пηո", "o": "0оοσøօ", "p": "рρ", "q": "ԛ", "r": "г", "s": "5ѕ", "t": "тτ", "u": "υ", "v": "ѵν", "w": "ԝωѡ",
    "x": "хχ", "y": "уүγ", "ae": "æ",
}  # fmt: skip
LOOKS = {ord(sign): letter for letter, signs in LIKE.items() for sign in signs}
PAIRS = (("rn", "m"), ("vv", "w"))


def shown(name: str, members: Collection[str] = (), seat: int = 0) -> str:
    """The name of a persona in a server with these members: Abel, electrician's apprentice (simulated).

    At most 80 characters. A name that looks like a member's, or that no webhook may have, becomes that of a numbered reader.
    """
    taken = {form for member in members for form in _forms(_clean(member))}
    whole = _clean(name)
    core = _cut(whole.split(",", maxsplit=1)[0].strip())
    if _usable(core, taken):
        told = whole if len(whole) <= ROOM and _usable(whole, taken) else core
        return f"{told}{SUFFIX}"
    readers = (f"Reader {seat}" if n == 1 else f"Reader {seat}-{n}" for n in count(1))
    return f"{next(reader for reader in readers if _usable(reader, taken))}{SUFFIX}"


def avatar(persona: str) -> str:
    """The address of the picture of a persona, the same in every rehearsal."""
    return PICTURE.format(hashlib.sha256(persona.encode()).digest()[0] % PICTURES)


@lru_cache(maxsize=4_096)
def skeleton(name: str) -> str:
    """What is left of a name when accents, case, signs and look-alike letters are taken away; names alike have it alike."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    alike = unicodedata.normalize("NFKD", bare.casefold()).translate(LOOKS)
    letters = "".join(sign for sign in alike if sign.isalnum())
    for pair, one in PAIRS:
        letters = letters.replace(pair, one)
    return letters


def _forms(name: str) -> set[str]:
    """The ways a name is read: as it stands, and without what follows its comma or says that it is simulated."""
    forms = {name, name.split(",", maxsplit=1)[0]}
    forms |= {form.removesuffix(SUFFIX.strip()) for form in forms}
    return {skeleton(form) for form in forms} - {""}


def _usable(name: str, taken: Collection[str]) -> bool:
    bare = skeleton(name)
    return bool(bare) and bare not in taken and not any(skeleton(word) in bare for word in BARRED)


def _clean(name: str) -> str:
    """On one line, in compatibility form, with no sign that cannot be seen."""
    normal = SIGNS.sub(" ", unicodedata.normalize("NFKC", name))
    return " ".join("".join(sign for sign in normal if sign.isspace() or unicodedata.category(sign)[0] != "C").split())


def _cut(core: str) -> str:
    return core if len(core) <= ROOM else f"{core[: ROOM - 1].rstrip()}…"
