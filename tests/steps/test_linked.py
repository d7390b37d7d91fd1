"""Posts by hand that lead to articles on record: under embargo, gone, told already; and watched afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import ArticleState
from asiaradar_bot.model.correction import ChangeKind, CorrectionState, CorrectionTerms, NewCorrection
from asiaradar_bot.model.decision import Reason
from asiaradar_bot.model.errors import PostError, TextError
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.model.post import PostKind, PostState
from asiaradar_bot.model.sheet import Base, SheetPart
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.steps.imports import Fate, Importer
from asiaradar_bot.steps.linked import known_links
from asiaradar_bot.steps.spot import spot
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.storage.store import SqlStore
from tests.factories import LINK, NOON, URL, add_article, add_post, make_article, make_facts, make_remote
from tests.fakes.outside import FakeClock

HOUR = timedelta(hours=1)
LOOK = f"Look: {URL}"
ENDS = "until 2026-11-24 15:00 UTC"


def editor_of(store: SqlStore, role: Role = Role.ADMIN) -> Editor:
    """Somebody of that role."""
    person = Person(who="desk:mei", role=role)
    return Editor(store=store, clock=FakeClock(), policy=Policy(), prices=PRICES, person=person)


def records(store: SqlStore, text: str = LOOK) -> list[object]:
    """What is on record about the links, as far as it is anything."""
    with store.read() as tx:
        (found,) = known_links(tx, text, policy=Policy())
    return [
        value
        for name in ("gone_at", "is_withdrawn", "posted_as", "waits", "is_unseen")
        if (value := getattr(found, name)) not in {None, False}
    ]


def test_a_known_end_is_kept_by_a_post_that_leads_there(shelf: SqlStore) -> None:
    """Whatever the address's spelling; moves, Now and an edit keep it and say why; a confirmed release ends it."""
    article = add_article(shelf, not_before_at=NOON + 3 * HOUR)
    mei = editor_of(shelf)
    (post,) = mei.add([f"Look: http://www.radar.asia{URL.removeprefix('https://radar.asia')}/?utm_source=x"])
    assert (post.state, post.not_before_at, post.due_at) == (PostState.QUEUED, NOON + 3 * HOUR, NOON + 3 * HOUR)
    assert (post.article_id, post.article_url, post.revision) == (article.id, URL, 1)
    assert post.reason == f"written by desk:mei; its link leads to an article under embargo {ENDS}"
    with pytest.raises(PostError, match=f"under embargo {ENDS}: it cannot go earlier"):
        mei.publish_now(post.id)
    with pytest.raises(PostError, match=f"under embargo {ENDS}"):
        mei.move(post.id, due_at=NOON + HOUR)
    assert mei.edit(post.id, text=f"{LOOK} now").not_before_at == NOON + 3 * HOUR
    with pytest.raises(PostError, match="confirm that it may go out before that"):
        mei.embargo(post.id, until=None)
    mei.embargo(post.id, until=None, confirmed=True)
    assert mei.publish_now(post.id).due_at == NOON
    assert mei.edit(post.id, text=f"{LOOK} again").not_before_at == NOON, "released is released"


def test_a_slot_lies_behind_the_end(shelf: SqlStore) -> None:
    """And a thread waits as one for the part whose link is under embargo."""
    add_article(shelf, not_before_at=NOON + 7 * HOUR)
    (slot,) = editor_of(shelf).add([LOOK], slot=True)
    assert slot.in_slot
    assert slot.due_at >= NOON + 7 * HOUR
    one, two = editor_of(shelf).add(["First", LOOK], due_at=NOON + HOUR)
    assert one.due_at == two.due_at == one.not_before_at == two.not_before_at == NOON + 7 * HOUR
    assert (one.article_id is None, two.article_id is None) == (True, False)


def test_an_end_that_nobody_knows_holds_the_post(shelf: SqlStore) -> None:
    """Until somebody says it; a draft stays a draft and is not approved either."""
    add_article(shelf, reason=Reason.EMBARGO)
    mei = editor_of(shelf)
    (post,) = mei.add([LOOK])
    (draft,) = mei.add([f"{LOOK} draft"], draft=True)
    assert (post.state, draft.state, post.approved_by) == (PostState.HELD, PostState.DRAFT, None)
    assert post.reason.endswith("held, as its link leads to an article under embargo, and nobody knows when that ends")
    for one in (post, draft):
        with pytest.raises(PostError, match="speaks of an embargo, and nobody knows when it ends: say its end first"):
            mei.approve(one.id)
    mei.embargo(post.id, until="in 2 h")
    assert mei.approve(post.id).due_at == NOON + 2 * HOUR


