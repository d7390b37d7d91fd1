"""The contract of `ports.Store`, held by SqlStore on SQLite and on PostgreSQL; tests use no other store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from asiaradar_bot.model.account import Subscription
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Revision
from asiaradar_bot.model.audit import AuditEntry, Topic
from asiaradar_bot.model.correction import ChangeKind, NewCorrection
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, TraceLine, Verdict
from asiaradar_bot.model.errors import NotFoundError, StorageError, VersionConflictError, WrongStateError
from asiaradar_bot.model.outcome import Picture, Validators
from asiaradar_bot.model.post import NewPost, Post, PostId, PostKind, PostState
from asiaradar_bot.model.source import SourceHealth
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.rules.addresses import link_names
from asiaradar_bot.storage import article_rows
from asiaradar_bot.storage.store import SqlStore
from tests.factories import NOON, URL, make_article, make_facts, make_remote, new_post
from tests.fakes.outside import SimulatedCrash

HOUR = timedelta(hours=1)


@pytest.fixture
def port(store: SqlStore) -> Store:
    """Each database in turn, seen through its port."""
    return store


@pytest.fixture
def tx(port: Store) -> Iterator[Transaction]:
    """A writing transaction that lasts for the test."""
    with port.begin() as open_one:
        yield open_one


def add_article(tx: Transaction, number: int = 1, **how: object) -> Article:
    """An article of its own address."""
    facts = make_facts(url=f"{URL}-{number}", title=f"Headline {number}")
    return tx.articles.add(make_article(facts=facts, **how), names=[f"url:{facts.url}"])


def test_what_was_committed_stays_and_what_failed_is_as_if_never(port: Store) -> None:
    """The end of the block commits; an exception of any kind, a crash too, takes everything back."""
    with port.begin() as tx:
        tx.account.set_mark("one", "1")
    for error in (ValueError, SimulatedCrash):
        with suppress(ValueError, SimulatedCrash), port.begin() as tx:
            tx.account.set_mark("one", "2")
            add_article(tx)
            raise error
    with port.read() as tx:
        assert tx.account.get_mark("one") == "1"
        assert tx.articles.list_recent(limit=10) == []


def test_nobody_sees_what_is_not_committed(port: Store) -> None:
    """A reader beside an open transaction sees the state before it, then the state after it."""
    with port.begin() as writing:
        writing.account.set_mark("one", "1")
        with port.read() as reading:
            assert reading.account.get_mark("one") is None
    with port.read() as reading:
        assert reading.account.get_mark("one") == "1"


def test_an_article_comes_back_as_it_was(tx: Transaction) -> None:
    """Every field, of any script, is what was put in; its first revision is there."""
    facts = make_facts(
        title="日本・नई मेट्रो «x» 🎌", summary="a\nb", body="c\td", updated_at=NOON, authors=("Mei", "김"),
        keywords=("k",), image="https://radar.asia/a.jpg", image_alt="A ferry", noindex=True, is_article=False,
    )  # fmt: skip
    given = make_article(
        facts=facts, next_read_at=NOON, read_failures=3, seeded=True, burst=7, gone_at=NOON, updated_at=NOON
    )
    added = tx.articles.add(given, names=["url:a", "guid:b"])
    assert replace(added, id=given.id) == given
    assert tx.articles.get(added.id) == added
    assert tx.articles.find_by_names(["guid:b", "none"]) == added
    assert tx.articles.find_by_names(["none"]) is None
    (first,) = tx.articles.list_revisions(added.id)
    assert (first.number, first.facts, first.changed) == (1, facts, ())


def test_names_belong_to_whom_had_them_first(tx: Transaction) -> None:
    """A name that is taken stays where it is; very long ones that begin alike are different names."""
    one, two = add_article(tx, 1), add_article(tx, 2)
    tx.articles.add_names(two.id, [f"url:{one.url}", "guid:two", "guid:two"])
    tx.articles.add_names(two.id, [])
    assert tx.articles.find_by_names([f"url:{one.url}"]) == one
    assert tx.articles.find_by_names(["guid:two"]) == two
    long = "url:https://radar.asia/" + "%E4%BD%A0" * 100
    tx.articles.add_names(one.id, [long + "a"])
    tx.articles.add_names(two.id, [long + "b"])
    assert tx.articles.find_by_names([long + "a"]) == one
    assert tx.articles.find_by_names([long + "b"]) == two
    assert tx.articles.find_by_names([long + "c"]) is None


def test_candidates_for_a_rename_carry_the_same_stamp(tx: Transaction) -> None:
    """Articles of one publication stamp are found together; those whose page was not read yet are left out."""
    one, two = add_article(tx, 1), add_article(tx, 2)
    assert one.facts.published_at is not None
    assert [found.id for found in tx.articles.list_published_at(one.facts.published_at)] == [one.id, two.id]
    assert tx.articles.list_published_at(NOON) == []
    assert tx.articles.save(replace(two, state=ArticleState.NOTICED), was=two)
    assert [found.id for found in tx.articles.list_published_at(one.facts.published_at)] == [one.id]


def test_a_row_is_absorbed_with_all_its_names(tx: Transaction) -> None:
    """Names and sightings lead to the other row, and the row is gone with its revisions."""
    one, two = add_article(tx, 1), add_article(tx, 2)
    tx.sources.record_sighting("latest", "2", two.id, digest="d", at=NOON)
    tx.articles.absorb(two.id, into=one.id)
    assert tx.articles.find_by_names([f"url:{two.url}"]) == one
    assert tx.sources.find_sightings("latest", ["2"])["2"][0] == one.id
    assert [found.id for found in tx.articles.list_recent(limit=5)] == [one.id]
    assert tx.articles.list_revisions(two.id) == []


def test_posts_and_corrections_go_along_when_a_row_is_absorbed(tx: Transaction) -> None:
    """What people wrote to the row leads to the other one, by what that says now."""
    one, two = add_article(tx, 1), add_article(tx, 2)
    assert tx.articles.save(replace(one, revision=3), was=one)
    post = tx.posts.add(
        new_post(kind=PostKind.MANUAL, article_id=two.id, article_url=two.url, revision=1), who="desk:mei"
    )
    asked = tx.corrections.add(
        NewCorrection(
            post_id=post.id,
            article_id=two.id,
            kind=ChangeKind.ASKED,
            reasons=("so",),
            old_revision=1,
            new_revision=1,
            gone_at=None,
            opened_at=NOON,
            opened_by="desk:mei",
        )
    )
    tx.articles.absorb(two.id, into=one.id)
    moved, now = tx.posts.get(post.id), tx.corrections.get(asked.id)
    assert (moved.article_id, moved.article_url, moved.revision) == (one.id, two.url, 3)
    assert (now.article_id, now.old_revision, now.new_revision) == (one.id, 3, 3)


def test_an_article_moves_only_from_the_state_it_is_in(tx: Transaction) -> None:
    """A write from an old state changes nothing and says so."""
    one = add_article(tx)
    assert tx.articles.save(replace(one, state=ArticleState.DECIDED), was=one)
    assert not tx.articles.save(replace(one, state=ArticleState.DONE), was=one)
    assert tx.articles.get(one.id).state is ArticleState.DECIDED
    assert tx.articles.list_in_state(ArticleState.READ, limit=5) == []
    assert [found.id for found in tx.articles.list_in_state(ArticleState.DECIDED, limit=5)] == [one.id]
    assert [found.id for found in tx.articles.list_recent(limit=5, state=ArticleState.DECIDED)] == [one.id]
    assert tx.articles.list_recent(limit=5, state=ArticleState.DONE) == []


def test_what_was_read_anew_is_not_overwritten(tx: Transaction) -> None:
    """A decision on an older revision changes nothing, even if the state is the same: the newer facts stay."""
    one = add_article(tx)
    newer = replace(one, revision=one.revision + 1, facts=replace(one.facts, title="Corrected"))
    assert tx.articles.save(newer, was=one)
    assert not tx.articles.save(replace(one, state=ArticleState.DECIDED), was=one)
    assert tx.articles.get(one.id).facts.title == "Corrected"


def test_lists_of_articles_are_in_order(tx: Transaction) -> None:
    """Reading by appointment, deciding oldest first, showing newest first, each as many as asked for."""
    for number, hours in enumerate((2, 1, 3)):
        add_article(tx, number, first_seen_at=NOON + hours * HOUR, next_read_at=NOON - hours * HOUR)
    titles = ["Headline 1", "Headline 0", "Headline 2"]
    assert [one.facts.title for one in tx.articles.list_in_state(ArticleState.READ, limit=5)] == titles
    assert [one.facts.title for one in tx.articles.list_recent(limit=2)] == titles[:0:-1]
    due = tx.articles.list_due_reading(NOON - HOUR - HOUR, limit=5)
    assert [one.facts.title for one in due] == ["Headline 2", "Headline 0"]
    assert len(tx.articles.list_due_reading(NOON, limit=1)) == 1


def test_revisions_and_decisions_are_a_history(tx: Transaction) -> None:
    """They come back whole, oldest first; what is not on record is said."""
    one = add_article(tx)
    changed = replace(one.facts, title="Another")
    tx.articles.add_revision(
        Revision(article_id=one.id, number=2, seen_at=NOON + HOUR, facts=changed, changed=("title",))
    )
    assert [(found.number, found.changed) for found in tx.articles.list_revisions(one.id)] == [(1, ()), (2, ("title",))]
    decision = Decision(
        article_id=one.id,
        revision=2,
        verdict=Verdict.HOLD,
        news_class=NewsClass.EVERGREEN,
        reason=Reason.SENSITIVE,
        detail="it speaks of «自杀»",
        rule="one",
        template="cjk",
        not_before_at=NOON,
        expires_at=NOON + HOUR,
        trace=(TraceLine(check="page", passed=True, detail="its page answers"),),
        decided_at=NOON,
    )
    later = replace(decision, verdict=Verdict.AUTO, decided_by="cli:mei", rule=None, expires_at=None, trace=())
    filed = [tx.articles.add_decision(decision), tx.articles.add_decision(later)]
    assert tx.articles.list_decisions(one.id) == filed
    assert tx.articles.newest_decisions([one.id, ArticleId(999)]) == {one.id: filed[-1]}
    assert tx.articles.newest_decisions([]) == {}
    assert tx.articles.titles([one.id, ArticleId(999)]) == {one.id: one.facts.title}
    assert [replace(found, id=decision.id) for found in filed] == [decision, later]
    with pytest.raises(NotFoundError, match="there is no article 999"):
        tx.articles.get(ArticleId(999))


def test_headlines_tell_whether_their_article_is_posted(tx: Transaction) -> None:
    """One with a post on its way counts as posted, one whose post was cancelled does not; the old are left out."""
    old = add_article(tx, 0, first_seen_at=NOON - 50 * HOUR)
    one, two, three = (add_article(tx, number) for number in (1, 2, 3))
    tx.posts.add(new_post(article_id=one.id), who="bot")
    tx.posts.add(new_post(article_id=two.id, state=PostState.CANCELLED, marker="of two"), who="bot")
    found = {headline.article_id: headline.posted for headline in tx.articles.recent_headlines(NOON - 48 * HOUR)}
    assert found == {one.id: True, two.id: False, three.id: False}
    assert old.id not in found


def test_the_health_of_a_source_comes_back(tx: Transaction) -> None:
    """None before the first poll, then what was saved last; all of them by name."""
    assert tx.sources.find("latest") is None
    health = SourceHealth(
        name="latest", url=URL, validators=Validators(etag='"1"', last_modified="x", body_digest="d"), seeded_at=NOON,
        polled_at=NOON, ok_at=None, new_at=NOON, failures=2, next_poll_at=NOON + HOUR, error="e", gone=True, items=9,
    )  # fmt: skip
    tx.sources.save(replace(health, items=1))
    tx.sources.save(health)
    tx.sources.save(replace(health, name="category"))
    assert tx.sources.find("latest") == health
    assert [one.name for one in tx.sources.list_all()] == ["category", "latest"]


def test_sightings_are_by_source_and_item(tx: Transaction) -> None:
    """A digest is refreshed, another source has its own; many and long ids are no trouble."""
    one = add_article(tx)
    long = "https://radar.asia/" + "x" * 600
    for item, digest in (("a", "1"), ("a", "2"), (long, "3")):
        tx.sources.record_sighting("latest", item, one.id, digest=digest, at=NOON)
    asked = ["a", "b", long, long + "y", *map(str, range(40_000))]
    assert tx.sources.find_sightings("latest", asked) == {"a": (one.id, "2"), long: (one.id, "3")}
    assert tx.sources.find_sightings("category", asked) == {}
    assert tx.sources.find_sightings("latest", []) == {}


def test_a_post_comes_back_as_it_was(tx: Transaction) -> None:
    """Every field is what was put in, with an id and the first version."""
    given = new_post(
        text="日本 🎌\nhttps://radar.asia/a", news_class=NewsClass.BREAKING, text_frozen=True, template="cjk", part=2,
        parts=3, picture_url="https://radar.asia/a.jpg", alt_text="A ferry", not_before_at=NOON, in_slot=True,
        next_verify_at=NOON, approved_by="cli:mei",
    )  # fmt: skip
    added = tx.posts.add(given, who="cli:mei")
    assert tx.posts.get(added.id) == added
    assert {name: getattr(added, name) for name in NewPost.__dataclass_fields__} == {
        name: getattr(given, name) for name in NewPost.__dataclass_fields__
    }
    assert (added.attempts, added.remote_id, added.published_at) == (0, None, None)
    with pytest.raises(NotFoundError, match="999"):
        tx.posts.get(PostId(999))


def test_a_post_changes_only_from_what_one_has_read(tx: Transaction) -> None:
    """Each change counts the version up; a second change of the same version is refused, and so is a wrong move."""
    added = tx.posts.add(new_post(), who="bot")
    held = tx.posts.move(added, PostState.HELD, at=NOON, who="cli:mei", why="wait")
    assert held.version == added.version + 1
    with pytest.raises((VersionConflictError, WrongStateError)):
        tx.posts.change(added, at=NOON, who="bot", why="late", text="other")
    with pytest.raises(WrongStateError, match="cannot become sending"):
        tx.posts.move(held, PostState.SENDING, at=NOON, who="bot", why="skip the queue")
    with pytest.raises(WrongStateError, match="only by a person"):
        tx.posts.move(held, PostState.QUEUED, at=NOON, who="bot", why="by itself")
    assert tx.posts.get(added.id) == held
    (newest, *_) = tx.audit.list_recent(subject=f"post {added.id}")
    assert (newest.who, newest.why) == ("cli:mei", "wait")


def test_posts_are_listed_by_what_is_asked(tx: Transaction) -> None:
    """By state, by article, by thread, and counted; slots and markers of those that still count."""
    article = add_article(tx)
    added: list[Post] = []
    for number, state in enumerate((PostState.QUEUED, PostState.HELD, PostState.CANCELLED, PostState.QUEUED)):
        added.append(
            tx.posts.add(
                new_post(
                    state=state,
                    marker=f"m{number}",
                    in_slot=number < 3,
                    due_at=NOON + number * HOUR,
                    article_id=article.id if number == 3 else None,
                ),
                who="bot",
            )
        )
    ids = [post.id for post in added]
    assert [post.id for post in tx.posts.list_posts()] == ids[::-1]
    assert [post.id for post in tx.posts.list_posts(states=[PostState.HELD])] == [ids[1]]
    assert [post.id for post in tx.posts.list_queued()] == [ids[0], ids[3]]
    assert tx.posts.list_wanting_picture(limit=5) == []
    assert [post.id for post in tx.posts.list_due(NOON + HOUR, limit=5)] == [ids[0]]
    assert [post.id for post in tx.posts.list_for_article(article.id)] == [ids[3]]
    assert tx.posts.list_thread(ids[0]) == []
    assert tx.posts.count_by_state() == {"queued": 2, "held": 1, "cancelled": 1}
    assert tx.posts.count_by_state([PostState.HELD, PostState.UNKNOWN]) == {"held": 1}
    both = [PostState.HELD, PostState.QUEUED, PostState.HELD]
    assert [post.id for post in tx.posts.list_posts(states=both, limit=2)] == [ids[3], ids[1]]
    assert [post.id for post in tx.posts.list_posts(states=both, limit=2, skip=1)] == [ids[1], ids[0]]
    assert [post.id for post in tx.posts.list_posts(limit=2, skip=1)] == [ids[2], ids[1]]
    assert [post.id for post in tx.posts.list_queued(limit=1, skip=1)] == [ids[3]]
    assert set(tx.posts.get_many([ids[0], ids[2], PostId(10**9)])) == {ids[0], ids[2]}
    assert tx.posts.times_between(NOON, NOON + HOUR) == []
    assert tx.posts.times_between(NOON, NOON + 2 * HOUR) == [(NOON + HOUR, ids[1])]
    assert set(tx.posts.taken_slots(NOON)) == {NOON, NOON + HOUR, NOON + 3 * HOUR}
    assert set(tx.posts.markers()) == {"m0", "m1", "m3"}


def test_a_draft_keeps_no_slot(tx: Transaction) -> None:
    """It may never go out; what waits for an approval has its time."""
    for number, state in enumerate((PostState.DRAFT, PostState.HELD, PostState.EXPIRED)):
        tx.posts.add(new_post(state=state, marker=f"m{number}", in_slot=True, due_at=NOON + number * HOUR), who="bot")
    assert set(tx.posts.taken_slots(NOON)) == {NOON + HOUR, NOON + 2 * HOUR}


def test_words_are_sought_in_all_posts_and_articles(tx: Transaction) -> None:
    """In capitals or not, beyond ASCII too; signs that patterns know are plain; headline and address hold them all."""
    texts = ("100% of Éire ferries_run", "100 percent of ferries run", "渡轮恢复 ÉIRE")
    posts = [tx.posts.add(new_post(marker=f"m{n}", text=text), who="bot").id for n, text in enumerate(texts)]
    for words, found in (
        (["FERRIES"], [1, 0]),
        (["100%"], [0]),
        (["s_r"], [0]),
        (["éire"], [2, 0]),
        (["渡轮"], [2]),
        (["ferries", "percent"], [1]),
        (["a/b"], []),
    ):
        assert [post.id for post in tx.posts.search(words, limit=9)] == [posts[n] for n in found], words
    assert [post.id for post in tx.posts.search(["100"], limit=1)] == [posts[1]]
    articles = [add_article(tx, number).id for number in range(3)]
    assert [one.id for one in tx.articles.search(["headline", "1"], limit=9)] == [articles[1]]
    assert [one.id for one in tx.articles.search([f"{URL}-2"], limit=9)] == [articles[2]]
    assert [one.id for one in tx.articles.search(["HEADLINE"], limit=2)] == articles[:0:-1]
    assert tx.posts.search(["\u200b"], limit=9) == []
    assert tx.articles.search([], limit=9) == []


def test_what_is_typed_finds_what_typography_made_of_it(tx: Transaction) -> None:
    """Invisible signs, quotes, width, accents; not the ids that links are followed by; a text that changed anew."""
    text = "Booking.\u2060com\u2019s \u201ccaf\u00e9s\u201d https://radar.asia/a?utm_id=m4711"
    post = tx.posts.add(new_post(text=text), who="bot")

    def found(*words: str) -> bool:
        return [one.id for one in tx.posts.search(words, limit=9)] == [post.id]

    assert found("booking.com's")
    assert found('"CAFES"', "\uff42ooking")
    assert found("https://radar.asia/a?utm_id=other")
    assert not found("4711")
    post = tx.posts.change(post, at=NOON, who="t", why="t", text="Ferries\u2014again")
    assert found("ferries-again")
    assert not found("booking.com")
    facts = make_facts(title="Agoda\u2019s Booking.\u2060com", url=URL)
    article = tx.articles.add(make_article(facts=facts), names=["a"])
    assert [one.id for one in tx.articles.search(["agoda's", "booking.com"], limit=9)] == [article.id]
    renamed = replace(article, facts=replace(facts, title="Trip.\u2060com"))
    assert tx.articles.save(renamed, was=article)
    assert [one.id for one in tx.articles.search(["trip.com"], limit=9)] == [article.id]
    assert tx.articles.search(["agoda's"], limit=9) == []


def test_old_articles_are_found_beyond_the_newest(tx: Transaction, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are looked through first, and all of them when those are too few."""
    articles = [add_article(tx, number).id for number in range(4)]
    monkeypatch.setattr(article_rows, "_RECENT", 2)
    assert [one.id for one in tx.articles.search(["headline"], limit=2)] == articles[:1:-1]
    assert [one.id for one in tx.articles.search(["headline"], limit=3)] == articles[:0:-1]
    assert [one.id for one in tx.articles.search(["headline", "0"], limit=3)] == articles[:1]


