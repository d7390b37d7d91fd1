"""What a source shows becomes an article on record, read and read again; nothing is dropped silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.article import Article, ArticlePage, ArticleState, Facts, SourceItem
from asiaradar_bot.model.decision import Reason, Verdict
from asiaradar_bot.model.outcome import PageFailed, SourceRead, Validators
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostKind, PostState
from asiaradar_bot.model.source import SHORTEST_GAP, Source, SourceHealth, SourceKind
from asiaradar_bot.rules.facts import merge_facts
from asiaradar_bot.steps import sighting
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.subscribe import take_news
from asiaradar_bot.steps.watch import PUSHED, Watched, take_pushed, watch
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, add_post, make_facts, make_page
from tests.fakes.outside import FakeClock
from tests.fakes.site import FakeSite

FEED = Source(name="latest", kind=SourceKind.FEED, url="https://radar.asia/rss", poll=timedelta(minutes=1))
HOME = replace(FEED, name="home", kind=SourceKind.LISTING, url="https://radar.asia/")
MAX_AGE = timedelta(hours=24)


class Bot:
    """The step with its tools, on a feed that begins empty and was looked at once."""

    def __init__(self, store: SqlStore, site: FakeSite, clock: FakeClock) -> None:
        self.store, self.site, self.clock = store, site, clock
        self.sources = [FEED]
        self.site.items[FEED.url] = []

    def watch(self, *, now_all: bool = True, first_run_posts: bool = False) -> Watched:
        """One look around."""
        return watch(
            self.store,
            self.site,
            self.clock,
            sources=self.sources,
            max_age=MAX_AGE,
            first_run_posts=first_run_posts,
            now_all=now_all,
        )

    def show(self, number: int = 1, *, title: str | None = None, feed: Source = FEED, page: bool = True) -> str:
        """An article in the feed, or another headline of it, with its page; its address."""
        url = f"{URL}-{number}"
        item = SourceItem(id=url, url=url, title=title or f"Headline {number}", published_at=NOON)
        shown = self.site.items.setdefault(feed.url, [])
        shown[:] = [item, *(one for one in shown if one.id != url)]
        if page:
            self.site.pages[url] = make_page(make_facts(url=url, title=item.title, published_at=NOON))
        return url

    def articles(self) -> list[Article]:
        """All of them, newest first."""
        with self.store.read() as tx:
            return list(tx.articles.list_recent(limit=100))

    def only(self) -> Article:
        """The one article."""
        (one,) = self.articles()
        return one

    def health(self, name: str = "latest") -> SourceHealth:
        """What is on record of the source."""
        with self.store.read() as tx:
            found = tx.sources.find(name)
        assert found is not None
        return found

    def audit(self, action: str) -> list[str]:
        """Reasons of such entries, oldest first."""
        with self.store.read() as tx:
            return [entry.why for entry in reversed(tx.audit.list_recent()) if entry.action == action]

    def alerts(self) -> list[str]:
        """Kinds of the alerts in line."""
        with self.store.read() as tx:
            return [alert.kind for alert in tx.inbox.list_alerts()]

    def settle(self, state: PostState = PostState.PUBLISHED) -> None:
        """The article is done with, and has a post in this state."""
        article = self.only()
        with self.store.begin() as tx:
            tx.articles.save(replace(article, state=ArticleState.DONE), was=article)
        add_post(self.store, state, article_id=article.id)


@pytest.fixture
def bot(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> Bot:
    """A bot that has seen its empty feed."""
    made = Bot(shelf, site, clock)
    made.watch()
    return made


def test_a_new_item_is_noticed_and_read(bot: Bot) -> None:
    """One look around finds it and reads its page; the facts are the page's, and nothing happens twice."""
    url = bot.show(title="Headline")
    bot.site.pages[url] = replace(bot.site.pages[url], title="Headline of the page")
    assert bot.watch() == Watched(polled=1, new=1, read=1)
    article = bot.only()
    assert (article.state, article.source, article.burst) == (ArticleState.READ, "latest", 1)
    assert article.facts.title == "Headline of the page"
    assert article.read_at == NOON
    assert bot.watch() == Watched(polled=1)
    assert bot.site.read == [url]


