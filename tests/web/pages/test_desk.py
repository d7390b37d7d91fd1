"""Desk, queue, post and stop pages in process: what they show, what their buttons do, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import Revision
from asiaradar_bot.model.post import Post, PostId, PostState
from asiaradar_bot.model.sheet import PRESENCE
from asiaradar_bot.steps.decide import decide
from asiaradar_bot.steps.submit import Editor
from asiaradar_bot.steps.switch import stop
from asiaradar_bot.web.pages.live import look
from asiaradar_bot.web.views.said import read_said
from tests.factories import NOON, add_post, make_article, make_facts
from tests.web.desk import browser, desk_app, visitor

HOSTILE = '<img src=x onerror=alert(1)> "javascript:alert(1)"'


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def editor(app: App) -> Editor:
    """Somebody who may do everything."""
    return app.editor(Person(who="cli:kim", role=Role.ADMIN))


def added(app: App, text: str = "A quiet post", *, minutes: float = 60) -> Post:
    """A queued post that is due in so many minutes."""
    return editor(app).add([text], due_at=app.clock.now() + timedelta(minutes=minutes))[0]


def stored(app: App, post: Post) -> Post:
    """The post as it stands now."""
    with app.store.read() as tx:
        return tx.posts.get(PostId(post.id))


def form(post: Post, **more: object) -> dict[str, object]:
    """The fields of a button."""
    return {"csrf": "c" * 20, "version": post.version, "back": "/", **more}


def test_the_three_columns_show_what_is_where(app: App) -> None:
    """Held posts need somebody, queued ones are next, and each says why and what it costs."""
    held = editor(app).hold(added(app, "Held back").id, why="the desk wants to look")
    added(app, "Goes out soon")
    page = browser(app, visitor()).get("/").text
    needs_you, next_up = page.index("Needs you"), page.index("Next up")
    assert needs_you < page.index("Held back") < next_up < page.index("Goes out soon")
    assert "the desk wants to look" in page
    assert "0.015 USD" in page
    assert f'data-open="/posts/{held.id}"' in page


def test_open_pages_hear_of_changes_and_of_who_is_at_a_post(app: App) -> None:
    """What the stream compares changes with an entry of the audit, and with somebody who begins or stops editing."""
    post = added(app)
    seen = look(app)
    assert look(app) == seen
    sheets = app.sheets(Person(who="desk:mia", role=Role.EDITOR))
    sheets.enter(f"post {post.id}")
    with_mia = look(app)
    sheets.enter(f"post {post.id}")
    assert look(app) == with_mia != seen
    with app.store.begin() as tx:
        tx.sheets.end_presence(f"post {post.id}", "desk:mia")
    assert look(app) == seen
    editor(app).hold(post.id, why="a look")
    assert look(app) != seen


def test_cards_say_who_is_editing(app: App) -> None:
    """Desk and Queue name others who are at a post, not oneself; a minute after they were last heard of it is over."""
    post, quiet = added(app, "Mia is at it"), added(app, "Nobody is at it")
    long_ago = app.clock.now() - 2 * PRESENCE
    app.sheets(Person(who="desk:mia", role=Role.EDITOR)).enter(f"post {post.id}")
    app.sheets(visitor().person).enter(f"post {post.id}")
    with app.store.begin() as tx:
        tx.sheets.note_presence(f"post {quiet.id}", "desk:ken", at=long_ago, gone_before=long_ago)
    client = browser(app, visitor())
    for path in ("/", "/queue"):
        page = client.get(path).text
        assert re.search(r"Mia is at it.*?<b>mia</b> is editing this", page, re.DOTALL), path
        assert page.count("is editing this") == 1, path


def test_hostile_text_stays_text(app: App) -> None:
    """A headline with markup is shown, never run, on every page that shows posts."""
    post = added(app, HOSTILE)
    client = browser(app, visitor())
    for path in ("/", "/queue", f"/posts/{post.id}", f"/posts/{post.id}/move"):
        page = client.get(path).text
        assert "<img src=x" not in page, path
        assert "&lt;img src=x" in page, path


@pytest.mark.parametrize(
    ("act", "state", "said"),
    [("hold", PostState.HELD, "held"), ("skip", PostState.CANCELLED, "skipped"), ("now", PostState.QUEUED, "now")],
)
def test_a_button_does_it_and_says_so(app: App, act: str, state: PostState, said: str) -> None:
    """The change is made, the page that was left is shown again, and it says what was done and how to undo it."""
    post = added(app)
    woken: list[str] = []
    client = browser(app, visitor(), woken=woken)
    answer = client.post(f"/posts/{post.id}/{act}", data=form(post, back="/queue?state=queued"))
    assert answer.status_code == 303
    after = stored(app, post)
    assert after.state is state
    assert answer.headers["location"] == f"/queue?state=queued&said={said}&post={post.id}&v={after.version}"
    assert woken == ["publish"]
    assert ">z<" in client.get(answer.headers["location"]).text


def test_a_skip_is_undone(app: App) -> None:
    """A post that was skipped by mistake is held again; one that was tried is not, since it may stand on X."""
    post = added(app)
    client = browser(app, visitor())
    client.post(f"/posts/{post.id}/skip", data=form(post))
    skipped = stored(app, post)
    assert client.post(f"/posts/{post.id}/restore", data=form(skipped)).status_code == 303
    assert stored(app, post).state is PostState.HELD


@pytest.mark.parametrize("path", ["/", "/queue?state=held", "/posts/{id}"])
def test_what_would_be_refused_is_not_offered(app: App, path: str) -> None:
    """An embargo without a known end: Approve is grey with its reason, and what it would say if it were pressed."""
    now = app.clock.now()
    with app.store.begin() as tx:
        facts = make_facts(title="EMBARGOED until May: gates", published_at=now)
        article = tx.articles.add(make_article(facts=facts, first_seen_at=now, read_at=now), names=["a"])
    decide(app.store, app.clock, policy=app.policy, max_age=timedelta(hours=24), first_run_posts=True)
    post = add_post(app.store, PostState.HELD, article_id=article.id, due_at=now, created_at=now)
    client = browser(app, visitor())
    why = "speaks of an embargo, and nobody knows when it ends: say its end first"
    page = client.get(path.format(id=post.id)).text
    assert re.search(r"<button [^>]*act-approve[^>]* disabled>Approve</button>", page)
    assert why in page[page.index('<p class="soft refused"') :]
    assert f'action="/posts/{post.id}/approve"' not in page
    assert f'action="/posts/{post.id}/now"' not in page
    assert f'href="/posts/{post.id}/embargo?' in page, "the way that the reason names"
    refused = client.post(f"/posts/{post.id}/approve", data=form(post))
    assert refused.status_code == 409
    assert why in refused.text
    editor(app).embargo(post.id, until="in 3 h")
    page = client.get(path.format(id=post.id)).text
    assert f'action="/posts/{post.id}/approve"' in page
    assert "it cannot go earlier, unless somebody releases the embargo" in page, "of Publish now"


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["x" * 281], "over the limit"),
        (["One", "x" * 281], "over the limit"),
        (["Same words", "Same words"], "are the same; X refuses the second"),
    ],
)
def test_a_text_that_cannot_go_out_greys_its_approval(app: App, texts: list[str], why: str) -> None:
    """Whichever part of a thread is at fault; once it is mended the button is there."""
    parts = editor(app).add(texts, draft=True)
    client = browser(app, visitor())
    page = client.get(f"/posts/{parts[0].id}").text
    assert why in page[page.index('<p class="soft refused"') :]
    assert page.count('<p class="soft refused"') == 1, "two buttons, one reason"
    assert client.post(f"/posts/{parts[0].id}/approve", data=form(stored(app, parts[0]))).status_code == 422
    editor(app).edit(parts[-1].id, text="Other words")
    assert f'action="/posts/{parts[0].id}/approve"' in client.get(f"/posts/{parts[0].id}").text


def test_an_embargo_greys_publish_now(app: App) -> None:
    """A queued post that may not go earlier says so, beside the button."""
    later = app.clock.now() + timedelta(hours=5)
    post = add_post(app.store, due_at=later, not_before_at=later)
    page = browser(app, visitor()).get(f"/posts/{post.id}").text
    assert re.search(r"<button [^>]*act-now[^>]* disabled>Publish now</button>", page)
    assert "it cannot go earlier" in page


def test_undo_ends_when_the_post_is_out(app: App) -> None:
    """It is offered while it can be done; pressed on an old page it says that the post is on X, and leads to Correct."""
    post = added(app)
    client = browser(app, visitor())
    address = f"/?said=approved&post={post.id}&v={post.version}"
    assert "Undo" in client.get(address).text
    with app.store.begin() as tx:
        now = app.clock.now()
        sending = tx.posts.move(post, PostState.SENDING, at=now, who="bot", why="sent")
        tx.posts.move(sending, PostState.PUBLISHED, at=now, who="bot", why="out", remote_id="7", published_at=now)
    assert "Undo" not in client.get(address).text
    answer = client.post(f"/posts/{post.id}/hold", data=form(post))
    assert answer.status_code == 409
    assert f"post {post.id} is on X already" in answer.text
    assert f'href="/posts/{post.id}/correct"' in answer.text
    assert "version" not in answer.text[answer.text.index("<main") :]


def test_now_is_not_said_while_sending_is_stopped(app: App) -> None:
    """It says what it waits for instead."""
    post = added(app)
    client = browser(app, visitor())
    address = f"/?said=now&post={post.id}&v={post.version}"
    assert "It goes out now." in client.get(address).text
    stop(app.store, app.clock, person=Person(who="cli:kim", role=Role.ADMIN), reason="a look")
    page = " ".join(client.get(address).text.split())
    assert "It goes out now." not in page
    assert 'waits until sending is on again: <span dir="auto">a look (cli:kim)</span>' in page


def test_find_says_of_an_article_what_its_list_says(app: App) -> None:
    """Its verdict, not where it stands in the bot's own work."""
    now = app.clock.now()
    with app.store.begin() as tx:
        facts = make_facts(title="Budget of gates", published_at=now)
        tx.articles.add(make_article(facts=facts, first_seen_at=now, read_at=now), names=["a"])
    decide(app.store, app.clock, policy=app.policy, max_age=timedelta(hours=24), first_run_posts=True)
    assert re.search(r"article 1, +auto<", browser(app, visitor()).get("/find?words=budget").text)


