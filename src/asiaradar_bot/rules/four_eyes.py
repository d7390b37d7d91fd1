"""Four eyes: whoever wrote or changed a post is not the one who lets it out."""

from __future__ import annotations

from collections.abc import Iterable

from asiaradar_bot.model.audit import AuditEntry
from asiaradar_bot.model.errors import AccessError

_CONTENT = frozenset({"text", "pictures", "picture_id", "alt_text"})
BOT = "bot"
EYES = ", waits for another pair of eyes"
"""Ends the reason of a post that its writer would have queued."""


NOT_AT_ONCE = ", waits for somebody to approve it"
"""Ends the reason of what whoever wrote it may not send at once."""


def hand_of(who: str) -> str:
    """
    The person behind a name of the audit: `cli:Mei` and `desk:mei` are one.
    """
    return who.rpartition(":")[2].casefold()


def hands_of(entries: Iterable[AuditEntry]) -> frozenset[str]:
    """
    Everybody who wrote or changed what the post says, as `hand_of` names them; the bot is nobody.
    """
    return frozenset(hand_of(one.who) for one in entries if one.who != BOT and _CONTENT & one.after.keys())


def check_other_eyes(post_id: int, who: str, hands: frozenset[str]) -> None:
    """
    Return if this person neither wrote nor changed the post.

    Raises:
        AccessError: they did. Source: OWASP ASVS 5.0, 2.3.5.
    """
    if hand_of(who) in hands:
        raise AccessError(f"{who} wrote or changed post {post_id}: somebody else must approve it (approval.four_eyes)")
