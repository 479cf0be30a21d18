"""What does a writer see? One rehearsal with the understudy on a loopback Discord, as pictures of everything it showed.

    python -m benchmarks.pictures DIR [--only NAME ...]

Written to DIR, each as .html and .png: `form` (what /rehearse asks), `card` (the thread while readers are heard), `speaking`
(the same while some write), `channel` (the draft in its channel), `thread` (the report and the first replies), `marked` (the
team's marks summed), `revised` (a second draft beside the first), `asides` (what one member alone was told), `shelf`
(personas, panels and platforms) and `record` (a post that is published and recorded). The README shows `card` and `thread`. They are taken with Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from base64 import b64decode
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from audience.library import Library
from audience.reaction import Reaction
from audience.rehearsal import Rehearsal
from bot.discord import performance
from bot.room import Room
from tests.bot.discord.team import MAY, Team, card, replies, team
from tests.bot.pages import browser
from tests.discord import picture
from tests.discord.loopback import Loopback
from tests.discord.world import Channel

SAMPLE = Path("samples/moved-button.md")
REVISED = """We moved the export button last Tuesday, and forty of you wrote to say it broke your Monday.

You were right. It is back in the top bar, and it stays there: nothing that you use every day moves again without a week's notice.

We had watched three people use it and thought that was enough. What else did we move that you are still looking for?
"""
WIDTH, SCALE = 900, 1.5
NARROW = {"card": 620, "thread": 780}  # in the README they are seen at a smaller size than on a screen
SEEN_AT = "28 of 48"
PACE = 0.1  # seconds between two readers
COLORS = 255  # in a picture; enough for flat colours, and a third of the size


class Unhurried(Room):
    """A room whose readers take their time: the understudy's are heard before anybody could look."""

    async def play(self, rehearsal: Rehearsal, words: Library, done: Sequence[Reaction]) -> AsyncGenerator[Reaction, None]:
        async with aclosing(Room.play(self, rehearsal, words, done)) as coming:
            async for reaction in coming:
                yield reaction
                await asyncio.sleep(PACE)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=())
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    pages = asyncio.run(played())
    with TemporaryDirectory() as profile, opened(Path(profile)) as tab:
        for name, page in pages.items():
            if not given.only or name in given.only:
                print(taken(tab, page, given.folder / name, NARROW.get(name, WIDTH)))


async def played() -> dict[str, str]:
    """The pages of one evening in a team's channel, by name."""
    performance.CARD_EVERY = 0.05  # what is on the card when its picture is taken is not two seconds old
    with TemporaryDirectory() as folder:
        async with Loopback() as loopback:
            role = next(role for role in loopback.server.roles.values() if role.name == "soundingboard")
            role.permissions = MAY
            async with team(Path(folder), loopback, model="understudy:") as us:
                us.client.stage.room = Unhurried(us.room.store, us.room.model, us.room.likeness, us.room.opening)
                return await _evening(us)


async def _evening(us: Team) -> dict[str, str]:
    ada, pages = us.person("ada"), dict[str, str]()
    form = await ada.command("rehearse")
    pages["form"] = picture.page(picture.form(form))
    told = await (await ada.submit(form, {"draft": SAMPLE.read_text(encoding="utf-8").strip()})).settled()
    thread = await us.opened(0)
    await us.loopback.until(lambda: SEEN_AT in card(thread).text, 120)
    pages["card"] = picture.page(picture.thread(thread))
    await us.loopback.until(lambda: "1 posted here" in card(thread).text, 120)
    pages["speaking"] = picture.page(picture.thread(thread))
    await us.shown(thread)
    pages["channel"] = picture.page(picture.channel(us.loopback.general), picture.answer(told))
    pages["thread"] = picture.page(picture.thread(thread, thread.messages[:4]))
    pages["marked"] = await _marked(us, thread)
    pages["asides"] = await _asides(us, thread)
    pages["revised"] = await _revised(us, thread)
    pages["shelf"] = await _shelf(us)
    pages["record"] = await _record(us, thread)
    return pages


