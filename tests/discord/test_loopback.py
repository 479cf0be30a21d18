"""The loopback Discord itself, proved with a small bot on the real client: that it behaves, that it refuses, that it can fail."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.discord import faults, spec
from tests.discord.answers import Answer
from tests.discord.calls import Call
from tests.discord.loopback import Loopback
from tests.discord.plain import Plain
from tests.discord.proxy import disguised
from tests.discord.world import File

QUIET: dict[str, Any] = {"allowed_mentions": {"parse": []}}


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback() as loopback:
        yield loopback


@pytest.fixture
async def client(loopback: Loopback) -> AsyncIterator[Plain]:
    client = Plain()
    async with loopback.connected(client):
        yield client


def flawless(loopback: Loopback) -> bool:
    assert loopback.violations == []
    assert loopback.pings == []
    return True


# It behaves.


async def test_a_client_is_ready_at_once_and_knows_the_server(loopback: Loopback) -> None:
    client, begun = Plain(), time.monotonic()
    async with loopback.connected(client):
        assert time.monotonic() - begun < 1  # some 50 ms on a machine that does nothing else
        assert [guild.name for guild in client.guilds] == ["Harbour"]
        assert {channel.name for channel in client.guilds[0].channels} == {"general", "ideas", "quiet"}
        assert client.guilds[0].me.guild_permissions.manage_webhooks
    assert flawless(loopback)


async def test_a_command_opens_a_form_that_is_sent_off_and_answered(loopback: Loopback, client: Plain) -> None:
    ada = loopback.person()
    form = await ada.command("write")
    assert form.fields["draft"]["value"] == "We moved it."
    answer = await (await ada.submit(form, {"Draft": "Who asked?"})).settled()
    assert (answer.text, answer.ephemeral) == ("You wrote: Who asked?", True)
    untouched = await (await ada.submit(await ada.command("write"))).settled()
    assert untouched.text == "You wrote: We moved it."
    assert flawless(loopback)


async def test_a_member_is_kept_to_what_discord_lets_them_do(loopback: Loopback, client: Plain) -> None:
    ada = loopback.person()
    form = await ada.command("write")
    acts: tuple[Callable[[], Awaitable[Answer]], ...] = (
        lambda: ada.submit(form, {"draft": "x" * 41}), lambda: ada.submit(form, {"draft": ""}), lambda: ada.submit(form, {"no": ""}),
        lambda: loopback.person("ben").submit(form), lambda: ada.command("nothing"), lambda: ada.command("echo", drft="x"),
        lambda: ada.command("stage", replies=41), lambda: ada.command("stage", replies="many"),
        lambda: ada.autocomplete("stage", "replies", "1"),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(AssertionError):
            await act()


async def test_a_thread_is_staged_by_message_webhook_and_buttons(loopback: Loopback, client: Plain) -> None:
    ada = loopback.person()
    answer = await (await ada.command("stage")).settled()
    assert (answer.text, answer.ephemeral) == ("Done.", True)
    card, thread = loopback.general.messages[0], loopback.threads[0]
    assert card.thread is thread
    assert (thread.id, thread.archived) == (card.id, True)
    assert [(file.name, file.text, file.description) for file in card.files] == [("draft.txt", "all of it", "All")]
    said = thread.messages[0]
    assert (said.name, said.text, said.edits) == ("Ada, beekeeper (simulated)", "Reply, thought over", 1)
    marked = await ada.choose(said, "mark", "Plausible")
    assert marked.text == "Marked."
    pressed = await ada.press(said, "Stop")
    assert pressed.message is said
    assert (said.content, said.components) == ("Stopped.", [])
    with pytest.raises(AssertionError):
        await ada.press(said, "Stop")
    assert flawless(loopback)


async def test_an_autocomplete_a_menu_and_a_file_come_through(loopback: Loopback, client: Plain) -> None:
    ada = loopback.person()
    assert (await ada.autocomplete("echo", "panel", "cus")).choices == (("customers", "customers"),)
    assert (await ada.command("echo", file=File("draft.txt", b"from a file"))).text == "from a file"
    post = await ada.post(loopback.general, "We moved the export button.")
    assert (await ada.menu("Quote", post)).text == "> We moved the export button."
    assert flawless(loopback)


async def test_an_answer_after_three_seconds_is_refused(loopback: Loopback, client: Plain) -> None:
    asking = asyncio.create_task(loopback.person().command("slow"))
    await loopback.until(lambda: client.heard)
    loopback.pass_time(3.1)
    answer = await asking
    assert answer.acknowledged is None
    await loopback.until(lambda: loopback.record[-1].status == 404)
    assert loopback.record[-1].given["code"] == 10062


async def test_a_token_ends_after_fifteen_minutes_and_an_answer_is_given_once(loopback: Loopback, client: Plain) -> None:
    asked = (await loopback.person().command("echo", panel="x")).interaction
    callback = Route(
        "POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=asked.id, webhook_token=asked.token
    )
    with pytest.raises(discord.HTTPException, match="40060"):
        await client.http.request(callback, json={"type": 5})
    loopback.pass_time(901)
    late = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=loopback.application, webhook_token=asked.token)
    with pytest.raises(discord.HTTPException, match="50027"):
        await client.http.request(late, json={"content": "late", **QUIET})


async def test_words_of_others_are_read_only_with_the_intent_for_them(loopback: Loopback) -> None:
    intents = discord.Intents(guilds=True, guild_messages=True)
    async with loopback.connected(Plain(intents=intents)) as client:
        assert isinstance(client, Plain)
        await loopback.person().post(loopback.general, "a secret")
        await loopback.person().post(loopback.general, f"<@{loopback.application}> a secret")
        await loopback.until(lambda: len(client.messages) == 2)
        assert client.messages == ["", f"<@{loopback.application}> a secret"]


async def test_members_are_found_by_the_beginning_of_their_names(loopback: Loopback, client: Plain) -> None:
    found = await client.guilds[0].query_members("ad")
    assert [member.name for member in found] == ["ada"]
    assert (await client.guilds[0].fetch_member(loopback.person("ben").id)).display_name == "Ben"
    with pytest.raises(discord.NotFound, match="10007"):
        await client.guilds[0].fetch_member(7)


async def test_a_message_with_the_same_nonce_is_posted_once(loopback: Loopback, client: Plain) -> None:
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True, **QUIET}
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=loopback.general.id)
    first, second = await client.http.request(route, json=body), await client.http.request(route, json=body)
    assert first["id"] == second["id"]
    assert len(loopback.general.messages) == 1


async def test_history_is_read_before_after_and_around_a_message(loopback: Loopback, client: Plain) -> None:
    posts = [await loopback.person().post(loopback.general, str(number)) for number in range(9)]
    channel = client.guilds[0].text_channels[0]
    middle = discord.Object(posts[4].id)
    ids = [post.id for post in posts]
    assert [m.id async for m in channel.history(limit=2, before=middle)] == [ids[3], ids[2]]
    assert [m.id async for m in channel.history(limit=2, after=middle, oldest_first=True)] == [ids[5], ids[6]]
    assert {m.id async for m in channel.history(limit=3, around=middle)} == set(ids[3:6])
    await client.get_partial_messageable(channel.id).send("mine", reference=await channel.fetch_message(ids[0]))
    assert loopback.general.messages[-1].answers == ids[0]
    assert flawless(loopback)


# It refuses.

LONG = "x" * 4097
BUTTON = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
OPTION = {"label": "a", "value": "a"}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def several(number: int) -> list[dict[str, Any]]:
    return [BUTTON | {"custom_id": f"go{n}"} for n in range(number)]


def menu(**more: Any) -> dict[str, Any]:
    return row({"type": 3, "custom_id": "menu", "options": [OPTION], **more})


@pytest.mark.parametrize("body", [
    {"content": "x" * 2001}, {"content": ""}, {"embeds": [{"title": "x" * 257}]}, {"embeds": [{"description": LONG}]},
    {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]}, {"embeds": [{"title": "x"}] * 11},
    {"embeds": [{"fields": [{"name": "x", "value": "x"}] * 26}]}, {"embeds": [{"fields": [{"name": "x" * 257, "value": "x"}]}]},
    {"embeds": [{"fields": [{"name": "x", "value": "x" * 1025}]}]}, {"embeds": [{"fields": [{"name": "x", "value": ""}]}]},
    {"embeds": [{"title": "x", "footer": {"text": "x" * 2049}}]}, {"components": [row(BUTTON)] * 6},
    {"components": [row(*several(6))]}, {"components": [row(BUTTON, BUTTON)]}, {"components": [row(BUTTON | {"label": "x" * 81})]},
    {"components": [row(BUTTON | {"custom_id": "x" * 101})]}, {"components": [BUTTON]},
    {"components": [menu(options=[{"label": str(n), "value": str(n)} for n in range(26)])]},
    {"components": [menu(options=[OPTION, OPTION])]}, {"components": [menu(options=[OPTION | {"label": "x" * 101}])]},
    {"components": [menu(placeholder="x" * 151)]}, {"attachments": [{"id": 0, "description": "x" * 1025}], "content": "x"},
    {"content": "x", "nonce": "x" * 26}, {"content": "x", "message_reference": {"message_id": "7"}}, {"content": "x", "colour": 1},
])  # fmt: skip
async def test_a_message_beyond_a_limit_is_refused(loopback: Loopback, client: Plain, body: dict[str, Any]) -> None:
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=loopback.general.id)
    with pytest.raises(discord.HTTPException) as refused:
        await client.http.request(route, json=body | QUIET)
    assert refused.value.code in {50035, 50006}
    assert loopback.general.messages == []
    assert bool(loopback.violations) == ("colour" in body)


def field(**more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Draft", "component": {"type": 4, "style": 2, "custom_id": "draft", **more}}


@pytest.mark.parametrize("form", [
    {"title": "x" * 46}, {"custom_id": "x" * 101}, {"components": []},
    {"components": [field(custom_id=str(n)) for n in range(6)]}, {"components": [field(), field()]},
    {"components": [field() | {"label": "x" * 46}]}, {"components": [field(max_length=4001)]}, {"components": [field(value="x" * 4001)]},
    {"components": [field(placeholder="x" * 101)]}, {"components": [field(max_length=3, value="four")]},
    {"components": [BUTTON]},
])  # fmt: skip
async def test_a_form_beyond_a_limit_is_refused(loopback: Loopback, client: Plain, form: dict[str, Any]) -> None:
    asking = asyncio.create_task(loopback.person().command("slow"))
    await loopback.until(lambda: loopback.world.interactions)
    asked = next(iter(loopback.world.interactions.values()))
    route = Route("POST", "/interactions/{webhook_id}/{webhook_token}/callback", webhook_id=asked.id, webhook_token=asked.token)
    whole = {"title": "Draft", "custom_id": "form", "components": [field()]} | form
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.request(route, json={"type": 9, "data": whole})
    await asking


def command(**more: Any) -> dict[str, Any]:
    return {"name": "rehearse", "description": "Rehearse", "type": 1, **more}


def option(**more: Any) -> dict[str, Any]:
    return {"name": "draft", "description": "The draft", "type": 3, **more}


@pytest.mark.parametrize("given", [
    command(name="Rehearse"), command(name="two words"), command(name="x" * 33), command(description=""),
    command(description="x" * 101), command(name_localizations={"xx": "proben"}), command(name_localizations={"de": "Proben"}),
    command(description_localizations={"de": "x" * 101}), command(options=[option(), option()]),
    command(options=[option(name="b"), option(required=True)]), command(options=[option(name=f"o{n}") for n in range(26)]),
    command(options=[option(choices=[{"name": "x" * 101, "value": "x"}])]), command(type=3, name="Quote", description="no"),
    command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]), command(colour=1),
    command(options=[option(name=f"o{n}", description="x" * 100, choices=[
        {"name": f"{m:100}", "value": f"{m:100}"} for m in range(25)]) for n in range(2)]),
])  # fmt: skip
async def test_a_command_beyond_a_limit_is_refused(loopback: Loopback, client: Plain, given: dict[str, Any]) -> None:
    before = loopback.world.commands[None]
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.bulk_upsert_global_commands(loopback.application, [given])
    assert loopback.world.commands[None] is before


async def test_commands_are_created_two_hundred_times_a_day(loopback: Loopback, client: Plain) -> None:
    home = loopback.server.id
    for day in ("a", "b"):
        named = [command(name=f"{day}{number}") for number in range(95)]
        await client.http.bulk_upsert_guild_commands(loopback.application, home, named)
    with pytest.raises(discord.HTTPException, match="30034"):
        await client.http.bulk_upsert_guild_commands(loopback.application, home, [command(name=f"c{n}") for n in range(9)])
    loopback.pass_time(86401)
    await client.http.bulk_upsert_guild_commands(loopback.application, home, [command(name="d")])


@pytest.mark.parametrize("name", ["", "x" * 81, "Discordant", "Clyde"])
async def test_a_webhook_may_not_be_called_so(loopback: Loopback, client: Plain, name: str) -> None:
    channel = client.guilds[0].text_channels[0]
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.create_webhook(channel.id, name=name)
    webhook = await channel.create_webhook(name="Soundingboard")
    if name:
        with pytest.raises(discord.HTTPException, match="50035"):
            await webhook.send("x", username=name, wait=True)


async def test_a_channel_has_fifteen_webhooks_and_a_message_one_thread(loopback: Loopback, client: Plain) -> None:
    channel = client.guilds[0].text_channels[0]
    for _ in range(15):
        await channel.create_webhook(name="Soundingboard")
    with pytest.raises(discord.HTTPException, match="30007"):
        await channel.create_webhook(name="Soundingboard")
    message = await channel.send("x")
    await message.create_thread(name="x")
    with pytest.raises(discord.HTTPException, match="160004"):
        await client.http.start_thread_with_message(channel.id, message.id, name="x", auto_archive_duration=60)
    with pytest.raises(discord.HTTPException, match="50035"):
        await channel.create_thread(name="x" * 101, type=discord.ChannelType.public_thread)


async def test_only_a_webhook_of_an_application_has_buttons_and_only_its_token_opens_it(
    loopback: Loopback, client: Plain
) -> None:
    theirs = loopback.add_webhook(loopback.general)
    body = {"components": [row(BUTTON)], "content": "x", **QUIET}
    route = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=theirs.id, webhook_token=theirs.token)
    with pytest.raises(discord.HTTPException, match="50035"):
        await client.http.request(route, json=body, params={"with_components": "1"})
    wrong = Route("POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=theirs.id, webhook_token="guessed")
    with pytest.raises(discord.HTTPException, match="50027"):
        await client.http.request(wrong, json=body)
    loopback.remove_webhook(theirs)
    with pytest.raises(discord.NotFound, match="10015"):
        await client.http.request(route, json=body)


@pytest.mark.parametrize(("permission", "act"), [
    ("send_messages", lambda c: c.send("x")), ("embed_links", lambda c: c.send(embed=discord.Embed(title="x"))),
    ("create_public_threads", lambda c: c.create_thread(name="x", type=discord.ChannelType.public_thread)),
    ("manage_webhooks", lambda c: c.create_webhook(name="x")), ("read_message_history", lambda c: c.fetch_message(7)),
    ("view_channel", lambda c: c.send("x")),
])  # fmt: skip
async def test_what_the_bot_may_not_do_is_refused(loopback: Loopback, client: Plain, permission: str, act: Any) -> None:
    loopback.forbid(loopback.general, permission)
    with pytest.raises(discord.Forbidden, match="50001" if permission == "view_channel" else "50013"):
        await act(client.guilds[0].text_channels[0])


async def test_unknown_things_are_not_found(loopback: Loopback, client: Plain) -> None:
    channel = client.guilds[0].text_channels[0]
    with pytest.raises(discord.NotFound, match="10008"):
        await channel.fetch_message(7)
    with pytest.raises(discord.NotFound, match="10003"):
        await client.fetch_channel(7)
    with pytest.raises(discord.NotFound, match="10004"):
        await client.fetch_guild(7, with_counts=False)
    with pytest.raises(discord.NotFound, match="10015"):
        await client.fetch_webhook(7)


async def test_a_file_over_ten_mebibytes_is_refused(loopback: Loopback, client: Plain, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    with pytest.raises(discord.HTTPException, match="40005"):
        await client.guilds[0].text_channels[0].send(file=discord.File(large))


async def test_a_call_that_could_ping_is_noted(loopback: Loopback) -> None:
    async with loopback.connected(Plain(quiet=False)) as client:
        await client.guilds[0].text_channels[0].send("hello @everyone")
        assert len(loopback.pings) == 1


# It fails when told to.


async def test_a_limit_on_calls_is_waited_out(loopback: Loopback, client: Plain) -> None:
    rule = loopback.fail("POST /webhooks/*/:token", faults.limited(0.05), times=2)
    loopback.fail("POST /channels/*/messages", faults.limited(0.05, everywhere=True))
    await (await loopback.person().command("stage")).settled()
    assert rule.met == 2
    assert [call.status for call in loopback.calls("POST /channels/*/messages")] == [429, 200]


async def test_webhooks_are_as_fast_as_discord_lets_them_be(loopback: Loopback, client: Plain) -> None:
    loopback.pace = 0.1
    begun = time.monotonic()
    await (await loopback.person().command("stage", replies=12)).settled()
    assert time.monotonic() - begun > 0.4  # five in a fifth of a second, so twelve take two waits
    assert [message.content for message in loopback.threads[0].messages][:2] == ["Reply 0", "Reply 1"]
    assert len(loopback.threads[0].messages) == 12


@pytest.mark.parametrize(("how", "posted"), [(faults.cut(), 0), (faults.lost(), 1)], ids=["cut", "lost"])
async def test_a_connection_ends_before_or_after_the_call_is_carried_out(
    loopback: Loopback, client: Plain, how: faults.Fault, posted: int
) -> None:  # fmt: skip
    loopback.fail("POST /channels/*/messages", how)
    channel = client.guilds[0].text_channels[0]
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await channel.send("x")
    assert len(loopback.general.messages) == posted


async def test_a_server_error_is_retried_a_refusal_raised_a_hang_waited_for(loopback: Loopback, client: Plain) -> None:
    channel = client.guilds[0].text_channels[0]
    loopback.fail("GET /channels/*", faults.status(502))
    await client.fetch_channel(channel.id)
    loopback.fail(lambda call: call.method == "GET", faults.refused(50001))
    with pytest.raises(discord.Forbidden, match="50001"):
        await client.fetch_channel(channel.id)
    loopback.fail("POST /channels/*/messages", faults.hang(0.2))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await channel.send("x")


@pytest.mark.parametrize("code", [4000, 1000, None])
async def test_a_dropped_gateway_resumes_and_hears_what_it_missed(loopback: Loopback, client: Plain, code: int | None) -> None:
    loopback.gateway.silent = True
    asking = asyncio.create_task(loopback.person().command("echo", panel="missed"))
    await loopback.until(lambda: loopback.world.interactions)
    assert client.heard == []
    loopback.gateway.silent = False
    await loopback.gateway.drop(code)
    assert (await asking).text == "missed"
    assert (client.resumed, len(loopback.gateway.sessions)) == (1, 1)


async def test_an_interaction_can_be_heard_twice(loopback: Loopback, client: Plain) -> None:
    answer = await loopback.person().command("write")
    await loopback.person().replay(answer)
    await loopback.until(lambda: len(client.heard) == 2)
    assert client.heard == [answer.interaction.id] * 2


async def test_a_wrong_token_and_a_privileged_intent_are_refused(loopback: Loopback) -> None:
    with loopback.addresses():
        async with Plain() as client:
            with pytest.raises(discord.LoginFailure):
                await client.start("wrong")
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with loopback.connected(Plain(intents=discord.Intents(guilds=True, message_content=True))):
            pass


# It is checked itself.


@pytest.mark.skipif(not spec.there(), reason=f"Discord's description is not beside the checkout: {spec.FILE}")
async def test_a_call_that_no_limit_refuses_and_discord_describes_otherwise_is_noted(loopback: Loopback, client: Plain) -> None:
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=loopback.general.id)
    await client.http.request(route, json={"embeds": [{"title": "x", "color": "red"}], **QUIET})
    assert any("embeds/0/color" in line for line in loopback.violations)


async def test_permissions_of_the_whole_server_are_taken_and_the_client_hears_of_it(loopback: Loopback, client: Plain) -> None:
    loopback.bot_may()
    await loopback.until(lambda: not client.guilds[0].me.guild_permissions.manage_webhooks)
    with pytest.raises(discord.Forbidden, match="50013"):
        await client.guilds[0].text_channels[0].create_webhook(name="x")


async def test_a_form_is_sent_off_once(loopback: Loopback, client: Plain) -> None:
    ada = loopback.person()
    form = await ada.command("write")
    await ada.submit(form)
    with pytest.raises(AssertionError, match="closed"):
        await ada.submit(form)


@pytest.mark.skipif(not spec.there(), reason=f"Discord's description is not beside the checkout: {spec.FILE}")
async def test_a_wrong_call_and_a_wrong_answer_are_found_by_discords_description(loopback: Loopback, client: Plain) -> None:
    await client.guilds[0].text_channels[0].send("x")
    good = loopback.record[-1]
    assert spec.wrong(good) == []
    good.given = {**good.given, "embeds": "none"}
    assert any("embeds" in line for line in spec.wrong(good))
    good.body = {"content": ["x"]}
    assert any("asked" in line and "content" in line for line in spec.wrong(good))
    good.status = 201
    assert any("never answers so" in line for line in spec.wrong(good))
    assert any("no such call" in line for line in spec.wrong(Call("GET", "/nowhere", "/nowhere", {}, {}, None, status=200)))


BOT = """
import asyncio, os, discord
client = discord.Client(intents=discord.Intents(guilds=True), proxy=os.environ["PROXY"], guild_ready_timeout=0,
                        allowed_mentions=discord.AllowedMentions.none())
@client.event
async def on_ready():
    await client.guilds[0].text_channels[0].send("from another process")
    await client.close()
client.run(os.environ["TOKEN"], log_handler=None)
"""


async def test_a_bot_in_another_process_is_led_here_under_discords_own_names(loopback: Loopback, tmp_path: Path) -> None:
    async with disguised(loopback, tmp_path) as disguise:
        environment = {
            **os.environ,
            "SSL_CERT_FILE": str(disguise.certificate),
            "PROXY": disguise.proxy,
            "TOKEN": loopback.token,
        }
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, env=environment)
        assert await process.wait() == 0
        assert [message.content for message in loopback.general.messages] == ["from another process"]
        assert (set(disguise.hosts), disguise.strangers) == ({"discord.com", "gateway.discord.gg"}, [])
    assert flawless(loopback)
