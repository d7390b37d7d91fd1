"""What an editor is told about links: what stops a text, what is worth a second look, and nothing where all is well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from asiaradar_bot.model.errors import TextError
from asiaradar_bot.rules.linking import LinkRecord, check_links, lint_links
from tests.factories import NOON, URL

HOUR = timedelta(hours=1)


def said(**how: Any) -> list[str]:
    """The remarks about one link, what stops the text marked."""
    found = lint_links([LinkRecord(link=URL, **how)], now=NOON, zone="Asia/Hong_Kong")
    return [f"{'stops: ' if lint.blocks else ''}{lint.sentence}" for lint in found]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"embargo_ends_at": NOON + HOUR}, "leads to an article under embargo until 2026-11-24 21:00 Hong Kong"),
        ({"embargo_is_open": True}, "leads to an article under embargo whose end nobody knows: this is held"),
        ({"posted_id": "77", "posted_as": 12, "posted_at": NOON}, "already: post 12 of 24 Nov 12:00 UTC"),
        ({"posted_id": "77", "posted_at": NOON}, "already: X has it as 77 of 24 Nov 12:00 UTC"),
        ({"waits": 3, "waits_until": NOON}, "stands in post 3 too, which is to go out 24 Nov 12:00 UTC"),
        ({"address": "https://radar.asia/new"}, "not where its article stands now: that is https://radar.asia/new"),
        ({"is_unseen": True}, f"no source ever showed {URL}: check that the page is there; "),
    ],
)
def test_a_remark_names_the_link_and_the_matter(how: dict[str, Any], sentence: str) -> None:
    """One sentence each, and none of them stops the text."""
    (remark,) = said(**how)
    assert sentence in remark
    assert URL in remark
    assert not remark.startswith("stops")


def test_what_is_well_gets_no_remark() -> None:
    """An article where it always was, an embargo that is over, another spelling of the same address."""
    assert said(address=f"{URL}/") == said(embargo_ends_at=NOON) == said() == []


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"gone_at": NOON}, "is gone: its page was not there at 2026-11-24 12:00 UTC"),
        ({"is_withdrawn": True}, "was withdrawn"),
    ],
)
def test_what_is_gone_stops_the_text(how: dict[str, Any], sentence: str) -> None:
    """As a remark while writing, as a refusal afterwards, in the same words."""
    (remark,) = said(**how)
    assert remark == f"stops: the article behind {URL} {sentence}"
    with pytest.raises(TextError, match=sentence):
        check_links([LinkRecord(link=URL, **how)])
