"""What all pages share: templates, the words and times in them, static files, and the bar on top."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.decision import Reason
from asiaradar_bot.model.post import LIVE, PostId, PostState
from asiaradar_bot.rules.explaining import sentence
from asiaradar_bot.rules.rule_words import choice_in_words, default_in_words, rule_in_words
from asiaradar_bot.web.acts import act_words, subject_words
from asiaradar_bot.web.entry import Visitor, visitor_of
from asiaradar_bot.web.forms import Forms, iso
from asiaradar_bot.web.telling import CHECK, telling
from asiaradar_bot.web.views.said import Said, read_said
from asiaradar_bot.web.views.top_bar import top_bar
from asiaradar_bot.web.words import FACTS, MISSING, NAMES, RIGHTS, language_of, translations

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_UNDONE = LIVE | {PostState.CANCELLED}
"""Where a post stands while what was done to it can be taken back."""
_SAID = frozenset({"said", "post", "v"})


class Frame:
    """
    Renders pages for one App; `autoescape` is always on, and what is not given to a template is an error.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._spoken: dict[str, Environment] = {}

    @property
    def zone(self) -> ZoneInfo:
        """
        The newsroom's zone, in which pages show times.
        """
        return ZoneInfo(self.app.policy.wording.zone)

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        expected: Mapping[PostId, datetime] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """
        A whole page for whoever is signed in (or nobody: then without bar and rail).

        A page that worked out when waiting posts go out gives it in `expected`, so that the bar need not do so again.
        """
        visitor = visitor_of(request)
        env = self._env(request, visitor)
        shared: dict[str, object] = {
            "visitor": visitor,
            "path": request.url.path,
            "here": here(request),
            "bar": top_bar(self.app, visitor.person, expected=expected)
            if visitor is not None and not visitor.must_set_up
            else None,
            "said": self._said(request),
        }
        return HTMLResponse(env.get_template(template).render(shared | values), status_code=status)

    def _said(self, request: Request) -> Said | None:
        """
        What was done; its undo is not offered any more when the post is out, or on its way.
        """
        said = read_said(request.query_params)
        if said is None or said.undo is None or said.post_id is None:
            return said
        with self.app.store.read() as tx:
            post = tx.posts.find(PostId(said.post_id))
        return said if post is not None and post.state in _UNDONE else replace(said, undo=None)

    def part(self, request: Request, template: str, **values: object) -> HTMLResponse:
        """
        A piece of a page, for a script to put in place.
        """
        visitor = visitor_of(request)
        return HTMLResponse(self._env(request, visitor).get_template(template).render({"visitor": visitor} | values))

    def _env(self, request: Request, visitor: Visitor | None) -> Environment:
        language = visitor.language if visitor is not None else language_of(request.headers.get("accept-language", ""))
        if language not in self._spoken:
            self._spoken[language] = self._made(language)
        return self._spoken[language]

    def _made(self, language: str) -> Environment:
        env = Environment(
            loader=FileSystemLoader(_HERE / "html"),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        forms, words = Forms(language, lambda: self.zone, self.app.clock.now), translations(language)
        env.globals.update(static_url=static_url, missing=MISSING, language=language, direction=forms.direction)
        env.filters.update(
            local=forms.local,
            minute=forms.minute,
            clock=forms.clock,
            day=forms.day,
            week_day=forms.week_day,
            weekday=forms.weekday,
            short_day=forms.short_day,
            month=forms.month,
            usd=forms.usd,
            count=forms.count,
        )
        env.filters.update(iso=iso, path_quote=quote, own_path=own_path)
        env.filters.update(name=lambda word: words.gettext(word) if word in NAMES else word)
        env.filters.update(fact_name=lambda name: words.gettext(FACTS[name]) if name in FACTS else name)
        env.filters.update(right=lambda action: words.gettext(RIGHTS[Action(action)]))
        env.filters.update(act=lambda action: act_words(action, words.gettext))
        env.filters.update(subject=lambda subject: subject_words(subject, words.gettext))
        env.filters.update(told=lambda told: telling(language).say(told or ""))
        env.filters.update(reason=lambda reason: telling(language).say(sentence(Reason(reason))))
        env.filters.update(check=lambda name: telling(language).say(name, CHECK))
        env.filters.update(
            rule_words=lambda rule: rule_in_words(rule, telling(language).fill),
            default_words=lambda verdict: default_in_words(verdict, telling(language).fill),
            choice_words=lambda choice: choice_in_words(choice, telling(language).fill),
        )
        env.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]  # of the extension
        return env


def own_path(path: str) -> str:
    """
    The path if it is one of ours, else the Desk's: what stands in an address must lead nowhere else.
    """
    return path if path.startswith("/") and not path.startswith("//") and "\\" not in path else "/"


def back_to(path: str, **said: object) -> Response:
    """
    Lead back after a change, with what was done said there; only to a path of ours.
    """
    base, _, query = own_path(path).partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0] not in _SAID]
    parts = kept + [f"{name}={quote(str(value))}" for name, value in said.items()]
    return RedirectResponse(base + ("?" + "&".join(parts) if parts else ""), status_code=303)


@lru_cache(maxsize=64)
def static_url(name: str) -> str:
    """
    Address of a static file with its digest, so that browsers may keep it for good.
    """
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def here(request: Request) -> str:
    """
    The address asked for, without the host.
    """
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
