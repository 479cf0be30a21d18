"""Picture: what a loopback Discord holds, as one web page that looks as a member sees it in Discord's dark theme.

    page(channel(loopback.general), thread(loopback.threads[0]), form(await ada.command("rehearse")))

The page asks for nothing: pictures stand in it, and whatever others wrote is escaped. Knows messages and forms, not the bot.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from zlib import crc32

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from tests.discord import markup
from tests.discord.answers import Answer
from tests.discord.shapes import born
from tests.discord.world import Channel, File, Json, Message, opened

COLORS = ("#5865f2", "#757e8a", "#3ba55c", "#faa61a", "#ed4245", "#eb459e")  # of the pictures that Discord gives by itself
THUMB = Markup(
    '<path fill="#ffcc4d" d="M13 16 18 4q1-2 3-1 3 2 2 6l-1 5h9q3 0 3 3 0 2-2 3 1 1 1 3 0 2-2 3 1 1 0 3 0 2-2 2 1 4-4 4H15q-2 0-4-2z"/>'
    '<rect x="3" y="15" width="9" height="19" rx="2" fill="#f4900c"/>'
)
SIGNS = {
    "👍": THUMB,
    "👎": Markup('<g transform="translate(0 37) scale(1 -1)">{}</g>').format(THUMB),
    "💡": Markup(
        '<path fill="#ffd983" d="M18 1a12 12 0 0 0-6 22q1 1 1 4h10q0-3 1-4A12 12 0 0 0 18 1z"/>'
        '<path fill="#99aab5" d="M13 28h10v2H13zm0 3h10v2l-3 2h-4l-3-2z"/>'
    ),
    "🚫": Markup('<path fill="none" stroke="#dd2e44" stroke-width="5" d="M8 8l20 20M18 4a14 14 0 1 1-.1 0z"/>'),
    "💬": Markup('<path fill="#bdddf4" d="M18 3C8 3 1 9 1 16q0 7 8 11-1 4-5 7 7 0 12-5h2c10 0 17-6 17-13S28 3 18 3z"/>'),
}
OWN_PICTURE = re.compile(r"/embed/avatars/(\d)\.png$")
TOGETHER = timedelta(minutes=7)  # messages of one author within this time stand under one name


@dataclass(frozen=True, slots=True)
class Scene:
    """One part of the page: a list of messages, or a form."""

    heading: str = ""
    sign: str = ""  # before the heading: of a channel, of a thread
    messages: tuple[Message, ...] = ()
    asked: str = ""  # what a member did to be answered with these messages
    form: Json | None = None
    open_menu: str = ""  # the custom id of the menu whose choices are seen


def channel(where: Channel, messages: Sequence[Message] | None = None) -> Scene:
    """A channel, or only these messages of it."""
    return Scene(where.name, "#", tuple(where.messages if messages is None else messages))


def thread(where: Channel, messages: Sequence[Message] | None = None) -> Scene:
    """A thread with the message it was opened on above its own, or only these messages of it."""
    return Scene(where.name, "thread", tuple((*starter(where), *where.messages) if messages is None else messages))


def starter(where: Channel) -> Iterator[Message]:
    if where.parent is not None and where.id in where.parent.every:
        yield where.parent.every[where.id]


def answer(to: Answer) -> Scene:
    """What a member alone sees."""
    called = " ".join(_called(to.interaction.payload["data"]))
    return Scene(messages=to.messages, asked=f"{to.interaction.member.name} used /{called}" if called else "")


def _called(data: Json) -> Iterator[str]:
    """The name of a command, and of the part of it that was used."""
    if "name" in data and data.get("type", 1) in {1, 2}:
        yield data["name"]
        for part in data.get("options", ()):
            yield from _called(part)


def form(to: Answer, open_menu: str = "") -> Scene:
    """The form that was opened; with the name of a menu, that menu with its choices."""
    assert to.modal is not None, "no form was opened"
    return Scene(form=to.modal, open_menu=open_menu)


def page(*scenes: Scene) -> str:
    """One self-contained HTML document."""
    return _template().render(scenes=scenes)


@cache
def _template() -> Template:
    setting = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    setting.filters |= {"marked": _marked, "inline": _inline, "drawn": drawn}
    setting.globals |= {
        "color": color, "time": time, "opens": opens, "shown_files": shown_files, "image": image, "parts": parts, "size": size,
    }  # fmt: skip
    return setting.get_template("picture.html.j2")


def _marked(text: str, message: Message) -> Markup:
    return drawn(markup.marked(text, _names(message)))


def _inline(text: str, message: Message) -> Markup:
    return drawn(markup.inline(text, _names(message)))


def drawn(words: str) -> Markup:
    """With small drawings where there are signs that few machines have letters for."""
    made = escape(words)
    for sign, strokes in SIGNS.items():
        made = made.replace(
            sign, Markup('<svg class="sign" viewBox="0 0 36 36" aria-label="{}">{}</svg>').format(sign, strokes)
        )
    return made


def _names(message: Message) -> markup.Named:
    """How a mention in this message is shown: by name where the server knows it."""
    server = message.channel.server

    def named(sort: str, id: int) -> str:
        if sort == "#":
            return f"#{server.channels[id].name}" if id in server.channels else "#unknown"
        if sort == "@&":
            return f"@{server.roles[id].name}" if id in server.roles else "@unknown-role"
        return f"@{server.members[id].name}" if id in server.members else f"<@{id}>"

    return named


def color(message: Message) -> str:
    """Of the disc beside a message: that of the picture it was posted with, else one that goes with the name."""
    found = OWN_PICTURE.search(message.author.avatar)
    return COLORS[int(found[1]) % len(COLORS) if found else crc32(message.name.encode()) % len(COLORS)]


def time(message: Message) -> str:
    return f"{_at(message):%H:%M}"


def opens(messages: Sequence[Message], n: int) -> bool:
    """Whether a message stands under a name of its own, not under that of the one before it."""
    if n == 0:
        return True
    before, now = messages[n - 1], messages[n]
    same = (before.author.id, before.name, before.channel.id) == (now.author.id, now.name, now.channel.id)
    return not same or before.thread is not None or _at(now) - _at(before) > TOGETHER


def _at(message: Message) -> datetime:
    return datetime.fromisoformat(born(message.id))


def shown_files(message: Message) -> list[File]:
    """The files of a message, without those that an embed shows."""
    shown = [str(embed.get("image", {}).get("url", "")) for embed in message.embeds]
    return [file for file in message.files if not any(f"/{file.id}/" in url for url in shown)]


def image(message: Message, url: str = "", file: File | None = None) -> str:
    """A file of the message as an address that asks for nothing; empty where it has no such file."""
    found = file or next((one for one in message.files if f"/{one.id}/" in url), None)
    sort = (found and guess_type(found.name)[0]) or ""  # Discord looks at the name too: a client seldom says what it sends
    if found is None or not sort.startswith("image/"):
        return ""
    return f"data:{sort};base64,{b64encode(found.content).decode()}"


def parts(form: Json) -> list[Json]:
    """The fields of a form as they are seen: a label, with its input in it."""
    return [part for part in opened(form["components"]) if part["type"] in {10, 18}]


def size(file: File) -> str:
    return f"{len(file.content) / 1024:.2f} KB" if len(file.content) >= 1024 else f"{len(file.content)} bytes"
