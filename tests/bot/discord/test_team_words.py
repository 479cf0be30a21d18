"""The team's own words: panels and personas that a server makes for itself, what is suggested, and who sees them."""

from __future__ import annotations

from tests.bot.discord.team import MAY, Team, card
from tests.discord.people import Person
from tests.discord.world import File, bits

WRITTEN = {
    "name": "Marek, night nurse", "bio": "Works nights in Gdańsk, reads on the tram.", "interests": "trams, tea, quiet",
    "annoys": "slogans, hype", "writes": "Short, tired.\nWho pays for that?\nFine by me.",
}  # fmt: skip


async def write(us: Team, **other: str) -> None:
    """Marek, by the form."""
    form = await us.person().command("persona new")
    answer = await (await us.person().submit(form, {**WRITTEN, **other})).settled()
    assert "is kept for this server" in answer.text


def neighbour(us: Team) -> Person:
    """Zoe, a manager of another server."""
    dock = us.loopback.add_server("Dock", bot_may=MAY)
    us.loopback.add_channel("quay", server=dock)
    us.loopback.add_member("zoe", server=dock, may=bits("manage_guild"))
    return us.loopback.person("zoe", dock)


async def keys(person: Person, command: str, option: str, typed: str) -> list[str]:
    return [str(value) for _, value in (await person.autocomplete(command, option, typed)).choices]


async def test_a_panel_is_made_of_personas_with_shares_and_shown(us: Team) -> None:
    made = await us.told("ada", "panel make", name="Night shift", personas="abel 3, fatou", bio="Awake when others sleep.")
    assert "'night-shift' is kept for this server" in made.text
    shown = await us.told("ben", "panel show", panel="night-shift")
    assert "Awake when others sleep." in shown.text
    assert "**75%** Abel" in shown.text
    assert "**25%** Fatou" in shown.text


async def test_a_list_of_panels_begins_with_the_server_s_own(us: Team) -> None:
    await us.told("ada", "panel make", name="Zebra crossing", personas="abel")
    rows = (await us.told("ada", "panel list")).text.splitlines()
    assert rows[0].startswith("- `zebra-crossing` (your own) Zebra crossing: ")
    assert any(row.startswith("- `general` General public: ") for row in rows)


async def test_a_panel_of_unknown_readers_or_odd_shares_is_refused_with_an_example(us: Team) -> None:
    for personas, said in (("nobody", "nobody"), ("abel 0", "marek 2, abel"), ("abel many", "marek 2, abel"), (",", "panel")):
        answer = await us.told("ada", "panel make", name="Odd", personas=personas)
        assert said in answer.text
        assert "kept" not in answer.text
    assert "your own" not in (await us.told("ada", "panel list")).text


async def test_a_built_in_panel_cannot_be_replaced_or_deleted(us: Team) -> None:
    assert "There is a built-in panel called 'general'" in (
        await us.told("ada", "panel make", name="General", personas="abel")
    ).text  # fmt: skip
    assert "no panel of this server's own" in (await us.told("mia", "panel delete", panel="general")).text


async def test_a_deleted_panel_is_offered_no_more_and_what_it_played_can_be_revised_no_more_but_read(us: Team) -> None:
    await us.told("ada", "panel make", name="Night shift", personas="abel, fatou")
    thread = await us.rehearsed(personas="", panel="night-shift")
    assert "Rehearsals that it played are kept" in (await us.told("ada", "panel delete", panel="night-shift")).text
    assert "night-shift" not in await keys(us.person(), "rehearse", "panel", "night")
    assert "night-shift" in (await us.told("ada", "rehearse", text="Anything at all", panel="night-shift")).text
    assert "Night shift" in (await us.told("ada", "rehearsal", channel=thread)).text


async def test_the_default_panel_is_for_managers_even_where_the_command_is_shown_to_all(us: Team) -> None:
    answer = await us.told("ben", "panel default", panel="critics")
    assert "Only a manager of the server may change that" in answer.text
    assert "'critics' sits from now on" in (await us.told("mia", "panel default", panel="critics")).text


