"""Heap: how the C library (glibc) keeps memory for a program that computes; where it is another one, nothing happens.

By itself it asks the system for each large piece anew and gives it back at once, and the system fills every page with noughts
meanwhile: a quarter of the time in eight bits. Knows no model.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

# From malloc.h.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
NEVER, LARGEST = -1, 1 << 30


def keep() -> None:
    """What was let go is kept for the next step. To be called before the thread that computes begins: it shall share one heap."""
    with suppress(OSError, AttributeError, TypeError):
        c = ctypes.CDLL(None)
        for setting, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGEST), (TRIM_THRESHOLD, NEVER)):
            c.mallopt(setting, value)


def give_back() -> None:
    """Once: what laying a model out left in pieces goes to the system, half a gigabyte of Qwen3-0.6B in eight bits."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