def test_the_same_picture_is_stored_once(tx: Transaction) -> None:
    """The same bytes are one picture, other bytes another; it comes back as it was."""
    picture = Picture(content=b"\xff\xd8\x00", media_type="image/jpeg", width_pixels=4, height_pixels=3)
    first = tx.posts.add_picture(picture, source_url=None)
    assert tx.posts.add_picture(picture, source_url="https://radar.asia/a.jpg") == first
    assert tx.posts.add_picture(replace(picture, content=b"\xff\xd8\x01"), source_url=None) != first
    assert tx.posts.get_picture(first) == picture
    with pytest.raises(NotFoundError):
        tx.posts.get_picture(999)


def test_marks_and_the_state_of_the_account(tx: Transaction) -> None:
    """A mark is stored, replaced, removed; those with a meaning show in the state, stamps as instants."""
    assert tx.account.state().stopped is None
    tx.account.set_mark("stopped", "drill")
    tx.account.set_mark("paused_until", NOON.isoformat())
    tx.account.set_mark("stopped", "fire")
    assert (tx.account.state().stopped, tx.account.state().paused_until) == ("fire", NOON)
    tx.account.set_mark("stopped", None)
    assert tx.account.get_mark("stopped") is None
    assert [tx.account.next_epoch(), tx.account.next_epoch(), tx.account.state().epoch] == [1, 2, 2]


