"""A post as a card: headline, text, why it stands where it stands, price, times, and what may be done to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Person
from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.engagement import Figures, FollowedPost, Snapshot
from asiaradar_bot.model.post import LIVE, Post, PostId, PostKind, PostPicture, PostState
from asiaradar_bot.model.sheet import PRESENCE, Presence
from asiaradar_bot.ports import Transaction
from asiaradar_bot.rules.acts import Act, open_acts
from asiaradar_bot.rules.four_eyes import hand_of, hands_of
from asiaradar_bot.rules.lints import embargo_remark
from asiaradar_bot.steps.submit import Editor, embargoed_posts

_X = "https://x.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostCard:
    """
    What a card shows.
    """

    id: int
    version: int
    state: str
    kind: str
    news_class: str
    headline: str
    text: str
    reason: str
    price_usd: str
    due_at: datetime
    expected_at: datetime | None
    """When it will really go out, as far as anyone can say; None for posts that are not queued."""
    expires_at: datetime | None
    not_before_at: datetime | None
    frozen: bool
    """A person wrote or approved the text: the bot does not touch it."""
    in_slot: bool
    part: int
    parts: int
    article_id: int | None
    pictures: tuple[PostPicture, ...]
    attempts: int
    published_at: datetime | None
    gone_at: datetime | None
    """Since when it is known to be gone from X; None: it is there, as far as anyone knows."""
    corrects_id: int | None
    """The post that it corrects, or whose place it took."""
    x_url: str | None
    impressions: int | None
    likes: int | None
    acts: tuple[str, ...]
    refused: Mapping[str, str]
    """Those of the acts that would be refused just now, with the sentence that they would be refused with."""
    remark: str | None
    """What is worth a second look in its text, while it waits."""
    own_hand: bool
    """With four eyes: the person who looks wrote or changed it, so that somebody else approves it."""
    others: tuple[Presence, ...]
    """Who else is at it now, or at its thread."""


def list_cards(
    app: App,
    tx: Transaction,
    posts: Iterable[Post],
    *,
    person: Person,
    expected: Mapping[PostId, datetime] | None = None,
) -> list[PostCard]:
    """
    Cards of these posts, in their order.
    """
    posts = list(posts)
    titles = headlines(tx, posts)
    figures = _figures(tx, [post.remote_id for post in posts if post.remote_id])
    expected = expected or {}
    own = _of_own_hand(app, tx, posts, person)
    under = embargoed_posts(tx, posts, policy=app.policy)
    open_to = {post.id: open_acts(post, person, own_hand=post.id in own, embargo=post.id in under) for post in posts}
    editor = app.editor(person)
    others = _others(app, tx, posts, person)
    return [
        PostCard(
            id=post.id,
            version=post.version,
            state=post.state,
            kind=post.kind,
            news_class=post.news_class,
            headline=titles[post.id],
            text=post.text,
            reason=post.reason,
            price_usd=post.price_usd,
            due_at=post.due_at,
            expected_at=expected.get(post.id),
            expires_at=post.expires_at if post.state in _WAITING else None,
            not_before_at=post.not_before_at if _is_closed(post, app.clock.now()) else None,
            frozen=post.text_frozen,
            in_slot=post.in_slot,
            part=post.part,
            parts=post.parts,
            article_id=post.article_id,
            pictures=post.pictures,
            attempts=post.attempts,
            published_at=post.published_at,
            gone_at=post.deleted_remotely_at,
            corrects_id=post.corrects_id,
            x_url=x_url(app, post.remote_id),
            impressions=_of(figures, post).impressions,
            likes=_of(figures, post).likes,
            acts=open_to[post.id],
            refused=_refused(editor, tx, post, open_to[post.id]),
            remark=embargo_remark(post.text, app.policy) if post.state in _OPEN else None,
            own_hand=post.id in own and post.state in _WAITING,
            others=others.get(_subject(post), ()),
        )
        for post in posts
    ]


def _is_closed(post: Post, now: datetime) -> bool:
    return post.state in _WAITING and post.not_before_at is not None and post.not_before_at > now


def _refused(editor: Editor, tx: Transaction, post: Post, acts: Collection[Act]) -> Mapping[str, str]:
    asked = [act for act in (Act.APPROVE, Act.NOW) if act in acts]
    return {act.value: why for act, why in editor.why_refused(tx, asked, post).items()}


def _of_own_hand(app: App, tx: Transaction, posts: list[Post], person: Person) -> set[PostId]:
    if not app.settings.approval.four_eyes or not posts:
        return set()
    by_subject: dict[str, list[AuditEntry]] = {f"post {post.id}": [] for post in posts}
    for entry in tx.audit.list_of(by_subject):
        by_subject[entry.subject].append(entry)
    me = hand_of(person.who)
    return {post.id for post in posts if me in hands_of(by_subject[f"post {post.id}"])}


_WAITING = frozenset({PostState.DRAFT, PostState.HELD, PostState.QUEUED})


_OPEN = _WAITING | {PostState.REJECTED, PostState.EXPIRED}
"""Those that somebody may still let out."""


def x_url(app: App, remote_id: str | None) -> str | None:
    """
    Where a reader sees the post: on X, or on the local X of the sandbox.
    """
    if remote_id is None:
        return None
    if app.local_x_url is not None:
        return f"{app.local_x_url}/#post-{remote_id}"
    return f"{_X}/{app.settings.x.handle}/status/{remote_id}"


def _subject(post: Post) -> str:
    return f"post {post.thread_id or post.id}"


def _others(app: App, tx: Transaction, posts: list[Post], person: Person) -> Mapping[str, tuple[Presence, ...]]:
    subjects = {_subject(post) for post in posts if post.state in LIVE}
    found = tx.sheets.list_presences(subjects, seen_since=app.clock.now() - PRESENCE)
    return {
        subject: tuple(one for one in found if one.subject == subject and one.who != person.who)
        for subject in {one.subject for one in found}
    }


def headlines(tx: Transaction, posts: Collection[Post]) -> Mapping[PostId, str]:
    """
    What each post is called: its article's headline, or else the first line of its text.

    One that is out keeps the headline that it went out with, unless it was given the newer one on X.
    """
    made = [post for post in posts if post.kind is PostKind.ARTICLE]
    now = tx.articles.titles([post.article_id for post in made if post.article_id is not None])
    then = tx.articles.titles_at(
        {
            (post.article_id, post.revision)
            for post in made
            if post.state is PostState.PUBLISHED
            and post.article_id is not None
            and post.revision is not None
            and now[post.article_id] not in post.text
        }
    )
    titles = {
        post.id: then.get((post.article_id, post.revision or 0)) or now[post.article_id]
        for post in made
        if post.article_id is not None
    }
    return {post.id: titles.get(post.id) or post.text.partition("\n")[0] for post in posts}


def _of(figures: Mapping[str, Snapshot], post: Post) -> Figures:
    found = figures.get(post.remote_id or "")
    return Figures() if found is None else found.figures


def _figures(tx: Transaction, remote_ids: list[str]) -> Mapping[str, Snapshot]:
    followed: Mapping[str, FollowedPost] = tx.engagement.find(remote_ids)
    newest = tx.engagement.latest([one.remote_id for one in followed.values()])
    return {asked: newest[one.remote_id] for asked, one in followed.items() if one.remote_id in newest}
