"""What all journeys share: the three ways to walk one, coming in, and what must hold wherever one stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.steps.door import Entered
from tests.web.desk import ROOT
from tests.web.test_browser import DESKTOP, PHONE

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_PATIENCE = 20_000
"""Milliseconds: three browsers share the machine with the rest of the suite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """
    By what a journey is walked.
    """

    name: str
    size: dict[str, int]
    scripts: bool


WAYS = (
    Way(name="desktop", size=DESKTOP, scripts=True),
    Way(name="phone", size=PHONE, scripts=True),
    Way(name="phone without scripts", size=PHONE, scripts=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    A running Desk.
    """

    app: App
    url: str
    woken: list[str] = field(default_factory=list)
    """Steps that buttons asked for at once."""

    def actions(self, number: int = 5) -> list[str]:
        """
        What was done last, newest first.
        """
        return [entry.action for entry in self.entries(number)]

    def entries(self, number: int = 5) -> list[AuditEntry]:
        """
        The newest of the audit, without the comings and goings of people.
        """
        with self.app.store.read() as tx:
            found = tx.audit.list_recent(limit=100)
        return [one for one in found if not one.action.startswith("login.")][:number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom(Desk):
    """
    A running Desk beside the site it watches.
    """

    site: SampleSite


class Walker:
    """
    Somebody at a Desk in a browser, who notices what is wrong wherever they come.
    """

    def __init__(self, desk: Desk, way: Way, page: Page) -> None:
        self.desk = desk
        self.way = way
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: dialog.accept())

    def go(self, path: str) -> None:
        """
        Open a page of the Desk.
        """
        self.page.goto(self.desk.url + path)

    def press(self, name: str, *, exact: bool = False) -> None:
        """
        Press the button of that name and be on the page that comes of it.
        """
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=exact).first.click()

    def look_around(self) -> None:
        """
        The page as it stands: nothing wider than the window, no fault that axe finds, no broken script.
        """
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.way.size["width"], f"{self.page.url} is {wide} px wide"
        assert self.complaints == [], self.page.url
        if self.way.scripts and self.way.size == PHONE:  # axe is a script; test_browser.py has it on all wide pages
            found = Axe().run(self.page, options={"runOnly": _RULES, "resultTypes": ["violations"]})
            assert found.violations_count == 0, f"{self.page.url}: {found.generate_report()}"


@contextmanager
def walking(browser: Browser, desk: Desk, way: Way, *, name: str = "mei", role: Role = Role.ADMIN) -> Iterator[Walker]:
    """
    Somebody who is signed in already; they are made if there is nobody of that name.
    """
    access = desk.app.access()
    if name not in [user.name for user in access.list_users()]:
        access.add_user(name, role, person=ROOT)
    entered = access.use_link(access.make_link(name, person=ROOT), address="127.0.0.1")
    assert isinstance(entered, Entered)
    with stranger(browser, desk, way) as walker:
        walker.page.context.add_cookies([{"name": "asiaradar", "value": entered.token, "url": desk.url}])
        yield walker


@contextmanager
def stranger(browser: Browser, desk: Desk, way: Way) -> Iterator[Walker]:
    """
    Somebody who is not signed in.
    """
    motion: Literal["reduce"] = "reduce"
    context = browser.new_context(
        viewport=way.size,  # type: ignore[arg-type]  # plain numbers
        java_script_enabled=way.scripts,
        reduced_motion=motion,
    )
    context.set_default_timeout(_PATIENCE)
    try:
        yield Walker(desk, way, context.new_page())
    finally:
        context.close()
