"""Articles of the sample site that change after their post: noticed, told with prices, and corrected on the local X."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.cli.main import main
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.correction import ChangeKind, Correction, CorrectionState, Option
from asiaradar_bot.model.post import Post, PostState
from asiaradar_bot.runner.timetable import run_once
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
        for words in ("«9.8» → «8.9»", "delete-and-repost 0.210 USD", "edit is not open", f"/posts/{post.id}/correct"):
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
    for name, value in (
        ("ASIARADAR_ENVIRONMENT", "test"),
        ("ASIARADAR_STORAGE__URL", f"sqlite:///{tmp_path}/bot.db"),
        ("ASIARADAR_STORAGE__FOLDER", str(tmp_path)),
        ("ASIARADAR_X__MODE", "sandbox"),
        ("ASIARADAR_EDITOR", "kim"),
    ):
        monkeypatch.setenv(name, value)

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