def test_what_was_seen_on_the_timeline(tx: Transaction) -> None:
    """Found by id and by the article it leads to; foreign posts stay named until somebody acknowledges them."""
    for number, foreign in ((1, True), (2, False)):
        remote = make_remote(f"Post {number}", id=str(number), created_at=NOON + number * HOUR)
        tx.account.record_seen(remote, at=NOON, post_id=None, foreign=foreign, link_key=URL)
    assert [seen.remote_id for seen in tx.account.find_on_timeline(link_names([URL]))] == ["1", "2"]
    two = make_remote("Both", id="0", created_at=NOON - HOUR, links=("https://m.radar.asia/b/amp", "no address", URL))
    tx.account.record_seen(two, at=NOON, post_id=None, foreign=False, link_key=None)
    assert [seen.remote_id for seen in tx.account.find_on_timeline(link_names(["radar.asia/b", URL]))] == [
        "0",
        "1",
        "2",
    ]
    assert tx.account.find_on_timeline([]) == []
    assert set(tx.account.find_seen(["1", "9"])) == {"1"}
    assert set(tx.account.timeline_ids(NOON + 2 * HOUR)) == {"2"}
    assert [seen.remote_id for seen in tx.account.list_seen(since=NOON)] == ["2", "1"]
    assert [seen.remote_id for seen in tx.account.list_foreign()] == ["1"]
    assert tx.account.acknowledge_foreign(at=NOON) == 1
    assert tx.account.list_foreign() == []
    assert tx.account.acknowledge_foreign(at=NOON) == 0


