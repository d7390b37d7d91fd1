"""An article that changed after its post went out: how much it changed, what can be done, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from asiaradar_bot.model.article import ArticleId
from asiaradar_bot.model.errors import WrongStateError
from asiaradar_bot.model.post import Post, PostId, PostState

CorrectionId = NewType("CorrectionId", int)


class ChangeKind(StrEnum):
    """
    How grave a change is, mildest first.
    """

    TYPO = "typo"
    HEADLINE = "headline"
    FACTUAL = "factual"
    MOVED = "moved"
    """The article stands at another address, and the post leads to the former one."""
    RETRACTION = "retraction"
    ASKED = "asked"
    """No change was seen: a person asked for the correction."""


KIND_MEANINGS: dict[ChangeKind, str] = {
    ChangeKind.TYPO: "a slip of spelling or signs; numbers, names and negations are the same",
    ChangeKind.HEADLINE: "headline or summary was worded anew, with the same facts",
    ChangeKind.FACTUAL: "a number, name, date or negation changed, or much of the lead",
    ChangeKind.MOVED: "the article stands at another address; the link of the post leads to its former one",
    ChangeKind.RETRACTION: "the article is gone, hidden or withdrawn",
    ChangeKind.ASKED: "a person saw something to correct",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    What became of an article since it was posted.
    """

    kind: ChangeKind
    reasons: tuple[str, ...]
    """In words, the gravest first; never empty."""


class Option(StrEnum):
    """
    What can be done about a post whose article changed; the text is stored and is the CLI's word.
    """

    EDIT = "edit"
    """Change the post itself, while X allows it."""
    POST = "post"
    """A correction post that answers the original."""
    DELETE_AND_REPOST = "delete-and-repost"
    """Take the post away; once it is known to be gone, send another one in its place."""
    REPLY = "reply"
    """A prepared text that a person posts in the app."""
    DISMISS = "dismiss"
    """Leave the post as it is."""


class CorrectionState(StrEnum):
    """
    Where a correction stands; the text is what the database stores.
    """

    OPEN = "open"
    ASKED = "asked"
    DUE = "due"
    ACTING = "acting"
    UNKNOWN = "unknown"
    POSTING = "posting"
    BY_HAND = "by_hand"
    EDITED = "edited"
    CORRECTED = "corrected"
    REPOSTED = "reposted"
    REPLIED = "replied"
    DISMISSED = "dismissed"


CORRECTION_MEANINGS: dict[CorrectionState, str] = {
    CorrectionState.OPEN: "waits for a person",
    CorrectionState.ASKED: "somebody asked to delete; a second person must agree",
    CorrectionState.DUE: "decided: X is asked at the next sweep",
    CorrectionState.ACTING: "the intent is durable; what X did is not known yet",
    CorrectionState.UNKNOWN: "could not be settled; only a person may decide",
    CorrectionState.POSTING: "its new post is in the queue",
    CorrectionState.BY_HAND: "its text is ready; a person posts it in the app",
    CorrectionState.EDITED: "X shows the new text",
    CorrectionState.CORRECTED: "the correction post is out",
    CorrectionState.REPOSTED: "the old post is gone and the new one is out",
    CorrectionState.REPLIED: "the prepared reply was seen on the timeline",
    CorrectionState.DISMISSED: "the post stays as it is",
}

_CHOSEN = frozenset(
    {
        CorrectionState.ASKED,
        CorrectionState.DUE,
        CorrectionState.POSTING,
        CorrectionState.BY_HAND,
        CorrectionState.DISMISSED,
    }
)
CORRECTION_MOVES: dict[CorrectionState, frozenset[CorrectionState]] = {
    CorrectionState.OPEN: _CHOSEN,
    CorrectionState.ASKED: frozenset({CorrectionState.DUE, CorrectionState.OPEN, CorrectionState.DISMISSED}),
    CorrectionState.DUE: frozenset({CorrectionState.ACTING, CorrectionState.OPEN, CorrectionState.DISMISSED}),
    CorrectionState.ACTING: frozenset(
        {
            CorrectionState.DUE,
            CorrectionState.OPEN,
            CorrectionState.EDITED,
            CorrectionState.POSTING,
            CorrectionState.UNKNOWN,
        }
    ),
    CorrectionState.UNKNOWN: _CHOSEN | {CorrectionState.OPEN},
    CorrectionState.POSTING: frozenset({CorrectionState.CORRECTED, CorrectionState.REPOSTED, CorrectionState.OPEN}),
    CorrectionState.BY_HAND: frozenset({CorrectionState.REPLIED, CorrectionState.OPEN, CorrectionState.DISMISSED}),
    CorrectionState.EDITED: frozenset(),
    CorrectionState.CORRECTED: frozenset(),
    CorrectionState.REPOSTED: frozenset(),
    CorrectionState.REPLIED: frozenset(),
    CorrectionState.DISMISSED: frozenset(),
}

LIVE_CORRECTIONS = frozenset(state for state, moves in CORRECTION_MOVES.items() if moves)
"""Those that are not over; a post has at most one of them."""
NEEDS_PERSON = (CorrectionState.UNKNOWN, CorrectionState.ASKED, CorrectionState.OPEN, CorrectionState.BY_HAND)
"""Those that wait for somebody, most urgent first."""


