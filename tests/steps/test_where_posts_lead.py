"""Where people let posts lead is worked out anew before they go out, whatever was known when they were written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from asiaradar_bot.model.access import Person, Role, Scope
from asiaradar_bot.model.article import ArticlePage, SourceItem
from asiaradar_bot.model.errors import AccessError, PostError, TextError
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.model.sheet import Base, SheetPart
from asiaradar_bot.model.source import Source, SourceKind
from asiaradar_bot.model.wording import Skeleton
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.compose import compose
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.publish import publish_due, why_waiting
from asiaradar_bot.steps.reconcile import reconcile
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.verify import verify
from asiaradar_bot.steps.watch import watch
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON
from tests.fakes.site import FakeSite
from tests.protocol.test_publishing import fake, make_press

A, B = "https://radar.asia/a", "https://radar.asia/b"
HEADLINES = {"a": "Gates open at noon", "b": "Quay shut for repair", "c": "Rain on Tuesday"}
HOUR = timedelta(hours=1)
EVENING = "Embargoed until 18:00 UTC on 24 November 2026."
LATER = "Embargoed until 18:00 UTC on 26 November 2026."
OPEN = "Under embargo, do not publish."
FEED = Source(name="site", kind=SourceKind.FEED, url="https://radar.asia/rss", poll=timedelta(seconds=30))


class Plain:
    """Words an article by its headline and address."""

    def render(self, template: str, variables: Mapping[str, object]) -> Skeleton:
        """Both, a line each."""
        del template
        return Skeleton(parts=(f"{variables['title']}\n{variables['url']}",))

    def list_templates(self) -> list[str]:
        """Those that the policy names."""
        return ["default", "article"]


class Newsroom:
    """A site, a bot and people at its desk."""

    def __init__(self, store: SqlStore, *script: str) -> None:
        self.store = store
        self.press = make_press(store, *script)
        self.site = FakeSite()
        self.items: dict[str, SourceItem] = {}

    def put(self, url: str, summary: str = "", *, title: str | None = None, final: str | None = None) -> None:
        """Show the article in the feed and on its page."""
        title = title or HEADLINES[url[-1]]
        item = SourceItem(id=url, url=url, title=title, summary=summary, published_at=NOON)
        self.items[url] = item
        self.site.items[FEED.url] = list(self.items.values())
        self.site.pages[url] = ArticlePage(
            requested_url=url,
            final_url=final or url,
            canonical_url=final or url,
            is_article=True,
            noindex=False,
            title=title,
            summary=summary,
            published_at=NOON,
        )

    def look(self) -> None:
        """Poll the feed and read pages."""
        watch(
            self.store,
            self.site,
            self.press.clock,
            sources=[FEED],
            max_age=self.press.limits.max_age,
            first_run_posts=True,
            now_all=True,
        )

    def work(self) -> None:
        """Everything up to the queue."""
        policy, limits, clock = self.press.policy, self.press.limits, self.press.clock
        self.look()
        decide(self.store, clock, policy=policy, max_age=limits.max_age, first_run_posts=True)
        compose(self.store, Plain(), clock, policy=policy, limits=limits, prices=PRICES)
        verify(self.store, self.site, clock, limits=limits, sources=[FEED])

    def turn(self, *, after: timedelta = timedelta(minutes=1)) -> None:
        """Later: everything once."""
        self.press.clock.advance(seconds=after.total_seconds())  # type: ignore[attr-defined]  # a fake one
        self.work()
        publish_due(self.press)
        reconcile(self.press)

    def desk(self, role: Role = Role.ADMIN, *, scopes: frozenset[Scope] | None = None) -> Editor:
        """Somebody at the desk, or a program."""
        person = Person(who="desk:mei" if scopes is None else "api:tok", role=role, scopes=scopes)
        return Editor(store=self.store, clock=self.press.clock, policy=self.press.policy, prices=PRICES, person=person)

    def post(self, number: int) -> Post:
        """As it stands now."""
        with self.store.read() as tx:
            return tx.posts.get(PostId(number))

    def own(self, url: str) -> Post:
        """The bot's post of an article."""
        with self.store.read() as tx:
            article = tx.articles.find_by_names([f"url:{url.removeprefix('https://')}"])
            assert article is not None
            return tx.posts.list_for_article(article.id)[0]

    def on_x(self) -> list[str]:
        """Texts on X, the newest first."""
        return [one.text for one in fake(self.press).timeline]


@pytest.fixture
def room(shelf: SqlStore) -> Newsroom:
    """Two open articles, their posts held."""
    room = Newsroom(shelf)
    room.put(A)
    room.put(B)
    room.work()
    for url in (A, B):
        room.desk().hold(room.own(url).id)
    return room


