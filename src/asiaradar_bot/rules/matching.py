"""
Which post on our timeline is the one we tried to send.

In this order: the id on X, the link with the post's own marker, the same text with the same link and as many
pictures; and never a post from before the attempt, nor one that another post of ours owns. Texts may be repeated, so
that 5 seconds of clock difference are allowed for them; markers are not, so that they get all that X tolerates.
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

CLOCK_TOLERANCE = timedelta(minutes=5)
"""
How far our clock may be from X's: with more, X refuses the signature, and no post is made.

Source: OAuth 1.0a requests to X, docs.x.com/fundamentals/authentication, timestamps more than 5 minutes off.
"""
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
    return any(_is_marked(link, marker) for link in remote.links)


def _is_marked(link: str, marker: str) -> bool:
    return re.search(rf"[?&][^=&#]+={re.escape(marker)}(?:[&#]|$)", link) is not None


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
    free = [found for found in remote if found.id not in taken]
    for found in free:
        if attempt.remote_id is not None and found.id == attempt.remote_id:
            return found
    started_at = attempt.started_at.replace(microsecond=0)  # X's stamps are whole seconds
    if post.link is not None and _is_marked(post.link, post.marker):
        marked = (found for found in free if carries_marker(found, post.marker))
        return next((found for found in marked if found.created_at >= started_at - CLOCK_TOLERANCE), None)
    same = [
        found
        for found in free
        if found.created_at >= started_at - _SKEW
        and is_same_text(post, found, key=attempt.match_key, media_count=attempt.media_count)
    ]
    return min(same, key=lambda found: found.created_at, default=None)


def is_same_text(post: Post, found: RemotePost, *, key: str, media_count: int) -> bool:
    """
    True if the post on X has these words (`match_key`), as many pictures, and leads where the post's link leads.

    For posts whose link an editor wrote: no marker of ours is in it.
    """
    if match_key(found.text, link=None) != key or found.media_count != media_count:
        return False
    return post.link is None or post.link in found.links or link_key([post.link]) == link_key(found.links)
