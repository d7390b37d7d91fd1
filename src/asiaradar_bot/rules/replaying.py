"""A recorded decision made again: the article and the situation of then, the rules of now, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from asiaradar_bot.model.account import Headline
from asiaradar_bot.model.article import Article, ArticleId
from asiaradar_bot.model.basis import Basis, Recorded, SeenHeadline
from asiaradar_bot.model.decision import Decision, Verdict
from asiaradar_bot.model.draft import Draft
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.rules.composing import Render, is_worded
from asiaradar_bot.rules.eligibility import Situation
from asiaradar_bot.rules.setting_aside import decide_or_set_aside, draft_or_set_aside

KINDS: Mapping[str, tuple[str, ...]] = {
    "decision": ("verdict", "class", "reason", "detail", "rule", "template", "variant", "post", "held because"),
    "text": ("text",),
    "time": ("not before", "due", "expires"),
    "price": ("price",),
}
"""What can differ, by kind."""
CHECKS = "checks"
"""The trace; listed only beside other differences, as a new rule leaves its line in every trace."""
NO_POST = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One thing that would be another today; texts, None where there is none.
    """

    what: str
    then: str | None
    today: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """
    The rules, templates, limits and prices under which decisions are made again.
    """

    policy: Policy
    max_age: timedelta
    first_run_posts: bool
    prices: Sequence[PriceList]
    render: Render


@dataclass(slots=True, kw_only=True)
class Course:
    """
    What the decisions made again so far mean for later ones: articles that would be on their way, or would not.
    """

    headline: Callable[[SeenHeadline], Headline]
    posted: dict[ArticleId, bool] = field(default_factory=dict)

    def recent(self, seen: Sequence[SeenHeadline]) -> list[Headline]:
        """
        The headlines in the order of their first sighting.
        """
        found = [replace(self.headline(one), posted=self.posted.get(one.article_id, one.posted)) for one in seen]
        return sorted(found, key=lambda headline: (headline.first_seen_at, headline.article_id))


def basis_of(
    article: Article, situation: Situation, *, open_post: bool, recent_since: datetime, policy_digest: str
) -> Basis:
    """
    What is to be kept of the situation in which the article was decided.

    Of the headlines only those before the article's own: the others were not looked at.
    """
    place = (article.first_seen_at, article.id)
    return Basis(
        read_at=article.read_at,
        gone_at=article.gone_at,
        posted_as=situation.posted_as,
        open_post=open_post,
        recent=tuple(
            SeenHeadline(article_id=one.article_id, revision=one.revision, posted=one.posted)
            for one in situation.recent
            if (one.first_seen_at, one.article_id) < place
        ),
        recent_since=recent_since,
        max_age=situation.max_age,
        first_run_posts=situation.first_run_posts,
        policy_digest=policy_digest,
    )


def make_again(record: Recorded, rules: Rulebook, course: Course) -> tuple[Decision, Draft | None]:
    """
    The decision and the draft that this article would get under these rules, at the instants of then.

    None for the draft: no post would be made, or production has not worded its own decision, so that there is nothing
    to compare with.
    """
    then, basis = record.decision, record.basis
    situation = Situation(
        policy=rules.policy,
        now=then.decided_at,
        max_age=rules.max_age,
        first_run_posts=rules.first_run_posts,
        recent=course.recent(basis.recent),
        posted_as=basis.posted_as,
    )
    decision, _ = decide_or_set_aside(record.article, situation)
    _note(course, then, decision)
    was_worded = is_worded(then.verdict, open_post=basis.open_post)
    if not is_worded(decision.verdict, open_post=basis.open_post) or (was_worded and record.draft is None):
        return decision, None
    made_at = record.draft.made_at if record.draft else then.decided_at
    draft, _, _ = draft_or_set_aside(
        record.article, decision, now=made_at, render=rules.render, policy=rules.policy, prices=rules.prices
    )
    return decision, draft


def _note(course: Course, then: Decision, today: Decision) -> None:
    skipped = today.verdict is Verdict.SKIP
    if skipped is not (then.verdict is Verdict.SKIP):
        course.posted[then.article_id] = not skipped
    else:
        course.posted.pop(then.article_id, None)


def differences(record: Recorded, decision: Decision, draft: Draft | None) -> tuple[Change, ...]:
    """
    Everything that differs between what production decided and wrote and this; the checks last.
    """
    then = _told(record.decision, record.draft)
    today = _told(decision, draft)
    return tuple(Change(what=what, then=then[what], today=today[what]) for what in then if then[what] != today[what])


def _told(decision: Decision, draft: Draft | None) -> dict[str, str | None]:
    told = {
        "verdict": decision.verdict.value,
        "class": decision.news_class.value,
        "reason": decision.reason.value,
        "detail": decision.detail,
        "rule": decision.rule,
        "template": decision.template,
        "variant": draft.variant if draft else None,
        "post": NO_POST if draft is None else "held" if draft.held_because is not None else "queued",
        "held because": draft.held_because if draft else None,
        "text": draft.text if draft else None,
        "price": draft.price_usd if draft else None,
        "not before": _stamp(decision.not_before_at),
        "due": _stamp(draft.due_at) if draft else None,
        "expires": _stamp(decision.expires_at),
    }
    checks = "\n".join(
        f"{line.check}: {line.detail} ({'passed' if line.passed else 'decided'})" for line in decision.trace
    )
    return {**told, CHECKS: checks}


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
