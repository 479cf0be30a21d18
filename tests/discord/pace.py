"""How many calls Discord lets through in which time, and the headers that say so. It does not know what a call does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.discord.calls import Call
from tests.discord.world import World

GLOBAL = (50, 1.0)
# What counts together, how many, in how many seconds. The last figure of a webhook is told by nobody but a 429.
EXECUTE = "/webhooks/{webhook_id}/{webhook_token}"
SPEAK = "/channels/{channel_id}/messages"


@dataclass(slots=True)
class Window:
    many: int
    seconds: float
    since: float = 0.0
    used: int = 0

    def take(self, now: float) -> float:
        """Seconds to wait; 0 where the call may go."""
        if now - self.since >= self.seconds:
            self.since, self.used = now, 0
        if self.used >= self.many:
            return self.since + self.seconds - now
        self.used += 1
        return 0.0

    def headers(self, now: float, bucket: str) -> Mapping[str, str]:
        left = max(0.0, self.since + self.seconds - now)
        return {
            "X-RateLimit-Limit": str(self.many), "X-RateLimit-Remaining": str(self.many - self.used),
            "X-RateLimit-Reset": f"{now + left:.3f}", "X-RateLimit-Reset-After": f"{left:.3f}", "X-RateLimit-Bucket": bucket,
        }  # fmt: skip


@dataclass(slots=True)
class Pace:
    """`scale` stretches every time: 1 is Discord's, 0.1 ten times as fast, 0 lets everything through."""

    world: World
    clock: Callable[[], float]
    scale: float = 0.0
    windows: dict[str, Window] = field(default_factory=dict)

    def window(self, key: str, many: int, seconds: float) -> Window:
        return self.windows.setdefault(key, Window(many, seconds * self.scale))

    def own(self, call: Call) -> tuple[str, Window] | None:
        """The window that Discord tells the caller of in headers."""
        if call.method == "POST" and call.template == EXECUTE and call.id("webhook_id") in self.world.webhooks:
            return "execute", self.window(f"execute {call.parts['webhook_id']}", 5, 2)
        if call.method == "POST" and call.template == SPEAK:
            return "speak", self.window(f"speak {call.parts['channel_id']}", 5, 5)
        return None

    def hidden(self, call: Call) -> Window | None:
        """The window that a caller learns of by running into it: all webhooks of a channel together."""
        webhook = self.world.webhooks.get(call.id("webhook_id")) if "webhook_id" in call.parts else None
        if call.method != "POST" or call.template != EXECUTE or webhook is None:
            return None
        return self.window(f"channel {webhook.channel.id}", 30, 60)

    def wait(self, call: Call) -> tuple[float, bool]:
        """How long the caller must wait, and whether with everything."""
        if not self.scale:
            return 0.0, False
        now, own, hidden = self.clock(), self.own(call), self.hidden(call)
        everywhere = 0.0 if call.template.startswith("/interactions") else self.window("global", *GLOBAL).take(now)
        if everywhere:
            return everywhere, True
        return max(own[1].take(now) if own else 0.0, hidden.take(now) if hidden else 0.0), False

    def headers(self, call: Call) -> Mapping[str, str]:
        own = self.own(call) if self.scale else None
        return own[1].headers(self.clock(), own[0]) if own else {}
