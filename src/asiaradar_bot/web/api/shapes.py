"""What the API takes and gives: the shapes in its OpenAPI document; no logic here."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

from asiaradar_bot.model.article import ArticleState
from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.post import MOST_ALT_CHARS, MOST_PARTS, MOST_PICTURES, MOST_TEXT_CHARS, PostPicture, PostState

Text = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TEXT_CHARS)]
Instant = Annotated[AwareDatetime, Field(description="UTC.")]
Usd = Annotated[Decimal, PlainSerializer(str, return_type=str), Field(description="USD, as decimal text.")]
Words = Annotated[str, StringConstraints(max_length=100)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


MOST_ID = 2**53 - 1


class Shown(_Shape):
    """
    A picture that a post shows, by the number that its upload was answered with.
    """

    picture_id: int = Field(ge=1, le=MOST_ID)
    alt_text: Annotated[str, StringConstraints(max_length=MOST_ALT_CHARS)] | None = Field(
        default=None, description="What it shows, for those who don't see it; it costs something, see `price_usd`."
    )

    @property
    def noun(self) -> PostPicture:
        """
        As steps know it.
        """
        return PostPicture(picture_id=self.picture_id, alt_text=self.alt_text)


Pictures = Annotated[list[Shown], Field(max_length=MOST_PICTURES, description="In the order in which X shows them.")]


class Post(_Shape):
    """
    A post on its way to X, or there.
    """

    id: int
    state: PostState
    text: str = Field(description="Byte for byte what is sent.")
    article_url: str | None
    remote_id: str | None = Field(description="Its id on X, once it is there.")
    due_at: Instant
    not_before_at: Instant | None = Field(description="The end of its embargo, before which nothing lets it out.")
    reason: str = Field(description="One sentence: why it stands where it stands.")
    attempts: int
    news_class: NewsClass = Field(alias="class")
    price_usd: Usd
    version: int = Field(description="Counts up with each change; name it when you change the post.")
    thread_id: int | None
    part: int
    parts: int = Field(description="Of its thread; 1: it stands alone.")
    pictures: Pictures
    deleted_remotely_at: Instant | None = Field(description="When it was seen to be gone from X.")
    corrects: int | None = Field(description="The post that this one corrects.")


class Attempt(_Shape):
    """
    One try to send a post.
    """

    number: int
    started_at: Instant
    answer_class: str | None = Field(description="None while the outcome is not known.")
    remote_id: str | None
    error: str | None
    finished_at: Instant | None


class PostInFull(Post):
    """
    A post with its tries and when it is expected to go out.
    """

    expected_at: Instant | None = Field(description="Caps, gaps and quiet hours considered; none: not queued.")
    tries: list[Attempt]


class Posts(_Shape):
    """
    Posts, newest first.
    """

    posts: list[Post]


class NewPost(_Shape):
    """
    A post to be written, or a thread of several parts.
    """

    texts: Annotated[list[Text], Field(min_length=1, max_length=MOST_PARTS, description="Several make a thread.")]
    at: Words = Field(default="now", description="`now`, `tomorrow 9am`, or `2026-11-24T09:00Z`; newsroom time.")
    slot: bool = Field(default=False, description="The newsroom's next free slot instead of a time.")
    draft: bool = Field(default=False, description="Write it down only.")
    pictures: Annotated[list[Pictures], Field(max_length=MOST_PARTS)] = Field(
        default=[], description="Those of the first text, then those of the second, and so on."
    )


class NewText(_Shape):
    """
    Another text for a post.
    """

    text: Text
    version: int = Field(ge=1, description="The version that you read; another one answers 409 with the post.")


class NewPictures(_Shape):
    """
    The pictures that a post is to show instead of those it has; none: none.
    """

    pictures: Pictures
    version: int = Field(ge=1, description="The version that you read; another one answers 409 with the post.")


class Picture(_Shape):
    """
    A picture as it is sent: encoded anew, upright, without anything that it carried besides its pixels.
    """

    picture_id: int
    media_type: str
    width_pixels: int
    height_pixels: int
    size_bytes: int


class Act(_Shape):
    """
    Something done to a post.
    """

    version: int | None = Field(default=None, ge=1, description="Refuse if the post changed since this version.")
    why: str = Field(default="", max_length=300)


class Move(_Shape):
    """
    Another time for a post.
    """

    to: Words | None = Field(default=None, description="A time as with `at`; none: the next free slot.")
    version: int | None = Field(default=None, ge=1)


class Embargo(_Shape):
    """
    When a post's embargo ends.
    """

    until: Words | None = Field(
        default=None, min_length=1, description="A time as with `at`, years ahead, too; none: it is over."
    )
    confirmed: bool = Field(default=False, description="Yes, the post may go out earlier than was known.")
    version: int | None = Field(default=None, ge=1, description="Refuse if the post changed since this version.")


class Check(_Shape):
    """
    A text to be looked at; nothing is written.
    """

    text: Annotated[str, StringConstraints(max_length=MOST_TEXT_CHARS)]


class Remark(_Shape):
    """
    One remark about a text.
    """

    sentence: str
    blocks: bool = Field(description="With it the text can't go out.")


class Preview(_Shape):
    """
    What would be sent, by the sender's own code.
    """

    text: str
    weighted_length: int
    limit: int
    links: list[str]
    price_usd: Usd
    remarks: list[Remark]


class Article(_Shape):
    """
    An article with its newest decision.
    """

    id: int
    state: ArticleState
    verdict: Verdict | None = Field(description="None: not decided yet.")
    reason: str | None
    title: str
    url: str
    first_seen_at: Instant


class Articles(_Shape):
    """
    Articles, newest first.
    """

    articles: list[Article]


class TraceLine(_Shape):
    """
    One check on the way to a decision.
    """

    check: str
    passed: bool
    detail: str


class Why(Article):
    """
    Why an article was posted, held or skipped.
    """

    sentences: list[str]
    trace: list[TraceLine]
    posts: list[Post]


class Status(_Shape):
    """
    How things stand.
    """

    mode: str
    stopped: str | None = Field(description="Why nothing is sent; none: sending is on.")
    next_at: Instant | None = Field(description="When the next post is expected to go out.")
    sent_in_24_hours: int
    per_day: int
    month_usd: Usd
    budget_usd: Usd | None
    needs_somebody: int = Field(description="Posts that are held, rejected or unknown.")
    trouble: str | None = Field(description="Why the process is not healthy; none: it is.")
    now: datetime


class Stop(_Shape):
    """
    Pull the kill switch.
    """

    reason: Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Me(_Shape):
    """
    The token that asks.
    """

    name: str
    scopes: list[str]
    expires_at: Instant | None