async def test_a_deleted_panel_is_no_longer_the_default(us: Team) -> None:
    await us.told("ada", "panel make", name="Night shift", personas="abel, fatou")
    await us.told("mia", "panel default", panel="night-shift")
    await us.told("mia", "panel delete", panel="night-shift")
    form = await us.person().command("rehearse")
    assert form.modal is not None
    assert [one["value"] for one in form.fields["panel"]["options"] if one["default"]] == ["general"]


async def test_a_persona_is_written_by_form_and_seated(us: Team) -> None:
    await write(us)
    shown = await us.told("ben", "persona show", persona="marek")
    for part in (
        "Marek, night nurse",
        "Works nights in Gdańsk, reads on the tram.",
        "Cares about\ntrams",
        "Annoyed by\nslogans",
        "Short, tired.",
    ):
        assert part in shown.text
    thread = await us.rehearsed(personas="marek")
    assert {message.name for message in thread.messages[1:]} == {"Marek, night nurse (simulated)"}


async def test_a_form_that_makes_no_persona_says_what_is_wrong_and_keeps_nothing(us: Team) -> None:
    form = await us.person().command("persona new")
    answer = await (await us.person().submit(form, {**WRITTEN, "name": "Марек"})).settled()
    assert "gives no short name" in answer.text
    assert "your own" not in (await us.told("ada", "persona list")).text


async def test_a_new_persona_does_not_take_the_place_of_another(us: Team) -> None:
    form = await us.person().command("persona new")
    answer = await (await us.person().submit(form, {**WRITTEN, "name": "Abel, somebody else"})).settled()
    assert "There is a persona called 'abel' already; change it with /persona edit" in answer.text


async def test_editing_offers_what_is_there_and_makes_a_built_in_one_the_server_s_own(us: Team) -> None:
    form = await us.person().command("persona edit", persona="abel")
    assert form.fields["name"]["value"] == "Abel, electrician's apprentice"
    assert "knitted hats" in form.fields["interests"]["value"]
    await (await us.person().submit(form, {"bio": "Is a foreman now."})).settled()
    assert "Is a foreman now." in (await us.told("ben", "persona show", persona="abel")).text
    assert (await us.told("ben", "persona list")).text.startswith("- `abel` (your own) ")
    zoe = neighbour(us)
    await us.loopback.until(lambda: us.client.get_guild(zoe.member.server.id) is not None)
    assert "Is a foreman now." not in (await (await zoe.command("persona show", persona="abel")).settled()).text


async def test_a_persona_goes_out_as_a_file_and_comes_back_as_the_same(us: Team) -> None:
    exported = await us.told("ada", "persona export", persona="abel")
    assert [file.name for file in exported.files] == ["abel.md"]
    text = exported.files[0].text.replace("Abel, electrician's apprentice", "Abelard, electrician")
    brought = await us.told("ada", "persona import", file=File("abelard.md", text.encode()))
    assert "'abelard' is kept for this server" in brought.text
    again = await us.told("ben", "persona export", persona="abelard")
    assert again.files[0].text == text


async def test_a_broken_persona_file_is_refused_with_line_or_key_and_nothing_is_kept(us: Team) -> None:
    for name, raw, said in (
        ("marek.md", b"just words", "marek"),
        ("marek.md", b'+++\nname = "Marek"\n+++\n', "marek"),
        ("marek.md", b"\x89PNG\x00\x01", "marek.md is a binary file"),
        ("???.md", b"+++\n+++\n", "gives no short name"),
    ):
        answer = await us.told("ada", "persona import", file=File(name, raw))
        assert said in answer.text
        assert "is kept" not in answer.text
    assert "your own" not in (await us.told("ada", "persona list")).text


