"""What a member does in Discord: commands, menus, buttons, forms, posts. Whatever Discord's own program would not let them do
is an assertion that fails.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.discord import forms, options, posting, shapes
from tests.discord.answers import Answer, Until
from tests.discord.callbacks import AUTOCOMPLETE, COMMAND, COMPONENT, IN_TIME, SUBMIT
from tests.discord.calls import Call
from tests.discord.limits import LARGEST_FILE
from tests.discord.world import APPLICATION, Channel, File, Interaction, Json, Member, Message, World, bits


@dataclass(frozen=True, slots=True)
class Person:
    """One member, by default in the first text channel of the server."""

    world: World
    member: Member
    until: Until
    channel: Channel
    locale: str = "en-US"

    @property
    def id(self) -> int:
        return self.member.id

    @property
    def name(self) -> str:
        return self.member.name

    async def command(self, name: str, /, *, channel: Channel | None = None, **given: Any) -> Answer:
        """Use a slash command: `command("persona show", persona="ada")`. Options are texts, numbers, files, people, channels."""
        return await self._done(self._called(COMMAND, name, channel, given))

    async def autocomplete(
        self, name: str, option: str, typed: str, /, *, channel: Channel | None = None, **given: Any
    ) -> Answer:  # fmt: skip
        """Type into an option of a command, with others filled in before."""
        return await self._done(self._called(AUTOCOMPLETE, name, channel, {**given, option: typed}, focused=option))

    def _called(
        self, kind: int, name: str, channel: Channel | None, given: Mapping[str, Any], focused: str = ""
    ) -> Interaction:  # fmt: skip
        where = channel or self.channel
        made, files = options.called(self.world, self.member, name, given, focused)
        for file in files:
            assert len(file.content) <= LARGEST_FILE, f"{file.name} is larger than Discord lets a member upload"
        return self._asked(kind, where, made)

    async def menu(self, name: str, target: Message | Member | Person) -> Answer:
        """Choose an entry of the menu of a message, or of a member."""
        whom = target.member if isinstance(target, Person) else target
        where = whom.channel if isinstance(whom, Message) else self.channel
        return await self._done(self._asked(COMMAND, where, options.chosen(self.world, self.member, name, whom)))

    async def press(self, message: Message | Answer, button: str) -> Answer:
        """Press a button, by its label or a part of its custom id."""
        seen = self._seen(message)
        part = forms.button(seen, button)
        return await self._done(self._asked(COMPONENT, seen.channel, {
            "custom_id": part["custom_id"], "component_type": 2, "id": part["id"],
        }, seen))  # fmt: skip

    async def choose(self, message: Message | Answer, select: str, *values: str) -> Answer:
        """Choose from a menu in a message, by a part of its custom id; a choice is named by its label or its value."""
        seen = self._seen(message)
        part = forms.select(seen, select)
        return await self._done(self._asked(COMPONENT, seen.channel, {
            "custom_id": part["custom_id"], "component_type": part["type"], "id": part["id"],
            "values": forms.values(part, values),
        }, seen))  # fmt: skip

    async def submit(self, form: Answer, filled: Mapping[str, Any] | None = None) -> Answer:
        """Send off a form that an answer opened; fields go by custom id or label, what is not named stays as it was offered."""
        assert form.modal is not None, "there is no form to send off"
        assert form.interaction.member is self.member, "the form is open on somebody else's screen"
        assert not form.interaction.sent, "the form was sent off and is closed"
        made = forms.submitted(self.world, form.modal, filled or {})
        answer = await self._done(self._asked(SUBMIT, form.interaction.channel, made, form.interaction.source))
        form.interaction.sent = answer.acknowledged is not None
        return answer

    async def post(self, channel: Channel, text: str, *files: File) -> Message:
        """Write into a channel, as anybody does."""
        call = Call("", "", "", {}, {}, None, tuple(files))
        return posting.post(self.world, posting.made(self.world, channel, self.member.user, {"content": text}, call))

    async def replay(self, answer: Answer) -> None:
        """Let the bot hear of something once more that it heard of already, as after a connection that broke."""
        self.world.dispatch("INTERACTION_CREATE", answer.interaction.payload, self.member.server)

    def _seen(self, of: Message | Answer) -> Message:
        """The message, if this member sees it."""
        message = of if isinstance(of, Message) else of.message
        assert message is not None, "there is no message in answer"
        assert not message.ephemeral or message.seen_by == self.member.id, "only somebody else sees this message"
        there = message.id in (self.world.ephemeral if message.ephemeral else message.channel.every)
        assert there, "the message is deleted"
        return message

    def _asked(self, kind: int, where: Channel, made: Json, source: Message | None = None) -> Interaction:
        """A new interaction, of which the bot is told."""
        permissions = self.member.server.permissions(self.member, where)
        assert permissions & bits("view_channel"), f"{self.name} does not see {where.name}"
        token = secrets.token_urlsafe(24)
        asked = Interaction(self.world.id(), token, kind, self.member, where, self.world.now(), source=source)
        asked.edits = source.edits if source else 0
        asked.payload = self._told(asked, made, permissions)
        self.world.interactions[asked.id] = asked
        self.world.dispatch("INTERACTION_CREATE", asked.payload, self.member.server)
        return asked

    def _told(self, asked: Interaction, made: Json, permissions: int) -> Json:
        server = self.member.server
        told: Json = {
            "id": str(asked.id), "application_id": str(APPLICATION), "type": asked.kind, "data": made, "token": asked.token,
            "guild_id": str(server.id), "guild": {"id": str(server.id), "locale": server.locale, "features": []},
            "channel_id": str(asked.channel.id), "channel": shapes.channel(asked.channel, permissions), "version": 1,
            "member": shapes.member(self.member, permissions), "locale": self.locale, "guild_locale": server.locale,
            "app_permissions": str(self.world.may(asked.channel)), "attachment_size_limit": LARGEST_FILE, "context": 0,
            "entitlements": [], "authorizing_integration_owners": {"0": str(server.id)},
        }  # fmt: skip
        return told | ({"message": shapes.message(self.world, asked.source)} if asked.source else {})

    async def _done(self, asked: Interaction) -> Answer:
        """The answer, once the bot gives a sign, or once Discord stops waiting for one."""
        answer = Answer(asked, self.until)
        late = asked.at + IN_TIME
        await self.until(lambda: asked.acknowledged is not None or self.world.now() > late, IN_TIME + 2)
        return answer
