"""A post whose article moved: what is said of it, and the texts that lead to the new address."""

from __future__ import annotations

import pytest

from asiaradar_bot.model.correction import Change, ChangeKind, Option
from asiaradar_bot.model.errors import TextError
from asiaradar_bot.rules.correcting import check_destination, drafts_for, moved_to, with_move
from asiaradar_bot.rules.post_text import LIMIT, weighted_length
from tests.factories import LINK, URL, make_facts, make_post

NEW = "https://radar.asia/busan-counts"


def test_a_text_leads_to_the_former_address_or_not() -> None:
    """One that holds the new address is mended; spelling and parameters are no move; no link leads nowhere."""
    assert moved_to(f"Port {LINK}", told_url=URL, url=NEW) == NEW
    assert moved_to(f"Port {NEW}/?utm_id=x", told_url=URL, url=NEW) is None
    assert moved_to(f"Port {LINK}", told_url=URL, url=f"{URL}/") is None
    assert moved_to("Port", told_url=None, url=NEW) is None
    assert moved_to("Port", told_url=URL, url=None) is None


@pytest.mark.parametrize(
    ("kind", "graver"),
    [
        (ChangeKind.TYPO, ChangeKind.MOVED),
        (ChangeKind.FACTUAL, ChangeKind.MOVED),
        (ChangeKind.RETRACTION, ChangeKind.RETRACTION),
    ],
)
def test_the_graver_of_two_changes_counts(kind: ChangeKind, graver: ChangeKind) -> None:
    """A dead link is graver than a wrong number, and a withdrawal graver than both; both reasons are told."""
    both = with_move(Change(kind=kind, reasons=("a fact",)), told_url=URL, url=NEW)
    assert both.kind is graver
    assert set(both.reasons) == {"a fact", f"it stands at {NEW} now, and the post leads to its former address {URL}"}
    assert with_move(None, told_url=URL, url=NEW).kind is ChangeKind.MOVED


def test_prepared_texts_lead_to_the_new_address() -> None:
    """All of them, the marker kept in its place, within X's limit however long the headline is."""
    post = make_post()
    link = f"{NEW}?utm_id=p0123456789"
    drafts = drafts_for(post, None, make_facts(), make_facts(), address=NEW)
    assert drafts[Option.EDIT] == f"Port of Busan counts its busiest year\n{link}"
    assert drafts[Option.DELETE_AND_REPOST] == f"Correction: Port of Busan counts its busiest year\n{link}"
    assert drafts[Option.REPLY] == drafts[Option.POST] == drafts[Option.DELETE_AND_REPOST]
    long = drafts_for(post, None, make_facts(), make_facts(title="Port of Busan " * 40), address=NEW)
    assert long[Option.POST].endswith(f"…\n{link}")
    assert weighted_length(long[Option.POST]) <= LIMIT
    same = drafts_for(post, None, make_facts(), make_facts(), address=URL)
    assert LINK in same[Option.EDIT]
    assert "https://" not in same[Option.POST]


def test_no_correction_leads_to_where_the_article_is_no_more() -> None:
    """Neither to its former address nor to a page that is gone; other links are the person's."""
    with pytest.raises(TextError, match=f"where the article is no more: it stands at {NEW} now"):
        check_destination(f"Port {LINK}", told_url=URL, url=NEW, gone=False)
    with pytest.raises(TextError, match="that page is gone: take the link out"):
        check_destination(f"Port {LINK}", told_url=URL, url=URL, gone=True)
    check_destination(f"Port {NEW}", told_url=URL, url=NEW, gone=False)
    check_destination("Withdrawn, see https://radar.asia/note", told_url=URL, url=URL, gone=True)
