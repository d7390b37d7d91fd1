"""Decisions in sentences: what `articles why` and the Desk say first."""

from __future__ import annotations

from collections.abc import Sequence

from asiaradar_bot.model.article import Article
from asiaradar_bot.model.decision import Decision, Reason, Verdict
from asiaradar_bot.model.post import Attempt, Post, PostState
from asiaradar_bot.rules.both_zones import in_both_zones

SENTENCES: dict[Reason, str] = {
    Reason.RULE: "A rule of the policy decided",
    Reason.DEFAULT: "No rule spoke of it, so the policy's default applied",
    Reason.SEEDED: "It was on the site before the bot started",
    Reason.TOO_OLD: "It is too old to be news",
    Reason.FUTURE_DATE: "Its date lies too far ahead",
    Reason.EMBARGO: "It is under embargo",
    Reason.BURST: "Too many articles came at once",
    Reason.FOREIGN_DOMAIN: "It is on a site that we do not link to",
    Reason.NOT_AN_ARTICLE: "Its page is not an article",
    Reason.NOINDEX: "Its page asks not to be shown in searches",
    Reason.GONE: "Its page is gone",
    Reason.UNREADABLE: "Its page could not be read",
    Reason.NO_TITLE: "It has no headline",
    Reason.SENSITIVE: "It touches a sensitive subject",
    Reason.NEAR_DUPLICATE: "Another article tells the same story",
    Reason.ALREADY_POSTED: "A post on X already leads to it",
    Reason.ACCIDENTAL_LINK: "Its text would hold a link that was not meant",
    Reason.FOREIGN_MENTION: "Its text names an account or tag that is not on our list",
    Reason.TEMPLATE_BROKEN: "Its template could not be rendered",
    Reason.FAILED: "The bot itself broke at it",
    Reason.PERSON: "A person decided",
}

ANSWERS = {
    Verdict.AUTO: "«%(title)s» is posted by itself: %(detail)s.",
    Verdict.BREAKING: "«%(title)s» is posted at once, as breaking news: %(detail)s.",
    Verdict.HOLD: "«%(title)s» waits for a person: %(detail)s.",
    Verdict.SKIP: "«%(title)s» is not posted: %(detail)s.",
}
STANDS: dict[PostState, str] = {
    PostState.PUBLISHED: "«%(title)s» is on X: post %(number)s went out.",
    PostState.SENDING: "«%(title)s» is just going out, as post %(number)s.",
    PostState.QUEUED: "«%(title)s» is queued as post %(number)s.",
    PostState.HELD: "«%(title)s» waits for a person: %(detail)s.",
    PostState.DRAFT: "«%(title)s» waits for a person: post %(number)s is a draft.",
    PostState.UNKNOWN: "Nobody knows whether «%(title)s» is on X: look at the account, then settle post %(number)s.",
    PostState.REJECTED: "«%(title)s» is not posted, X refused post %(number)s: %(detail)s.",
    PostState.EXPIRED: "«%(title)s» is not posted, post %(number)s expired: %(detail)s.",
    PostState.CANCELLED: "«%(title)s» is not posted, post %(number)s was withdrawn: %(detail)s.",
}
"""What is true now of an article that has a post, whatever was decided of it before."""
GONE = "«%(title)s» was on X as post %(number)s, which is gone from there."
_OUT = frozenset({PostState.PUBLISHED, PostState.SENDING, PostState.UNKNOWN})
UNDECIDED = "«%(title)s» is not decided yet: its page is still to be read."


def sentence(reason: Reason) -> str:
    """
    The reason in words, without a full stop.
    """
    return SENTENCES[reason]


def explain(
    article: Article, decision: Decision | None, *, posts: Sequence[Post], attempts: Sequence[Attempt], zone: str
) -> list[str]:
    """
    Sentences in the order in which people ask: what became of it, why, the checks, the post, its attempts.

    Times are those of the newsroom's `zone` and UTC.
    """
    title = article.facts.title or article.url
    if decision is None:
        return [UNDECIDED % {"title": title}]
    lines = [_answer(title, decision, posts), _decided_line(decision, zone)]
    if decision.not_before_at is not None:
        lines.append(f"It is not sent before {in_both_zones(decision.not_before_at, zone)}.")
    lines += [f"  {'passed' if line.passed else 'decided'}: {line.check}: {line.detail}" for line in decision.trace]
    lines += [_post_line(post, zone) for post in posts]
    lines += [_attempt_line(attempt, zone) for attempt in attempts]
    return lines


def _answer(title: str, decision: Decision, posts: Sequence[Post]) -> str:
    """
    What became of it, as things stand: the post that is out or on its way speaks, else the newest, else the decision.
    """
    if not posts:
        return ANSWERS[decision.verdict] % {"title": title, "detail": decision.detail}
    post = max(posts, key=lambda one: (one.state in _OUT and one.deleted_remotely_at is None, one.id))
    words = {"title": title, "number": post.id, "detail": post.reason}
    if post.deleted_remotely_at is not None:
        return GONE % words
    return STANDS[post.state] % words


def _decided_line(decision: Decision, zone: str) -> str:
    when = f"decided {in_both_zones(decision.decided_at, zone)} by {decision.decided_by}"
    return f"{sentence(decision.reason)} ({decision.news_class} class, {when}, revision {decision.revision})."


def _post_line(post: Post, zone: str) -> str:
    out = f" as {post.remote_id}" if post.state is PostState.PUBLISHED else ""
    since = post.deleted_remotely_at
    gone = "" if since is None else f", gone from X since {in_both_zones(since, zone)}"
    return f"Post {post.id} is {post.state}{out}{gone}: {post.reason}."


def _attempt_line(attempt: Attempt, zone: str) -> str:
    ended = f"{attempt.answer_class or 'open'} {attempt.error or ''}"
    return f"  attempt {attempt.number} of {in_both_zones(attempt.started_at, zone)}: {ended}".rstrip()
