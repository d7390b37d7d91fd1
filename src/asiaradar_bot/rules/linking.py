"""What an editor is told about the links of a text: an article that is gone or under embargo, a story told already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asiaradar_bot.model.errors import TextError
from asiaradar_bot.rules.addresses import same_article_key
from asiaradar_bot.rules.both_zones import in_both_zones
from asiaradar_bot.rules.lints import Lint


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """
    What is on record about one link of a text.
    """

    link: str
    """As it stands in the text."""
    address: str | None = None
    """Where its article stands now; None: it leads to no article that is known."""
    gone_at: datetime | None = None
    """Since when the article's page is known to be gone."""
    is_withdrawn: bool = False
    """A correction on record says that the article was withdrawn."""
    embargo_ends_at: datetime | None = None
    embargo_is_open: bool = False
    """It speaks of an embargo, and nobody knows when that ends."""
    posted_id: str | None = None
    """Id on X of a post on our timeline that leads there already; None: none does."""
    posted_as: int | None = None
    """Which post of ours that is; None: none of ours."""
    posted_at: datetime | None = None
    waits: int | None = None
    """Another post that leads there and is still to go out."""
    waits_until: datetime | None = None
    is_unseen: bool = False
    """It lies on a site whose articles are read, and no source ever showed it."""


def link_errors(records: Sequence[LinkRecord]) -> tuple[str, ...]:
    """
    Why a text with these links can't go out, a sentence each; empty: it can.
    """
    return tuple(
        sentence
        for record in records
        for sentence in (
            f"the article behind {record.link} is gone: its page was not there at {record.gone_at:%Y-%m-%d %H:%M} UTC"
            if record.gone_at is not None
            else f"the article behind {record.link} was withdrawn",
        )
        if record.gone_at is not None or record.is_withdrawn
    )


def check_links(records: Sequence[LinkRecord]) -> None:
    """
    Return if a text with these links can go out.

    Raises:
        TextError: it can't; all reasons in one sentence.
    """
    problems = link_errors(records)
    if problems:
        raise TextError("the text cannot go out: " + "; ".join(problems))


def lint_links(records: Sequence[LinkRecord], *, now: datetime, zone: str) -> tuple[Lint, ...]:
    """
    All remarks about the links of a text, what stops it first.
    """
    errors = [
        Lint(sentence=problem, blocks=True, mend="take the link out, or link to another page")
        for problem in link_errors(records)
    ]
    remarks = [remark for record in records for remark in _remarks(record, now=now, zone=zone)]
    return (*errors, *(Lint(sentence=remark, blocks=False) for remark in remarks))


def _remarks(record: LinkRecord, *, now: datetime, zone: str) -> Iterator[str]:
    link = record.link
    if record.embargo_is_open:
        yield f"{link} leads to an article under embargo whose end nobody knows: this is held until somebody says it"
    elif record.embargo_ends_at is not None and record.embargo_ends_at > now:
        ends = in_both_zones(record.embargo_ends_at, zone)
        yield f"{link} leads to an article under embargo until {ends}: this does not go out before that"
    if record.posted_id is not None and record.posted_at is not None:
        when = f"{record.posted_at:%d %b %H:%M} UTC"
        if record.posted_as is not None:
            yield f"{link} is on our timeline already: post {record.posted_as} of {when}"
        else:
            yield f"{link} is on our timeline already: X has it as {record.posted_id} of {when}"
    if record.waits is not None and record.waits_until is not None:
        yield f"{link} stands in post {record.waits} too, which is to go out {record.waits_until:%d %b %H:%M} UTC"
    if record.address is not None and same_article_key(link) != same_article_key(record.address):
        yield f"{link} is not where its article stands now: that is {record.address}"
    if record.is_unseen:
        yield (
            f"no source ever showed {link}: check that the page is there; what somebody without the right to send at "
            "once lets link there is held"
        )