def test_a_message_is_taken_once(tx: Transaction) -> None:
    """The same id is a replay, however long it is; pushes wait in order until they are taken away."""
    assert [tx.inbox.accept_message(one, at=NOON) for one in ("a", "b", "a", "x" * 900, "x" * 900, "x" * 901)] == [
        True, True, False, True, False, True,
    ]  # fmt: skip
    tx.inbox.add_push("https://radar.asia/1", at=NOON)
    tx.inbox.add_push("https://radar.asia/2", at=NOON)
    (first, url), (_, other) = tx.inbox.list_pushes()
    assert (url, other) == ("https://radar.asia/1", "https://radar.asia/2")
    tx.inbox.remove_push(first)
    assert [url for _, url in tx.inbox.list_pushes()] == [other]


def test_subscriptions_and_alerts_come_back(tx: Transaction) -> None:
    """A subscription is one per topic, found by topic and path; alerts wait in order until they are passed on."""
    one = Subscription(topic="t", hub="h", path="p", verified_at=NOON)
    tx.inbox.save_subscription(replace(one, hub="old"))
    tx.inbox.save_subscription(one)
    assert tx.inbox.list_subscriptions() == [one]
    assert tx.inbox.find_subscription("t") == tx.inbox.find_subscription_at("p") == one
    assert tx.inbox.find_subscription("x") is tx.inbox.find_subscription_at("x") is None
    for number in (1, 2):
        tx.inbox.raise_alert("held", f"post {number} waits", subject="post", at=NOON)
    first, second = tx.inbox.list_alerts()
    assert tx.inbox.last_alert_at("held", "post") is None
    tx.inbox.mark_alert_sent(first.id, at=NOON + HOUR)
    assert tx.inbox.list_alerts() == [second]
    assert len(tx.inbox.list_alerts(unsent_only=False)) == 2
    assert tx.inbox.last_alert_at("held", "post") == NOON + HOUR


