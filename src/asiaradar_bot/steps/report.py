"""Snapshots and ledger -> a report for people; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.model.policy import SlotTimes
from asiaradar_bot.model.report import BASELINE, Grouping, PostFigures, Report, Span, TopPost
from asiaradar_bot.ports import Store, Transaction
from asiaradar_bot.rules.learning import advise_slots, compare_variants
from asiaradar_bot.rules.reporting import best_posts, group_posts, list_cells, list_days, summarise

DEFAULT_AGE = timedelta(hours=24)
_BEST = 10


def make_report(
    store: Store,
    span: Span,
    *,
    zone: str,
    slots: SlotTimes,
    age: timedelta = DEFAULT_AGE,
    by: Sequence[Grouping] = tuple(Grouping),
) -> Report:
    """
    The posts made in the span, compared at one of `CHECKPOINTS`, beside the account's own last 90 days.

    The hours for `slots`, the policy's, are judged by those 90 days, whatever the span.
    """
    since = min(span.since, span.until - BASELINE)
    with store.read() as tx:
        known = tx.reports.at_age(age, since=since, until=span.until)
        posts = [post for post in known if post.created_at >= span.since]
        standing = [post for post in posts if not post.replaced]
        best = _best(tx, best_posts(standing, count=_BEST))
        reads = tx.reports.spent_on_reads(since=span.since, until=span.until)
    own = [post for post in known if post.created_at >= span.until - BASELINE]
    baseline = summarise("the account's last 90 days", own, baseline=None)
    newsroom = ZoneInfo(zone)
    return Report(
        since=span.since,
        until=span.until,
        age=age,
        zone=zone,
        total=summarise("all posts", posts, baseline=baseline.impressions),
        baseline=baseline,
        groups={
            one: group_posts(posts, one, zone=newsroom, baseline=baseline.impressions)
            for one in dict.fromkeys(by)
            if one is not Grouping.VARIANT or any(post.variant for post in posts)
        },
        days=list_days(standing, since=span.since, until=span.until, zone=newsroom),
        cells=list_cells(standing, zone=newsroom),
        best=best,
        comparisons=compare_variants(standing),
        slots=advise_slots([post for post in own if not post.replaced], slots=slots),
        reads_usd=reads,
    )


def _best(tx: Transaction, posts: Sequence[PostFigures]) -> Sequence[TopPost]:
    texts = tx.reports.texts([post.remote_id for post in posts])
    found = []
    for post in posts:
        curve = [one.figures.impressions for one in tx.engagement.series(post.remote_id)]
        found.append(
            TopPost(
                remote_id=post.remote_id,
                post_id=post.post_id,
                created_at=post.created_at,
                text=texts.get(post.remote_id, ""),
                impressions=post.impressions or 0,
                engagements=post.engagements,
                link_clicks=post.link_clicks,
                deleted=post.deleted,
                curve=[seen for seen in curve if seen is not None],
            )
        )
    return found
