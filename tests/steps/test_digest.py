"""Digests on both databases: once a period, whoever runs the step and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from asiaradar_bot.adapters.text_folder import TextFolder
from asiaradar_bot.model.article import Article, ArticleId, ArticleState, Facts
from asiaradar_bot.model.correction import ChangeKind, CorrectionState, NewCorrection
from asiaradar_bot.model.decision import Decision, NewsClass, Reason, Verdict
from asiaradar_bot.model.digest import DigestKind, DigestPlan
from asiaradar_bot.model.errors import StorageError
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.steps.digest import preview_digest, send_digests
from asiaradar_bot.steps.notify import notify
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import corrections
from tests.fakes.outside import FakeClock
from tests.fakes.people import FakeAlerts
from tests.reports.seeded import seed_posts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLAN = DigestPlan(daily_at=time(8), weekly_at=time(8), weekly_on=1)


def go(store: SqlStore, folder: Path | None, *, now: datetime = NOW) -> list[str]:
    """The step once."""
    made = send_digests(
        store, FakeClock(now), TextFolder(folder), plan=PLAN, zone="UTC", handle="AsiaRadar", limits=Limits()
    )
    return list(made)


def decided(store: SqlStore, title: str, verdict: Verdict, detail: str) -> None:
    """An article of yesterday with its decision."""
    at = NOW - timedelta(days=1)
    url = f"https://radar.asia/{title.lower().replace(' ', '-')}"
    with store.begin() as tx:
        article = tx.articles.add(
            Article(
                id=ArticleId(0),
                url=url,
                state=ArticleState.DONE,
                source="latest",
                first_seen_at=at,
                facts=Facts(url=url, title=title, summary=""),
                revision=1,
                read_at=at,
            ),
            names=[url],
        )
        tx.articles.add_decision(
            Decision(
                article_id=article.id,
                revision=1,
                verdict=verdict,
                news_class=NewsClass.NORMAL,
                reason=Reason.RULE if verdict is Verdict.HOLD else Reason.TOO_OLD,
                detail=detail,
                rule=None,
                template="article",
                not_before_at=None,
                expires_at=None,
                trace=(),
                decided_at=at,
            )
        )


def test_a_digest_is_made_once_and_sent(store: SqlStore, tmp_path: Path) -> None:
    """Day and week are told once, with what was held and why, as file and to people; a second run makes nothing."""
    seed_posts(store, now=NOW, count=40)
    decided(store, "What the treaty means", Verdict.HOLD, "opinion is posted by hand")
    decided(store, "An old story", Verdict.SKIP, "too old")
    assert go(store, tmp_path / "digests") == [
        "@AsiaRadar, Monday 23 November 2026",
        "@AsiaRadar, week of 17 November to 23 November 2026",
    ]
    text = (tmp_path / "digests" / "2026-11-24-daily.txt").read_text(encoding="utf-8")
    assert "4 posts went out" in text
    assert "What the treaty means\n    opinion is posted by hand" in text
    assert "1 x it is too old to be news" in text
    assert "Money: 0.80 USD that day." in text
    assert go(store, tmp_path / "digests", now=NOW + timedelta(hours=3)) == []
    alerts = FakeAlerts()
    assert notify(store, alerts, FakeClock(NOW), quiet=timedelta(minutes=30)) == 2
    assert ("digest", text, "@AsiaRadar, Monday 23 November 2026") in alerts.sent


def test_a_story_that_was_reposted_is_told_once(store: SqlStore) -> None:
    """What was deleted and reposted is one post of the day, the one that readers see; the money is all there."""
    seed_posts(store, now=NOW, count=40)
    with store.read() as tx:
        before, _, after = tx.reports.published(since=NOW - timedelta(hours=36), until=NOW - timedelta(hours=12))[:3]
    with store.begin() as tx:
        made = tx.corrections.add(
            NewCorrection(
                post_id=before.id,
                article_id=None,
                kind=ChangeKind.ASKED,
                reasons=("a slip",),
                old_revision=None,
                new_revision=None,
                opened_at=NOW,
                opened_by="cli:kim",
            )
        )
    with store.writer.begin() as connection:
        connection.execute(
            corrections.update()
            .where(corrections.c.id == made.id)
            .values(state=CorrectionState.REPOSTED, new_post_id=after.id, closed_at=NOW)
        )
    text = preview_digest(store, FakeClock(NOW), DigestKind.DAILY, zone="UTC", handle="AsiaRadar", limits=Limits())
    assert before.remote_id
    assert after.remote_id
    assert before.remote_id not in text
    assert after.remote_id in text
    assert "3 posts went out" in text
    assert "Money: 0.80 USD that day." in text


def test_two_machines_make_one_digest(store: SqlStore) -> None:
    """Two processes that find it due in the same moment: one makes it, and there is one alert."""
    barrier = Barrier(2)

    def race(_: int) -> list[str]:
        barrier.wait(timeout=10)
        return go(store, None)

    with ThreadPoolExecutor(2) as pool:
        made = [title for titles in pool.map(race, range(2)) for title in titles]
    assert len(made) == 2
    assert len(set(made)) == 2
    with store.read() as tx:
        assert len(tx.inbox.list_alerts()) == 2


def test_the_next_day_has_its_own(store: SqlStore) -> None:
    """A day later only the daily digest is due again."""
    go(store, None)
    assert go(store, None, now=NOW + timedelta(days=1)) == ["@AsiaRadar, Tuesday 24 November 2026"]


def test_a_folder_that_cannot_be_written_is_named(store: SqlStore, tmp_path: Path) -> None:
    """The digest is in line for people all the same, and the sentence says which setting to mend."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError, match=r"digest\.folder"):
        go(store, tmp_path / "file")
    with store.read() as tx:
        assert [alert.kind for alert in tx.inbox.list_alerts()] == ["digest"]


def test_a_preview_sends_nothing(store: SqlStore) -> None:
    """The text as it stands now, and nothing on record."""
    seed_posts(store, now=NOW, count=9)
    text = preview_digest(store, FakeClock(NOW), DigestKind.DAILY, zone="UTC", handle="AsiaRadar", limits=Limits())
    assert "went out" in text
    with store.read() as tx:
        assert tx.inbox.list_alerts() == []
        assert tx.digests.find(DigestKind.DAILY, NOW.date()) is None