def test_an_old_page_overwrites_nothing(app: App) -> None:
    """A button pressed on a page that is out of date is answered 409 with a sentence, and nothing changes."""
    post = added(app)
    editor(app).edit(post.id, text="Changed meanwhile")
    answer = browser(app, visitor()).post(f"/posts/{post.id}/hold", data=form(post))
    assert answer.status_code == 409
    assert "look again" in answer.text
    assert stored(app, post).state is PostState.QUEUED


def test_roles_reach_only_so_far(app: App) -> None:
    """A viewer sees no buttons, and pressing one all the same is refused with the role that is needed."""
    post = added(app)
    client = browser(app, visitor(Role.VIEWER))
    assert 'data-key="h"' not in client.get("/").text
    answer = client.post(f"/posts/{post.id}/hold", data=form(post))
    assert answer.status_code == 403
    assert "needs the role editor" in answer.text


def test_nobody_gets_in_unsigned(app: App) -> None:
    """Pages lead to the sign-in and back; a post is told 401."""
    client = browser(app, None)
    answer = client.get("/queue?state=held")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fqueue%3Fstate%3Dheld")
    assert client.post("/stop", data={}).status_code == 401


def test_leading_back_stays_at_home(app: App) -> None:
    """Whatever address a form names, the browser is led to a page of ours."""
    post = added(app)
    for foreign in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = browser(app, visitor()).post(
            f"/posts/{post.id}/hold", data={"csrf": "c", "version": stored(app, post).version, "back": foreign}
        )
        assert answer.headers["location"].startswith("/?said="), foreign
        editor(app).approve(post.id)


