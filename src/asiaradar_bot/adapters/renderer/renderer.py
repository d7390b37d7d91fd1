"""The Renderer port: reads templates from their folder and has a child process render them within a second."""

from __future__ import annotations

import json
import re
import secrets
import select
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.wording import FitSlot, Skeleton, TemplateValue

SOURCE_BYTES = 4096
DEADLINE_SECONDS = 1.0
_START_SECONDS = 10.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class SandboxedRenderer:
    """
    Implements ports.Renderer over a folder with one folder per template, each with a `post.txt.j2`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def list_templates(self) -> Sequence[str]:
        """
        Names of all templates, sorted.
        """
        return sorted(file.parent.name for file in self._folder.glob("*/post.txt.j2"))

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """
        The skeleton of the template filled with the variables.

        Raises:
            TemplateError: it is missing, broken, forbidden or too costly.
        """
        return self.render_source(self._source(template), variables, name=template)

    def render_source(self, source: str, variables: Mapping[str, TemplateValue], *, name: str) -> Skeleton:
        """
        The skeleton of a template given as text.

        Raises:
            TemplateError: it is too long, broken, forbidden or too costly.
        """
        if len(source.encode()) > SOURCE_BYTES:
            raise TemplateError(f"template {name} is longer than {SOURCE_BYTES} bytes: shorten it", template=name)
        nonce = f"\x02{secrets.token_hex(16)}\x03"
        asked = json.dumps({"source": source, "variables": variables, "nonce": nonce})
        with self._lock:
            answer = self._ask(asked, name)
        if "error" in answer:
            raise TemplateError(f"template {name}: {answer['error']}; mend the template", template=name)
        return _skeleton(answer["text"], nonce)

    def close(self) -> None:
        """
        End the child process.
        """
        with self._lock:
            self._stop()

    def _source(self, template: str) -> str:
        file = self._folder / template / "post.txt.j2"
        if not _NAME.fullmatch(template) or not file.is_file():
            known = ", ".join(self.list_templates()) or "none"
            raise TemplateError(
                f"there is no template {template} in {self._folder} (there are: {known})", template=template
            )
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"template {template} can't be read: {error}", template=template) from error

    def _ask(self, asked: str, name: str) -> dict[str, Any]:
        child, wait = self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(asked + "\n")
            child.stdin.flush()
            ready, _, _ = select.select([child.stdout], [], [], wait)
            line = child.stdout.readline() if ready else ""
        except OSError:
            line = ""
            ready = [child.stdout]
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        self._stop()
        why = "it used too much memory" if ready else f"it took longer than {DEADLINE_SECONDS:g} second"
        raise TemplateError(f"template {name}: {why}; make it simpler", template=name)

    def _start(self) -> tuple[subprocess.Popen[str], float]:
        if self._child is not None and self._child.poll() is None:
            return self._child, DEADLINE_SECONDS
        self._child = subprocess.Popen(
            [sys.executable, "-m", "asiaradar_bot.adapters.renderer.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
        )
        self._warm_up(self._child)
        return self._child, DEADLINE_SECONDS

    def _warm_up(self, child: subprocess.Popen[str]) -> None:
        """
        The interpreter's own start is not the template's time.
        """
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"source": "", "variables": {}, "nonce": "x"}) + "\n")
        child.stdin.flush()
        if select.select([child.stdout], [], [], _START_SECONDS)[0]:
            child.stdout.readline()

    def _stop(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child = None


def _skeleton(text: str, nonce: str) -> Skeleton:
    parts: list[str | FitSlot] = []
    for number, piece in enumerate(text.split(nonce)):
        if number % 2 == 0:
            parts.append(piece)
        else:
            priority, _, slot = piece.partition(":")
            parts.append(FitSlot(text=slot, priority=int(priority)))
    return Skeleton(parts=tuple(part for part in parts if part != ""))
