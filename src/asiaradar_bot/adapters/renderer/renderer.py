"""The Renderer port: reads templates from their folder and has a child process render them within a second."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from asiaradar_bot.adapters.renderer.worker import Worker
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.wording import FitSlot, Skeleton, TemplateValue
from asiaradar_bot.rules.fingerprint import digest_of

SOURCE_BYTES = 4096
VARIABLES_BYTES = 60_000
"""Less than a pipe holds, so that asking never blocks."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


class SandboxedRenderer:
    """
    Implements ports.Renderer over a folder with one folder per template, each with a `post.txt.j2`.

    A template is read anew each time, so that an edit counts at once. Threads take turns.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._saved: Mapping[str, str] = {}
        self._lock = threading.Lock()
        self._worker = Worker()

    @property
    def folder(self) -> Path:
        """
        Where the templates are.
        """
        return self._folder

    def list_templates(self) -> Sequence[str]:
        """
        Names of all templates, sorted.
        """
        return sorted({file.parent.name for file in self._folder.glob("*/post.txt.j2")} | set(self._saved))

    def put_saved(self, sources: Mapping[str, str]) -> None:
        """
        Templates that count instead of their files, by name; all of them at once.
        """
        self._saved = dict(sources)

    def source_of(self, template: str) -> str:
        """
        The source that counts now.

        Raises:
            TemplateError: there is none.
        """
        saved = self._saved.get(template)
        return self.file_source(template) if saved is None else saved

    def prepare(self) -> None:
        """
        Start the child process without waiting for it, so that the first post doesn't wait either.

        Raises:
            TemplateError: no process can be started.
        """
        with self._lock:
            self._worker.start()

    def render(self, template: str, variables: Mapping[str, TemplateValue]) -> Skeleton:
        """
        The skeleton of the template filled with the variables.

        Raises:
            TemplateError: it is missing, broken, forbidden or too costly.
        """
        return self.render_source(self.source_of(template), variables, name=template)

    def render_source(self, source: str, variables: Mapping[str, TemplateValue], *, name: str) -> Skeleton:
        """
        The skeleton of a template given as text.

        Raises:
            TemplateError: it is too long, broken, forbidden or too costly.
        """
        if len(source.encode(errors="replace")) > SOURCE_BYTES:
            raise TemplateError(f"template {name} is longer than {SOURCE_BYTES} bytes; shorten it", template=name)
        nonce = f"\x02{secrets.token_hex(16)}\x03"
        asked = json.dumps({"source": source, "variables": variables, "nonce": nonce}, ensure_ascii=False)
        content = asked.encode("utf-8", errors="replace")
        if len(content) > VARIABLES_BYTES:
            raise TemplateError(
                f"template {name}: the article is {len(content)} bytes long, over the limit of {VARIABLES_BYTES}; "
                "word this post by hand",
                template=name,
            )
        with self._lock:
            answer = self._worker.ask(content)
        if "error" in answer:
            raise TemplateError(f"template {name}: {answer['error']}; mend the template", template=name)
        return _skeleton(answer["text"], nonce, source=source)

    def close(self) -> None:
        """
        End the child process.
        """
        with self._lock:
            self._worker.stop()

    def file_source(self, template: str) -> str:
        """
        The source in the template's file.

        Raises:
            TemplateError: there is none, or it can't be read.
        """
        file = self._folder / template / "post.txt.j2"
        if not is_name(template) or not file.is_file():
            known = ", ".join(self.list_templates()) or "none"
            raise TemplateError(
                f"there is no template {template} in {self._folder} (there are: {known}); "
                "mend its name in the policy, or templates.folder",
                template=template,
            )
        try:
            with file.open("rb") as stream:
                return stream.read(SOURCE_BYTES + 1).decode("utf-8")
        except OSError as error:
            raise TemplateError(f"template {template} can't be read: {error}", template=template) from error
        except UnicodeDecodeError as error:
            raise TemplateError(
                f"template {template} is not in UTF-8 or longer than {SOURCE_BYTES} bytes; save it as UTF-8",
                template=template,
            ) from error


def is_name(template: str) -> bool:
    """
    Whether a template may be called that.
    """
    return _NAME.fullmatch(template) is not None


def _skeleton(text: str, nonce: str, *, source: str) -> Skeleton:
    parts: list[str | FitSlot] = []
    for number, piece in enumerate(text.split(nonce)):
        if number % 2 == 0:
            parts.append(piece)
        else:
            priority, _, slot = piece.partition(":")
            parts.append(FitSlot(text=slot, priority=int(priority)))
    return Skeleton(parts=tuple(part for part in parts if part != ""), source_digest=digest_of(source))