def end_moves(room: Newsroom) -> Post:
    """Written while another end was known."""
    room.put(A, EVENING)
    room.turn()
    (post,) = room.desk().add([f"Look: {A}"])
    assert post.not_before_at == NOON + 6 * HOUR
    room.put(A, LATER)
    return post


def taken_over(room: Newsroom) -> Post:
    """The bot's post is cancelled, and an own one stands in its place when the embargo comes."""
    room.desk().cancel(room.own(A).id)
    (post,) = room.desk().add([f"Mine: {A}"], due_at=NOON + HOUR)
    room.put(A, LATER)
    return post


def second_link(room: Newsroom) -> Post:
    """The second of two articles gets its embargo later."""
    (post,) = room.desk().add([f"One {A} two {B}"], due_at=NOON + HOUR)
    room.put(B, LATER)
    return post


def unseen_when_written(room: Newsroom) -> Post:
    """The second link leads to what no source showed yet."""
    (post,) = room.desk().add([f"One {A} two https://radar.asia/c"], due_at=NOON + HOUR)
    room.put("https://radar.asia/c", LATER)
    return post


def second_part(room: Newsroom) -> Post:
    """A later part is edited: the thread waits as one."""
    room.put(B, LATER)
    room.turn()
    first, second = room.desk().add(["First", "Second"], due_at=NOON + HOUR)
    room.desk(Role.EDITOR).edit(second.id, text=f"Second {B}")
    return first


def of_the_bot(room: Newsroom) -> Post:
    """Its own post of an article, edited to lead to another one."""
    room.put(B, LATER)
    room.turn()
    room.desk().approve(room.own(A).id)
    edited = room.desk(Role.EDITOR).edit(room.own(A).id, text=f"See {B}")
    assert edited.due_at == NOON + 54 * HOUR
    return edited


def rewritten(room: Newsroom) -> Post:
    """The same, at Compose."""
    room.put(B, LATER)
    room.turn()
    room.desk().approve(room.own(A).id)
    own = room.own(A)
    (post,) = room.desk(Role.EDITOR).rewrite([Base(post_id=own.id, version=own.version)], [SheetPart(text=f"See {B}")])
    return post


@pytest.mark.parametrize(
    "case", [end_moves, taken_over, second_link, unseen_when_written, second_part, of_the_bot, rewritten]
)
def test_an_embargo_is_kept_whenever_it_became_known(room: Newsroom, case: Callable[[Newsroom], Post]) -> None:
    """By all links of all parts that wait; the sender says until when, and it goes out after that."""
    post = case(room)
    room.turn(after=8 * HOUR)
    waiting = room.post(post.id)
    assert room.on_x() == []
    assert waiting.state is PostState.QUEUED
    assert why_waiting(room.press, replace(waiting, due_at=NOON)) == "not to be sent before 2026-11-26 18:00 UTC"
    room.turn(after=47 * HOUR)
    assert room.post(post.id).state is PostState.PUBLISHED


def test_what_is_read_but_not_decided_counts(room: Newsroom) -> None:
    """Between reading the page and judging it the sender may have its turn."""
    (post,) = room.desk().add([f"Look {A}"])
    room.put(A, LATER)
    room.look()
    publish_due(room.press)
    assert (room.post(post.id).state, room.on_x()) == (PostState.QUEUED, [])


def test_an_edit_to_an_embargo_without_an_end_holds_at_once(room: Newsroom) -> None:
    """Whatever end of another article the post kept; its reason says what is true now."""
    room.put(A, EVENING)
    room.put(B, OPEN)
    room.turn()
    (post,) = room.desk().add([f"Look {A}"])
    edited = room.desk(Role.EDITOR).edit(post.id, text=f"Look {B}")
    assert edited.state is PostState.HELD
    assert edited.reason.endswith("under embargo, and nobody knows when that ends")
    with pytest.raises(PostError, match="speaks of an embargo, and nobody knows when it ends"):
        room.desk().approve(post.id)
    with pytest.raises(PostError, match="confirm"):
        room.desk().embargo(post.id, until=None)


def test_a_known_end_becomes_unknown(room: Newsroom) -> None:
    """The end that the post kept is worth nothing any more."""
    room.put(A, EVENING)
    room.turn()
    (post,) = room.desk().add([f"Look {A}"])
    room.put(A, OPEN)
    room.turn(after=7 * HOUR)
    assert room.post(post.id).reason == "its article speaks of an embargo, and nobody said when it ends"


