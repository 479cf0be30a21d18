"""Logs: what goes to standard error, without a secret in it. Knows which texts are secret and nothing of who writes them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Collection

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# Addresses of webhooks and of interactions hold what lets anybody speak in our name.
ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s?'\"]+")
HELD = "[held back]"
# Their lowest level writes addresses and whole payloads; nothing in there helps whoever runs a bot.
TALKATIVE = ("discord.http", "discord.webhook", "discord.webhook.async_", "discord.gateway", "discord.client", "discord.state")


class Discreet(logging.Formatter):
    """Takes secrets out of the whole line, with its trace and whatever a library put into it."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__(FORMAT)
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        line = ADDRESS.sub(rf"\1{HELD}", super().format(record))
        for secret in self._secrets:
            line = line.replace(secret, HELD)
        return line


def begin(level: str, secrets: Collection[str]) -> None:
    """Send every logger to standard error. For a program of its own: it takes the place of what was set before."""
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(Discreet(secrets))
    logging.basicConfig(level=level, handlers=[out], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
