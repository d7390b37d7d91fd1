"""
Which post on our timeline is the one we tried to send.

In this order: the id on X, the link with the post's own marker, the same text with as many pictures (where an editor
wrote the link, it has no marker); and never a
post from before the attempt (5 seconds of clock difference allowed), nor one that another post of ours owns.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import timedelta

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.outcome import RemotePost
from asiaradar_bot.model.post import Attempt, Post
from asiaradar_bot.rules.addresses import canonical_url
from asiaradar_bot.rules.post_text import link_spans

_SKEW = timedelta(seconds=5)
_SHORT_LINK = re.compile(r"https?://t\.co/[A-Za-z0-9]+")
_SPACES = re.compile(r"\s+")
_NON_JOINER = "\u200c"
"""Ours, put into accidental links; nobody has promised that X keeps it."""


def match_key(text: str, *, link: str | None) -> str:
    """
    The text as it can be compared with what X gives back: NFC, entities decoded, every link removed, spaces folded.
    """
    text = unicodedata.normalize("NFC", html.unescape(text)).replace(_NON_JOINER, "")
    if link:
        text = text.replace(link, " ")
    text = _SHORT_LINK.sub(" ", text)
    for start, end, _ in reversed(link_spans(text)):
        text = f"{text[:start]} {text[end:]}"
    return _SPACES.sub(" ", text).strip()


def carries_marker(remote: RemotePost, marker: str) -> bool:
    """
    True if one of the post's expanded links has the marker as a parameter's value.
    """
    pattern = re.compile(rf"[?&][^=&#]+={re.escape(marker)}(?:[&#]|$)")
    return any(pattern.search(link) for link in remote.links)


def link_key(links: Sequence[str]) -> str | None:
    """
    The canonical address of the first link that has one: the article that a post leads to, None if it leads nowhere.
    """
    for link in links:
        try:
            return canonical_url(link)
        except InputError:
            continue
    return None


def find_match(
    attempt: Attempt, post: Post, remote: Sequence[RemotePost], *, taken: Collection[str] = ()
) -> RemotePost | None:
    """
    The post on X that this attempt made, or None if the timeline does not hold it.
    """
    earliest = attempt.started_at.replace(microsecond=0) - _SKEW  # X's stamps are whole seconds
    free = [found for found in remote if found.id not in taken and found.created_at >= earliest]
    for found in free:
        if attempt.remote_id is not None and found.id == attempt.remote_id:
            return found
    if post.link is not None and post.marker in post.link:
        for found in free:
            if carries_marker(found, post.marker):
                return found
        return None
    same = [
        found
        for found in free
        if match_key(found.text, link=None) == attempt.match_key and found.media_count == attempt.media_count
    ]
    return min(same, key=lambda found: found.created_at, default=None)
