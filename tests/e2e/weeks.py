"""Four weeks of a newsroom in seconds: the whole bot on the sample site and a local X, all on one clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot import bootstrap
from asiaradar_bot.bootstrap import App, build_app
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.sandbox.site import SampleSite
from asiaradar_bot.sandbox.site.articles import ImageKind, WrittenArticle
from asiaradar_bot.sandbox.x import Fault, FaultKind, LocalX
from asiaradar_bot.sandbox.x.nouns import StoredPost
from asiaradar_bot.settings import load_settings
from tests.fakes.outside import FakeClock
from tests.ready import ready_file

START = datetime(2026, 11, 9, 1, 30, tzinfo=UTC)
END = datetime(2026, 12, 4, 1, 30, tzinfo=UTC)
DENSE = timedelta(days=11)
"""So long the steps run every hour, later every six hours, when no post is young any more."""
NEWS_EVERY = timedelta(hours=10)
OUTAGE = (START + timedelta(days=6), START + timedelta(days=8))
"""In this span X refuses every read of our timeline."""
_WAY = ("watch", "decide", "compose", "illustrate", "verify", "publish", "reconcile")
_TIMELINE = "/2/users/[0-9]+/tweets"

_STORIES = (
    ("politics", "Ministers Settle the Mekong Water Shares", "en", ""),
    ("business", "Cotton Growers in Punjab Turn to Solar Pumps", "en", ""),
    ("culture", "A Puppet Theatre Reopens in Yogyakarta", "en", ""),
    ("tech", "Satellite Maps Show Where Rice Fields Thirst", "en", ""),
    ("politics", "BREAKING: Parliament Dissolved in Dili", "en", "breaking"),
    ("business", "台北港推出夜間貨櫃列車", "zh", ""),
    ("culture", "How Mooncakes Came to Malaysia", "en", "explainer"),
    ("tech", "Hanoi Students Build a Cheaper Ventilator", "en", ""),
    ("politics", "Coast Guards of Two Straits Share a Radio Channel", "en", ""),
    ("business", "Night Trains Return Between Vientiane and Bangkok", "en", ""),
    ("culture", "京都の職人が和紙の凧を復活", "ja", ""),
    ("tech", "What a Kilowatt Hour Costs in Twelve Capitals", "en", "explainer"),
    ("politics", "BREAKING: Ferry Service Halted Across the Sunda Strait", "en", "breaking"),
    ("business", "Jute Bags Crowd Out Plastic in Dhaka Markets", "en", ""),
    ("culture", "Throat Singers Fill a Stadium in Kyzyl", "en", ""),
    ("tech", "Fishermen of Negros Weigh Their Catch by Phone", "en", ""),
    ("politics", "馬尼拉通過騎樓綠化條例", "zh", ""),
    ("business", "Almaty Bakers Sue Over the Price of Flour", "en", ""),
    ("culture", "An Island Library Lends Out Canoes", "en", ""),
    ("tech", "Seoul Counts Its Bees with Microphones", "en", ""),
    ("politics", "Border Hills of Shan State Get a Mobile Court", "en", ""),
    ("business", "Saffron Prices Double After a Dry Spring", "en", ""),
    ("culture", "Drummers Rebuild a Burnt Shrine in Nara", "en", ""),
    ("tech", "Drone Post Reaches Villages Above Thimphu", "en", ""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """
    What is left when they are over: the database, and an X that still answers.
    """

    folder: Path
    clock: FakeClock
    x: LocalX
    deleted: StoredPost
    """Somebody deleted it in the app when it was two hours old."""
    by_hand: StoredPost
    """Somebody made it in the app."""
    forestalled: StoredPost
    """Somebody posted a story in the app, hours before the site and the bot came to it."""

    @property
    def made_by_hand(self) -> set[str]:
        """Ids of what was made in the app."""
        return {self.by_hand.id, self.forestalled.id}

    def counts(self, remote_id: str, at: datetime) -> dict[str, int]:
        """What X would have told of this post then, by the names that our figures have."""
        with self.x._state.lock:
            post = self.x._state.find_post(remote_id)
            assert post is not None
            told = self.x._state.counts(post, at)
        names = ("impressions", "likes", "reposts", "replies", "quotes", "bookmarks", "link_clicks", "profile_clicks")
        return {**{name: getattr(told, name) for name in names}, "engagements": told.engagements}

    def billed(self, month: int | None = None) -> dict[str, int]:
        """Micro-dollars by kind on X's own invoice, of one month or of all."""
        found: dict[str, int] = {}
        for line in self.x.invoice().lines:
            if month is None or line.at.month == month:
                found[line.what] = found.get(line.what, 0) + int(line.amount_usd * 1_000_000)
        return found


