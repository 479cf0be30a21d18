"""What was sent, drawn as a page: nothing of it is missing there, and nothing that anybody wrote comes alive on it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.bot.discord.team import Team, buttons, card, replies
from tests.discord import picture
from tests.discord.markup import marked
from tests.discord.world import File

HOSTILE = '<script>alert(1)</script> <img src=x onerror="alert(1)"> [press](https://evil.example) @everyone # "quoted"'


def text(page: str) -> str:
    """What a person reads on it."""
    body = page.partition("</style>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg.*?</svg>|<br>", " ", body))).split())


def named(sort: str, id: int) -> str:
    return f"{sort}<b>{id}"


async def test_every_message_name_and_button_of_a_thread_is_on_the_page(us: Team) -> None:
    thread = await us.rehearsed()
    page = picture.page(picture.channel(us.loopback.general), picture.thread(thread))
    seen = text(page)
    assert thread.name in seen
    for message in (*us.loopback.general.messages, *replies(thread)):
        assert message.name in seen
        assert re.sub(r"\\(\W)", r"\1", " ".join(message.content.split())) in seen
    for field in card(thread).embeds[0]["fields"]:
        assert field["name"] in seen
    assert all(seen.count(label) >= len(replies(thread)) for label in buttons(replies(thread)[0]))
    assert all(label in seen for label in buttons(card(thread)))
    assert "\\" not in seen


async def test_the_chart_stands_in_the_page_and_nothing_is_asked_for(us: Team) -> None:
    page = picture.page(picture.thread(await us.rehearsed()))
    assert 'src="data:image/png;base64,iVBOR' in page
    assert not re.search(r'(?:src|href|action)="(?!data:image/)', page)
    assert "default-src 'none'" in page


async def test_a_form_shows_its_fields_and_an_open_menu_its_choices(us: Team) -> None:
    form = await us.person().command("rehearse")
    closed, opened = text(picture.page(picture.form(form))), text(picture.page(picture.form(form, "panel")))
    for label in ("Rehearse a draft", "Draft *", "Who sits in the audience *", "General public", "LinkedIn", "1000", "Submit"):
        assert label in closed
    assert "Critics" in opened
    assert "Critics" not in closed


async def test_an_answer_says_who_asked_and_that_nobody_else_sees_it(us: Team) -> None:
    seen = text(picture.page(picture.answer(await us.told("ada", "persona show", persona="abel"))))
    assert "Ada used /persona show" in seen
    assert "Abel, electrician's apprentice" in seen
    assert "Only you can see this" in seen


async def test_hostile_words_are_words_on_the_page(us: Team) -> None:
    await us.person().post(us.loopback.general, HOSTILE, File('<b onload="x">.txt', b"x"))
    us.loopback.general.name = HOSTILE
    page = picture.page(picture.channel(us.loopback.general))
    assert "<script" not in page
    assert "<img" not in page
    assert "<b onload" not in page
    assert text(page).count("<script>alert(1)</script>") == 2
    assert '<b onload="x">.txt' in text(page)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("**bold** and *em*", "<p><strong>bold</strong> and <em>em</em></p>"),
        (r"\*\*not bold\*\*, https\://a\.example, c\d", r"<p>**not bold**, https://a.example, c\d</p>"),
        (
            "-# small\n> said\n> more\nplain",
            '<p class="small">small</p><blockquote><p>said<br>more</p></blockquote><p>plain</p>',
        ),
        ("`<i>`", "<p><code>&lt;i&gt;</code></p>"),
        ("<@7>", '<p><span class="mention">@&lt;b&gt;7</span></p>'),
        ("||hidden||", '<p><span class="spoiler">hidden</span></p>'),
        ("snake_case_name", "<p>snake_case_name</p>"),
    ],
)
def test_words_are_drawn_as_discord_draws_them(written: str, drawn: str) -> None:
    assert marked(written, named) == drawn