async def test_a_retired_persona_is_offered_no_more_and_old_rehearsals_go_on_with_it(us: Team) -> None:
    await write(us)
    thread = await us.rehearsed(personas="marek, abel")
    assert "'marek' is retired" in (await us.told("mia", "persona retire", persona="marek")).text
    assert "marek" not in await keys(us.person(), "rehearse", "personas", "mar")
    assert "`marek`" not in (await us.told("ada", "persona list")).text
    assert "'marek' is retired" in (await us.told("ada", "rehearse", text="Anything at all", personas="marek")).text
    await us.pressed("ada", card(thread), "Run again")
    second = await us.opened(1)
    await us.shown(second)
    assert "Marek, night nurse (simulated)" in {message.name for message in second.messages}


async def test_a_retired_persona_comes_back_when_it_is_edited(us: Team) -> None:
    await write(us)
    await us.told("mia", "persona retire", persona="marek")
    form = await us.person().command("persona edit", persona="marek")
    await (await us.person().submit(form)).settled()
    assert "marek" in await keys(us.person(), "rehearse", "personas", "mar")


async def test_a_built_in_persona_cannot_be_retired(us: Team) -> None:
    answer = await us.told("mia", "persona retire", persona="abel")
    assert "'abel' is no persona of this server's own; its own are none yet" in answer.text


async def test_suggestions_are_names_with_a_line_about_each(us: Team) -> None:
    found = await us.person().autocomplete("persona show", "persona", "abe")
    told, key = found.choices[0]
    assert told.startswith("Abel, electrician's apprentice: Second-year apprentice in Albuquerque, knits hats at lunch")
    assert (len(told), key) == (100, "abel")
    panels = dict((await us.person().autocomplete("rehearse", "panel", "crit")).choices)
    assert next(iter(panels)).startswith("Critics: Readers who notice")
    platforms = dict((await us.person().autocomplete("platform show", "platform", "masto")).choices)
    assert next(iter(platforms.values())) == "mastodon"


async def test_suggestions_find_words_of_the_line_too_and_are_25_at_most(us: Team) -> None:
    assert await keys(us.person(), "rehearse", "personas", "apprentice") == ["abel"]
    assert len(await keys(us.person(), "rehearse", "personas", "")) == 25
    assert await keys(us.person(), "rehearse", "personas", "qqqq") == []


async def test_what_is_typed_after_a_comma_is_completed_alone(us: Team) -> None:
    assert (await keys(us.person(), "rehearse", "personas", "abel, fat"))[0] == "abel, fatou"
    assert (await keys(us.person(), "panel make", "personas", "abel 2, fatou, jas"))[0] == "abel 2, fatou, jasna"


async def test_a_server_s_own_words_are_seen_by_no_other_server(us: Team) -> None:
    await write(us)
    await us.told("ada", "panel make", name="Night shift", personas="marek")
    zoe = neighbour(us)
    await us.loopback.until(lambda: us.client.get_guild(zoe.member.server.id) is not None)
    assert await keys(us.person(), "rehearse", "personas", "marek") == ["marek"]
    assert await keys(us.person(), "rehearse", "panel", "night") == ["night-shift"]
    assert await keys(zoe, "rehearse", "personas", "marek") == []
    assert await keys(zoe, "rehearse", "panel", "night") == []
    for shown in (zoe.command("persona show", persona="marek"), zoe.command("panel show", panel="night-shift")):
        assert "Gdańsk" not in (await (await shown).settled()).text
    listed = await (await zoe.command("persona list")).settled()
    assert "your own" not in listed.text


async def test_platforms_are_listed_and_shown_with_the_source_of_each_rate(us: Team) -> None:
    assert "- `linkedin` LinkedIn: " in (await us.told("ada", "platform list")).text
    shown = await us.told("ada", "platform show", platform="linkedin")
    assert "characters" in shown.text
    assert "scroll past: 88%\nguess" in shown.text
    assert shown.ephemeral


async def test_an_unknown_name_gets_the_nearest_ones(us: Team) -> None:
    assert "abel" in (await us.told("ada", "persona show", persona="able")).text
    assert "linkedin" in (await us.told("ada", "platform show", platform="linkdin")).text


async def test_names_are_read_whatever_their_case(us: Team) -> None:
    assert "Abel, electrician" in (await us.told("ada", "persona show", persona="Abel")).text
