"""What Discord refuses in a message, a form of fields (modal) or a list of suggestions. It changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from tests.discord.refusals import Form, Refusal, names
from tests.discord.world import File, Json, opened

MIB = 1024 * 1024
LARGEST_FILE = 10 * MIB

MESSAGE = names(
    "content embeds components attachments allowed_mentions flags tts nonce enforce_nonce message_reference sticker_ids poll"
)
EDIT = names("content embeds components attachments allowed_mentions flags tts sticker_ids")
EXECUTE = EDIT | names("username avatar_url thread_name applied_tags poll")
EMBED = names("type title url description timestamp color footer image thumbnail author fields provider video flags")
MODAL = frozenset(("custom_id", "title", "components"))
KEPT_FILE = names("id filename description size url proxy_url content_type width height spoiler")
COMPONENT: dict[int, frozenset[str]] = {
    1: frozenset(("type", "id", "components")),
    2: names("type id style label emoji custom_id url disabled sku_id"),
    3: names("type id custom_id options placeholder min_values max_values disabled required"),
    4: names("type id custom_id style label min_length max_length required value placeholder"),
    9: frozenset(("type", "id", "components", "accessory")),
    10: frozenset(("type", "id", "content")),
    14: frozenset(("type", "id", "divider", "spacing")),
    17: frozenset(("type", "id", "components", "accent_color", "spoiler")),
    18: frozenset(("type", "id", "label", "description", "component")),
    19: names("type id custom_id min_values max_values required"),
    21: names("type id custom_id options required"),
    22: names("type id custom_id options min_values max_values required"),
    23: names("type id custom_id default"),
}
SELECTS = frozenset((3, 5, 6, 7, 8))


def message(body: Json, files: Sequence[File], fields: frozenset[str], violations: list[str]) -> None:
    """Refuse a message that Discord would refuse, whatever it is a part of."""
    form = Form()
    form.known(body, fields, "message", violations)
    form.length(body.get("content"), 2000, "content")
    embeds(form, body.get("embeds") or (), violations)
    components(form, body.get("components") or (), violations, laid_out=bool((body.get("flags") or 0) & (1 << 15)))
    attachments(form, body.get("attachments") or (), violations)
    form.length(body.get("nonce"), 25, "nonce")
    if sum(len(file.content) for file in files) > LARGEST_FILE:
        raise Refusal(40005)
    form.close()


def attachments(form: Form, given: Sequence[Json], violations: list[str]) -> None:
    form.need(len(given) <= 10, "attachments", "Must be 10 or fewer in length.")
    for n, one in enumerate(given):
        form.known(one, KEPT_FILE, f"attachments.{n}", violations)
        form.length(one.get("description"), 1024, f"attachments.{n}.description")


def embeds(form: Form, given: Sequence[Json], violations: list[str]) -> None:
    form.need(len(given) <= 10, "embeds", "Must be 10 or fewer in length.")
    for n, one in enumerate(given):
        embed(form, one, f"embeds.{n}", violations)
    form.need(sum(map(weight, given)) <= 6000, "embeds", "Embed size exceeds maximum size of 6000", "MAX_EMBED_SIZE_EXCEEDED")


def embed(form: Form, one: Json, where: str, violations: list[str]) -> None:
    form.known(one, EMBED, where, violations)
    form.length(one.get("title"), 256, f"{where}.title")
    form.length(one.get("description"), 4096, f"{where}.description")
    form.length(one.get("footer", {}).get("text"), 2048, f"{where}.footer.text")
    form.length(one.get("author", {}).get("name"), 256, f"{where}.author.name")
    fields = one.get("fields", ())
    form.need(len(fields) <= 25, f"{where}.fields", "Must be 25 or fewer in length.")
    for n, line in enumerate(fields):
        form.known(line, frozenset(("name", "value", "inline")), f"{where}.fields.{n}", violations)
        form.length(line.get("name"), 256, f"{where}.fields.{n}.name", least=1)
        form.length(line.get("value"), 1024, f"{where}.fields.{n}.value", least=1)


def weight(one: Json) -> int:
    """The characters of an embed that count towards the sum of 6,000."""
    words = [one.get("title"), one.get("description"), one.get("footer", {}).get("text"), one.get("author", {}).get("name")]
    words += [line.get(key) for line in one.get("fields", ()) for key in ("name", "value")]
    return sum(len(word or "") for word in words)


def components(form: Form, given: Sequence[Json], violations: list[str], *, laid_out: bool) -> None:
    """`laid_out`: the message says it is made of components alone, so that texts and containers may stand in it."""
    every = list(opened(given))
    form.need(len(every) <= 40, "components", "Must be 40 or fewer in total.")
    form.need(laid_out or len(given) <= 5, "components", "Must be 5 or fewer in length.")
    form.need(laid_out or all(one.get("type") == 1 for one in given), "components", "Value of field type must be one of (1,).")
    named = [one["custom_id"] for one in every if one.get("custom_id")]
    form.need(
        len(named) == len(set(named)),
        "components",
        "Component custom id cannot be duplicated",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    )
    for n, one in enumerate(every):
        component(form, one, f"components.{n}", violations)


def component(form: Form, one: Json, where: str, violations: list[str]) -> None:
    kind = one.get("type", 0)
    form.known(one, COMPONENT.get(kind, COMPONENT[3] | {"channel_types", "default_values"}), where, violations)
    form.length(one.get("custom_id"), 100, f"{where}.custom_id", least=0 if kind in {1, 2, 9, 10, 14, 17, 18} else 1)
    form.length(one.get("placeholder"), 150 if kind in SELECTS else 100, f"{where}.placeholder")
    if kind == 1:
        row(form, one, where)
    elif kind == 2:
        button(form, one, where)
    elif kind in SELECTS:
        select(form, one, where)


def row(form: Form, one: Json, where: str) -> None:
    within = one.get("components", ())
    alone = any(part.get("type") != 2 for part in within)
    form.need(1 <= len(within) <= (1 if alone else 5), f"{where}.components", "Must be between 1 and 5 in length.")


def button(form: Form, one: Json, where: str) -> None:
    form.length(one.get("label"), 80, f"{where}.label")
    form.need(bool(one.get("label") or one.get("emoji")), f"{where}.label", "A button needs a label or an emoji.")
    link = one.get("style") == 5
    form.need(link == bool(one.get("url")), f"{where}.url", "A link, and nothing else, has a url.")
    form.need(link != bool(one.get("custom_id")), f"{where}.custom_id", "A custom id is required, but for links.")


def select(form: Form, one: Json, where: str) -> None:
    options = one.get("options", ())
    if one.get("type") == 3:
        form.need(1 <= len(options) <= 25, f"{where}.options", "Must be between 1 and 25 in length.")
    values = [option.get("value") for option in options]
    form.need(len(values) == len(set(values)), f"{where}.options", "The specified option value is already used")
    for n, option in enumerate(options):
        for key in ("label", "value"):
            form.length(option.get(key), 100, f"{where}.options.{n}.{key}", least=1)
        form.length(option.get("description"), 100, f"{where}.options.{n}.description")


def modal(body: Json, violations: list[str]) -> None:
    form = Form()
    form.known(body, MODAL, "data", violations)
    form.length(body.get("title"), 45, "title", least=1)
    form.length(body.get("custom_id"), 100, "custom_id", least=1)
    given = body.get("components", ())
    form.need(1 <= len(given) <= 5, "components", "Must be between 1 and 5 in length.")
    for n, one in enumerate(given):
        form.need(one.get("type") in {1, 10, 18}, f"components.{n}", "Only labels, rows and texts stand in a modal.")
    every = list(opened(given))
    named = [one["custom_id"] for one in every if one.get("custom_id")]
    form.need(
        len(named) == len(set(named)),
        "components",
        "Component custom id cannot be duplicated",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    )
    for n, one in enumerate(every):
        component(form, one, f"components.{n}", violations)
        asked(form, one, f"components.{n}")
    form.close()


def asked(form: Form, one: Json, where: str) -> None:
    """What a modal asks for: a label with its description, a text input with its lengths."""
    if one.get("type") == 18:
        form.length(one.get("label"), 45, f"{where}.label", least=1)
        form.length(one.get("description"), 100, f"{where}.description")
    if one.get("type") == 4:
        form.length(one.get("label"), 45, f"{where}.label")
        longest = one.get("max_length", 4000)
        form.need(1 <= longest <= 4000, f"{where}.max_length", "Must be between 1 and 4000.")
        form.need(0 <= one.get("min_length", 0) <= longest, f"{where}.min_length", "Must be between 0 and max_length.")
        form.length(one.get("value"), longest, f"{where}.value")


def choices(body: Json, violations: list[str]) -> None:
    """The suggestions of an autocomplete."""
    form = Form()
    given = body.get("choices", ())
    form.known(body, frozenset(("choices",)), "data", violations)
    form.need(len(given) <= 25, "choices", "Must be 25 or fewer in length.")
    for n, one in enumerate(given):
        form.known(one, frozenset(("name", "value", "name_localizations")), f"choices.{n}", violations)
        form.length(one.get("name"), 100, f"choices.{n}.name", least=1)
        value = one.get("value")
        form.need(not isinstance(value, str) or len(value) <= 100, f"choices.{n}.value", "Must be 100 or fewer in length.")
    form.close()


def named(name: object, most: int, where: str = "name") -> None:
    """A name of a thread: from one character to this many."""
    form = Form()
    form.length(name, most, where, least=1)
    form.need(not isinstance(name, str) or bool(name.strip()), where, "This field is required", "BASE_TYPE_REQUIRED")
    form.close()


def webhook_name(name: object, where: str = "name") -> None:
    """A webhook, and whoever it speaks as, may not pass for Discord itself."""
    named(name, 80, where)
    form = Form()
    for word in ("discord", "clyde"):
        form.need(word not in str(name).lower(), where, f'Username cannot contain "{word}"', "USERNAME_INVALID_CONTAINS")
    form.close()


def mentions(world_pings: list[str], call: str, body: Json) -> None:
    """Note a call that could wake somebody: every message must say that nobody is to be pinged."""
    allowed: Json = body.get("allowed_mentions") or {}
    if allowed.get("parse") != [] or any(allowed.get(key) for key in ("users", "roles", "replied_user")):
        world_pings.append(f"{call}: allowed_mentions is {allowed!r}")
