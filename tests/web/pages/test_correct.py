"""Corrections at the Desk: told where people look, every option with its price, a look before anything is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.correction import ChangeKind, Correction, CorrectionState, Option
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.steps.amend import amend
from asiaradar_bot.steps.publish import publish_due
from asiaradar_bot.steps.spot import spot
from tests.web.corrected import changed_article
from tests.web.desk import browser, desk_app, visitor

NEW = "Correction: it is 8.9 million"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot of a Premium account."""
    with desk_app(tmp_path, corrections={"premium": True}) as made:
        yield made


def correction_of(app: App, post: Post) -> Correction:
    """The newest one."""
    with app.store.read() as tx:
        return tx.corrections.list_for_post(post.id)[-1]


def form(option: str, app: App, post: Post, **more: object) -> dict[str, object]:
    """The fields of an option."""
    return {
        "csrf": "c" * 20,
        "option": option,
        "version": correction_of(app, post).version,
        "text": NEW,
        "why": "a wrong number",
        **more,
    }


def test_a_changed_article_needs_you(app: App) -> None:
    """The Desk shows the kind, the words that went and came, and where to decide; the post and article pages too."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    client = browser(app, visitor())
    page = client.get("/").text
    needs_you = page[page.index("Needs you") : page.index("Next up")]
    assert "changed after posting: factual" in needs_you
    assert "<del>9.8</del> <ins>8.9</ins>" in needs_you
    assert f'href="/posts/{post.id}/correct"' in needs_you
    for path in (f"/posts/{post.id}", "/articles/1", f"/posts/{post.id}/correct"):
        assert "<del>9.8</del> <ins>8.9</ins>" in client.get(path).text, path


def test_every_option_stands_with_price_and_reason(app: App) -> None:
    """Open ones have a form with a prepared text; closed ones say why."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    page = browser(app, visitor()).get(f"/posts/{post.id}/correct").text
    for words in ("Edit the post", "0.20 USD", "Delete and repost", "0.21 USD", "Correction post", "0.015 USD"):
        assert words in page
    assert "Correction: Port Handled 8.9 Million Containers" in page
    with app.store.begin() as tx:
        stored = tx.posts.get(post.id)
        tx.posts.amend(stored, at=app.clock.now(), who="bot", why="gone", deleted_remotely_at=app.clock.now())
    gone = browser(app, visitor()).get(f"/posts/{post.id}/correct").text
    assert gone.count("the post is no longer on X") == 3


@pytest.mark.parametrize(
    ("option", "price", "state"),
    [
        ("edit", "0.015 USD", CorrectionState.DUE),
        ("post", "0.015 USD", CorrectionState.POSTING),
        ("delete-and-repost", "0.025 USD", CorrectionState.DUE),
        ("reply", "0.00 USD", CorrectionState.BY_HAND),
        ("dismiss", "0.00 USD", CorrectionState.DISMISSED),
    ],
)
def test_nothing_is_done_before_it_was_looked_at(app: App, option: str, price: str, state: CorrectionState) -> None:
    """The first press shows exactly the text and its price; the second does it and wakes the steps."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    woken: list[str] = []
    client = browser(app, visitor(), woken=woken)
    looked = client.post(f"/posts/{post.id}/correct", data=form(option, app, post))
    assert looked.status_code == 200
    assert price in looked.text
    assert ("a wrong number" if option == "dismiss" else NEW) in looked.text
    assert correction_of(app, post).state is CorrectionState.OPEN
    done = client.post(f"/posts/{post.id}/correct", data=form(option, app, post, sure="true"))
    assert done.status_code == 303
    assert correction_of(app, post).state is state
    assert woken == ["amend", "publish"]


def test_a_text_that_cannot_go_out_is_kept_with_its_reason(app: App) -> None:
    """The page comes back with the sentence and what was typed; nothing is stored."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    answer = browser(app, visitor()).post(
        f"/posts/{post.id}/correct", data=form("post", app, post, text="See https://evil.com/x")
    )
    assert answer.status_code == 422
    assert "not an allowed domain" in answer.text
    assert "See https://evil.com/x" in answer.text
    assert correction_of(app, post).state is CorrectionState.OPEN


