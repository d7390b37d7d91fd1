"""Web apps that many tests use in turn: putting one together takes longer than most tests of a page need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asiaradar_bot.web.app import build_web

if TYPE_CHECKING:
    from fastapi import FastAPI

    from asiaradar_bot.bootstrap import App
    from asiaradar_bot.web.entry import Visitor


class _Bot:
    """What a web app takes for its bot: whatever is asked of it, the bot of the test that runs now answers."""

    def __init__(self) -> None:
        self.__dict__["now"] = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["now"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__dict__["now"], name, value)


class _Shared:
    """A web app with what changes from test to test."""

    def __init__(self, *, signed_in: bool) -> None:
        self.bot = _Bot()
        self.visitor: Visitor | None = None
        self.woken: list[str] = []
        entry = (lambda _: self.visitor) if signed_in else None
        self.web = build_web(cast("App", self.bot), wake=self._wake, entry=entry)

    def _wake(self, step: str) -> None:
        self.woken.append(step)


_FREE: dict[bool, list[_Shared]] = {True: [], False: []}


def web_for(app: App, *, woken: list[str] | None = None) -> FastAPI:
    """A web app of this bot until that is closed; people sign in at it."""
    return _lent(app, woken, signed_in=False).web


def web_for_visitor(app: App, who: Visitor | None, *, woken: list[str] | None = None) -> FastAPI:
    """The same, for which everybody who comes is this visitor (or nobody)."""
    shared = _lent(app, woken, signed_in=True)
    shared.visitor = who
    return shared.web


def _lent(app: App, woken: list[str] | None, *, signed_in: bool) -> _Shared:
    free = _FREE[signed_in]
    shared = free.pop() if free else _Shared(signed_in=signed_in)
    shared.bot.__dict__["now"] = app
    shared.woken = woken if woken is not None else []
    app.closing.append(lambda: free.append(shared))
    return shared