def stories() -> tuple[WrittenArticle, ...]:
    """The news of these weeks."""
    return tuple(
        WrittenArticle(
            slug=f"story-{number}",
            category=category,
            author="Mei Lin",
            title=title,
            summary=f"{title}.",
            paragraphs=(f"{title}. More on this story is told in paragraph {number} of our report.",),
            note="",
            language=language,
            keywords=(keyword,) if keyword else (),
            caption="",
            image=ImageKind.NONE,
            noindex=False,
            stamp_shift=timedelta(0),
        )
        for number, (category, title, language, keyword) in enumerate(_STORIES)
    )


@contextmanager
def weeks(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Weeks]:
    """
    Play them; while the context lasts, commands find the same database, X and clock.
    """
    clock = FakeClock(START)
    patch.setattr(bootstrap, "SystemClock", lambda: clock)
    with LocalX(now=clock.now) as x, SampleSite(now=clock.now, articles=stories()) as site:
        for name, value in _environment(folder, x, site).items():
            patch.setenv(f"ASIARADAR_{name}", value)
        app = build_app(load_settings())
        player = _Player(app=app, clock=clock, x=x, site=site, slugs=list(site.slugs), made={})
        try:
            player.play()
        finally:
            app.close()
        yield Weeks(folder=folder, clock=clock, x=x, **player.made)


def _environment(folder: Path, x: LocalX, site: SampleSite) -> dict[str, str]:
    return {
        "ENVIRONMENT": "test",
        "STORAGE__URL": ready_file(folder),
        "STORAGE__FOLDER": str(folder),
        "X__MODE": "sandbox",
        "X__BASE_URL": x.base_url,
        "SOURCES": '[{"name": "home", "kind": "listing", "url": "https://radar.asia/", "poll_seconds": 60}]',
        "FETCH__ALLOWED_HOSTS": '["radar.asia"]',
        "FETCH__STAND_IN": site.base_url,
        "PUBLISHING__FIRST_RUN": "post",
        "PUBLISHING__FOREIGN_POSTS": "adopt",
        "PUBLISHING__PICTURES": "false",
    }


@dataclass(slots=True, kw_only=True)
class _Player:
    """
    What happens at which age of the newsroom.
    """

    app: App
    clock: FakeClock
    x: LocalX
    site: SampleSite
    slugs: list[str]
    made: dict[str, StoredPost]

    def play(self) -> None:
        """Everything, hour by hour."""
        happens: dict[timedelta, Callable[[], object]] = {
            timedelta(days=1, hours=2): self.fail_once,
            timedelta(days=2, hours=7): lambda: self.write("Our newsletter comes out on Fridays from now on"),
            timedelta(days=3, hours=5): self.post_by_hand,
            timedelta(days=4, hours=9): self.forestall,
            timedelta(days=4, hours=3): lambda: self.write("We are looking into reports of an earthquake near Palu"),
            timedelta(days=4, hours=5): self.delete_by_hand,
            OUTAGE[0] - START: lambda: self.x.faults.add(Fault(kind=FaultKind.LIMIT_429, path=_TIMELINE)),
            OUTAGE[1] - START: self.x.faults.clear,
            END - START - timedelta(hours=12): lambda: self.write("Tomorrow we speak with three river pilots"),
        }
        while self.clock.now() < END:
            age = self.clock.now() - START
            if self.slugs and age % NEWS_EVERY == timedelta(0):
                self.site.publish(self.slugs.pop(0))
                for step in _WAY:
                    run_once(self.app, step)
            if age in happens:
                happens[age]()
            if self.clock.now().hour % 3 == 0:
                run_once(self.app, "patrol")
            run_once(self.app, "measure")
            self.clock.advance(hours=1 if age < DENSE else 6)

    def fail_once(self) -> None:
        """X fails in the midst of a read; the next one of the same day settles what it cost."""
        self.x.faults.add(Fault(kind=FaultKind.NOT_CREATED_500, path=_TIMELINE, times=1))

    def write(self, text: str) -> None:
        """An editor's post without a link."""
        self.app.editor(Person(who="cli:mei", role=Role.ADMIN)).add([text])
        run_once(self.app, "publish")

    def post_by_hand(self) -> None:
        """Somebody posts in the app."""
        self.made["by_hand"] = self.x.post_by_hand("Good morning from the newsroom in Singapore")

    def forestall(self) -> None:
        """Somebody posts the next story in the app, with the address that it will have."""
        self.made["forestalled"] = self.x.post_by_hand(f"Soon on our pages https://radar.asia/{self.slugs[0]}")

    def delete_by_hand(self) -> None:
        """Somebody deletes a post of ours in the app."""
        (self.made["deleted"],) = (post for post in self.x.posts() if "earthquake" in post.text)
        self.x.delete_by_hand(self.made["deleted"].id)
