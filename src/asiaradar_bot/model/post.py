"""A post on its way to X: its states, the table of moves between them, and its attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import WrongStateError

PostId = NewType("PostId", int)
AttemptId = NewType("AttemptId", int)


class PostState(StrEnum):
    """
    Where a post stands; the text is what the database stores.
    """

    DRAFT = "draft"
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


MEANINGS: dict[PostState, str] = {
    PostState.DRAFT: "an editor is writing",
    PostState.HELD: "waits for a person (guard, breaker, approval)",
    PostState.QUEUED: "due at its time",
    PostState.SENDING: "the intent is durable; the outcome is not known yet",
    PostState.PUBLISHED: "the id on X is known",
    PostState.REJECTED: "X gave a definite, lasting no",
    PostState.UNKNOWN: "could not be settled; only a person may decide",
    PostState.EXPIRED: "too old to be news when its turn came",
    PostState.CANCELLED: "a person withdrew it",
}

MOVES: dict[PostState, frozenset[PostState]] = {
    PostState.DRAFT: frozenset({PostState.QUEUED, PostState.CANCELLED}),
    PostState.HELD: frozenset({PostState.QUEUED, PostState.CANCELLED}),
    PostState.QUEUED: frozenset({PostState.SENDING, PostState.HELD, PostState.CANCELLED, PostState.EXPIRED}),
    PostState.SENDING: frozenset({PostState.PUBLISHED, PostState.QUEUED, PostState.REJECTED, PostState.UNKNOWN}),
    PostState.PUBLISHED: frozenset(),
    PostState.REJECTED: frozenset({PostState.QUEUED, PostState.CANCELLED}),
    PostState.UNKNOWN: frozenset({PostState.PUBLISHED, PostState.QUEUED, PostState.CANCELLED}),
    PostState.EXPIRED: frozenset({PostState.QUEUED}),
    PostState.CANCELLED: frozenset({PostState.HELD}),
}

BY_PERSON_ONLY: frozenset[tuple[PostState, PostState]] = frozenset(
    {
        (PostState.HELD, PostState.QUEUED),
        (PostState.REJECTED, PostState.QUEUED),
        (PostState.UNKNOWN, PostState.PUBLISHED),
        (PostState.UNKNOWN, PostState.QUEUED),
        (PostState.UNKNOWN, PostState.CANCELLED),
        (PostState.EXPIRED, PostState.QUEUED),
        (PostState.CANCELLED, PostState.HELD),
    }
)
"""Moves that no timer and no step may make by itself."""

BY_OUTCOME_ONLY = PostState.SENDING
"""Only the outcome of its open attempt moves a post out of this state; no person may, whatever they saw on X."""

LIVE = frozenset({PostState.DRAFT, PostState.HELD, PostState.QUEUED})
"""States in which the text may still be changed."""


def check_move(old: PostState, new: PostState, *, post_id: int, by_person: bool) -> None:
    """
    Return if the table allows the move.

    Raises:
        WrongStateError: it does not, or only a person may make it.
    """
    if old is BY_OUTCOME_ONLY and (by_person or new not in MOVES[old]):
        raise WrongStateError(f"post {post_id} is already going out; wait until its outcome is known", post_id=post_id)
    if new not in MOVES[old]:
        raise WrongStateError(f"post {post_id} is {old}, and a {old} post cannot become {new}", post_id=post_id)
    if (old, new) in BY_PERSON_ONLY and not by_person:
        raise WrongStateError(f"post {post_id} may go from {old} to {new} only by a person", post_id=post_id)


class PostKind(StrEnum):
    """
    Where a post came from.
    """

    ARTICLE = "article"
    MANUAL = "manual"


MOST_PARTS = 25
"""Of a thread: its posts are written in one transaction, which nothing else may write beside."""
MOST_TEXT_CHARS = 20_000
"""Of a text before it is shortened or split; every page that shows a draft carries it whole."""
MOST_PICTURES = 4
"""Source: X API, POST /2/tweets, `media.media_ids`: one to four photos."""
MOST_ALT_CHARS = 1000
"""Source: X API, POST /2/media/metadata, `alt_text.text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPicture:
    """
    A picture of a post, with what it shows in words for those who don't see it.
    """

    picture_id: int
    alt_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPost:
    """
    A post before it has an id; a thread is several that share `thread_id`.
    """

    kind: PostKind
    state: PostState
    news_class: NewsClass
    text: str
    """Byte for byte what is sent; after an edit on X, what stands there now."""
    link: str | None
    """The one link that was meant, as it stands in the text; None: none."""
    marker: str
    """Made once per post, part of the link's parameters; the same on every attempt."""
    due_at: datetime
    expires_at: datetime | None
    reason: str
    """One sentence: why it stands where it stands."""
    created_at: datetime
    price_usd: str
    """Decimal text, e.g. `0.200`, as shown in the preview."""
    article_id: ArticleId | None = None
    article_url: str | None = None
    revision: int | None = None
    """Revision of the article that the text was made from."""
    text_frozen: bool = False
    """A person wrote or changed the text: it is never rendered anew."""
    template: str | None = None
    variant: str | None = None
    """Which variant of the template it was worded by; None: the template has only itself."""
    category: str | None = None
    """The article's first category, as it was then; what reports compare by."""
    language: str | None = None
    """The article's language, primary tag, as it was then."""
    thread_id: PostId | None = None
    """Id of the thread's first part (its own id there); None: no thread."""
    part: int = 1
    parts: int = 1
    picture_url: str | None = None
    """Where its picture is still to be fetched from; None: no picture, or it is there already."""
    picture_id: int | None = None
    alt_text: str | None = None
    """Of the first picture, also while that is still to be fetched."""
    more_pictures: tuple[PostPicture, ...] = ()
    """The second to the fourth; `pictures` has all of them."""
    not_before_at: datetime | None = None
    ends_said: str | None = None
    """
    The embargoes that a person ended, or set another end to, which is `not_before_at`: `12=<end> 15=open`, the
    articles to which it leads, each with the end that was known when the person said so.
    """
    in_slot: bool = False
    """It holds one of the newsroom's slots."""
    verified_at: datetime | None = None
    """When the article was last seen to be still there, unchanged."""
    next_verify_at: datetime | None = None
    approved_by: str | None = None
    reply_to: str | None = None
    """Id on X of our post that it answers; None: it begins a conversation, or is part of a thread."""
    corrects_id: PostId | None = None
    """The post that it corrects, or whose place it took."""

    @property
    def is_by_hand(self) -> bool:
        """
        Whether a person wrote it as a post of its own: no correction of another one.
        """
        return self.kind is PostKind.MANUAL and self.corrects_id is None

    @property
    def pictures(self) -> tuple[PostPicture, ...]:
        """
        All its pictures in the order in which X shows them.
        """
        if self.picture_id is None:
            return ()
        return (PostPicture(picture_id=self.picture_id, alt_text=self.alt_text), *self.more_pictures)


def picture_fields(pictures: Sequence[PostPicture]) -> dict[str, object]:
    """
    The fields of a post that hold these pictures, in their order.
    """
    first = pictures[0] if pictures else None
    return {
        "picture_id": first.picture_id if first else None,
        "alt_text": first.alt_text if first else None,
        "more_pictures": tuple(pictures[1:]),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(NewPost):
    """
    One post on X, before and after it is there.
    """

    id: PostId
    version: int
    """Counts up with each change; an edit names the version it read."""
    remote_id: str | None = None
    published_at: datetime | None = None
    attempts: int = 0
    """Tries that count: an answer of «later» by the rate limit does not."""
    deleted_remotely_at: datetime | None = None
    """When it was known to be gone from X; None: it is there, as far as anyone knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """
    One try to send a post; never deleted.
    """

    id: AttemptId
    post_id: PostId
    number: int
    started_at: datetime
    fence: int
    owner: str
    match_key: str
    """Normalised text by which the reconciler knows the post again."""
    media_count: int = 0
    signed_at: datetime | None = None
    answer_class: str | None = None
    """None while the outcome is not known."""
    remote_id: str | None = None
    error: str | None = None
    finished_at: datetime | None = None
    absent_reads: int = 0
    """How often the settled timeline did not hold it."""
    absent_at: datetime | None = None
    """When it was last read to be absent."""