def test_only_known_words_are_said() -> None:
    """An address cannot put words of its own on a page."""
    assert read_said({"said": "<b>you won</b>"}) is None
    assert read_said({"said": "held", "post": "x"}) is not None
    said = read_said({"said": "held", "post": "7", "v": "3"})
    assert said is not None
    assert (said.post_id, said.version, said.undo) == (7, 3, "approve")


def test_stop_and_resume(app: App) -> None:
    """One press stops; going on shows what is due, and what is not ticked is held."""
    keep, drop = added(app, "Keep me", minutes=-1), added(app, "Look again", minutes=-1)
    client = browser(app, visitor())
    assert client.post("/stop", data={"csrf": "c"}).status_code == 303
    page = client.get("/").text
    assert "STOPPED" in page
    assert "by hand at the Desk (desk:mei)" in page
    assert "stopped: stopped" not in page
    assert "expected" not in client.get(f"/posts/{keep.id}").text
    assert "Keep me" in client.get("/resume").text
    answer = client.post("/resume", data={"csrf": "c", "keep": [str(keep.id)]})
    assert answer.headers["location"] == "/?said=resumed"
    assert (stored(app, keep).state, stored(app, drop).state) == (PostState.QUEUED, PostState.HELD)
    assert "DRY-RUN" in client.get("/").text
    assert browser(app, visitor(Role.EDITOR)).post("/resume", data={}).status_code == 403


