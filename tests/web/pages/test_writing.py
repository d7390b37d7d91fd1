"""Compose, Articles and Activity in process."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from markupsafe import escape

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.post import PostId, PostState
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.slots import next_slot
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.sandbox.site import SampleSite
from tests.factories import NOON, URL, add_article, add_post, make_facts
from tests.sandbox.x_access import image_bytes
from tests.web.desk import browser, desk_app, visitor
from tests.web.pages.test_desk import HOSTILE, added, editor, stored


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def test_a_text_is_checked_and_nothing_is_written(app: App) -> None:
    """Check shows count, price and remarks by the sender's own code."""
    page = browser(app, visitor()).post("/compose", data={"text": "See README.md for more", "then": "check"})
    assert page.status_code == 200
    assert "22 / 280" not in page.text, "a link counts 23"
    assert "becomes a link that was not meant" in page.text
    assert 'class="piece-stray">README.md' in page.text
    with app.store.read() as tx:
        assert tx.posts.list_posts() == []


def test_a_link_to_an_article_under_embargo_is_kept_back(app: App) -> None:
    """Compose says so while one writes, in the visitor's language; Now keeps the post for the end."""
    end = (app.clock.now() + timedelta(hours=5)).replace(microsecond=0)
    add_article(app.store, not_before_at=end)
    client = browser(app, visitor())
    page = client.post("/compose", data={"text": f"Look: {URL}", "then": "check"})
    assert f"{URL} leads to an article under embargo until {in_both_zones(end, app.policy.wording.zone)}" in page.text
    japanese = browser(app, visitor(language="ja")).post("/compose", data={"text": f"Look: {URL}", "then": "check"})
    assert "まで解禁前です。この投稿はそれより前には出ません" in japanese.text
    assert client.post("/compose", data={"text": f"Look: {URL}", "then": "now"}).status_code == 303
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    assert post.due_at == post.not_before_at == end
    assert "its link leads to an article under embargo until" in client.get(f"/posts/{post.id}").text


def test_a_link_that_is_told_already_or_gone_is_said(app: App) -> None:
    """A remark for the one, a refusal for the other."""
    article = add_article(app.store)
    add_article(app.store, facts=make_facts(url="https://radar.asia/gone"), gone_at=NOON)
    post = add_post(app.store, article_id=article.id)
    client = browser(app, visitor())
    page = client.post("/compose", data={"text": f"Look: {URL}", "then": "check"})
    assert f"stands in post {post.id} too" in page.text
    refused = client.post("/compose", data={"text": "Look: https://radar.asia/gone", "then": "slot"})
    assert "the article behind https://radar.asia/gone is gone" in refused.text
    with app.store.read() as tx:
        assert len(tx.posts.list_posts()) == 1


@pytest.mark.parametrize(
    ("then", "state", "slot"),
    [("queue", PostState.QUEUED, False), ("slot", PostState.QUEUED, True), ("draft", PostState.DRAFT, False)],
)
def test_a_text_is_filed(app: App, then: str, state: PostState, slot: bool) -> None:  # noqa: FBT001 - a case
    """Queued for its time, put in the next free slot, or kept as a draft."""
    client = browser(app, visitor())
    answer = client.post("/compose", data={"text": "Good morning, Asia", "then": then, "at": "in 2 h"})
    assert answer.status_code == 303
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    assert (post.text, post.state, post.in_slot) == ("Good morning, Asia", state, slot)
    if not slot:
        assert abs(post.due_at - app.clock.now() - timedelta(hours=2)) < timedelta(seconds=30)
    assert answer.headers["location"] == f"/posts/{post.id}?said={'draft' if then == 'draft' else 'queued'}"


@pytest.mark.parametrize(("then", "state"), [("queue", PostState.QUEUED), ("draft", PostState.DRAFT)])
def test_without_a_time_it_goes_to_the_next_free_slot(app: App, then: str, state: PostState) -> None:
    """Never out at once: Compose says so beside the field, and which slot it was on the post's page."""
    client = browser(app, visitor())
    assert "empty: the next free slot" in client.get("/compose").text
    page = client.post("/compose", data={"text": "Good morning, Asia", "then": "live", "page": "p"}).text
    assert "Without a time it goes to the next free slot:" in page
    answer = client.post("/compose", data={"text": "Good morning, Asia", "then": then, "at": " ", **kept(page)})
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    now = app.clock.now()
    assert (post.state, post.in_slot) == (state, True)
    assert post.due_at == next_slot(now, app.policy.slots, [])
    said = client.get(answer.headers["location"]).text
    if then == "queue":
        assert re.search(rf'Queued for the next free slot: <time datetime="{post.due_at:%Y-%m-%dT%H:%M:%SZ}"', said)
    else:
        assert "Kept as a draft." in said


