"""The parent's side of the renderer's child process: starts it, asks it, and kills it at the deadline."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

from asiaradar_bot.model.errors import TemplateError

DEADLINE_SECONDS = 1.0
"""For one template, once the child is up."""
STARVED_SECONDS = 5.0
"""The deadline instead, as long as the child had no processor for half of its time: a busy machine is not its fault."""

_START_SECONDS = 20.0
_LOOK_SECONDS = 0.05
"""How often a late child is looked at."""
_CHILD = "asiaradar_bot.adapters.renderer.child"
_GREETING = json.dumps({"source": "", "variables": {}, "nonce": "x"}).encode()
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_BROKE = "it broke the renderer, by too much memory or too deep nesting"


class Worker:
    """
    One child process at a time, for one thread at a time; made when first asked, and anew after it was killed.
    """

    def __init__(self, *, deadline_seconds: float = DEADLINE_SECONDS, starved_seconds: float = STARVED_SECONDS) -> None:
        self._deadline = deadline_seconds
        self._starved = starved_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._is_greeted = False

    @property
    def pid(self) -> int | None:
        """
        The child's process id; None: there is no child.
        """
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """
        Start the child unless it runs; does not wait for it.

        Raises:
            TemplateError: no process can be started.
        """
        if self._child is not None and self._child.poll() is None:
            return
        self.stop()
        # Without the environment, which holds secrets, but with what finds the interpreter's own files.
        environment = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        environment |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell, nothing from outside
                [sys.executable, "-m", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise TemplateError(f"the renderer can't start its process: {error}; free memory or processes") from error
        self._write(_GREETING)
        self._is_greeted = False

    def ask(self, content: bytes) -> dict[str, str]:
        """
        The child's answer to one request: `text`, or `error` with a sentence. The content is one line of JSON.

        Raises:
            TemplateError: no process can be started.
        """
        # A child that was found dead may have died of something else while it was idle: a second one decides.
        return self._ask_once(content) or self._ask_once(content) or {"error": _BROKE}

    def _ask_once(self, content: bytes) -> dict[str, str] | None:
        """
        The answer; None: the child died of it.
        """
        self.start()
        if not self._is_greeted:
            self._await_greeting()
        self._write(content)
        line, is_late = self._read_line(self._deadline, self._starved)
        if line.endswith(b"\n"):
            answer: dict[str, str] = json.loads(line)
            return answer
        self.stop()
        return {"error": f"it took longer than {self._deadline:g} s"} if is_late else None

    def stop(self) -> None:
        """
        Kill the child, if there is one.
        """
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what it was asked last is of no use any more
                    continue
        self._child = None

    def _await_greeting(self) -> None:
        """
        The interpreter's own start is not the template's time.
        """
        line, _ = self._read_line(_START_SECONDS, _START_SECONDS)
        if not line.endswith(b"\n"):
            self.stop()
            raise TemplateError(
                f"the renderer's process did not come up within {_START_SECONDS:g} s; run asiaradar doctor"
            )
        self._is_greeted = True

    def _write(self, content: bytes) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(content + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:  # the child is gone; reading finds that out
            return

    def _read_line(self, deadline: float, starved: float) -> tuple[bytes, bool]:
        """
        What came until the end of a line, and whether the time was up before.
        """
        assert self._child is not None
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        busy_until = _cpu_seconds(self._child.pid) + deadline / 2
        begun = time.monotonic()
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                spent = time.monotonic() - begun
                is_busy = _cpu_seconds(self._child.pid) >= busy_until
                if spent >= starved or (spent >= deadline and is_busy):
                    return line, True
                left = (deadline if spent < deadline else starved) - spent
                if selector.select(min(left, _LOOK_SECONDS) if spent >= deadline else left):
                    received = os.read(descriptor, 65_536)
                    if not received:
                        return line, False
                    line += received
        return line, False


def _cpu_seconds(pid: int) -> float:
    """
    How long the process has computed; endless where the system does not say, so that the plain deadline holds.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
    except (OSError, IndexError, ValueError):
        return float("inf")
