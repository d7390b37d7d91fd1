"""Validators as a proxy in front of the site adds them: ETag, Last-Modified, and 304 for who has the page already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from asiaradar_bot.sandbox.site.behaviours import Answer

_REQUEST_TIME = re.compile(rb"<lastBuildDate>[^<]*</lastBuildDate>")


def with_validators(answer: Answer, *, asked: Mapping[str, str]) -> Answer:
    """
    The answer with its validators, or 304 where the client's own still hold; the time of the request is no change.

    Source: RFC 9110, sections 8.8, 13.1 and 13.2.2 (If-None-Match goes before If-Modified-Since).
    """
    if answer.status != 200:  # noqa: PLR2004  only a page as usual can be unchanged
        return answer
    digest = hashlib.sha256(_REQUEST_TIME.sub(b"", answer.body)).hexdigest()[:24]
    validators = {"ETag": f'"{digest}"'}
    if answer.changed_at is not None:
        validators["Last-Modified"] = format_datetime(answer.changed_at.astimezone(UTC), usegmt=True)
    headers = {**answer.headers, **validators}
    if _is_known(asked, etag=validators["ETag"], changed_at=answer.changed_at):
        return replace(answer, status=304, body=b"", headers=headers)
    return replace(answer, headers=headers)


def _is_known(asked: Mapping[str, str], *, etag: str, changed_at: datetime | None) -> bool:
    tags = asked.get("If-None-Match")
    if tags is not None:
        return etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")} or tags.strip() == "*"
    since = asked.get("If-Modified-Since")
    if since is None or changed_at is None:
        return False
    try:
        return changed_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
