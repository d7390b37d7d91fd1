"""Followed posts, snapshots and checkpoints on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from asiaradar_bot.model.engagement import CHECKPOINTS, Figures, FollowedPost, FollowState, Snapshot, SnapshotSource
from asiaradar_bot.model.errors import NotFoundError
from asiaradar_bot.model.post import PostId
from asiaradar_bot.storage import schema
from asiaradar_bot.storage.store import SqlStore
from asiaradar_bot.storage.tables import metadata
from tests.fakes.outside import NOON

DAY = timedelta(days=1)


def followed(number: int, **how: object) -> FollowedPost:
    """A post made `number` hours after noon."""
    values: dict[str, object] = {
        "remote_id": f"{number}",
        "current_id": f"{number}",
        "created_at": NOON + timedelta(hours=number),
        "post_id": PostId(number),
    }
    return FollowedPost(**{**values, **how})  # type: ignore[arg-type]  # plain values


def seen(number: int, hours: float, **figures: int | None) -> Snapshot:
    """What was read of that post so many hours after it was made."""
    return Snapshot(
        remote_id=f"{number}",
        taken_at=NOON + timedelta(hours=number + hours),
        source=SnapshotSource.TIMELINE,
        figures=Figures(**figures),
    )


def test_the_migrations_make_the_tables_of_the_program(store: SqlStore) -> None:
    """A migrated database has exactly the tables, columns and indexes that storage.tables names."""
    with store.writer.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_can_be_taken_back(store: SqlStore) -> None:
    """Downgrading to nothing and upgrading again ends at the head."""
    schema.migrate(store, "base")
    schema.migrate(store, "head")
    assert schema.schema_version(store) == schema.HEAD


def test_unknown_stays_unknown(store: SqlStore) -> None:
    """A figure that was not told comes back as None, and a zero as zero."""
    with store.begin() as tx:
        tx.engagement.save(followed(1))
        tx.engagement.add([seen(1, 1, impressions=0, likes=None)])
    with store.read() as tx:
        assert tx.engagement.series("1")[0].figures == Figures(impressions=0)


def test_a_followed_post_comes_back_as_it_was_saved(store: SqlStore) -> None:
    """Every field survives, by either of its ids, and saving again replaces."""
    post = followed(1, current_id="9", version=2, earlier=Figures(likes=3), last_read_at=NOON, reads=2, misses=1)
    with store.begin() as tx:
        tx.engagement.save(followed(1))
        tx.engagement.save(post)
    with store.read() as tx:
        assert tx.engagement.find(["1", "9", "x"]) == {"1": post, "9": post}
        assert tx.engagement.find_for_post(PostId(1)) == post
        assert tx.engagement.find_for_post(PostId(2)) is None


def test_settled_and_deleted_posts_are_not_open(store: SqlStore) -> None:
    """Only posts that are followed or missing are listed for reading, oldest first."""
    states = [FollowState.FOLLOWED, FollowState.MISSING, FollowState.SETTLED, FollowState.DELETED]
    with store.begin() as tx:
        for number, state in enumerate(states):
            tx.engagement.save(followed(9 - number, state=state))
    with store.read() as tx:
        assert [post.remote_id for post in tx.engagement.list_open()] == ["8", "9"]
        assert [post.remote_id for post in tx.engagement.list_followed(NOON, NOON + DAY)] == ["6", "7", "8", "9"]


def test_newest_snapshots_of_many_posts(store: SqlStore) -> None:
    """The last snapshots come per post, oldest first, and posts without any are left out."""
    with store.begin() as tx:
        for number in range(600):
            tx.engagement.save(followed(number))
        tx.engagement.add(seen(number, hours, impressions=hours) for number in range(599) for hours in (1, 2, 3))
    ids = [str(number) for number in range(600)]
    with store.read() as tx:
        latest = tx.engagement.latest(ids)
        last = tx.engagement.last(ids, count=2)
    assert len(latest) == len(last) == 599
    assert all(one.figures.impressions == 3 for one in latest.values())
    assert all([one.figures.impressions for one in some] == [2, 3] for some in last.values())


def test_snapshots_between_two_times(store: SqlStore) -> None:
    """Snapshots taken in a span come oldest first; its end is not part of it."""
    with store.begin() as tx:
        for number in (0, 1):
            tx.engagement.save(followed(number, last_read_at=NOON + timedelta(hours=9)))
        tx.engagement.add([seen(0, 1), seen(1, 0.5), seen(0, 5), seen(1, 2)])
    with store.read() as tx:
        found = tx.engagement.list_between(NOON + timedelta(hours=1), NOON + timedelta(hours=3))
    assert [(one.remote_id, one.taken_at - NOON) for one in found] == [
        ("0", timedelta(hours=1)),
        ("1", timedelta(hours=1.5)),
    ]


def test_figures_at_an_age_name_every_post(store: SqlStore) -> None:
    """Posts with a checkpoint have its figures, the others None; a newer reading of a checkpoint replaces it."""
    age = CHECKPOINTS[2]
    with store.begin() as tx:
        for number in range(3):
            tx.engagement.save(followed(number))
        tx.engagement.record_checkpoint("0", age, Figures(impressions=5))
        tx.engagement.record_checkpoint("0", age, Figures(impressions=6, engagements=0))
        tx.engagement.record_checkpoint("1", CHECKPOINTS[1], Figures(impressions=1))
    with store.read() as tx:
        found = tx.reports.at_age(age, since=NOON, until=NOON + timedelta(hours=2))
    assert [(one.remote_id, one.impressions, one.engagements, one.link_clicks) for one in found] == [
        ("0", 6, 0, None),
        ("1", None, None, None),
    ]


def test_what_nobody_follows_has_no_snapshots(store: SqlStore) -> None:
    """A snapshot or checkpoint of a post that is not followed is refused."""
    with store.begin() as tx:
        with pytest.raises(NotFoundError):
            tx.engagement.add([seen(1, 1)])
        with pytest.raises(NotFoundError):
            tx.engagement.record_checkpoint("1", CHECKPOINTS[0], Figures())


def test_old_curves_are_thinned_out_and_their_ends_stay(store: SqlStore) -> None:
    """Posts of the span keep their last snapshot and their checkpoints; younger and older ones are left alone."""
    with store.begin() as tx:
        for number in (0, 50, 100):
            tx.engagement.save(followed(number))
            tx.engagement.add([seen(number, 1, impressions=1), seen(number, 2, impressions=2)])
            tx.engagement.record_checkpoint(str(number), CHECKPOINTS[0], Figures(impressions=1))
        since, before = NOON + timedelta(hours=40), NOON + timedelta(hours=60)
        assert tx.engagement.thin_out(since=since, before=before) == 1
        assert [len(tx.engagement.series(str(number))) for number in (0, 50, 100)] == [2, 1, 2]
        assert tx.engagement.thin_out(since=None, before=before) == 1
        assert tx.engagement.series("0")[0].figures.impressions == 2
        known = tx.reports.at_age(CHECKPOINTS[0], since=NOON, until=NOON + 9 * DAY)
    assert [one.impressions for one in known] == [1, 1, 1]
