"""When a digest is due, and its text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from asiaradar_bot.model.digest import DigestFacts, DigestKind, DigestPlan, Period, SentPost
from asiaradar_bot.rules.slots import local_instant

_STALE = {DigestKind.DAILY: timedelta(hours=20), DigestKind.WEEKLY: timedelta(days=3)}
"""A digest this late, as after a long silence of ours, is not made any more: the next one tells enough."""
_DAYS = {DigestKind.DAILY: 1, DigestKind.WEEKLY: 7}
_BEST = 5
_MOST = 8
_TEXT_CHARS = 90
_UNSURE = "may or may not be on X: look at the account, then settle each"
_NEEDS = {
    "held": ("waits for approval", "wait for approval"),
    "unknown": ("may or may not be on X: look at the account, then settle it", _UNSURE),
    "rejected": ("was refused by X", "were refused by X"),
}


def due_periods(plan: DigestPlan, *, now: datetime, zone: str) -> Sequence[Period]:
    """
    The periods whose digest should be there by now; whether it was made already is for the database to say.
    """
    found = []
    if plan.daily_at is not None:
        found.append(_latest(DigestKind.DAILY, plan.daily_at, None, now=now, zone=ZoneInfo(zone)))
    if plan.weekly_at is not None:
        found.append(_latest(DigestKind.WEEKLY, plan.weekly_at, plan.weekly_on, now=now, zone=ZoneInfo(zone)))
    return [one for one in found if one is not None]


def period_of(kind: DigestKind, on: date, *, zone: str) -> Period:
    """
    The whole days before that day: one, or seven.
    """
    newsroom, days = ZoneInfo(zone), timedelta(days=_DAYS[kind])
    since, until, before = (local_instant(day, time(0), newsroom) for day in (on - days, on, on - 2 * days))
    return Period(kind=kind, on=on, since=since, until=until, before=before)


def _latest(kind: DigestKind, at: time, weekday: int | None, *, now: datetime, zone: ZoneInfo) -> Period | None:
    today = now.astimezone(zone).date()
    for back in range(8):
        on = today - timedelta(days=back)
        due_at = local_instant(on, at, zone)
        if due_at <= now and (weekday is None or on.weekday() == weekday):
            return period_of(kind, on, zone=zone.key) if now - due_at < _STALE[kind] else None
    return None


def digest_title(facts: DigestFacts) -> str:
    """
    Its first line.
    """
    zone = ZoneInfo(facts.zone)
    first, last = facts.period.since.astimezone(zone), (facts.period.until - timedelta(hours=1)).astimezone(zone)
    if facts.period.kind is DigestKind.DAILY:
        return f"@{facts.handle}, {last:%A} {last.day} {last:%B %Y}"
    return f"@{facts.handle}, week of {first.day} {first:%B} to {last.day} {last:%B %Y}"


def digest_text(facts: DigestFacts) -> str:
    """
    The whole text; parts of which there is nothing to say are left out.
    """
    parts = [
        [digest_title(facts)],
        _sent(facts),
        _best(facts),
        _held(facts),
        _skipped(facts),
        _money(facts),
        _needs(facts),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _sent(facts: DigestFacts) -> list[str]:
    day = "day" if facts.period.kind is DigestKind.DAILY else "week"
    if not facts.sent:
        return [f"Nothing went out; {_count(facts.sent_before, 'post')} the {day} before."]
    breaking = sum(post.news_class == "breaking" for post in facts.sent)
    by_hand = sum(post.news_class is None for post in facts.sent)
    extra = [words for words, count in ((f"{breaking} breaking", breaking), (f"{by_hand} by hand", by_hand)) if count]
    some = f" ({', '.join(extra)})" if extra else ""
    lines = [f"{_count(len(facts.sent), 'post')} went out{some}; {facts.sent_before} the {day} before."]
    known = [post for post in facts.sent if post.impressions is not None]
    seen = sum(post.impressions or 0 for post in known)
    if not known:
        lines.append("How they do is not known yet.")
    else:
        of = "" if len(known) == len(facts.sent) else f", counting the {len(known)} that are known"
        engaged = sum(post.engagements or 0 for post in known)
        lines.append(f"So far they were seen {seen:,} times and engaged with {engaged:,} times{of}.")
    return lines


def _best(facts: DigestFacts) -> list[str]:
    known = [post for post in facts.sent if post.impressions]
    if not known:
        return []
    ranked = sorted(known, key=lambda post: (-(post.impressions or 0), post.remote_id))[:_BEST]
    return ["Best so far", *(line for rank, post in enumerate(ranked, 1) for line in _ranked(rank, post, facts.handle))]


def _ranked(rank: int, post: SentPost, handle: str) -> Iterator[str]:
    yield f"{rank:>2}. {_short(post.text)}"
    engaged = "" if post.engagements is None else f", {_count(post.engagements, 'engagement')}"
    yield f"    {_count(post.impressions or 0, 'impression')}{engaged}  https://x.com/{handle}/status/{post.remote_id}"


def _held(facts: DigestFacts) -> list[str]:
    if not facts.held:
        return []
    lines = ["Held for a look"]
    for one in facts.held[:_MOST]:
        became = {"published": ", since sent", "cancelled": ", since withdrawn", "held": ""}.get(
            one.post_state or "", ""
        )
        lines.append(f"  - {_short(one.title)}{became}")
        lines.append(f"    {one.why}")
    return lines + _more(len(facts.held))


def _skipped(facts: DigestFacts) -> list[str]:
    if not facts.skipped:
        return []
    ranked = sorted(facts.skipped.items(), key=lambda one: (-one[1], one[0]))
    told = [f"{count} x {reason[0].lower()}{reason[1:]}" for reason, count in ranked]
    total = sum(facts.skipped.values())
    return [f"{_count(total, 'article')} {'was' if total == 1 else 'were'} not posted", *(f"  - {one}" for one in told)]


def _money(facts: DigestFacts) -> list[str]:
    span = "day" if facts.period.kind is DigestKind.DAILY else "week"
    budget = "" if facts.budget_usd is None else f" of {facts.budget_usd:.2f} USD"
    heading = "" if facts.forecast_usd is None else f", heading for {facts.forecast_usd:.2f} USD by its end"
    over = facts.budget_usd is not None and facts.forecast_usd is not None and facts.forecast_usd > facts.budget_usd
    warned = ["At this pace the budget will not last: raise it, or send less."] if over else []
    return [
        f"Money: {facts.spent_usd:.2f} USD that {span}.",
        f"The month stands at {facts.month_usd:.2f} USD{budget}{heading}.",
        *warned,
    ]


def _needs(facts: DigestFacts) -> list[str]:
    lines = []
    if facts.stopped is not None:
        lines.append(f"  - nothing is sent at the moment: {facts.stopped}")
    for state, (one, several) in _NEEDS.items():
        count = facts.waiting.get(state, 0)
        if count:
            lines.append(f"  - {_count(count, 'post')} {one if count == 1 else several}")
    if facts.foreign:
        was = "was not sent by this bot: look, then acknowledge it"
        were = "were not sent by this bot: look, then acknowledge them"
        lines.append(f"  - {_count(facts.foreign, 'post')} on the account {was if facts.foreign == 1 else were}")
    return ["Needs somebody", *lines] if lines else ["Nothing needs anybody."]


def _more(count: int) -> list[str]:
    return [f"  - and {count - _MOST} more"] if count > _MOST else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _short(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _TEXT_CHARS else line[: _TEXT_CHARS - 1].rstrip() + "…"
