"""How the properties of the audience are searched: no stopwatch (other work shares the machine), and few examples each."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("audience", deadline=None, max_examples=60)
settings.load_profile("audience")