def test_the_audit_keeps_any_values(tx: Transaction) -> None:
    """Instants, sets, decimals and nested values are kept as text; newest first, by subject."""
    before = tx.audit.newest_id()
    entry = AuditEntry(
        at=NOON,
        who="cli:mei",
        action="post.hold",
        subject="post 1",
        before={"at": NOON, "tags": {"b", "a"}, "price": Decimal("0.2"), "none": None},
        after={"state": PostState.HELD, "parts": [1, {"x": NOON}]},
    )
    tx.audit.record(entry)
    tx.audit.record(replace(entry, subject="post 2"))
    assert tx.audit.newest_id() == before + 2
    assert [one.subject for one in tx.audit.list_recent(limit=2)] == ["post 2", "post 1"]
    (found,) = tx.audit.list_recent(subject="post 1")
    assert found.before == {"at": NOON.isoformat(), "tags": ["a", "b"], "price": "0.2", "none": None}
    assert found.after == {"state": "held", "parts": [1, {"x": NOON.isoformat()}]}


def test_the_audit_is_searched(tx: Transaction) -> None:
    """Every word must be held, in whatever case, or name the action; % is a letter; the topic narrows it."""
    entry = AuditEntry(at=NOON, who="desk:mei", action="post.held", subject="post 1", why="90 % like «Ferry»")
    for one in (
        entry,
        replace(entry, subject="article 7", action="article.renamed", why="moved"),
        replace(entry, who="bot", action="post.add", subject="post 2", why="90 words"),
    ):
        tx.audit.record(one)

    def found(*words: str, topic: Topic | None = None, names: dict[str, list[str]] | None = None) -> list[str]:
        asked = {word: (names or {}).get(word, []) for word in words}
        return [one.subject for one in tx.audit.search(asked, topic=topic, limit=10)]

    assert found() == ["post 2", "article 7", "post 1"]
    assert found("FERRY", "mei") == ["post 1"]
    assert found("ferry", "bot") == []
    assert found("90 %") == ["post 1"]
    assert found("保留", names={"保留": ["post.held"]}) == ["post 1"]
    assert found(topic=Topic.POSTS) == ["post 2", "post 1"]
    assert found("mei", topic=Topic.ARTICLES) == ["article 7"]
    assert [one.subject for one in tx.audit.search({}, topic=None, limit=1)] == ["post 2"]


