"""By whose habits an article's page is read: the zone of its stamps without one, the language of a page without one."""

from __future__ import annotations

from collections.abc import Sequence

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.source import Source
from asiaradar_bot.rules.addresses import host_of


def page_source(name: str, url: str, sources: Sequence[Source]) -> Source | None:
    """
    The source of that name; where the settings have none (the article was pushed, or its source is gone from them), the
    first one on the article's host, as one site keeps one clock. None: no source is on it.
    """
    own = next((source for source in sources if source.name == name), None)
    if own is not None:
        return own
    host = _bare_host(url)
    return next((source for source in sources if host and _bare_host(source.url) == host), None)


def _bare_host(url: str) -> str:
    try:
        return host_of(url).removeprefix("www.")
    except InputError:
        return ""