def test_at_once_only_by_an_explicit_choice(app: App) -> None:
    """The button Now, or the word in the field; a time that is not understood is no choice at all."""
    client = browser(app, visitor())
    for number, data in enumerate(({"then": "now"}, {"then": "queue", "at": "now"})):
        answer = client.post("/compose", data={"text": f"Number {number}", **data})
        assert answer.status_code == 303
        with app.store.read() as tx:
            post = tx.posts.list_posts()[0]
        assert (post.text, post.in_slot) == (f"Number {number}", False)
        assert post.due_at <= app.clock.now()
    assert client.post("/compose", data={"text": "Number 2", "then": "queue", "at": "soonish"}).status_code == 400


@pytest.mark.parametrize("then", ["queue", "draft", "now"])
def test_empty_parts_at_the_end_are_left_out(app: App, then: str) -> None:
    """Without scripts nobody takes away the part that was added for nothing; one in the middle is asked about."""
    client = browser(app, visitor())
    middle = client.post("/compose", data={"text": ["One", " ", "Three", ""], "then": then})
    assert middle.status_code == 422
    assert "part 2 is empty: write it or take it away" in middle.text
    assert middle.text.count('name="text"') == 4, "nothing that was written is lost"
    answer = client.post("/compose", data={"text": ["One", "Two", "\r\n", ""], "then": then})
    assert answer.status_code == 303
    with app.store.read() as tx:
        assert [(post.text, post.part, post.parts) for post in tx.posts.list_posts()][::-1] == [
            ("One", 1, 2),
            ("Two", 2, 2),
        ]


def test_an_empty_part_leaves_a_thread_that_is_edited(app: App) -> None:
    """Emptied at the end it is taken out of the thread, as by its button."""
    first, second = editor(app).add(["One", "Two"], due_at=app.clock.now() + timedelta(hours=1))
    bases = [f"{one.id}:{stored(app, one).version}" for one in (first, second)]
    data = {"text": ["One, anew", ""], "base": bases, "post": first.id, "then": "save"}
    assert browser(app, visitor()).post("/compose", data=data).status_code == 303
    assert (stored(app, first).text, stored(app, first).parts) == ("One, anew", 1)
    assert stored(app, second).state is PostState.CANCELLED


def test_a_part_of_pictures_alone_is_not_empty(app: App) -> None:
    """A draft may wait for its words."""
    client = browser(app, visitor())
    files = [("file-1", ("a.png", image_bytes("PNG", (40, 30)), "image/png"))]
    page = client.post("/compose", data={"text": ["One", ""], "then": "upload", "page": "p"}, files=files).text
    data = {"text": ["One", ""], "key": ["0", "1"], "picture": "1:1", "alt": "", "then": "draft", **kept(page)}
    assert client.post("/compose", data=data).status_code == 303
    with app.store.read() as tx:
        assert sorted(len(post.pictures) for post in tx.posts.list_posts()) == [0, 1]


@pytest.mark.parametrize(
    ("data", "status"),
    [({"text": "x" * 281}, 422), ({"text": "Fine", "at": "whenever"}, 400), ({"text": "https://evil.com/a"}, 422)],
)
def test_what_cannot_go_out_is_shown_again(app: App, data: dict[str, str], status: int) -> None:
    """The reason stands above the text, and the text is still there."""
    answer = browser(app, visitor()).post("/compose", data={**data, "then": "queue"})
    assert answer.status_code == status
    assert data["text"] in answer.text
    assert 'role="alert"' in answer.text
    with app.store.read() as tx:
        assert tx.posts.list_posts() == []


def kept(page: str) -> dict[str, str]:
    """What the page says of the sheet that it keeps."""
    return {
        name: found[1]
        for name in ("sheet", "version", "page")
        if (found := re.search(f'name="{name}" value="([^"]*)"', page))
    }


def test_two_editors_overwrite_nothing(app: App) -> None:
    """Whoever saves second sees the other's text beside their own, loses nothing, and may save again."""
    post = added(app, "First words")
    client = browser(app, visitor())
    assert "First words" in client.get(f"/compose?post={post.id}").text
    editor(app).edit(post.id, text="Words of the other")
    mine = {"text": "Words of mine", "then": "save", "post": post.id}
    answer = client.post("/compose", data={**mine, "base": f"{post.id}:{post.version}"})
    assert answer.status_code == 409
    assert "<ins>mine</ins>" in answer.text
    assert "the other</del>" in answer.text
    now = stored(app, post)
    assert f'name="base" value="{post.id}:{now.version}"' in answer.text
    again = {**mine, "base": f"{post.id}:{now.version}", **kept(answer.text)}
    assert client.post("/compose", data=again).status_code == 303
    assert stored(app, post).text == "Words of mine"