def test_of_two_embargoes_both_are_told_and_both_are_kept(room: Newsroom) -> None:
    """Who gives the end of the one does not let the other out, unless they confirm that."""
    room.put(A, LATER)
    room.put(B, OPEN)
    room.turn()
    (post,) = room.desk().add([f"One {A} two {B}"])
    assert "until 2026-11-26 18:00 UTC" in post.reason
    assert "nobody knows when that ends" in post.reason
    with pytest.raises(PostError, match="under embargo until 2026-11-26 18:00 UTC: confirm"):
        room.desk().embargo(post.id, until="in 1 h")
    with pytest.raises(AccessError, match="may only put the end of the embargo"):
        room.desk(scopes=frozenset({Scope.WRITE, Scope.QUEUE})).embargo(post.id, until="2026-11-27 20:00")


def test_a_release_by_a_person_counts_for_what_they_knew(room: Newsroom) -> None:
    """It goes out; but what the article says of its embargo after that is new."""
    room.put(A, LATER)
    room.turn()
    (out,), (waits,) = (room.desk().add([f"{word} {A}"]) for word in ("Look", "See"))
    for post in (out, waits):
        room.desk().embargo(post.id, until=None, confirmed=True)
    room.desk().move(waits.id, due_at=NOON + HOUR)
    publish_due(room.press)
    assert room.on_x() == [f"Look {A}"]
    room.put(A, "Embargoed until 18:00 UTC on 27 November 2026.")
    room.turn(after=2 * HOUR)
    assert why_waiting(room.press, room.post(waits.id)) == "not to be sent before 2026-11-27 18:00 UTC"


@pytest.mark.parametrize("how", ["gone", "withdrawn"])
def test_what_is_gone_or_withdrawn_behind_any_link_is_held(room: Newsroom, how: str) -> None:
    """A post by hand, and one of the bot's that somebody edited, which is refused such a text too."""
    (post,) = room.desk().add([f"One {A} two {B}"], due_at=NOON + HOUR)
    room.put(B, title="RETRACTED: Quay shut for repair", summary="This article has been withdrawn.")
    if how == "gone":
        del room.site.pages[B]
    room.turn(after=2 * HOUR)
    held = room.post(post.id)
    assert (held.state, room.on_x()) == (PostState.HELD, [])
    assert held.reason.startswith(f"the article behind {B} ")
    with pytest.raises(TextError, match="the article behind"):
        room.desk().edit(room.own(A).id, text=f"See {B}")


@pytest.mark.parametrize(
    ("link", "final"),
    [
        ("http://www.radar.asia/a/", None),
        (A, "https://radar.asia/new"),
        (f"{A}/amp", None),
        (f"{A}?amp=1", None),
        ("https://m.radar.asia/a", None),
        (f"https://radar.asia/other and {A}", None),
    ],
)
@pytest.mark.parametrize("script", ["yes", "yes_but_lost"])
def test_what_a_post_by_hand_told_is_not_told_again(shelf: SqlStore, link: str, final: str | None, script: str) -> None:
    """By whatever name of the article it leads there, also while X's answer is not known."""
    room = Newsroom(shelf, script)
    room.desk().add([f"Look {link}"])
    publish_due(room.press)
    room.put(A, final=final)
    for _ in range(3):
        room.turn()
    assert room.on_x() == [f"Look {link}"]


def test_a_post_by_hand_waits_beside_one_in_doubt(shelf: SqlStore) -> None:
    """One by somebody else that leads there too."""
    room = Newsroom(shelf, "yes_but_lost")
    first, second = (room.desk().add([f"{word} {A}"])[0] for word in ("Look", "See"))
    publish_due(room.press)
    publish_due(room.press)
    sending = next(one for one in (first, second) if room.post(one.id).state is PostState.SENDING)
    waiting = next(one for one in (first, second) if one.id != sending.id)
    told = f"post {sending.id}, which leads there too, may be on X: its outcome is not known yet"
    assert why_waiting(room.press, room.post(waiting.id)) == told


def test_an_address_that_no_source_showed_waits_for_a_publisher(room: Newsroom) -> None:
    """It may be an article under embargo by another address; whoever may send at once answers for it."""
    text = f"Look {A}?x=1"
    token = room.desk(scopes=frozenset({Scope.WRITE, Scope.QUEUE}))
    (post,) = room.desk(Role.EDITOR).add([text], due_at=NOON + HOUR)
    (other,) = token.add([text], due_at=NOON + HOUR)
    for who, held in ((room.desk(Role.EDITOR), post), (token, other)):
        assert held.state is PostState.HELD
        assert f"held, as no source ever showed {A}?x=1" in held.reason
        with pytest.raises(AccessError, match="somebody with the role publisher"):
            who.approve(held.id)
    assert room.desk(Role.PUBLISHER).approve(post.id).state is PostState.QUEUED
    assert room.desk(Role.EDITOR).edit(post.id, text=f"{text} again").state is PostState.HELD