def test_a_thread_that_came_due_while_stopped_is_held_whole(app: App) -> None:
    """Not only its first part, which alone could have gone out."""
    parts = editor(app).add(["One", "Two"], due_at=app.clock.now() - timedelta(minutes=1))
    client = browser(app, visitor())
    client.post("/stop", data={"csrf": "c"})
    client.post("/resume", data={"csrf": "c"})
    assert [stored(app, part).state for part in parts] == [PostState.HELD, PostState.HELD]


def test_the_queue_has_days_slots_and_tabs(app: App) -> None:
    """Queued posts stand between the free slots of their days; each state has its tab with its number."""
    added(app)
    editor(app).hold(added(app, "Held one").id)
    client = browser(app, visitor())
    page = client.get("/queue").text
    assert "A quiet post" in page
    assert "free slot" in page
    slot = r'<div class="slot" data-slot="[^"]+"><span><time [^>]+>\d\d:\d\d</time></span> <span>free slot'
    assert re.search(slot, page), "slots are minutes of the day, not seconds"
    held = client.get("/queue?state=held").text
    assert "Held one" in held
    assert "A quiet post" not in held
    assert client.get("/queue?state=nonsense").status_code == 400


def test_a_long_queue_has_pages(app: App) -> None:
    """Each post and each free slot stands on one page; the pages lead to each other, and one too far is empty."""
    posts = [added(app, f"Post number {number} of many", minutes=40 * number) for number in range(70)]
    client = browser(app, visitor())
    pages = [client.get(f"/queue?page={page}").text for page in (1, 2)]
    shown = [set(re.findall(r"Post number (\d+) of many</a>", page)) for page in pages]
    assert [len(one) for one in shown] == [60, 10]
    assert shown[0] | shown[1] == {str(number) for number in range(70)}
    slots = [re.findall(r'data-slot="([^"]+)"', page) for page in pages]
    assert slots[0]
    assert slots[1]
    assert slots[0][-1] < f"{posts[60].due_at:%Y-%m-%dT%H:%M}" <= slots[1][0]
    assert 'href="/queue?state=queued&amp;page=2" rel="next"' in pages[0]
    assert 'href="/queue?state=queued&amp;page=1" rel="prev"' in pages[1]
    assert "page 2 of 2" in pages[1]
    assert "Post number" not in client.get("/queue?page=9").text
    for nonsense in ("0", "-1", "x", "99999999"):
        assert client.get(f"/queue?page={nonsense}").status_code == 400
    assert 'rel="next"' not in client.get("/queue?state=held").text


def test_bulk_changes_do_what_they_can(app: App) -> None:
    """What cannot be done is said with its reason, the rest is done; acts that are not for several are refused."""
    first, second = added(app, "One"), added(app, "Two")
    editor(app).edit(second.id, text="Two, changed")
    client = browser(app, visitor())
    chosen = [f"{first.id}:{first.version}", f"{second.id}:{second.version}"]
    answer = client.post("/queue/bulk", data={"csrf": "c", "act": "hold", "chosen": chosen})
    assert answer.status_code == 409
    assert "somebody changed it" in answer.text
    assert (stored(app, first).state, stored(app, second).state) == (PostState.HELD, PostState.QUEUED)
    for data in ({"act": "now", "chosen": chosen}, {"act": "hold", "chosen": ["x"]}):
        assert client.post("/queue/bulk", data=data).status_code == 400


