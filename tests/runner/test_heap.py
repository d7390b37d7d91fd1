"""One heap for all threads, as glibc itself counts them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_HEAPS_OF_EIGHT_THREADS = """
import ctypes, os, re, threading
from asiaradar_bot.runner.heap import share_one_heap
{call}
together = threading.Barrier(8)
def work():
    together.wait()
    held = [bytes(50_000) for _ in range(50)]
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(b"heaps.xml", b"w"))
c.malloc_info(0, file)
c.fclose(file)
print(len(re.findall("<heap nr=", open("heaps.xml").read())))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="malloc_info is glibc's")
@pytest.mark.parametrize(("call", "one"), [("share_one_heap()", True), ("", False)])
def test_all_threads_share_one_heap(call: str, *, one: bool, tmp_path: Path) -> None:
    """Eight threads that hold memory at once; without the call they have more heaps than one."""
    done = subprocess.run(
        [sys.executable, "-c", _HEAPS_OF_EIGHT_THREADS.format(call=call)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (int(done.stdout) == 1) is one
