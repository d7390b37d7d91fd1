"""Articles of the sample site that change after their post: noticed, told with prices, and corrected on the local X."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.cli.main import main
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import ChangeKind, Correction, CorrectionState, Option
from asiaradar_bot.model.money import Billable
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.steps.look_up import story_of
from tests.e2e.bot import go_round, running

PORT = "kaohsiung-port-containers-record"
RIGHT = "Kaohsiung Port Handled 8.9 Million Containers Last Year"
MEI = Person(who="desk:mei", role=Role.PUBLISHER)
EAGER: dict[str, object] = {"first_minutes": 0.005}


def the_post(app: App) -> Post:
    """The post of the first article, out."""
    with app.store.read() as tx:
        found = tx.posts.list_posts(states=[PostState.PUBLISHED])
    return found[-1]


def correction_of(app: App, post: Post) -> Correction | None:
    """Its newest correction."""
    with app.store.read() as tx:
        found = tx.corrections.list_for_post(post.id)
    return found[-1] if found else None


def go_until(app: App, holds: Callable[[], object]) -> None:
    """Go round until it holds, for at most 30 seconds."""
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        go_round(app, 1)
    assert holds()


def on_x(app: App) -> list[str]:
    """First lines of what readers see, newest first."""
    account = app.press.account_id()
    shown = app.press.timeline.own_posts(account, since=app.clock.now().replace(year=2020))
    return [post.text.partition("\n")[0] for post in shown]


def described_on_x(app: App) -> list[str]:
    """What the local X's page tells those who don't see its pictures."""
    with urllib.request.urlopen(f"{app.local_x_url}/") as page:  # noqa: S310 - our own local X
        return re.findall(r'<img[^>]* alt="([^"]+)"', page.read().decode())


def test_a_wrong_number_is_told_and_replaced(tmp_path: Path) -> None:
    """The alert names the change and each option's price; deleted and reposted, X shows it, once; a later change is told."""
    with running(tmp_path, pictures=False, corrections=EAGER) as (app, site):
        site.publish(PORT)
        go_until(app, lambda: on_x(app))
        post = the_post(app)
        site.update(PORT, title=RIGHT)
        go_until(app, lambda: correction_of(app, post))
        found = correction_of(app, post)
        assert found is not None
        assert (found.kind, found.old_revision) == (ChangeKind.FACTUAL, post.revision)
        with app.store.read() as tx:
            (alert,) = [one for one in tx.inbox.list_alerts(unsent_only=False) if one.kind == "correction"]
        for words in ("«9.8» → «8.9»", "delete-and-repost 0.21 USD", "edit is not open", f"/posts/{post.id}/correct"):
            assert words in alert.message
        corrector = app.corrector(MEI)
        draft = corrector.look(post.id).drafts[Option.DELETE_AND_REPOST]
        assert draft.startswith(f"Correction: {RIGHT}")
        corrector.choose(post.id, Option.DELETE_AND_REPOST, text=draft)
        go_until(app, lambda: (one := correction_of(app, post)) and one.state is CorrectionState.REPOSTED)
        assert on_x(app) == [f"Correction: {RIGHT}"]
        with app.store.read() as tx:
            old, new = tx.posts.get(post.id), tx.posts.list_posts(states=[PostState.PUBLISHED])[0]
        assert old.deleted_remotely_at is not None
        assert new.corrects_id == old.id
        assert new.marker in (new.link or "")
        assert old.marker not in new.text
        site.update(PORT, title=RIGHT.replace("8.9", "8.8"))
        go_until(app, lambda: correction_of(app, new))
        again, look = correction_of(app, new), corrector.look(new.id)
        assert again is not None
        assert (again.kind, again.article_id) == (ChangeKind.FACTUAL, old.article_id)
        assert look.drafts[Option.DELETE_AND_REPOST].startswith(f"Correction: {RIGHT.replace('8.9', '8.8')}")
        assert len(on_x(app)) == 1


