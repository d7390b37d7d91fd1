"""An article whose address changes as in Varient 2.4: another slug, another guid, the old address forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person, Role
from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.correction import ChangeKind, CorrectionState, Option
from asiaradar_bot.model.errors import TextError
from asiaradar_bot.steps.look_up import story_of
from tests.e2e.bot import ends, go_round, running

OLD, NEW = "kaohsiung-port-containers-record", "kaohsiung-port-sets-record"


def texts_on_x(app: App) -> list[str]:
    """Everything on our timeline."""
    since = app.clock.now().replace(year=2020)
    return [post.text for post in app.press.timeline.own_posts(app.press.account_id(), since=since)]


@pytest.mark.parametrize("manner", ["2.2", "2.4"])
def test_a_renamed_article_is_the_same_row_and_its_post_goes_out_once(tmp_path: Path, manner: str) -> None:
    """Posted under the old address, it is no new article under the new one; people are told that the link is old."""
    with running(tmp_path, manner=manner, pictures=False) as (app, site):
        site.publish(OLD)
        go_round(app)
        assert ends(app)[f"/{OLD}"]["state"] == "published"
        site.rename(OLD, NEW)
        go_round(app, 3)
        found = ends(app)
        assert [path for path in found if "kaohsiung" in path] == [f"/{NEW}"]
        assert found[f"/{NEW}"]["state"] == "published"
        assert len([text for text in texts_on_x(app) if "Kaohsiung" in text]) == 1
        with app.store.read() as tx:
            told = [alert for alert in tx.inbox.list_alerts(unsent_only=False) if alert.kind == "moved_after_post"]
            (article,) = [one for one in tx.articles.list_recent(limit=100) if NEW in one.url]
            assert tx.articles.find_by_names([f"url:radar.asia/{OLD}"]) == article
        assert [f"https://radar.asia/{NEW}" in alert.message for alert in told] == [True]


def test_a_moved_article_is_offered_for_correction_with_its_new_address(tmp_path: Path) -> None:
    """The post says where it leads and where the article is; the repost leads there, and no text leads to the old one."""
    mei = Person(who="desk:mei", role=Role.PUBLISHER)
    with running(tmp_path, manner="2.4", pictures=False) as (app, site):
        site.publish(OLD)
        go_round(app)
        site.rename(OLD, NEW)
        go_round(app, 4)
        with app.store.read() as tx:
            (correction,) = tx.corrections.list_in([CorrectionState.OPEN])
            article = tx.articles.get(correction.article_id or ArticleId(0))
            told = story_of(tx, article, zone="UTC").sentences
        moved = f"it stands at https://radar.asia/{NEW} now, and the post leads to its former address"
        assert (correction.kind, correction.reasons[0].startswith(moved)) == (ChangeKind.MOVED, True)
        assert [
            line for line in told if line.startswith(f"Post {correction.post_id} is to be corrected: {moved}")
        ] != []
        look = app.corrector(mei).look(correction.post_id)
        assert {option for option, text in look.drafts.items() if f"https://radar.asia/{NEW}?" in text} == set(
            look.drafts
        )
        with pytest.raises(TextError, match=f"where the article is no more: it stands at https://radar.asia/{NEW} now"):
            app.corrector(mei).choose(correction.post_id, Option.DELETE_AND_REPOST, text=look.post.text)
        text = look.drafts[Option.DELETE_AND_REPOST]
        app.corrector(mei).choose(correction.post_id, Option.DELETE_AND_REPOST, text=text)
        go_round(app, 4)
        since = app.clock.now().replace(year=2020)
        shown = [post.links for post in app.press.timeline.own_posts(app.press.account_id(), since=since)]
        with app.store.read() as tx:
            assert tx.corrections.list_in([CorrectionState.OPEN]) == []
    assert [link.partition("?")[0] for links in shown for link in links] == [f"https://radar.asia/{NEW}"]


def test_a_post_that_waits_follows_its_article_to_the_new_address(tmp_path: Path) -> None:
    """Renamed before it was sent, the post leads to the new address, and nothing leads to the old one."""
    with running(tmp_path, manner="2.4", pictures=False, verify_seconds=3600) as (app, site):
        (tmp_path / "STOP").write_text("test", encoding="utf-8")
        site.publish(OLD)
        go_round(app)
        site.rename(OLD, NEW)
        go_round(app, 3)
        (tmp_path / "STOP").unlink()
        go_round(app)
        found = ends(app)
        assert len([text for text in texts_on_x(app) if "Kaohsiung" in text]) == 1
    assert [path for path in found if "kaohsiung" in path] == [f"/{NEW}"]
    assert found[f"/{NEW}"]["state"] == "published"
    assert f"https://radar.asia/{NEW}?" in found[f"/{NEW}"]["text"]


def test_a_text_that_a_person_wrote_waits_when_its_article_moved(tmp_path: Path) -> None:
    """The bot does not touch such a text, and does not send a link that leads nowhere either."""
    with running(tmp_path, manner="2.4", pictures=False, verify_seconds=3600) as (app, site):
        (tmp_path / "STOP").write_text("test", encoding="utf-8")
        site.publish(OLD)
        go_round(app)
        with app.store.read() as tx:
            (post,) = tx.posts.list_queued()
        app.editor(Person(who="cli:kim", role=Role.ADMIN)).edit(post.id, text=f"My words https://radar.asia/{OLD}")
        site.rename(OLD, NEW)
        go_round(app, 2)
        (tmp_path / "STOP").unlink()
        go_round(app)
        with app.store.read() as tx:
            held = tx.posts.get(post.id)
    assert (held.state, held.text) == ("held", f"My words https://radar.asia/{OLD}")
    assert f"the article moved to https://radar.asia/{NEW}" in held.reason