def test_a_stale_choice_is_refused(app: App) -> None:
    """Somebody chose meanwhile: the second choice is a 409 or refused in a sentence, never done."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    client = browser(app, visitor())
    stale = form("dismiss", app, post, sure="true")
    client.post(f"/posts/{post.id}/correct", data=form("reply", app, post, sure="true"))
    assert client.post(f"/posts/{post.id}/correct", data=stale).status_code in {400, 409}
    assert correction_of(app, post).state is CorrectionState.BY_HAND


def test_an_editor_may_not_delete_and_is_not_offered_it(app: App) -> None:
    """Roles hold on the page and behind it."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    client = browser(app, visitor(Role.EDITOR))
    assert 'value="delete-and-repost"' not in client.get(f"/posts/{post.id}/correct").text
    answer = client.post(f"/posts/{post.id}/correct", data=form("delete-and-repost", app, post, sure="true"))
    assert answer.status_code == 403
    assert correction_of(app, post).state is CorrectionState.OPEN


def test_a_second_person_agrees_at_the_desk(tmp_path: Path) -> None:
    """The card offers it to everyone but the one who asked; then the post goes, and is shown as gone."""
    with desk_app(tmp_path, corrections={"two_person_delete": True}) as app:
        post = changed_article(app, title="Port Handled 8.9 Million Containers")
        kim = app.corrector(Person(who="desk:kim", role=Role.PUBLISHER))
        asked = kim.choose(post.id, Option.DELETE_AND_REPOST, text=NEW)
        client = browser(app, visitor())
        assert "Agree to delete" in client.get("/").text
        fields = {"csrf": "c" * 20, "version": asked.version, "back": "/"}
        assert client.post(f"/posts/{post.id}/correct/agree", data=fields).status_code == 303
        assert amend(app.press).deleted == 1
        assert "no longer on X since" in client.get(f"/posts/{post.id}").text
        with app.store.read() as tx:
            (queued,) = tx.posts.list_posts(states=[PostState.QUEUED])
        assert f'corrects <a href="/posts/{post.id}">' in client.get(f"/posts/{queued.id}").text


def test_a_chain_of_reposts_is_linked_on_every_page(app: App) -> None:
    """Original, first and second repost: each page names all three, those that are gone lead to the one that stands."""
    first = changed_article(app, title="Port Handled 8.9 Million Containers")
    kim = app.corrector(Person(who="desk:kim", role=Role.ADMIN))
    for number, text in ((1, NEW), (2, NEW + ".")):
        kim.choose(number, Option.DELETE_AND_REPOST, text=text)
        assert amend(app.press).deleted == 1
        assert publish_due(app.press).outcomes
        spot(app.store, app.clock, terms=app.limits.corrections, prices=app.prices, desk_url=app.desk_url)
    client = browser(app, visitor())
    for here in (1, 2, 3):
        for path in (f"/posts/{here}", f"/posts/{here}/correct"):
            page = client.get(path).text
            chain = page[page.index('<ol class="chain">') : page.index("</ol>", page.index('<ol class="chain">'))]
            assert re.findall(r'href="/posts/(\d)"', chain) == [str(one) for one in (1, 2, 3) if one != here], path
            assert chain.count("no longer on X since") == 2
            assert f'href="/articles/{first.article_id}"' in page
            assert ("In its place readers see now" in page) == (here != 3)
    assert client.get("/posts/1/correct").text.count("post 3 stands in its place now: correct that one") == 5
    story = client.get(f"/articles/{first.article_id}").text
    for number in (1, 2, 3):
        assert f'href="/posts/{number}"' in story


