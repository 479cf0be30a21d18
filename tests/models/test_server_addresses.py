"""Where a draft may go, what is said of it, who sees the key, and what a model on a server is called."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audience.errors import Failed, Refused
from models.backends import server
from models.serving import address
from models.serving.pool import Pinned
from models.serving.probing import Identity
from models.shelf import Shelf
from tests.models import tiny
from tests.models.loopback import serving, status
from tests.models.served import TWO, Clock, complaint, opened

# What may be spoken to, and what is said of it.


def leads_to(*numbers: str) -> address.Resolve:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return numbers

    return resolve


REMOTE = ("192.168.1.5", "8.8.8.8", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0")  # noqa: S104 - to be refused


@pytest.mark.parametrize("number", REMOTE)
async def test_a_name_that_leads_to_another_machine_is_refused_whatever_else_it_leads_to(number: str) -> None:
    (named,) = address.Named.read("http://looks.local:8080#m").addresses
    with pytest.raises(Refused, match=r"the draft would leave it; .* say --allow-remote"):
        await address.find(named, remote=False, resolve=leads_to("127.0.0.1", number))
    allowed = await address.find(named, remote=True, resolve=leads_to("127.0.0.1", number))
    assert not allowed.stays


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.3.2.1", "http://localhost:8080/v1/", "http://[::1]:8080"])
async def test_addresses_of_this_machine_stay_on_it(url: str) -> None:
    (named,) = address.Named.read(f"{url}#m").addresses
    assert (await address.find(named, remote=False)).stays
    assert not named.url.endswith(("/", "/v1"))


@pytest.mark.parametrize("url", ["http://10.1.2.3:8080", "http://192.0.2.1", "https://[2001:db8::1]/v1", "http://0.0.0.0:80"])
async def test_a_remote_address_is_refused_without_a_word_sent(shelf: Shelf, url: str) -> None:
    assert "say --allow-remote" in await complaint(shelf, f"{url}#m")


async def test_what_a_name_meant_when_it_was_judged_is_all_it_ever_leads_to() -> None:
    (named,) = address.Named.read("http://looks.local:8080#m").addresses
    pinned = Pinned([await address.find(named, remote=False, resolve=leads_to("127.0.0.1"))])
    assert [row["host"] for row in await pinned.resolve("looks.local", 8080)] == ["127.0.0.1"]
    with pytest.raises(OSError, match="not looked up"):
        await pinned.resolve("elsewhere.local", 8080)


async def test_a_redirect_is_not_followed(shelf: Shelf, clock: Clock) -> None:
    async with serving() as other, serving() as one, opened(shelf, clock, one) as model:
        one.faults.append(status(307, "there", Location=f"{other.url}/v1/chat/completions"))
        with pytest.raises(Failed, match="sends elsewhere"):
            await model.weigh(tiny.ask(), TWO)
        assert other.heard == []


async def test_no_proxy_of_the_environment_sees_a_draft(shelf: Shelf, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as proxy, serving() as one:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        async with opened(shelf, clock, one) as model:
            await model.weigh(tiny.ask(), TWO)
        assert (len(one.heard), proxy.heard) == (1, [])


async def test_every_report_says_whether_the_draft_left_the_machine(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one:
        async with opened(shelf, clock, one) as model:
            assert "The draft was sent to a server on this machine and nowhere else." in model.remark
        away = address.Found(address.Named.read("https://models.example#m").addresses[0], ("192.0.2.1",))
        open_ = address.Found(address.Named.read("http://rack.example:80#m").addresses[0], ("192.0.2.2",))
        async with opened(replace(shelf, remote=True), clock, one) as model:
            assert "on this machine and nowhere else" in model.remark
    identity = server_identity()
    assert server._left([away], identity) == ("The draft left this machine: it was sent to models.example.",)
    assert server._left([open_], identity) == ("The draft left this machine: it was sent to rack.example without encryption.",)


def server_identity() -> Identity:
    return Identity("m", "m", "1", None, None, "")


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("big:cloud", {}),
        ("big:120b-cloud", {}),
        ("big", {"/api/tags": {"models": [{"name": "big", "remote_host": "https://models.example"}]}}),
    ],
)
async def test_a_local_server_that_hands_a_model_on_to_another_machine_is_a_remote_one(
    shelf: Shelf, clock: Clock, name: str, pages: dict[str, Any]
) -> None:
    async with serving(models=(name,), pages=pages) as one:
        assert "the draft would leave this machine" in await complaint(shelf, f"{one.url}#{name}")
        async with opened(replace(shelf, remote=True), clock, one, model=name) as model:
            assert "The draft left this machine" in model.remark


async def test_a_name_that_nobody_knows_is_said() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    (named,) = address.Named.read("http://looks.local#m").addresses
    with pytest.raises(Failed, match="Nobody here knows a machine"):
        await address.find(named, remote=False, resolve=unknown)


# Keys, names and marks.


async def test_a_key_is_shown_to_the_server_and_to_nobody_else(
    shelf: Shelf, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    keyed = replace(shelf, server_key="sk-hush")
    async with serving(key="sk-hush") as one, opened(keyed, clock, one) as model:
        one.faults.append(status(422, "Incorrect API key provided: sk-hush"))
        with pytest.raises(Failed) as caught:
            await model.weigh(tiny.ask(), TWO)
        assert "sk-hush" not in f"{caught.value!r} {keyed!r} {model!r} {model.remark}{caplog.text}"
    async with serving(key="sk-other") as other:
        wrong, none = await complaint(keyed, f"{other.url}#m"), await complaint(shelf, f"{other.url}#m")
    assert "does not take the key in SOUNDINGBOARD_SERVER_KEY" in wrong
    assert "wants a key; put it into SOUNDINGBOARD_SERVER_KEY" in none
    assert "sk-" not in wrong + none


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("", "needs the address"), ("#tiny", "needs the address"), ("ftp://127.0.0.1#m", "is no address"),
        ("127.0.0.1:8080#m", "is no address"), ("http://127.0.0.1:99999#m", "is no address"), ("http://[::1#m", "is no address"),
        ("http://127.0.0.1?a=b#m", "is no address"), ("http://me:secret@127.0.0.1#m", "no password"),
    ],
)  # fmt: skip
async def test_what_is_no_address_is_refused_and_told_what_one_is(shelf: Shelf, rest: str, told: str) -> None:
    said = await complaint(shelf, rest)
    assert told in said
    assert "secret" not in said


async def test_a_model_that_is_not_served_is_refused_with_those_that_are(shelf: Shelf) -> None:
    async with serving(models=("one", "two")) as one:
        assert "does not serve 'three'; it serves one, two" in await complaint(shelf, f"{one.url}#three")
        assert "must be asked for a model by name" in await complaint(shelf, one.url)


async def test_the_name_is_what_opens_the_same_again(shelf: Shelf, clock: Clock) -> None:
    async with serving() as one:
        async with opened(shelf, clock, one, model="") as model:
            assert model.name.startswith(f"server:{one.url}#tiny ")
        async with opened(shelf, clock, one) as again:
            assert again.name == model.name


async def test_a_server_of_one_model_may_be_asked_for_it_by_any_name(shelf: Shelf, clock: Clock) -> None:
    pages = {"/props": {"model_path": "/m/tiny.gguf"}}
    listed = ("/home/me/tiny.gguf",)  # as it lists itself: by the path of its file
    async with serving(pages=pages, models=listed) as one, opened(shelf, clock, one, model="smollm2") as model:
        assert model.name.startswith(f"server:{one.url}#smollm2 ")
        await model.weigh(tiny.ask(), TWO)
        assert one.heard[0]["model"] == "/home/me/tiny.gguf"
        assert model.remark.startswith("tiny.gguf, a language model on a server.")


@pytest.mark.parametrize(
    "pages",
    [
        {"/props": {"chat_template": "other"}},
        {"/props": {"model_path": "/m/other.gguf"}},
        {"/api/tags": {"models": [{"name": "tiny", "digest": "12"}]}},
    ],
)
async def test_the_mark_changes_with_what_is_served(shelf: Shelf, clock: Clock, pages: dict[str, Any]) -> None:
    marks = set()
    for each in ({}, pages):
        async with serving(pages=each) as one, opened(shelf, clock, one) as model:
            marks.add(model.name.rpartition(" ")[2])
    assert len(marks) == 2


def test_what_it_offers_is_said_without_asking_anybody(shelf: Shelf) -> None:
    (offer,) = server.offers(shelf)
    assert (offer.name, offer.usable) == ("server:", False)
    assert Path("docs/servers.md").name in offer.why