def test_a_thread_goes_through_the_desk_as_one(app: App) -> None:
    """Its cards say so; a button on one part, or all of them chosen at once, changes all; what is stale is refused."""
    parts = editor(app).add(["One", "Two", "Three"], due_at=app.clock.now() + timedelta(hours=1))
    client = browser(app, visitor())
    assert "thread of 3, part 2" in client.get("/queue").text
    page = client.get(f"/posts/{parts[1].id}").text
    assert "Approve, hold, move and skip do it to all its parts together." in page
    assert (
        "With it go all parts of its thread that are not out yet: 3 posts."
        in client.get(f"/posts/{parts[1].id}/move", params={"to": "in 3 h"}).text
    )
    assert client.post(f"/posts/{parts[1].id}/hold", data=form(parts[1])).status_code == 303
    assert {stored(app, part).state for part in parts} == {PostState.HELD}
    chosen = [f"{part.id}:{stored(app, part).version}" for part in parts]
    assert client.post("/queue/bulk", data={"csrf": "c", "act": "approve", "chosen": chosen}).status_code == 303
    assert {stored(app, part).state for part in parts} == {PostState.QUEUED}
    chosen = [f"{part.id}:{stored(app, part).version}" for part in parts]
    editor(app).edit(parts[2].id, text="Three, changed")
    answer = client.post("/queue/bulk", data={"csrf": "c", "act": "hold", "chosen": chosen})
    assert answer.status_code == 409
    assert answer.text.count("somebody changed it") == 1
    assert {stored(app, part).state for part in parts} == {PostState.QUEUED}


def test_a_thread_of_which_a_part_is_out_says_so(app: App) -> None:
    """The rest is still one; nobody is promised a time for parts behind one that is kept back."""
    parts = editor(app).add(["One", "Two", "Three"], due_at=app.clock.now() + timedelta(minutes=30))
    with app.store.begin() as tx:
        lease = tx.account.acquire_lease("one", now=app.clock.now(), length=timedelta(hours=1))
        assert lease is not None
        attempt = tx.posts.claim(parts[0], lease, now=app.clock.now(), match_key="k", media_count=0)
        assert attempt is not None
        tx.posts.finish(
            attempt,
            PostState.PUBLISHED,
            at=app.clock.now(),
            answer_class="yes",
            why="X has it",
            remote_id="7",
            published_at=app.clock.now(),
        )
        tx.posts.move(stored(app, parts[1]), PostState.HELD, at=app.clock.now(), who="bot", why="a guard")
    client = browser(app, visitor())
    page = client.get(f"/posts/{parts[2].id}").text
    assert "1 of 3 parts are on X already; approve, hold, move and skip do it to all that are not." in page
    assert "expected" not in page
    editor(app).approve(parts[2].id)
    assert "expected" in client.get(f"/posts/{parts[2].id}").text


def test_a_move_shows_what_it_does_to_others_first(tmp_path: Path) -> None:
    """With a gap between posts, moving one beside another shows the other's new time before anything is saved."""
    with desk_app(tmp_path, publishing={"min_gap_seconds": 600}) as app:
        first, second = added(app, "First", minutes=30), added(app, "Second", minutes=120)
        client = browser(app, visitor())
        to = f"{second.due_at - timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
        page = client.get(f"/posts/{first.id}/move", params={"to": to}).text
        assert "What it does to others" in page
        assert "Second" in page
        assert stored(app, first).due_at == first.due_at
        answer = client.post(f"/posts/{first.id}/move", data=form(first, to=to))
        assert answer.status_code == 303
        assert f"{stored(app, first).due_at:%Y-%m-%dT%H:%M:%SZ}" == to
        assert client.get(f"/posts/{first.id}/move", params={"to": "whenever"}).status_code == 400
        slot = client.post(f"/posts/{second.id}/move", data=form(second))
        assert slot.status_code == 303
        assert stored(app, second).in_slot