def test_only_what_is_due_is_polled(bot: Bot) -> None:
    """Before its minute is over a source is left alone, unless all are asked for."""
    assert bot.watch(now_all=False) == Watched()
    bot.clock.advance(seconds=60)
    assert bot.watch(now_all=False) == Watched(polled=1)


def test_the_first_look_seeds(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> None:
    """What is there at first is on record without its page being fetched, and no flood, whatever its number."""
    bot = Bot(shelf, site, clock)
    for number in range(9):
        bot.show(number)
    assert bot.watch().new == 9
    assert all(one.seeded and one.burst == 0 and one.state is ArticleState.READ for one in bot.articles())
    assert site.read == []


def test_a_first_run_may_post(shelf: SqlStore, site: FakeSite, clock: FakeClock) -> None:
    """With the setting what is there at first is news, and its pages are read."""
    bot = Bot(shelf, site, clock)
    url = bot.show()
    bot.watch(first_run_posts=True)
    assert not bot.only().seeded
    assert site.read == [url]


def test_a_flood_is_counted_once_for_each_article(bot: Bot) -> None:
    """Each of several new articles knows how many came; one that stands there under two ids is one."""
    for number in range(3):
        bot.show(number)
    twice = bot.site.items[FEED.url][0]
    bot.site.items[FEED.url].append(replace(twice, id="another-guid"))
    bot.watch()
    assert [one.burst for one in bot.articles()] == [3, 3, 3]


def test_a_failing_source_backs_off_and_is_told_once(bot: Bot) -> None:
    """Waits grow, the third failure in a row is an alert, and success clears it all."""
    bot.site.broken = "it answers 503"
    waits = []
    for _ in range(5):
        assert bot.watch() == Watched(polled=1, failed=1)
        waits.append(bot.health().next_poll_at)
    assert bot.health().failures == 5
    assert bot.health().error == "it answers 503"
    assert waits[-1] is not None
    assert NOON + timedelta(minutes=8) <= waits[-1] <= NOON + timedelta(minutes=16)
    assert bot.alerts() == ["source"]
    bot.site.broken = None
    bot.watch()
    assert (bot.health().failures, bot.health().error, bot.health().ok_at) == (0, None, NOON)


def test_a_site_that_asks_for_patience_gets_it(bot: Bot) -> None:
    """Retry-After counts instead of our own wait."""
    bot.site.broken, bot.site.retry_after = "it answers 429", timedelta(minutes=42)
    bot.watch()
    assert bot.health().next_poll_at == NOON + timedelta(minutes=42)
    bot.site.retry_after = timedelta(seconds=1)
    bot.watch()
    assert bot.health().next_poll_at == NOON + FEED.poll, "not more often than when all is well"


def test_a_source_that_is_gone_is_looked_at_once_a_day(bot: Bot) -> None:
    """410 is told once, and the source may come back."""
    shown = bot.site.items.pop(FEED.url)
    for _ in range(2):
        bot.watch()
    assert bot.health().gone
    assert bot.health().next_poll_at == NOON + timedelta(days=1)
    assert bot.alerts() == ["source"]
    bot.site.items[FEED.url] = shown
    bot.show()
    assert bot.watch().new == 1
    assert not bot.health().gone


def test_another_address_in_the_settings_counts_at_once(bot: Bot) -> None:
    """Neither the old address nor its redirect or its trouble holds it up; what was known stays known, and it is on record."""
    bot.site.items["https://radar.asia/new"] = bot.site.items.pop(FEED.url)
    bot.site.answers[FEED.url] = SourceRead(items=(), validators=Validators(), moved_to="https://radar.asia/moved")
    bot.watch()
    bot.watch()
    assert (bot.health().url, bot.health().gone) == ("https://radar.asia/moved", True)
    bot.sources = [replace(FEED, url="https://radar.asia/new")]
    known = bot.show(1, feed=bot.sources[0])
    assert bot.watch(now_all=False) == Watched(polled=1, new=1, read=1)
    assert (bot.health().url, bot.health().failures, bot.health().gone) == ("https://radar.asia/new", 0, False)
    assert bot.audit("source.address") == ["the settings name another address"]
    bot.clock.advance(minutes=2)
    assert bot.watch(now_all=False) == Watched(polled=1)
    assert bot.only().url == known
    assert not bot.only().seeded


def test_a_database_from_before_asks_where_the_settings_say(bot: Bot) -> None:
    """It does not know what the settings said when it was made, so that what differs from them is another address."""
    bot.watch()
    with bot.store.begin() as tx:
        tx.account.set_mark("address_of_latest", None)
    bot.watch()
    assert bot.audit("source.address") == []
    with bot.store.begin() as tx:
        tx.account.set_mark("address_of_latest", None)
        tx.sources.save(replace(bot.health(), url="https://radar.asia/old"))
    bot.watch()
    assert bot.health().url == FEED.url
    assert len(bot.audit("source.address")) == 1


def test_a_source_that_moved_is_followed(bot: Bot) -> None:
    """The new address is on record and in use, with an entry in the audit."""
    bot.site.answers[FEED.url] = SourceRead(items=(), validators=Validators(), moved_to="https://radar.asia/new")
    bot.watch()
    assert bot.health().url == "https://radar.asia/new"
    assert len(bot.audit("source.moved")) == 1
    bot.show(feed=replace(FEED, url="https://radar.asia/new"))
    assert bot.watch().new == 1


def test_what_is_wrong_with_a_document_is_said_once(bot: Bot) -> None:
    """The same warnings are one entry; when they change, and when they end, there is another."""
    for warnings in (("no charset",), ("no charset",), ("no charset", "bad date"), (), ()):
        bot.site.answers[FEED.url] = SourceRead(items=(), validators=Validators(), warnings=warnings)
        bot.watch()
    assert bot.audit("source.warning") == ["no charset", "no charset; bad date", "the document is sound again"]


def test_an_item_that_cannot_be_used_is_on_record_once(bot: Bot) -> None:
    """An address that is none is refused with its reason, once and not at every poll; when it is back, again."""
    bad = SourceItem(id="bad", url="javascript:alert(1)", title="Bad")
    good = bot.show()
    shown = bot.site.items[FEED.url]
    for items in ([bad, *shown], [bad], [bad, replace(bad, id="worse")], shown, [bad]):
        bot.site.items[FEED.url] = items
        bot.watch()
    assert len(bot.audit("item.refused")) == 3
    assert all(bot.audit("item.refused"))
    assert [one.url for one in bot.articles()] == [good]


def test_a_hub_that_a_feed_names_is_noted(bot: Bot) -> None:
    """It is put down once with a path that nobody guesses; another hub for the same topic takes its place."""
    for hub in ("https://radar.asia/hub", "https://radar.asia/hub", "https://radar.asia/other"):
        bot.site.answers[FEED.url] = SourceRead(items=(), validators=Validators(), hub=hub, topic=FEED.url)
        bot.watch()
        with bot.store.read() as tx:
            (one,) = tx.inbox.list_subscriptions()
        assert (one.hub, one.topic, one.requested_at) == (hub, FEED.url, None)
        assert len(one.path) >= 30


def test_news_that_come_during_a_poll_are_not_forgotten(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hub tells of while the answer is under way has the source polled once more, and soon; else it is not."""
    bot.show()
    lasting = replace(
        Subscription(topic=FEED.url, hub="https://radar.asia/hub", path="p"),
        verified_at=NOON,
        expires_at=NOON + timedelta(days=1),
    )
    really = bot.site.read_source
    told: list[bool] = []

    def answer(*arguments: Any, **named: Any) -> Any:
        found = really(*arguments, **named)
        if not told:
            told.append(take_news(bot.store, bot.clock, lasting))
        return found

    monkeypatch.setattr(bot.site, "read_source", answer)
    bot.clock.advance(hours=1)
    bot.watch(now_all=True)
    assert told == [True]
    assert bot.health().next_poll_at == bot.clock.now() + SHORTEST_GAP
    bot.clock.advance(seconds=2)
    assert bot.watch(now_all=False).polled == 1
    assert bot.health().next_poll_at == bot.clock.now() + FEED.poll


def test_an_article_in_two_sources_is_one(bot: Bot) -> None:
    """Home and feed show the same address; so does an address that differs only in its tracking."""
    bot.sources.append(HOME)
    bot.site.items[HOME.url] = []
    bot.watch()
    url = bot.show()
    tracked = f"{url}?utm_source=home"
    bot.site.items[HOME.url] = [SourceItem(id=tracked, url=tracked, title="Headline 1")]
    assert bot.watch().new == 1
    assert bot.only().source == "latest"


def test_an_article_whose_address_changed_is_the_same(bot: Bot) -> None:
    """The page at another address with the same headline, stamp and picture is no second article, but its new address."""
    url = bot.show()
    bot.watch()
    before = bot.only()
    new = f"{url}-new"
    bot.site.items[FEED.url] = [replace(bot.site.items[FEED.url][0], id=new, url=new)]
    bot.site.pages[new] = make_page(replace(before.facts, url=new))
    del bot.site.pages[url]
    bot.watch()
    assert (bot.only().id, bot.only().url, bot.only().facts.url) == (before.id, new, new)
    with bot.store.read() as tx:
        old = tx.articles.find_by_names([f"url:{url.removeprefix('https://')}"])
    assert old == bot.only()
    assert bot.audit("article.renamed") == [f"the same headline, time and image now stand at {new}"]


@pytest.mark.parametrize("gone", [False, True])
def test_an_address_in_lower_case_is_no_new_one(bot: Bot, *, gone: bool) -> None:
    """The CMS's sitemap writes all addresses so; only if the one on record is gone the article is where the other leads."""
    bot.show()
    capital, lower = f"{URL}-Long", f"{URL}-long"
    facts = make_facts(url=capital, title="Long", published_at=NOON, summary="The same", image=None)
    bot.site.pages[capital] = make_page(facts)
    bot.site.pages[lower] = make_page(replace(facts, url=lower))
    bot.site.items[FEED.url] = [SourceItem(id=capital, url=capital, title="Long", published_at=NOON)]
    bot.watch()
    before = bot.only()
    assert before.url == capital
    if gone:
        with bot.store.begin() as tx:
            tx.articles.save(replace(before, gone_at=NOON), was=before)
    bot.site.items[FEED.url] += [SourceItem(id=lower, url=lower, title="")]
    bot.watch()
    after = bot.only()
    expected = lower if gone else capital
    assert (after.id, after.url, after.facts.url) == (before.id, expected, expected)
    assert after.revision == before.revision + gone
    assert len(bot.audit("article.renamed")) == gone
    with bot.store.read() as tx:
        for url in (lower, capital):
            found = tx.articles.find_by_names([f"url:{url.removeprefix('https://')}"])
            assert found is not None
            assert found.id == before.id


def test_a_feed_that_respells_an_address_changes_nothing(bot: Bot) -> None:
    """The same headline and stamp under an address in other letter case: one more name, and no page is read for it."""
    bot.site.items[FEED.url] = []
    bot.watch()
    capital, lower = f"{URL}-Long", f"{URL}-long"
    one = SourceItem(id=capital, url=capital, title="Long", summary="The same", published_at=NOON)
    bot.site.pages[capital] = make_page(
        make_facts(url=capital, title="Long", published_at=NOON, summary="The same", image=None)
    )
    bot.site.items[FEED.url] = [one]
    bot.watch()
    bot.site.read.clear()
    bot.site.items[FEED.url] = [one, replace(one, id=lower, url=lower)]
    assert bot.watch() == Watched(polled=1)
    assert (bot.only().url, bot.site.read) == (capital, [])


def test_a_post_by_hand_goes_along_when_its_row_is_absorbed(bot: Bot) -> None:
    """The page of the new address answers late, and somebody wrote to it meanwhile: one article, with the post."""
    url = bot.show()
    bot.watch()
    old = bot.only()
    new = f"{url}-new"
    bot.site.items[FEED.url] = [SourceItem(id=new, url=new, title="Another headline", published_at=NOON)]
    bot.site.page_answers[new] = PageFailed(detail="503")
    bot.watch()
    noticed = next(one for one in bot.articles() if one.id != old.id)
    post = add_post(
        bot.store, PostState.PUBLISHED, kind=PostKind.MANUAL, article_id=noticed.id, article_url=new, revision=1
    )
    del bot.site.page_answers[new]
    bot.site.pages[new] = make_page(replace(old.facts, url=new))
    bot.clock.advance(minutes=1)
    bot.watch()
    with bot.store.read() as tx:
        assert tx.posts.get(post.id).article_id == bot.only().id == old.id
    assert bot.only().url == new
    assert bot.alerts() == []  # the link on X leads to the new address


def test_an_article_that_breaks_the_program_keeps_no_other_one(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those behind it are read, it is tried again ever more rarely, told at the third time, and decided in the end."""
    bad, good = bot.show(1), bot.show(2)

    def stumbling(item: SourceItem, page: ArticlePage | None, **how: Any) -> Facts:
        if page is not None and item.url == bad:
            raise ValueError("a page like no other")
        return merge_facts(item, page, **how)

    monkeypatch.setattr("asiaradar_bot.steps.watch.merge_facts", stumbling)
    for times, told in ((1, []), (2, []), (3, ["step"])):
        bot.watch()
        states = {one.url: one.state for one in bot.articles()}
        assert states == {bad: ArticleState.NOTICED, good: ArticleState.READ}
        waits = next(one for one in bot.articles() if one.url == bad)
        assert (waits.read_failures, bot.alerts()) == (times, told)
        assert waits.next_read_at is not None
        bot.clock.instant = waits.next_read_at
    bot.clock.advance(hours=25)
    bot.watch()
    assert {one.state for one in bot.articles()} == {ArticleState.READ}
    assert bot.audit("article.unreadable") == ["the bot could not take in what its page says: a page like no other"]


def test_a_changed_item_has_its_page_read_again(bot: Bot) -> None:
    """Another headline is a new revision that says what changed; the article is to be decided again."""
    bot.show()
    bot.watch()
    before = bot.only().revision
    bot.show(title="Another headline")
    assert bot.watch() == Watched(polled=1, read=1)
    article = bot.only()
    assert (article.revision, article.facts.title) == (before + 1, "Another headline")
    with bot.store.read() as tx:
        assert tx.articles.list_revisions(article.id)[-1].changed == ("title",)


@pytest.mark.parametrize(("state", "again"), [(PostState.QUEUED, True), (PostState.PUBLISHED, False)])
def test_a_change_wakes_only_what_can_still_change(bot: Bot, state: PostState, *, again: bool) -> None:
    """With a waiting post the article is decided anew; with a published one only its new facts are on record."""
    bot.show()
    bot.watch()
    bot.settle(state)
    bot.show(title="Another headline")
    bot.watch()
    assert bot.only().state is (ArticleState.READ if again else ArticleState.DONE)
    assert bot.only().facts.title == "Another headline"


@pytest.mark.parametrize(("state", "again"), [(PostState.QUEUED, True), (PostState.PUBLISHED, False)])
def test_when_a_page_was_first_gone_stays(bot: Bot, state: PostState, *, again: bool) -> None:
    """Later looks do not move it; the article is decided anew only if a post still waits."""
    url = bot.show()
    bot.watch()
    bot.settle(state)
    del bot.site.pages[url]
    for hour in range(2):
        bot.show(title=f"Headline {hour + 7}", page=False)
        bot.watch()
        bot.clock.advance(hours=1)
    assert bot.only().gone_at == NOON
    assert bot.only().state is (ArticleState.READ if again else ArticleState.DONE)


def test_a_page_that_is_back_is_no_longer_gone(bot: Bot) -> None:
    """A page that answers again takes the mark away."""
    bot.show(page=False)
    bot.watch()
    assert bot.only().gone_at == NOON
    bot.show(title="Headline again")
    bot.watch()
    assert bot.only().gone_at is None


def test_a_page_that_cannot_be_read_is_tried_again(bot: Bot) -> None:
    """Waits grow until the article is too old; then it is decided with what is known, and that is on record."""
    url = bot.show()
    bot.site.page_answers[url] = PageFailed(detail="it answers 500")
    bot.watch()
    waits = []
    for _ in range(3):
        article = bot.only()
        assert article.state is ArticleState.NOTICED
        assert article.next_read_at is not None
        waits.append(article.next_read_at - bot.clock.now())
        bot.clock.advance(seconds=waits[-1].total_seconds())
        bot.watch()
    assert waits == [timedelta(seconds=20), timedelta(seconds=40), timedelta(seconds=80)]
    bot.clock.advance(hours=25)
    bot.watch()
    assert (bot.only().state, bot.only().next_read_at) == (ArticleState.READ, None)
    assert bot.audit("article.unreadable") == ["it answers 500"]


def test_a_page_that_never_will_be_read_is_not_tried_again(bot: Bot) -> None:
    """A lasting failure goes to its decision at once; one that asks for patience is asked when it says."""
    one, two, three = bot.show(1), bot.show(2), bot.show(3)
    bot.site.page_answers[one] = PageFailed(detail="it is not HTML", lasting=True)
    bot.site.page_answers[two] = PageFailed(detail="429", retry_after=timedelta(minutes=9))
    bot.site.page_answers[three] = PageFailed(detail="503", retry_after=timedelta(0))
    bot.watch()
    found = {article.url: article for article in bot.articles()}
    assert found[three].next_read_at == NOON + timedelta(seconds=20), (
        "nobody is asked without end for asking for no wait"
    )
    assert (found[one].state, found[one].next_read_at) == (ArticleState.READ, None)
    assert (found[two].state, found[two].next_read_at) == (ArticleState.NOTICED, NOON + timedelta(minutes=9))


def test_a_page_that_names_another_article_is_that_article(bot: Bot) -> None:
    """Whatever the feed calls it, it is decided as the other one's story and not posted again; said once."""
    first = bot.show(1)
    bot.watch()
    second = bot.show(2, title="Quite another headline in the feed")
    page = make_page(make_facts(url=first, title="Headline 1"), requested_url=second, final_url=second)
    bot.site.pages[second] = page
    for _ in range(2):
        bot.watch()
        decide(bot.store, bot.clock, policy=Policy(), max_age=MAX_AGE, first_run_posts=False)
        bot.show(2, title="A third headline in the feed", page=False)
    later, earlier = sorted(bot.articles(), key=lambda one: -one.id)
    assert len(bot.audit("article.same_as")) == 1
    with bot.store.read() as tx:
        assert tx.articles.list_decisions(earlier.id)[-1].verdict is Verdict.AUTO
        assert {one.reason for one in tx.articles.list_decisions(later.id)} == {Reason.NEAR_DUPLICATE}
    assert later.facts.url == earlier.facts.url == first


def test_an_earlier_page_that_names_a_later_article_breaks_nothing(bot: Bot) -> None:
    """Two rows never fight for one address, whichever of them names the other."""
    first, second = bot.show(1), bot.show(2)
    bot.watch()
    bot.show(1, title="Headline of both", page=False)
    bot.site.pages[first] = make_page(make_facts(url=second), requested_url=first, final_url=first)
    assert bot.watch() == Watched(polled=1, read=1)
    assert {one.url for one in bot.articles()} == {first, second}
    assert {one.facts.url for one in bot.articles()} == {second}


def test_a_push_is_taken_at_once(bot: Bot) -> None:
    """The address becomes an article of the source «push»; one that is known is read again; nonsense is refused."""
    known, fresh = bot.show(1), f"{URL}-2"
    bot.watch()
    bot.site.pages[fresh] = make_page(make_facts(url=fresh, title="Pushed"))
    with bot.store.begin() as tx:
        for url in (known, fresh, fresh, "javascript:alert(1)"):
            tx.inbox.add_push(url, at=NOON)
    bot.site.read.clear()
    assert bot.watch(now_all=False) == Watched(new=1, read=2)
    assert sorted(bot.site.read) == sorted([known, fresh])
    assert {one.source for one in bot.articles()} == {"latest", PUSHED}
    assert len(bot.audit("push.refused")) == 1
    with bot.store.read() as tx:
        assert list(tx.inbox.list_pushes()) == []


def test_pushes_are_taken_without_a_poll(bot: Bot) -> None:
    """Only pages of pushes are read, the one that comes late included; sources and other pages are left to `watch`."""
    known, other = bot.show(1), bot.show(2)
    bot.site.page_answers[other] = PageFailed(detail="it is slow")
    bot.watch()
    bot.clock.advance(minutes=2)
    bot.show(3)
    pushed, late = f"{URL}-8", f"{URL}-9"
    bot.site.pages[pushed] = make_page(make_facts(url=pushed, title="Pushed"))
    with bot.store.begin() as tx:
        for url in (pushed, late, known):
            tx.inbox.add_push(url, at=NOON)
    take = partial(take_pushed, bot.store, bot.site, bot.clock, sources=bot.sources, max_age=MAX_AGE)
    bot.site.read.clear()
    assert take() == Watched(new=2, read=3)
    assert sorted(bot.site.read) == sorted([pushed, late, known])
    assert take() == Watched()
    bot.site.pages[late] = make_page(make_facts(url=late, title="Late"))
    bot.clock.advance(seconds=5)
    assert take() == Watched(read=1)
    assert {one.url for one in bot.articles()} == {known, other, pushed, late}


@pytest.mark.parametrize("where", ["https://radar.asia/rss", "https://www.radar.asia/rss", "https://feeds.example/rss"])
def test_the_page_of_a_push_is_read_by_the_clock_of_its_site(bot: Bot, where: str) -> None:
    """A stamp without zone is in that of the first source on the article's host; without any it is UTC."""
    bot.sources = [replace(FEED, name="other", url="https://other.example/rss", zone="Asia/Tokyo")]
    bot.sources.append(replace(FEED, url=where, zone="Asia/Singapore"))
    with bot.store.begin() as tx:
        tx.inbox.add_push(f"{URL}-1", at=NOON)
    bot.watch(now_all=False)
    assert bot.site.zones == {f"{URL}-1": "UTC" if "feeds" in where else "Asia/Singapore"}


def test_a_push_that_comes_before_its_page_loses_nothing(bot: Bot) -> None:
    """The page is asked for again at growing gaps while it would be news, and decided anew once it answers."""
    url = f"{URL}-1"
    with bot.store.begin() as tx:
        tx.inbox.add_push(url, at=NOON)
    waits = []
    for _ in range(3):
        bot.watch(now_all=False)
        decide(bot.store, bot.clock, policy=Policy(), max_age=MAX_AGE, first_run_posts=False)
        article = bot.only()
        assert article.next_read_at is not None
        waits.append((article.next_read_at - bot.clock.now()).total_seconds())
        bot.clock.advance(seconds=waits[-1])
    assert waits == [5, 10, 20]
    bot.site.pages[url] = make_page(make_facts(url=url))
    bot.watch(now_all=False)
    decide(bot.store, bot.clock, policy=Policy(), max_age=MAX_AGE, first_run_posts=False)
    with bot.store.read() as tx:
        decisions = tx.articles.list_decisions(bot.only().id)
    assert [one.reason for one in decisions[:-1]] == [Reason.GONE]
    assert decisions[-1].verdict is Verdict.AUTO
    assert bot.only().next_read_at is None


def test_a_page_that_stays_away_is_given_up(bot: Bot) -> None:
    """After the age limit nobody asks for it again; its decision stands."""
    with bot.store.begin() as tx:
        tx.inbox.add_push(f"{URL}-1", at=NOON)
    bot.watch()
    bot.clock.advance(hours=25)
    bot.watch()
    assert (bot.only().next_read_at, bot.only().gone_at) == (None, NOON)


def test_a_long_list_is_put_on_record_in_portions(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two portions, the next poll takes the rest: nothing is lost or doubled, and a flood is one."""
    monkeypatch.setattr(sighting, "PORTION", 4)
    bad = SourceItem(id="bad", url="javascript:alert(1)", title="Bad")
    for number in range(11):
        bot.show(number, page=False)
    bot.site.items[FEED.url].insert(5, bad)
    begin, allowed = bot.store.begin, iter([True, True, False])

    def dying() -> Any:
        if not next(allowed, True):
            raise KeyboardInterrupt
        return begin()

    before = bot.health()
    monkeypatch.setattr(bot.store, "begin", dying)
    with pytest.raises(KeyboardInterrupt):
        bot.watch()
    assert len(bot.articles()) == 7  # two whole portions, one item of them refused
    assert {one.burst for one in bot.articles()} == {11}
    assert bot.health() == before
    assert bot.watch().new == 4
    assert bot.watch().new == 0
    assert sorted(one.url for one in bot.articles()) == sorted(f"{URL}-{number}" for number in range(11))
    assert len(bot.audit("item.refused")) == 1


def test_a_long_list_seeds_whole_after_a_death(
    shelf: SqlStore, site: FakeSite, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first poll had no time for is no news either when the second one takes it."""
    monkeypatch.setattr(sighting, "PORTION", 4)
    bot = Bot(shelf, site, clock)
    for number in range(9):
        bot.show(number)
    begin, allowed = shelf.begin, iter([True, False])

    def dying() -> Any:
        if not next(allowed, True):
            raise KeyboardInterrupt
        return begin()

    monkeypatch.setattr(shelf, "begin", dying)
    with pytest.raises(KeyboardInterrupt):
        bot.watch()
    assert len(bot.articles()) == 4
    assert bot.watch().new == 5
    assert all(one.seeded and one.burst == 0 for one in bot.articles())
    assert site.read == []