def test_an_article_that_is_not_decided_speaks_for_itself(shelf: SqlStore) -> None:
    """Its own words, by the rule by which it will be decided."""
    with shelf.begin() as tx:
        facts = make_facts(title="EMBARGOED until 15:00 UTC: gates")
        tx.articles.add(make_article(facts=facts), names=[f"url:{URL.removeprefix('https://')}"])
    (post,) = editor_of(shelf).add([LOOK])
    assert post.not_before_at == NOON + 3 * HOUR


@pytest.mark.parametrize(
    ("how", "kept"),
    [({"not_before_at": NOON}, False), ({"not_before_at": NOON + HOUR}, True), ({"state": PostState.PUBLISHED}, False)],
)
def test_what_a_person_said_of_the_articles_own_post_counts(
    shelf: SqlStore,
    how: dict[str, Any],
    kept: bool,  # noqa: FBT001 - a case
) -> None:
    """Released or given another end there, it is so for posts by hand; once it is out there is no secret."""
    article = add_article(shelf, reason=Reason.EMBARGO)
    add_post(shelf, **{"state": PostState.HELD, "article_id": article.id, **how})
    (post,) = editor_of(shelf).add([LOOK])
    assert (post.state, post.not_before_at) == (PostState.QUEUED, NOON + HOUR if kept else None)
    assert editor_of(shelf).publish_now(post.id).due_at == NOON if not kept else post.due_at == NOON + HOUR


def test_an_embargo_that_became_known_later_is_asked_for(shelf: SqlStore) -> None:
    """The post was written before any source showed the article: a move, an approval, Now and an edit know it."""
    mei = editor_of(shelf)
    (queued,) = mei.add([LOOK], due_at=NOON + 5 * HOUR)
    (draft,) = mei.add([f"{LOOK} draft"], draft=True)
    add_article(shelf, not_before_at=NOON + 3 * HOUR)
    for act in (mei.publish_now, lambda one: mei.move(one, due_at=NOON + HOUR)):
        with pytest.raises(PostError, match=f"under embargo {ENDS}"):
            act(queued.id)
    assert mei.approve(draft.id).due_at == NOON + 3 * HOUR
    base = Base(post_id=queued.id, version=queued.version)
    changed = mei.rewrite([base], [SheetPart(text="Gates"), SheetPart(text=LOOK)])
    assert [(one.article_id is None, one.not_before_at) for one in changed] == [(True, None), (False, NOON + 3 * HOUR)]


def test_a_file_of_posts_keeps_embargoes_too(shelf: SqlStore) -> None:
    """Known ends are waited for, open ones hold, what is gone is refused by its line; remarks say so beforehand."""
    add_article(shelf, not_before_at=NOON + 3 * HOUR)
    add_article(shelf, facts=make_facts(url="https://radar.asia/open"), reason=Reason.EMBARGO)
    add_article(shelf, facts=make_facts(url="https://radar.asia/gone"), gone_at=NOON)
    person = Person(who="desk:mei", role=Role.EDITOR)
    mei = Importer(store=shelf, clock=FakeClock(), policy=Policy(), prices=PRICES, person=person)
    file = (
        f"text,when\n{LOOK},now\n{LOOK} slot,slot\nOpen https://radar.asia/open,now\nGone https://radar.asia/gone,now\n"
    )
    assert [f"under embargo {ENDS}" in " ".join(one.remarks) for one in mei.plan(file.encode())] == [
        True,
        True,
        False,
        False,
    ]
    done = mei.bring_in(file.encode())
    assert [one.fate for one in done] == [Fate.NEW, Fate.NEW, Fate.NEW, Fate.WRONG]
    assert "is gone" in (done[3].line.problem or "")
    with shelf.read() as tx:
        now, slot, held = (tx.posts.get(one.post_id) for one in done[:3] if one.post_id is not None)
    assert now.due_at == now.not_before_at == NOON + 3 * HOUR
    assert slot.due_at > NOON + 3 * HOUR
    assert (held.state, held.approved_by) == (PostState.HELD, None)


