"""The day's work without a mouse: Tab, Enter and letters only, and wherever the focus is, one sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Role
from asiaradar_bot.model.post import Post, PostId, PostState
from tests.web.desk import ROOT
from tests.web.journeys.walking import WAYS, Desk, Way, stranger, walking

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PASSWORD = "ferries run again at nine"
_MOST_TABS = 90
_SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return { name: "", seen: "nothing" };
  const label = at.labels?.[0]?.firstChild?.textContent ?? "";
  const name = (at.getAttribute("aria-label") || label || at.innerText || at.value || at.id).trim().replace(/\\s+/g, " ");
  const box = at.getBoundingClientRect(), style = getComputedStyle(at);
  if (box.width < 2 && at.matches(".visually-hidden")) return { name, seen: "hidden" };
  const high = innerHeight, wide = innerWidth;
  if (box.bottom <= 0 || box.top >= high || box.right <= 0 || box.left >= wide) return { name, seen: "out of sight" };
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), wide - 1);
  const tall = box.height > high / 2;
  const y = Math.min(Math.max(tall ? box.top + 12 : (box.top + box.bottom) / 2, 1), high - 1);
  const top = document.elementFromPoint(x, y);
  if (top && top !== at && !at.contains(top) && !top.contains(at)) return { name, seen: `under ${top.outerHTML.slice(0, 80)}` };
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  return { name, seen: ring ? "yes" : "without a ring" };
}"""


def focused(page: Page) -> str:
    """The name of what has the focus, which must be seen to have it."""
    found: dict[str, str] = page.evaluate(_SEEN)
    assert found["seen"] in {"yes", "nothing"}, f"{page.url}: «{found['name']}» {found['seen']}"
    return found["name"]


def tab_to(page: Page, name: str, *, most: int = _MOST_TABS) -> int:
    """Press Tab until that has the focus; how often it took."""
    met = []
    for number in range(1, most + 1):
        page.keyboard.press("Tab")
        met.append(focused(page))
        if met[-1].startswith(name):
            return number
    raise AssertionError(f"{page.url}: no {name} within {most} tabs, only {met}")


def enter(page: Page) -> None:
    """Press Enter and be on the page that comes of it."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def post_of(desk: Desk, number: int) -> Post:
    """As it stands on record."""
    with desk.app.store.read() as tx:
        return tx.posts.get(PostId(number))


def skip_to_content(page: Page) -> None:
    """By the link that stands first."""
    tab_to(page, "Skip to content", most=1)
    page.keyboard.press("Enter")


def sign_in(page: Page) -> None:
    """Name, Tab, password, Enter."""
    tab_to(page, "Name")
    page.keyboard.type("mei")
    tab_to(page, "Password", most=1)
    page.keyboard.type(PASSWORD)
    enter(page)


def approve(page: Page) -> None:
    """Open what is held and approve it; what takes it back is the next stop but one."""
    skip_to_content(page)
    tab_to(page, "Held for a look", most=2)
    enter(page)
    page.wait_for_url("**/posts/1")
    skip_to_content(page)
    tab_to(page, "Approve", most=4)
    enter(page)
    expect(page.get_by_text("Approved: it goes out at its time.")).to_be_visible()
    tab_to(page, "Undo", most=2)


def write(page: Page) -> None:
    """A post for later."""
    tab_to(page, "Compose")
    enter(page)
    skip_to_content(page)
    tab_to(page, "Text", most=1)
    page.keyboard.type("Written without a mouse")
    tab_to(page, "When to send it")
    page.keyboard.type("in 5 hours")
    tab_to(page, "Queue", most=2)
    enter(page)
    expect(page.locator(".said")).to_contain_text("Queued for its time:")


def move(page: Page) -> None:
    """From the queue, to a later hour."""
    tab_to(page, "Queue")
    enter(page)
    tab_to(page, "Written without a mouse")
    tab_to(page, "Move", most=6)
    enter(page)
    tab_to(page, "Another time")
    page.keyboard.type("in 7 hours")
    enter(page)
    tab_to(page, "Save")
    enter(page)
    expect(page.get_by_text("Moved.")).to_be_visible()


@pytest.mark.parametrize("way", [WAYS[0], WAYS[2]], ids=["desktop", "phone-without-scripts"])
def test_the_days_work_by_tab_and_enter(chromium: Browser, desk: tuple[App, str], way: Way) -> None:
    """Sign in, approve what is held, write and schedule, move it, stop, resume: each seen, and each on record."""
    app, url = desk
    here = Desk(app=app, url=url)
    user = app.access().add_user("mei", Role.ADMIN, person=ROOT)
    app.access().set_password(user.id, PASSWORD, old="", session_id=None, address="here")
    with stranger(chromium, here, way) as mei:
        page = mei.page
        mei.go("/")
        sign_in(page)
        approve(page)
        assert post_of(here, 1).state is PostState.QUEUED
        write(page)
        written = post_of(here, 4)
        assert (written.text, written.state) == ("Written without a mouse", PostState.QUEUED)
        move(page)
        assert post_of(here, 4).due_at > written.due_at

        mei.go("/")
        tab_to(page, "Stop", most=4)
        enter(page)
        expect(page.get_by_text("STOPPED", exact=True)).to_be_visible()
        with app.store.read() as tx:
            assert tx.account.state().stopped
        mei.go("/")
        tab_to(page, "Resume …", most=4)
        enter(page)
        tab_to(page, "Resume sending")
        enter(page)
        expect(page.get_by_text("DRY-RUN", exact=True)).to_be_visible()
        with app.store.read() as tx:
            assert not tx.account.state().stopped


@pytest.mark.parametrize(
    ("way", "paths"),
    [
        (WAYS[0], ("/", "/compose", "/rules", "/results", "/programs")),
        (WAYS[1], ("/queue", "/calendar?show=agenda", "/articles/1", "/templates/article")),
    ],
    ids=["desktop", "phone"],
)
def test_focus_is_seen_wherever_tab_leads(chromium: Browser, newsroom: Desk, way: Way, paths: tuple[str, ...]) -> None:
    """Tab through whole pages: nothing that takes the focus is hidden, covered, or without a ring."""
    with walking(chromium, newsroom, way) as mei:
        for path in paths:
            mei.go(path)
            for _ in range(45):
                mei.page.keyboard.press("Tab")
                focused(mei.page)