def test_pruning_keeps_what_is_young_or_unsent(port: Store) -> None:
    """Old replay ids and alerts that were sent go; an alert that nobody has seen stays."""
    with port.begin() as tx:
        tx.inbox.accept_message("old", at=NOON - 2 * HOUR)
        tx.inbox.accept_message("new", at=NOON)
        for kind in ("sent", "unsent"):
            tx.inbox.raise_alert(kind, "x", subject="x", at=NOON - 2 * HOUR)
        tx.inbox.mark_alert_sent(tx.inbox.list_alerts()[0].id, at=NOON - 2 * HOUR)
    assert port.prune(before=NOON - HOUR) == 2
    assert port.prune(before=NOON - HOUR) == 0
    with port.begin() as tx:
        assert not tx.inbox.accept_message("new", at=NOON)
        assert [alert.kind for alert in tx.inbox.list_alerts(unsent_only=False)] == ["unsent"]


def test_a_backup_is_the_database(port: Store, tmp_path: Path) -> None:
    """On a file of ours it is a sound copy that only we may read; where a server sees to it there is none."""
    with port.begin() as tx:
        tx.account.set_mark("one", "1")
    assert isinstance(port, SqlStore)
    copy = port.back_up(now=NOON)
    if port.is_postgresql:
        assert (copy, port.free_bytes(), port.free_backup_bytes(), port.file) == (None,) * 4
        return
    assert copy is not None
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT value FROM marks WHERE key = 'one'").fetchall() == [("1",)]
    connection.close()
    assert (port.free_bytes() or 0) > 0