def test_a_choice_is_taken_back_at_the_desk(app: App) -> None:
    """One press opens it again."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    client = browser(app, visitor())
    client.post(f"/posts/{post.id}/correct", data=form("reply", app, post, sure="true"))
    page = client.get(f"/posts/{post.id}/correct").text
    assert "Copy this into the app" in page
    assert NEW in page
    fields = {"csrf": "c" * 20, "version": correction_of(app, post).version, "back": "/"}
    assert client.post(f"/posts/{post.id}/correct/take-back", data=fields).status_code == 303
    assert correction_of(app, post).state is CorrectionState.OPEN


def test_hostile_words_stay_words(app: App) -> None:
    """A headline with markup is shown in the diff, never run."""
    post = changed_article(app, title=HOSTILE)
    client = browser(app, visitor())
    for path in ("/", "/articles/1", f"/posts/{post.id}", f"/posts/{post.id}/correct"):
        page = client.get(path).text
        assert "<img src=x" not in page, path
        assert "&lt;img" in page, path


def test_spotting_again_opens_nothing_twice(app: App) -> None:
    """However often the step runs, one change is one correction; a dismissed one stays dismissed."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    app.corrector(Person(who="cli:kim", role=Role.ADMIN)).choose(post.id, Option.DISMISS, why="no number in the post")
    for _ in range(3):
        found = spot(app.store, app.clock, terms=app.limits.corrections, prices=app.prices, desk_url=app.desk_url)
        assert (found.opened, found.changed) == (0, 0)
    with app.store.read() as tx:
        assert len(tx.corrections.list_for_post(post.id)) == 1


def test_an_article_goes_on_being_looked_at(app: App) -> None:
    """After its post its page has an appointment, about an eighth of the post's age ahead."""
    changed_article(app, title="Port Handled 8.9 Million Containers")
    spot(app.store, app.clock, terms=app.limits.corrections, prices=app.prices, desk_url=app.desk_url)
    with app.store.read() as tx:
        (article,) = tx.articles.list_recent(limit=5)
    assert isinstance(article.next_read_at, datetime)
    assert article.next_read_at - app.clock.now() <= timedelta(minutes=10)


@pytest.mark.parametrize("option", [Option.POST, Option.DELETE_AND_REPOST])
def test_what_is_confirmed_is_byte_for_byte_what_is_sent(app: App, option: Option) -> None:
    """The page that asks «sure?» shows the link with the new post's own marker, and exactly that text is queued."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    client = browser(app, visitor())
    text = f"{NEW} https://radar.asia/port?utm_id={post.marker}"
    page = client.post(f"/posts/{post.id}/correct", data=form(option, app, post, text=text)).text
    sent = page[page.index("As it is sent") :]
    found = re.search(r"https://radar\.asia/port\?utm_id=(c[0-9a-f]{10})", sent)
    assert found is not None
    assert f"utm_id={post.marker}" not in sent
    shown = f"{NEW} {found[0]}"
    client.post(f"/posts/{post.id}/correct", data=form(option, app, post, text=shown, sure="true"))
    if option is Option.DELETE_AND_REPOST:
        amend(app.press)
    with app.store.read() as tx:
        (new,) = [one for one in tx.posts.list_posts() if one.corrects_id == post.id]
    assert (new.text, new.marker) == (shown, found[1])


def test_a_post_whose_article_moved_says_so_wherever_people_look(app: App) -> None:
    """In Needs you, on the post's and the article's page, on the page of the choice with a text that leads there."""
    post = changed_article(app, title="Port Handled 8.9 Million Containers")
    with app.store.begin() as tx:
        article = tx.articles.get(post.article_id or ArticleId(0))
        tx.articles.save(replace(article, url="https://radar.asia/moved"), was=article)
    spot(app.store, app.clock, terms=app.press.limits.corrections, prices=app.prices, desk_url="")
    found = correction_of(app, post)
    assert found.kind is ChangeKind.MOVED
    assert len(found.reasons) > 1, "the number that changed is told, too"
    client = browser(app, visitor())
    for path in ("/", f"/posts/{post.id}", f"/articles/{article.id}"):
        page = client.get(path).text
        assert "it stands at https://radar.asia/moved now, and the post leads to its former address" in page, path
        assert "moved" in page
    assert "https://radar.asia/moved?utm_id=p1" in client.get(f"/posts/{post.id}/correct").text
    japanese = browser(app, visitor(language="ja")).get(f"/posts/{post.id}").text
    assert "現在は https://radar.asia/moved にあり" in japanese
