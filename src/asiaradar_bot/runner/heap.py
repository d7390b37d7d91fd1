"""Memory of a process with many threads that seldom work at once."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""Source: malloc.h of glibc; mallopt(3)."""


def share_one_heap() -> None:
    """
    Let all threads take memory from one heap; to be called before there are any.

    By itself glibc gives each thread a heap that is never handed back. Ours seldom compute at once, as the interpreter
    lets one of them run: after a minute of polls one heap is 6 MB smaller (`benchmarks/program.py`). Where the C
    library is another one, nothing happens.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)
