"""The post as the bot words it from one decision, before anybody touches it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    What the step `compose` made of a decision; the post itself may be changed afterwards, this is not.
    """

    text: str
    template: str
    variant: str | None = None
    """Which variant of the template worded it; None: the template has only itself."""
    template_digest: str
    """Of the source that was rendered; empty: it could not be."""
    price_usd: str
    held_because: str | None
    """A sentence: why a person must look; None: it was queued."""
    due_at: datetime
    made_at: datetime