def check_correction_move(old: CorrectionState, new: CorrectionState, *, number: int, by_person: bool) -> None:
    """
    Return if the table allows the move.

    Raises:
        WrongStateError: it does not, or only a person may make it.
    """
    if new not in CORRECTION_MOVES[old]:
        if old is CorrectionState.ACTING:
            raise WrongStateError(f"correction {number} is on its way to X: wait until its outcome is known")
        raise WrongStateError(f"correction {number} is {old}, and a correction that is {old} cannot become {new}")
    if old is CorrectionState.UNKNOWN and not by_person:
        raise WrongStateError(f"correction {number} may leave unknown only by a person")


class ActKind(StrEnum):
    """
    What X is asked for.
    """

    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCorrection:
    """
    A correction before it has an id.
    """

    post_id: PostId
    article_id: ArticleId | None
    kind: ChangeKind
    reasons: tuple[str, ...]
    old_revision: int | None
    """The article as the post (or the correction before this one) tells it; None: no article."""
    new_revision: int | None
    """The article as it is now."""
    gone_at: datetime | None = None
    """When the article's page was found to be gone; None: it is there."""
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(NewCorrection):
    """
    One change of one article, and what became of its post.
    """

    id: CorrectionId
    version: int
    """Counts up with each change; a choice names the version it read."""
    state: CorrectionState = CorrectionState.OPEN
    option: Option | None = None
    """What was chosen."""
    text: str | None = None
    """Byte for byte what is sent: the edited, correcting, new or prepared text."""
    why: str = ""
    """One sentence: why it stands where it stands."""
    asked_by: str | None = None
    confirmed_by: str | None = None
    """The second person, where deleting needs one."""
    next_try_at: datetime | None = None
    closed_at: datetime | None = None
    new_post_id: PostId | None = None
    """The correction post, or the one that took the original's place."""
    new_remote_id: str | None = None
    """Id on X of the edited version, or of the reply made by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPost:
    """
    One post of a chain: an original, what corrected it, what took its place, and so on.
    """

    post: Post
    made_by: Correction | None
    """The correction that it was made by; None: it is the original."""

    @property
    def takes_place(self) -> bool:
        """
        It was made to stand in the place of the post that it corrects, whether or not it is out yet.
        """
        return self.made_by is not None and self.made_by.option is Option.DELETE_AND_REPOST

    @property
    def took_place_of(self) -> PostId | None:
        """
        The post that is gone and whose story this one tells now; None: none, or this one is not out yet.
        """
        return self.post.corrects_id if self.takes_place and self.post.state is PostState.PUBLISHED else None


def in_place_of(post_id: PostId, chain: Sequence[ChainPost]) -> PostId:
    """
    The newest post that tells this one's story: the one that took its place, or the place of that one; else itself.
    """
    successors = {link.took_place_of: link.post.id for link in chain if link.took_place_of is not None}
    while post_id in successors:
        post_id = successors[post_id]
    return post_id


def answered_by(post_id: PostId, chain: Sequence[ChainPost]) -> PostId | None:
    """
    The post that this correction post answers, in whose place another one may stand by now; None: it answers none.
    """
    links = {link.post.id: link for link in chain}
    while (before := links[post_id].took_place_of) is not None:
        post_id = before
    answered = links[post_id].post.corrects_id
    return None if answered is None else in_place_of(answered, chain)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionAttempt:
    """
    One try to edit or delete a post; never deleted.
    """

    id: int
    correction_id: CorrectionId
    number: int
    act: ActKind
    remote_id: str
    """The version that is edited or deleted."""
    started_at: datetime
    fence: int
    owner: str
    match_key: str
    """Of the edited text; empty for a deletion."""
    ledger_id: int | None
    signed_at: datetime | None = None
    answer_class: str | None = None
    error: str | None = None
    finished_at: datetime | None = None
    seen_reads: int = 0
    """How often the timeline did not show that it was done (edit), or showed that the post is gone (deletion)."""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPost:
    """
    A post on X whose article is still looked at, with what decides whether it is looked at now.
    """

    post_id: PostId
    published_at: datetime
    is_gone: bool
    """The post itself is no longer on X."""
    revision: int | None
    """Of the article, that the post was made from."""
    article_id: ArticleId
    article_revision: int
    article_gone_at: datetime | None
    article_url: str
    told_url: str | None
    """Where the article stood when the post was written; None: the post leads nowhere."""
    text: str
    read_at: datetime | None
    next_read_at: datetime | None
    read_failures: int
    known_gone_at: datetime | None = None
    """Since when the article was known to be gone when the post was written; None: it was there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionTerms:
    """
    What the newsroom and its account allow.
    """

    watch: timedelta = timedelta(days=7)
    """How long after its post an article goes on being looked at; 0: not at all."""
    first_gap: timedelta = timedelta(minutes=10)
    """How soon it is looked at again at first; later an eighth of the post's age."""
    premium: bool = False
    """The account is Premium: X lets its posts be edited."""
    edit_window: timedelta = timedelta(minutes=30)
    """Source: docs.x.com/x-api/fundamentals/edit-posts says 30 minutes, the changelog of 2025-10-03 an hour."""
    edits_allowed: int = 5
    two_person_delete: bool = False
    """A deletion needs a second person."""
    four_eyes: bool = False
    """Nobody's words go out by that person's word alone: a correction post waits for another one, a deletion too."""
    answer_original: bool = True
    """True: a correction post answers the original; False: it stands by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    One option as it stands now.
    """

    option: Option
    price_usd: Decimal
    is_open: bool
    why: str
    """What it does, or why it is not open."""