def test_what_is_gone_is_not_linked_to(shelf: SqlStore) -> None:
    """Neither written, edited nor approved; a draft may be written down, and a correction names what it withdraws."""
    mei = editor_of(shelf)
    (post,) = mei.add(["Gates"], due_at=NOON + HOUR)
    (early,) = mei.add([f"{LOOK} early"], draft=True)
    add_article(shelf, gone_at=NOON)
    for act in (
        lambda: mei.add([LOOK]),
        lambda: mei.edit(post.id, text=LOOK),
        lambda: mei.rewrite([Base(post_id=post.id, version=post.version)], [SheetPart(text=LOOK)]),
        lambda: mei.approve(early.id),
    ):
        with pytest.raises(TextError, match=f"the article behind {URL} is gone: its page was not there at 2026-11-24"):
            act()
    assert mei.add([LOOK], draft=True)[0].state is PostState.DRAFT
    correcting = add_post(shelf, PostState.HELD, kind=PostKind.MANUAL, text=LOOK, link=URL, corrects_id=post.id)
    assert mei.approve(correcting.id).state is PostState.QUEUED


def test_a_retraction_on_record_stops_a_link_until_it_is_over(shelf: SqlStore) -> None:
    """A dismissed one does not, and one of a page that came back does not."""
    article = add_article(shelf)
    told = add_post(shelf, PostState.PUBLISHED, article_id=article.id)
    with shelf.begin() as tx:
        found = tx.corrections.add(
            NewCorrection(
                post_id=told.id,
                article_id=article.id,
                kind=ChangeKind.RETRACTION,
                reasons=("the article says that it was withdrawn",),
                old_revision=1,
                new_revision=1,
                gone_at=None,
                opened_at=NOON,
                opened_by="bot",
            )
        )
    with pytest.raises(TextError, match="was withdrawn"):
        editor_of(shelf).add([LOOK])
    with shelf.begin() as tx:
        tx.corrections.change(found, at=NOON, who="bot", why="gone", gone_at=NOON)
    editor_of(shelf).add([f"{LOOK} it is back"])
    with shelf.begin() as tx:
        (found,) = tx.corrections.list_for_article(article.id)
        tx.corrections.move(found, CorrectionState.DISMISSED, at=NOON, who="desk:mei", why="it stays", by_person=True)
    editor_of(shelf).add([LOOK])


def test_links_know_what_leads_there(shelf: SqlStore) -> None:
    """What is on the timeline, what waits, and what no source ever showed on a site that is read."""
    elsewhere, front = "https://radar.asia/never", "https://radar.asia/"
    assert records(shelf, f"See {elsewhere}") == [], "no article was ever read from there"
    article = add_article(shelf)
    assert records(shelf) == records(shelf, f"See {front}") == []
    assert records(shelf, f"See {elsewhere}") == [True]
    waits = add_post(shelf, article_id=article.id)
    by_hand = add_post(shelf, kind=PostKind.MANUAL, text=f"Go {elsewhere}", link=elsewhere)
    assert records(shelf) == [waits.id]
    assert records(shelf, f"See {elsewhere}/") == [by_hand.id, True]
    with shelf.begin() as tx:
        tx.account.record_seen(make_remote(LOOK), at=NOON, post_id=by_hand.id, foreign=False, link_key=URL)
    assert records(shelf) == [by_hand.id, waits.id]
    with shelf.read() as tx:
        (left,) = known_links(tx, LOOK, policy=Policy(), but={waits.id, by_hand.id})
    assert (left.posted_as, left.waits) == (None, None), "a post is no news about its own link"


def test_a_post_by_hand_is_offered_for_correction(shelf: SqlStore) -> None:
    """Its article is watched as that of the article's own post is, and stays as decided."""
    article = add_article(shelf)
    (post,) = editor_of(shelf).add([LOOK])
    with shelf.begin() as tx:
        post = tx.posts.move(post, PostState.SENDING, at=NOON, who="bot", why="t")
        tx.posts.move(post, PostState.PUBLISHED, at=NOON, who="bot", why="t", remote_id="9", published_at=NOON)
        tx.articles.save(make_article(id=article.id, state=ArticleState.DONE, gone_at=NOON), was=article)
    spotted = spot(shelf, FakeClock(), terms=CorrectionTerms(), prices=PRICES, desk_url="https://desk")
    assert spotted.opened == 1
    with shelf.read() as tx:
        (found,) = tx.corrections.list_for_article(article.id)
    assert (found.post_id, found.kind) == (post.id, ChangeKind.RETRACTION)


def test_a_post_by_hand_is_not_the_articles_own(shelf: SqlStore) -> None:
    """The bot's own post of an article is still made when one by hand waits, and only one of the two is made anew."""
    article = add_article(shelf)
    (post,) = editor_of(shelf).add([f"By hand {LINK}"])
    own = add_post(shelf, article_id=article.id)
    with shelf.read() as tx:
        assert [one.id for one in tx.posts.list_for_article(article.id)] == [post.id, own.id]
        assert [one.id for one in tx.posts.list_for_article(article.id, kind=PostKind.ARTICLE)] == [own.id]