def test_a_repost_is_reposted_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The article changes, and changes again, and then a person sees a slip: each post is linked to the one before, only
    the newest one is watched, commands lead to it, and reports count the story once, with all that it cost.
    """
    numbers = ("8.9", "8.8", "8.7")
    with running(tmp_path, pictures=False, corrections=EAGER) as (app, site):
        site.publish(PORT)
        go_until(app, lambda: on_x(app))
        chain, corrector = [the_post(app)], app.corrector(MEI)
        for number in numbers[:2]:
            site.update(PORT, title=RIGHT.replace("8.9", number))
            newest = chain[-1]
            go_until(app, lambda newest=newest: correction_of(app, newest))  # type: ignore[misc]  # this round's post
            chain.append(repost(app, newest))
            assert on_x(app) == [f"Correction: {RIGHT.replace('8.9', number)}"]
        chain.append(repost(app, chain[-1], text=chain[-1].text.replace("busiest", "best")))
        site.update(PORT, title=RIGHT.replace("8.9", numbers[2]))
        go_until(app, lambda: (one := correction_of(app, chain[-1])) and one.kind is ChangeKind.FACTUAL)
        with app.store.read() as tx:
            live = tx.corrections.list_in([CorrectionState.OPEN])
            assert chain[0].article_id is not None
            story = story_of(tx, tx.articles.get(chain[0].article_id), zone="UTC")
            links = tx.corrections.list_chain(chain[1].id)
            followed = tx.corrections.list_for_article(story.article.id)
        assert [one.post_id for one in live] == [chain[-1].id]
        assert [post.id for post in story.posts] == [post.id for post in chain]
        assert [link.took_place_of for link in links] == [None, *(post.id for post in chain[:-1])]
        assert {one.post_id for one in followed} == {post.id for post in chain}
        look = corrector.look(chain[-1].id)
        assert look.drafts[Option.DELETE_AND_REPOST].startswith(f"Correction: {RIGHT.replace('8.9', numbers[2])}")
        assert (look.old and look.old.title, look.new and look.new.title) == (
            RIGHT.replace("8.9", numbers[1]),
            RIGHT.replace("8.9", numbers[2]),
        )
        run_once(app, "measure")
        billed = app.press.price(Billable.POST_WITH_LINK, at=app.clock.now()) * 4
        billed += app.press.price(Billable.DELETE, at=app.clock.now()) * 3
    as_a_person(monkeypatch, tmp_path)
    say = Saying(capsys)
    assert_commands_lead_on(say)
    assert_counted_once(say, billed)


def test_a_repost_shows_the_pictures_of_the_post_it_replaces(tmp_path: Path) -> None:
    """The local X shows as many as before, described in the same words; they are paid as the look said, and kept once."""
    with running(tmp_path, corrections=EAGER) as (app, site):
        site.publish(PORT)
        go_until(app, lambda: on_x(app))
        post = the_post(app)
        assert [bool(one.alt_text) for one in post.pictures] == [True]
        account, long_ago = app.press.account_id(), app.clock.now().replace(year=2020)
        (before,) = app.press.timeline.own_posts(account, since=long_ago)
        (offer,) = [one for one in app.corrector(MEI).look(post.id).offers if one.option is Option.DELETE_AND_REPOST]
        described = described_on_x(app)
        assert post.alt_text in described
        new = repost(app, post)
        assert new.pictures == post.pictures
        (after,) = app.press.timeline.own_posts(account, since=long_ago)
        assert (after.id, after.media_count) == (new.remote_id, before.media_count)
        assert after.media_count == 1
        price = app.press.price(Billable.DELETE, at=app.clock.now()) + Decimal(new.price_usd)
        assert price == offer.price_usd
        with app.store.read() as tx:
            spent = sum(entry.amount_usd for entry in tx.ledger.list_month(app.clock.now().date()) if entry.post_id)
        assert spent == price + Decimal(post.price_usd)
        assert described_on_x(app) == described * 2  # the page keeps the one that is gone, marked so


@dataclass(frozen=True, slots=True)
class Saying:
    """What commands say."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str, code: int = 0) -> str:
        """All that this one printed."""
        self.capsys.readouterr()
        assert main(list(words)) == code
        said = self.capsys.readouterr()
        return said.out + said.err


def assert_commands_lead_on(say: Saying) -> None:
    """From whichever post of the chain."""
    told = say("posts", "correct", "1")
    for line in (
        "chain: post 1 is the original, gone from X",
        "chain: post 2 took the place of post 1, gone from X",
        "chain: post 4 took the place of post 3, published",
    ):
        assert line in told
    assert told.count("closed") == len(Option)
    assert "post 4 stands in its place now: correct that one" in told
    refused = say("posts", "correct", "2", "--post", "--text", "Once more", code=1)
    assert refused == (
        "asiaradar: post 2 cannot be corrected that way: post 4 stands in its place now: correct that one\n"
    )
    assert [one["post"] for one in json.loads(say("posts", "correct", "3", "--json"))["chain"]] == [1, 2, 3, 4]
    assert "chain: post 3 took the place of post 2, gone from X" in say("posts", "show", "4")
    assert "Post 1 is published" in say("articles", "why", "1")


def assert_counted_once(say: Saying, billed: Decimal) -> None:
    """In the report and the export."""
    total = json.loads(say("report", "--json").splitlines()[-1])
    assert (total["posts"], total["replaced"], total["deleted"]) == (1, 3, 0)
    assert Decimal(total["cost_usd"]) == billed
    groups = [json.loads(line) for line in say("report", "--json", "--by", "category").splitlines()]
    assert [(one["name"], one["posts"]) for one in groups if one["what"] == "group"] == [("Business", 1)]
    assert "1 posts, figures known of 0; 3 more deleted and reposted, counted once" in say("report")
    rows = [json.loads(line) for line in say("export", "posts", "--format", "json").splitlines()]
    assert [(row["post"], row["corrects"], row["replaced"]) for row in rows] == [
        (1, None, True),
        (2, 1, True),
        (3, 2, True),
        (4, 3, False),
    ]


