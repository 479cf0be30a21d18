"""Forms: how each form looks. What is done with it stands with the commands; a form from before a restart works the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import ui

from audience.errors import Refused
from audience.persona import Persona
from bot.discord.press import Name
from bot.order import Order

OPEN = 900.0  # seconds for which the library remembers a form; ours are answered after that too
MOST_INPUT = 4_000  # characters that Discord takes in one field
MOST_CHOICES = 25
SOME = "abel, fatou, jasna; /persona list names all"
MANNER = "First line: short, dry, no capitals. Then, each on a line, replies they might write."


def draft_form(title: str, name: Name, draft: str) -> ui.Modal:
    if len(draft) > MOST_INPUT:
        raise Refused(
            f"This draft has {len(draft):,} characters and a form takes {MOST_INPUT:,}; revise it in a file: /rehearse file."
        )
    return _form(title, name, [_text("draft", "Draft", paragraph=True, value=draft)])


def rehearse_form(name: Name, asked: Order, draft: str, panels: Mapping[str, str], platforms: Mapping[str, str]) -> ui.Modal:
    """Draft first; everything else has a good default. Panels and platforms: key -> name."""
    return _form("Rehearse a draft", name, [
        _text("draft", "Draft", paragraph=True, value=draft, hint="The post as you would publish it, up to 4,000 characters"),
        _menu("panel", "Who sits in the audience", panels, asked.panels[0]),
        _menu("platform", "Where it would appear", platforms, asked.platform),
        _text("audience", "How many real people would be shown it", value=str(asked.audience), most=13),
        _text("personas", "Or only these personas, with commas", value=", ".join(asked.personas), needed=False, hint=SOME),
    ])  # fmt: skip


def compare_form(name: Name, asked: Order, first: str, panels: Mapping[str, str], platforms: Mapping[str, str]) -> ui.Modal:
    """Two drafts, and a third for whoever has one."""
    return _form("Compare drafts", name, [
        _text("a", "Draft A", paragraph=True, value=first, hint="The post as you would publish it, up to 4,000 characters"),
        _text("b", "Draft B", paragraph=True, hint="Another way to say it"),
        _text("c", "Draft C, if there is one", paragraph=True, needed=False),
        _menu("panel", "Who sits in the audience", panels, asked.panels[0]),
        _menu("platform", "Where it would appear", platforms, asked.platform),
    ])  # fmt: skip


def persona_form(title: str, name: Name, persona: Persona | None) -> ui.Modal:
    """Five questions; what else a persona has keeps its default, or what it was."""
    p = persona
    return _form(title, name, [
        _text("name", "Name and what they do", value=p.name if p else "", most=80, hint="Marek, night nurse"),
        _text("bio", "One line about them", value=p.bio if p else "", most=300, hint="Works nights in Gdańsk, reads on the tram."),
        _text("interests", "What they care about, with commas", value=", ".join(p.interests) if p else "", most=600),
        _text("annoys", "What annoys them in posts, with commas", value=", ".join(p.annoys) if p else "", most=600),
        _text("writes", "How they write; then replies, one a line", paragraph=True, value=_manner(p) if p else "", hint=MANNER),
    ])  # fmt: skip


def answer_form(name: Name, reader: str) -> ui.Modal:
    return _form(f"Answer {reader}"[:45], name, [_text("said", "What you would say", paragraph=True, most=700)])


def numbers_form(name: Name) -> ui.Modal:
    return _form("What the post really got", name, [
        _text("reach", "People who were shown it", most=20, hint="5,200"),
        _text("reactions", "Reactions: likes and the like", most=20, hint="61"),
        _text("replies", "Replies", most=20, hint="9"),
        _text("shares", "Shares", most=20, needed=False, hint="4; empty where nobody counts them"),
        _text("taken", "When these numbers were read, in UTC", most=40, needed=False, hint="2026-11-30 18:00; empty for now"),
    ])  # fmt: skip


def _manner(persona: Persona) -> str:
    return "\n".join([persona.writes, *persona.examples])


def _form(title: str, name: Name, fields: Sequence[ui.Label[ui.Modal]]) -> ui.Modal:
    form = ui.Modal(title=title, timeout=OPEN, custom_id=str(name))
    for field in fields:
        form.add_item(field)
    return form


def _text(
    key: str,
    label: str,
    *,
    paragraph: bool = False,
    value: str = "",
    most: int = MOST_INPUT,
    needed: bool = True,
    hint: str = "",
) -> ui.Label[ui.Modal]:
    style = discord.TextStyle.paragraph if paragraph else discord.TextStyle.short
    field: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=key, style=style, default=value[:most] or None, max_length=most, required=needed, placeholder=hint or None
    )
    return ui.Label(text=label, component=field)


def _menu(key: str, label: str, choices: Mapping[str, str], chosen: str) -> ui.Label[ui.Modal]:
    keys = sorted(choices, key=lambda k: (k != chosen, k))[:MOST_CHOICES]
    options = [discord.SelectOption(label=choices[k][:100], value=k, default=k == chosen) for k in keys]
    return ui.Label(text=label, component=ui.Select(custom_id=key, options=options))