def test_what_is_written_is_kept(app: App) -> None:
    """Each check keeps the sheet; it is offered on an empty Compose, comes back whole, and is used up when it is filed."""
    client = browser(app, visitor())
    page = client.post("/compose", data={"text": ["One", "Two"], "then": "live", "at": "in 2 h", "page": "p"}).text
    assert "Saved here" in page
    assert "Begun, not queued yet" in client.get("/compose").text
    left = client.get("/compose?sheet=1").text
    assert left.count('name="text"') == 2
    assert 'value="in 2 h"' in left
    data = {"text": ["One", "Two"], "then": "draft", **kept(page)}
    assert client.post("/compose", data=data).status_code == 303
    again = client.post("/compose", data=data)
    assert again.status_code == 404
    assert "queued or thrown away meanwhile" in again.text
    with app.store.read() as tx:
        assert [post.state for post in tx.posts.list_posts()] == [PostState.DRAFT] * 2
    assert client.get("/compose?sheet=1").status_code == 400


def test_two_pages_of_one_sheet_clash_and_lose_nothing(app: App) -> None:
    """The second save is a 409 with both texts; either may be kept."""
    client = browser(app, visitor())
    first = kept(client.post("/compose", data={"text": "Start", "then": "live", "page": "one"}).text)
    client.post("/compose", data={**first, "text": "Start of one", "then": "live"})
    late = client.post("/compose", data={**first, "page": "two", "text": "Start of two", "then": "live"})
    assert late.status_code == 409
    assert "<del>one</del> <ins>two</ins>" in late.text
    assert ">Start of two</textarea>" in late.text
    shown = {**kept(late.text), "text": "Start of two"}
    assert ">Start of one</textarea>" in client.post("/compose", data={**shown, "then": "theirs"}).text
    assert ">Start of two</textarea>" in client.post("/compose", data={**shown, "then": "mine"}).text
    assert ">Start of two</textarea>" in client.get("/compose?sheet=1").text


def test_pictures_come_in_without_scripts(app: App) -> None:
    """A form with files and its token in a field, no header: pictures are encoded anew, shown, and filed in order."""
    client = browser(app, visitor())
    del client.headers["x-csrf"]
    files = [
        ("file-0", (name, image_bytes("PNG", size), "text/html")) for name, size in (("a", (40, 30)), ("b", (50, 30)))
    ]
    fields = {"csrf": "c" * 20, "text": "The port", "key": "0", "then": "upload"}
    page = client.post("/compose", data=fields, files=files).text
    assert page.count('name="picture"') == 2
    assert 'src="/pictures/2"' in page
    shown = client.get("/pictures/1")
    assert shown.headers["content-type"] == "image/jpeg"
    words = {**fields, **kept(page), "picture": ["0:2", "0:1"], "alt": ["A crane", ""]}
    assert client.post("/compose", data={**words, "then": "queue"}).status_code == 303
    with app.store.read() as tx:
        (post,) = tx.posts.list_posts()
    assert [(one.picture_id, one.alt_text) for one in post.pictures] == [(2, "A crane"), (1, None)]
    assert post.price_usd == "0.020"
    fields["csrf"] = "x" * 20
    assert client.post("/compose", data=fields, files=files).status_code == 403


@pytest.mark.parametrize(
    ("content", "why"), [(b"<svg onload=alert(1)>", "no sound JPEG"), (b"x" * (8 * 2**20 + 5), "is larger than")]
)
def test_what_is_no_picture_is_refused_in_a_sentence(app: App, content: bytes, why: str) -> None:
    """Whatever its name and type say; the text stays."""
    answer = browser(app, visitor()).post(
        "/compose", data={"text": "The port", "then": "upload"}, files={"file-0": ("<b>.png", content, "image/png")}
    )
    assert answer.status_code == 400
    assert why in answer.text
    assert "&lt;b&gt;.png" in answer.text
    assert ">The port</textarea>" in answer.text


def test_five_pictures_are_one_too_many(app: App) -> None:
    """Four are kept, and the page says that X takes no more."""
    client = browser(app, visitor())
    files = [("file-0", (f"{number}.png", image_bytes("PNG", (40 + number, 30)), "image/png")) for number in range(3)]
    page = client.post("/compose", data={"text": "The port", "then": "upload", "page": "p"}, files=files).text
    fields = {"text": "The port", "then": "upload", "picture": ["0:1", "0:2", "0:3"], **kept(page)}
    answer = client.post("/compose", data=fields, files=files)
    assert answer.status_code == 400
    assert "5 pictures are more than the 4" in answer.text
    assert answer.text.count('name="picture"') == 4


