"""The lease's state and the counts of attempts, on both databases."""

from __future__ import annotations

from datetime import timedelta

from asiaradar_bot.storage.store import SqlStore
from tests.factories import add_post
from tests.fakes.outside import NOON

MINUTE = timedelta(minutes=1)


def test_lease_and_attempts_are_counted(store: SqlStore) -> None:
    """Held while its time lasts, one change with each new owner; a try without an answer counts as open."""
    with store.read() as tx:
        assert not tx.vitals.is_lease_held(now=NOON)
        assert (tx.vitals.lease_changes(), dict(tx.vitals.attempts_by_class())) == (0, {})
    posts = [add_post(store), add_post(store)]
    with store.begin() as tx:
        lease = tx.account.acquire_lease("one", now=NOON, length=timedelta(hours=1))
        assert lease is not None
        tries = [tx.posts.claim(post, lease, now=NOON, match_key="k", media_count=0) for post in posts]
        assert tries[0] is not None
        assert tx.posts.update_attempt(tries[0].id, answer_class="ambiguous")
    with store.begin() as tx:
        assert tx.vitals.is_lease_held(now=NOON)
        assert dict(tx.vitals.attempts_by_class()) == {"ambiguous": 1, "open": 1}
        tx.account.release_lease("one")
        assert not tx.vitals.is_lease_held(now=NOON)
        assert tx.account.acquire_lease("two", now=NOON, length=MINUTE) is not None
        assert tx.vitals.lease_changes() == 1
