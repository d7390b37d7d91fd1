"""A day or a week that is over -> its digest, once, in line for people and as a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.model.decision import Reason
from asiaradar_bot.model.digest import DigestFacts, DigestKind, DigestPlan, Period, SentPost
from asiaradar_bot.model.limits import Limits
from asiaradar_bot.model.post import PostState
from asiaradar_bot.ports import Clock, DigestFolder, Store, Transaction
from asiaradar_bot.rules.digesting import digest_text, digest_title, due_periods, period_of
from asiaradar_bot.rules.explaining import SENTENCES
from asiaradar_bot.rules.spending import FORECAST_DAYS, forecast

_NEEDS = (PostState.HELD, PostState.UNKNOWN, PostState.REJECTED)


def send_digests(
    store: Store,
    clock: Clock,
    folder: DigestFolder,
    *,
    plan: DigestPlan,
    zone: str,
    handle: str,
    limits: Limits,
) -> Sequence[str]:
    """
    Make what is due and was not made yet; the titles.

    The row, which no second process can write, and the alert that carries the text are one transaction.
    """
    made = []
    for period in due_periods(plan, now=clock.now(), zone=zone):
        with store.read() as tx:
            if tx.digests.find(period.kind, period.on) is not None:
                continue
        facts = gather(store, clock, period, zone=zone, handle=handle, limits=limits)
        text, title = digest_text(facts), digest_title(facts)
        with store.begin() as tx:
            if not tx.digests.add(period.kind, period.on, text, at=clock.now()):
                continue
            tx.inbox.raise_alert("digest", text, subject=title[:120], at=clock.now())
        folder.write(f"{period.on}-{period.kind}.txt", text)
        made.append(title)
    return made


def gather(store: Store, clock: Clock, period: Period, *, zone: str, handle: str, limits: Limits) -> DigestFacts:
    """
    What the digest of a period tells.
    """
    now = clock.now()
    with store.read() as tx:
        sent = _sent(tx, period)
        state = tx.account.state()
        daily = tx.ledger.daily(now.date() - timedelta(days=FORECAST_DAYS), now.date())
        month = tx.ledger.month_total(now.date())
        counts = tx.posts.count_by_state()
        reasons = tx.reports.skipped(since=period.since, until=period.until)
        skipped: Counter[str] = Counter()
        for reason, count in reasons.items():
            skipped[SENTENCES[Reason(reason)]] += count
        return DigestFacts(
            period=period,
            handle=handle,
            zone=zone,
            sent=sent,
            sent_before=_count_before(tx, period),
            held=tx.reports.held(since=period.since, until=period.until),
            skipped=skipped,
            spent_usd=tx.reports.spent(since=period.since, until=period.until),
            month_usd=month,
            budget_usd=limits.month_usd,
            forecast_usd=forecast(
                daily, today_on=now.date(), spent_usd=month, first_on=min(daily, default=None)
            ).amount_usd,
            waiting={name.value: counts.get(name, 0) for name in _NEEDS},
            foreign=len(tx.account.list_foreign()),
            stopped=state.stopped or state.paused or state.clock,
        )


def _count_before(tx: Transaction, period: Period) -> int:
    replaced = tx.corrections.replaced_since(period.before)
    followed = tx.engagement.list_followed(period.before, period.since)
    return sum(one.post_id not in replaced for one in followed)


def _sent(tx: Transaction, period: Period) -> Sequence[SentPost]:
    """
    Posts that went out, ours even before they were measured, and those made by hand; a story that was deleted and
    reposted once, as the post that readers see now.
    """
    replaced = tx.corrections.replaced_since(period.since)
    published = tx.reports.published(since=period.since, until=period.until)
    ours = {post.remote_id or "": post for post in published if post.id not in replaced}
    followed = tx.engagement.list_followed(period.since, period.until)
    by_hand = [one.remote_id for one in followed if one.post_id is None]
    ids = [*ours, *by_hand]
    newest, texts = tx.engagement.latest(ids), tx.reports.texts(ids)
    found = []
    for remote_id in ids:
        seen = newest.get(remote_id)
        found.append(
            SentPost(
                remote_id=remote_id,
                text=texts.get(remote_id, ""),
                news_class=ours[remote_id].news_class.value if remote_id in ours else None,
                impressions=None if seen is None else seen.figures.impressions,
                engagements=None if seen is None else seen.figures.engagements,
            )
        )
    return found


def preview_digest(store: Store, clock: Clock, kind: DigestKind, *, zone: str, handle: str, limits: Limits) -> str:
    """
    The text that would be made today; nothing is sent.
    """
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    return digest_text(gather(store, clock, period_of(kind, today, zone=zone), zone=zone, handle=handle, limits=limits))