def test_old_backups_are_thinned_out(tmp_path: Path) -> None:
    """The newest stay, then one a day, as long as set; what is not ours is left alone."""
    store = SqlStore(
        f"sqlite:///{tmp_path}/a.db", account="AsiaRadar", backups=tmp_path / "b", keep_hourly=2, keep_daily=3
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "asiaradar-minez.db").touch()
    (tmp_path / "b" / "asiaradar-before-updateZ.db").touch()
    for hours in range(0, 6 * 24, 8):
        store.back_up(now=NOON + hours * HOUR)
    store.close()
    left = sorted(file.name[10:21] for file in (tmp_path / "b").glob("asiaradar-2*Z.db"))
    assert left == ["20261127T20", "20261128T20", "20261129T20", "20261130T04"]
    assert (tmp_path / "b" / "asiaradar-before-updateZ.db").exists()


def test_trouble_is_a_sentence_for_people(tmp_path: Path) -> None:
    """A damaged file and a server that is away raise StorageError with what to do, without the password."""
    file = tmp_path / "broken.db"
    file.write_bytes(b"this is no database at all" * 100)
    broken = SqlStore(f"sqlite:///{file}", account="AsiaRadar", backups=tmp_path)
    assert "restore a backup" in str(broken.check())
    with pytest.raises(StorageError, match="asiaradar db restore"), broken.read() as tx:
        tx.account.state()
    with pytest.raises(StorageError, match="could not be copied"):
        broken.back_up(now=NOON)
    broken.close()
    away = SqlStore("postgresql+psycopg://bot:geheim@127.0.0.1:1/x", account="AsiaRadar", backups=tmp_path)
    with pytest.raises(StorageError, match=r"check storage\.url") as refused, away.begin() as tx:
        tx.account.state()
    assert "geheim" not in str(refused.value)
    assert "does not answer" in str(away.check())
    away.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////proc/none/x.db"])
def test_an_address_that_is_no_file_is_refused(url: str, tmp_path: Path) -> None:
    """The sentence names the setting."""
    with pytest.raises(StorageError, match=r"storage\.url"):
        SqlStore(url, account="AsiaRadar", backups=tmp_path)