def repost(app: App, post: Post, *, text: str | None = None) -> Post:
    """Delete the post and send another one; that one, out."""
    corrector = app.corrector(MEI)
    wanted = text or corrector.look(post.id).drafts[Option.DELETE_AND_REPOST]
    corrector.choose(post.id, Option.DELETE_AND_REPOST, text=wanted)
    go_until(app, lambda: (one := correction_of(app, post)) and one.state is CorrectionState.REPOSTED)
    with app.store.read() as tx:
        return next(link.post for link in tx.corrections.list_chain(post.id) if link.took_place_of == post.id)


def as_a_person(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Commands from now on find the bot's database."""
    for name, value in (
        ("ASIARADAR_ENVIRONMENT", "test"),
        ("ASIARADAR_STORAGE__URL", f"sqlite:///{folder}/bot.db"),
        ("ASIARADAR_STORAGE__FOLDER", str(folder)),
        ("ASIARADAR_X__MODE", "sandbox"),
        ("ASIARADAR_EDITOR", "kim"),
    ):
        monkeypatch.setenv(name, value)


def test_a_retracted_article_is_noticed_by_looking_again(tmp_path: Path) -> None:
    """No feed tells that a page is gone: the bot looks again, tells, and a correction post answers the original."""
    with running(tmp_path, pictures=False, corrections=EAGER) as (app, site):
        site.publish("colombo-tea-auction-record-price")
        go_until(app, lambda: on_x(app))
        post = the_post(app)
        site.remove("colombo-tea-auction-record-price", status=410)
        go_until(app, lambda: correction_of(app, post))
        found = correction_of(app, post)
        assert found is not None
        assert (found.kind, found.reasons) == (ChangeKind.RETRACTION, ("its page is gone",))
        corrector = app.corrector(MEI)
        draft = corrector.look(post.id).drafts[Option.POST]
        assert draft.startswith("We have withdrawn this report: Colombo Tea Auction")
        corrector.choose(post.id, Option.POST, text=draft)
        go_until(app, lambda: (one := correction_of(app, post)) and one.state is CorrectionState.CORRECTED)
        shown = app.press.timeline.own_posts(app.press.account_id(), since=app.clock.now().replace(year=2020))
        assert shown[0].in_reply_to == post.remote_id


def test_a_change_that_is_undone_ends_its_correction(tmp_path: Path) -> None:
    """The headline goes back to what the post says: nobody has to do anything."""
    with running(tmp_path, pictures=False, corrections=EAGER) as (app, site):
        site.publish(PORT)
        go_until(app, lambda: on_x(app))
        post = the_post(app)
        site.update(PORT, title=RIGHT)
        go_until(app, lambda: correction_of(app, post))
        site.update(PORT, title="Kaohsiung Port Handled 9.8 Million Containers Last Year")
        go_until(app, lambda: (one := correction_of(app, post)) and one.state is CorrectionState.DISMISSED)
        found = correction_of(app, post)
        assert found is not None
        assert found.why == "the article is again as the post tells it"
        go_round(app, 2)
        assert correction_of(app, post) == found


def test_the_command_shows_and_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`posts correct` lists options with prices, refuses in one sentence, does what is chosen, and takes it back."""
    with running(tmp_path, pictures=False, corrections=EAGER) as (app, site):
        site.publish(PORT)
        go_until(app, lambda: on_x(app))
        post = the_post(app)
        site.update(PORT, title=RIGHT)
        go_until(app, lambda: correction_of(app, post))
        run_once(app, "notify")
    as_a_person(monkeypatch, tmp_path)

    def ask(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["posts", "correct", str(post.id), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    code, out, _ = ask()
    assert code == 0
    assert "factual: headline: a number changed («9.8» → «8.9»)" in out
    assert "open    --post" in out
    assert "closed  --edit" in out
    _, out, _ = ask("--json")
    told = json.loads(out)
    assert told["correction"]["kind"] == "factual"
    assert [one["option"] for one in told["options"]] == [option.value for option in Option]
    assert {one["option"]: one["price_usd"] for one in told["options"]}["delete-and-repost"] == "0.210"
    assert ask("--post", "--reply")[0] == 1
    code, _, err = ask("--edit")
    assert (code, err.count("\n")) == (1, 1)
    assert "not Premium" in err
    assert ask("--dismiss")[0] == 1
    code, out, _ = ask("--reply", "--text", "It is 8.9 million")
    assert code == 0
    assert "It is 8.9 million" in out
    assert ask("--take-back")[0] == 0
    code, out, _ = ask("--dismiss", "--why", "the post does not name the number", "--json")
    assert json.loads(out)["state"] == "dismissed"