@pytest.mark.parametrize(
    "data",
    [
        {"then": "check"},
        {"text": ["x"] * 26, "then": "check"},
        {"text": "x", "then": "up-x"},
        {"text": "x", "then": "check", "picture": "9:1"},
        {"text": "x", "then": "check", "version": "y"},
        {"text": "x", "then": "save", "post": "1"},
        {"text": "x" * 20_001, "then": "check"},
    ],
)
def test_forms_that_no_page_of_ours_sends(app: App, data: dict[str, object]) -> None:
    """One sentence and 400, never a traceback."""
    answer = browser(app, visitor()).post("/compose", data=data)
    assert answer.status_code == 400


def test_threads_by_buttons(app: App) -> None:
    """Add, split and move parts without scripts; each has its own count and the whole its price."""
    client = browser(app, visitor())
    long = "A sentence of some length stands here. " * 15
    page = client.post("/compose", data={"text": long, "then": "split-0"}).text
    assert page.count('name="text"') == 3
    assert "0.045 USD" in page
    assert "parts 1 and 2 are the same" in page
    assert client.post("/compose", data={"text": ["a", "b"], "then": "add"}).text.count('name="text"') == 3
    moved = client.post("/compose", data={"text": ["First", "Second"], "then": "up-1"}).text
    assert moved.index(">Second</textarea>") < moved.index(">First</textarea>")


def test_who_else_writes_is_shown(app: App) -> None:
    """On the sheet and on the post, with the time since when; a strange subject is refused."""
    post = added(app, "Shared")
    app.sheets(Person(who="desk:Mia", role=Role.EDITOR)).enter(f"post {post.id}")
    client = browser(app, visitor())
    for path in (f"/compose?post={post.id}", f"/posts/{post.id}"):
        assert "is editing this, since" in client.get(path).text, path
    assert "Mia" in client.post("/compose/here", data={"subject": f"post {post.id}"}).text
    assert client.post("/compose/here", data={"subject": "everything"}).status_code == 400


def test_the_card_of_an_article_has_its_title(tmp_path: Path) -> None:
    """A link to one of our articles is shown with headline and picture, any other only with its host."""
    with (
        SampleSite(now=lambda: datetime.now(UTC), start_with=6) as site,
        desk_app(
            tmp_path,
            fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url},
            publishing={"first_run": "post"},
        ) as app,
    ):
        for step in ("watch", "watch", "decide"):
            run_once(app, step)
        with app.store.read() as tx:
            article = next(one for one in tx.articles.list_recent(limit=9) if one.facts.image)
        client = browser(app, visitor())
        data = {"text": f"Read {article.url}?utm_source=x", "then": "check"}
        page = client.post("/compose", data=data).text
        assert f'src="/articles/{article.id}/picture"' in page
        assert str(escape(article.facts.title)) in page
        picture = client.get(f"/articles/{article.id}/picture")
        assert picture.headers["content-type"] in {"image/jpeg", "image/png", "image/webp"}
        assert (
            "From other.com" in client.post("/compose", data={"text": "Read https://other.com/x", "then": "check"}).text
        )


def test_a_button_on_an_old_text_says_what_changed(app: App) -> None:
    """409 with what was changed since, by whom, word by word."""
    post = added(app, "Ferries run again")
    app.editor(Person(who="desk:Ben", role=Role.EDITOR)).edit(post.id, text="Ferries stop again")
    answer = browser(app, visitor()).post(f"/posts/{post.id}/hold", data={"version": post.version})
    assert answer.status_code == 409
    assert "<del>run</del> <ins>stop</ins>" in answer.text
    assert "desk:Ben" in answer.text


def test_writing_needs_an_editor(app: App) -> None:
    """A viewer has no sheet."""
    assert browser(app, visitor(Role.VIEWER)).get("/compose").status_code == 403


def test_an_article_says_first_why(tmp_path: Path) -> None:
    """Of real articles of the sample site: the list has the verdict, the page begins with the answer."""
    with (
        SampleSite(now=lambda: datetime.now(UTC), manner="2.2", start_with=3) as site,
        desk_app(tmp_path, fetch={"allowed_hosts": ["radar.asia"], "stand_in": site.base_url}) as app,
    ):
        for step in ("watch", "decide"):
            run_once(app, step)
        client = browser(app, visitor())
        page = client.get("/articles").text
        assert "Biden and Xi" in page
        assert "skip" in page
        assert "There are none" in client.get("/articles?words=zzzzzz").text
        one = client.get("/articles/1").text
        assert one.index("is not posted") < one.index("Revisions")
        assert client.get("/articles/999").status_code == 404


def test_activity_names_who_did_what(app: App) -> None:
    """A change made at the Desk stands there with its maker and a way to the post; hostile words stay words."""
    post = added(app, HOSTILE)
    app.editor(Person(who="desk:mei", role=Role.EDITOR)).hold(post.id, why=HOSTILE)
    page = browser(app, visitor()).get("/activity").text
    assert "desk:mei" in page
    assert f'<a href="/posts/{post.id}">post {post.id}</a>' in page
    assert "<img src=x" not in page
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post.id)).state is PostState.HELD