async def _marked(us: Team, thread: Channel) -> str:
    heard = replies(thread)[:3]
    for n, who in enumerate(("ada", "ben", "mia")):
        for message in heard:
            last = await us.pressed(who, message, "Not plausible" if message is heard[1] else ("Plausible", "Useful")[n % 2])
    await us.loopback.until(lambda: f"{3 * len(heard)} marks" in card(thread).text)
    asking = await us.person("ben").press(heard[0], "Answer this reader")
    await us.person("ben").submit(asking, {"said": "Fair. Which one would you look for first?"})
    before = len(thread.messages)
    await us.loopback.until(lambda: len(thread.messages) > before, 30)
    shown = picture.thread(thread, (card(thread), thread.messages[-1]))
    return picture.page(shown, picture.answer(last), picture.form(asking))


async def _asides(us: Team, thread: Channel) -> str:
    told = [await us.pressed("ada", card(thread), name) for name in ("The silent ones", "Export", "Delete")]
    told += [await us.told("ada", name) for name in ("help", "rehearsals", "rehearsal")]
    told.append(await us.told("mia", "settings"))
    told.append(await us.told("ada", "rehearse", panel="critcs"))
    told.append(await us.pressed("ben", card(thread), "Delete"))
    return picture.page(*map(picture.answer, told))


async def _record(us: Team, thread: Channel) -> str:
    """A post that is out: frozen, its numbers entered, and how the team stands."""
    frozen = await us.pressed("ada", card(thread), "Published it")
    form = await us.person().press(frozen, "Record numbers")
    numbers = {"reach": "5,200", "reactions": "61", "replies": "9", "shares": "4", "taken": ""}
    entered = await (await us.person().submit(form, numbers)).settled()
    standing = await us.told("ada", "accuracy")
    await us.loopback.until(lambda: "one post is recorded" in card(thread).text)
    told = (picture.answer(frozen), picture.form(form), picture.answer(entered), picture.answer(standing))
    return picture.page(*told, picture.thread(thread, (card(thread),)))


async def _revised(us: Team, thread: Channel) -> str:
    before = len(us.threads)
    form = await us.person().press(card(thread), "Revise")
    told = await (await us.person().submit(form, {"draft": REVISED.strip()})).settled()
    second = await us.opened(before)
    await us.shown(second)
    return picture.page(picture.form(form), picture.answer(told), picture.thread(second))


async def _shelf(us: Team) -> str:
    ways: tuple[tuple[str, dict[str, str]], ...] = (
        ("persona list", {}), ("persona show", {"persona": "abel"}), ("panel list", {}), ("panel show", {"panel": "general"}),
        ("platform list", {}), ("platform show", {"platform": "linkedin"}),
    )  # fmt: skip
    told = [await us.told("ada", name, **given) for name, given in ways]
    new = await us.person().command("persona new")
    return picture.page(*map(picture.answer, told), picture.form(new))


@contextmanager
def opened(profile: Path) -> Iterator[browser.Tab]:
    program = browser.found()
    if program is None:
        raise SystemExit("No Chromium or Chrome is installed here; install one to take the pictures.")
    with browser.opened(program, profile) as tab:
        yield tab


def taken(tab: browser.Tab, page: str, path: Path, wide: int) -> str:
    """Write a page and its picture; gives a line about them."""
    path.with_suffix(".html").write_text(page, encoding="utf-8")
    tab.show(path.with_suffix(".html").resolve().as_uri(), wide, "dark")
    height = tab.measure("Math.ceil(document.body.getBoundingClientRect().height)")
    clip = {"x": 0, "y": 0, "width": wide, "height": height, "scale": SCALE}
    png = b64decode(tab.ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"])
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLORS).save(path.with_suffix(".png"), optimize=True)
    return f"{path.with_suffix('.png')}: {wide} x {height}, {path.with_suffix('.png').stat().st_size / 1000:.0f} kB"


if __name__ == "__main__":
    main()
