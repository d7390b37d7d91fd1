"""The sample site's switchboard at /__sandbox__/, for who is in another process; never on the request list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from asiaradar_bot.sandbox.site.articles import split_paragraphs
from asiaradar_bot.sandbox.site.behaviours import Answer, Behaviour, Behaviours
from asiaradar_bot.sandbox.site.shelf import Shelf

PREFIX = "/__sandbox__/"

_LOCAL_HOSTS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?", re.IGNORECASE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Publish(_Strict):
    slug: str | None = None
    """None: the next one of the script."""


class _Update(_Strict):
    slug: str
    title: str | None = None
    summary: str | None = None
    body: str | None = None


class _Rename(_Strict):
    slug: str
    new_slug: str
    redirect: bool = False


class _Remove(_Strict):
    slug: str
    status: int = Field(default=404, ge=400, le=599)


class _Behave(_Strict):
    path_regex: str
    status: int | None = Field(default=None, ge=200, le=599)
    headers: dict[str, str] = {}
    body: str | None = None
    times: int | None = None
    delay_seconds: float = 0
    endless: bool = False
    cut_after_bytes: int | None = None


class _Clock(_Strict):
    set: AwareDatetime | None = None
    advance_seconds: float = 0


class Control:
    """
    Answers what stands under /__sandbox__/ in JSON; a mistake is status 400 with a sentence.
    """

    def __init__(self, shelf: Shelf, behaviours: Behaviours, *, base_url: str, requests: list[str]) -> None:
        self._shelf = shelf
        self._behaviours = behaviours
        self._base_url = base_url
        self._requests = requests
        self._deeds: dict[str, Callable[[bytes], object]] = {
            "GET ": lambda _: self._state(),
            "GET requests": lambda _: {"requests": list(self._requests)},
            "POST publish": self._publish,
            "POST update": self._update,
            "POST rename": self._rename,
            "POST remove": self._remove,
            "POST behave": self._behave,
            "DELETE behave": lambda _: self._behaviours.clear(),
            "POST clock": self._clock,
        }

    def answer(self, method: str, path: str, *, host: str, body: bytes) -> Answer:
        """
        What the switch did, as JSON.
        """
        if not _LOCAL_HOSTS.fullmatch(host):
            # A page of another site could else reach this machine's loopback through its reader's browser.
            return _json({"error": "the switchboard answers to local names only"}, status=403)
        deed = self._deeds.get(f"{method} {path.removeprefix(PREFIX)}")
        if deed is None:
            return _json({"error": f"there is no {method} {path}; there is {', '.join(self._deeds)}"}, status=404)
        try:
            return _json(deed(body) or {"done": True})
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the body"
            return _json({"error": f"{place}: {first['msg'].lower()}"}, status=400)
        except (ValueError, re.error) as error:
            return _json({"error": str(error)}, status=400)

    def _state(self) -> object:
        shelf = self._shelf
        return {
            "now": shelf.now().isoformat(),
            "shown": [
                {"slug": article.slug, "url": self._base_url + article.path, "title": article.title}
                for article in shelf.latest()
            ],
            "written": list(shelf.slugs),
        }

    def _publish(self, body: bytes) -> object:
        slug = _Publish.model_validate_json(body or b"{}").slug
        if slug is None:
            slug = self._shelf.publish_next()
        else:
            self._shelf.publish(slug)
        shown = None if slug is None else self._shelf.find(slug)
        return {"slug": slug, "url": None if shown is None else self._base_url + shown.path}

    def _update(self, body: bytes) -> None:
        wish = _Update.model_validate_json(body)
        paragraphs = None if wish.body is None else split_paragraphs(wish.body)
        self._shelf.update(wish.slug, title=wish.title, summary=wish.summary, paragraphs=paragraphs)

    def _rename(self, body: bytes) -> None:
        wish = _Rename.model_validate_json(body)
        self._shelf.rename(wish.slug, wish.new_slug, redirect=wish.redirect)

    def _remove(self, body: bytes) -> None:
        wish = _Remove.model_validate_json(body)
        self._shelf.remove(wish.slug, status=wish.status)

    def _behave(self, body: bytes) -> None:
        wish = _Behave.model_validate_json(body)
        self._behaviours.add(
            Behaviour(
                path=re.compile(wish.path_regex),
                status=wish.status,
                headers=wish.headers,
                body=None if wish.body is None else wish.body.encode(),
                delay=timedelta(seconds=wish.delay_seconds),
                is_endless=wish.endless,
                cut_after_bytes=wish.cut_after_bytes,
                left=wish.times,
            )
        )

    def _clock(self, body: bytes) -> object:
        """
        A clock that was set stands still until it is moved.
        """
        wish = _Clock.model_validate_json(body or b"{}")
        moved = (wish.set or self._shelf.now()) + timedelta(seconds=wish.advance_seconds)
        self._shelf.now = lambda: moved
        return {"now": moved.isoformat()}


def _json(content: object, *, status: int = 200) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(status=status, content_type="application/json", body=body)
