"""What differs between one installation of the site's CMS and another: switches of the sample site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHabits:
    """
    The switches of one sample site; as they stand, they are those of a fresh installation without a proxy.
    """

    feeds: bool = True
    """False: every feed of the CMS answers 404."""
    full_text: bool = False
    """Whether feeds carry the whole text in content:encoded."""
    imported_links: bool = False
    """Whether feeds and listings link an imported article to the site that it came from."""
    validators: bool = False
    """Whether a proxy in front adds ETag and Last-Modified, and answers 304."""
    hub_url: str | None = None
    """The WebSub hub that a proxy names in front of the feeds; `/hub` is the site's own."""
    sitemap_every: timedelta = timedelta(0)
    """How often the cron job writes the sitemap; zero: it is always fresh."""
    sitemap_rows: int | None = None
    """Above how many rows it is split into sitemap-1.xml and so on; None: never."""