def test_an_unknown_post_is_reviewed_never_sent_again_by_a_button(app: App) -> None:
    """Beside an unknown post stand the attempts and the timeline; there is no button that sends it."""
    post = added(app, minutes=-1)
    with app.store.begin() as tx:
        lease = tx.account.acquire_lease("test", now=app.clock.now(), length=timedelta(minutes=1))
        assert lease is not None
        attempt = tx.posts.claim(post, lease, now=app.clock.now(), match_key="k", media_count=0)
        assert attempt is not None
        tx.posts.finish(attempt, PostState.UNKNOWN, at=app.clock.now(), answer_class="ambiguous", why="no answer")
    client = browser(app, visitor())
    page = client.get("/").text
    assert f"/posts/{post.id}/review" in page
    assert f'action="/posts/{post.id}/now"' not in page
    assert client.post(f"/posts/{post.id}/now", data=form(stored(app, post))).status_code == 409
    assert "Is it on X?" in client.get(f"/posts/{post.id}/review").text
    for wrong in ({"outcome": "maybe"}, {"outcome": "published", "remote_id": "abc"}):
        assert client.post(f"/posts/{post.id}/review", data=wrong).status_code == 400
    address = "https://x.com/AsiaRadar/status/1234567890"
    client.post(f"/posts/{post.id}/review", data={"outcome": "published", "remote_id": address})
    assert (stored(app, post).state, stored(app, post).remote_id) == (PostState.PUBLISHED, "1234567890")


def test_what_is_not_there_is_said(app: App) -> None:
    """An address with a number that is not on record answers 404 with a sentence; a program gets problem+json."""
    client = browser(app, visitor())
    assert client.get("/posts/999").status_code == 404
    answer = client.get("/posts/999", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    assert client.get("/pictures/1").status_code == 404


def test_the_bar_counts_down_to_what_will_really_happen(tmp_path: Path) -> None:
    """A post that is due but waits for the gap is announced for the end of the gap, not for a time that is over."""
    with desk_app(tmp_path, publishing={"min_gap_seconds": 3600}) as app:
        first, second = added(app, "First", minutes=-2), added(app, "Second", minutes=-1)
        now = app.clock.now()
        with app.store.begin() as tx:
            lease = tx.account.acquire_lease("test", now=now, length=timedelta(minutes=1))
            assert lease is not None
            attempt = tx.posts.claim(first, lease, now=now, match_key="k", media_count=0)
            assert attempt is not None
            tx.posts.finish(
                attempt,
                PostState.PUBLISHED,
                at=now,
                answer_class="yes",
                why="X has it",
                remote_id="1",
                published_at=now,
            )
        page = browser(app, visitor()).get("/").text
        assert f'data-until="{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"' in page
        assert stored(app, second).state is PostState.QUEUED


def test_a_post_that_is_out_keeps_the_headline_it_went_out_with(app: App) -> None:
    """The article's newer one stands beside it; a post that waits has the newer one, and so has one edited on X."""
    old, new = make_facts(title="Ferries stop"), make_facts(title="Ferries run again")
    with app.store.begin() as tx:
        first, second = (
            tx.articles.add(make_article(url=f"https://radar.asia/{name}", facts=new, revision=2), names=[name])
            for name in ("a", "b")
        )
        for article in (first, second):
            tx.articles.add_revision(Revision(article_id=article.id, number=1, seen_at=NOON, facts=old, changed=()))
    text = "Ferries stop\nhttps://radar.asia/a"
    out = add_post(app.store, PostState.PUBLISHED, article_id=first.id, revision=1, text=text)
    waits = add_post(app.store, article_id=second.id, revision=1, text=text, marker="m2")
    client = browser(app, visitor())
    page = client.get(f"/posts/{out.id}").text
    assert '<h1 dir="auto">Ferries stop</h1>' in page
    assert ">As it was sent</h2>" in page
    assert "The article's headline is another one since: Ferries run again" in page
    page = client.get(f"/posts/{waits.id}").text
    assert '<h1 dir="auto">Ferries run again</h1>' in page
    assert ">As it is sent</h2>" in page
    assert "another one since" not in page
    assert f'<a href="/posts/{out.id}">Ferries stop</a>' in client.get("/").text
    with app.store.begin() as tx:
        tx.posts.amend(
            tx.posts.get(out.id), at=NOON, who="bot", why="edited", text="Ferries run again\nhttps://radar.asia/a"
        )
    assert '<h1 dir="auto">Ferries run again</h1>' in client.get(f"/posts/{out.id}").text
