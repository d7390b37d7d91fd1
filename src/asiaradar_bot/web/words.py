"""The interface's words in the visitor's language, through gettext catalogues in `locale`; docs/translations.md."""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from asiaradar_bot.model.access import Action

LANGUAGES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文", "ja": "日本語", "ko": "한국어"}
"""Languages of the interface, each by its own name."""
MISSING = "—"
"""Stands wherever a figure is not known."""
FOLDER = Path(__file__).parent / "locale"


def named(word: str) -> str:
    """
    The word as it is: marks a name that stands in data, so that the catalogues have it (`scripts/translations.py`).
    """
    return word


NAMES = frozenset(
    {
        *(named("LIVE"), named("DRY-RUN"), named("SANDBOX"), named("STOPPED")),
        *(named("viewer"), named("editor"), named("publisher"), named("admin")),
        *(named("auto"), named("hold"), named("skip"), named("breaking"), named("normal"), named("evergreen")),
        *(named("noticed"), named("read"), named("decided"), named("done")),
        *(named("draft"), named("held"), named("queued"), named("sending"), named("published")),
        *(named("rejected"), named("unknown"), named("expired"), named("cancelled")),
        *(named("yes"), named("no_retry_later"), named("no_final"), named("no_auth")),
        *(named("already"), named("ambiguous"), named("gate_closed")),
        *(named("verdict"), named("class"), named("reason"), named("detail"), named("rule"), named("template")),
        *(named("variant"), named("post"), named("held because"), named("text"), named("price"), named("none")),
        *(named("not before"), named("due"), named("expires")),
        *(named("headline"), named("summary"), named("lead")),
        *(named("feed"), named("listing"), named("sitemap")),
    }
)
"""
Modes, roles, verdicts, states, classes of answers, parts of an article, kinds of sources, and what a trial of rules
compares: what pages show of them goes through the filter `name`.
"""


FACTS = {
    "url": named("address"),
    "title": named("headline"),
    "summary": named("summary"),
    "body": named("body of the text"),
    "published_at": named("date"),
    "updated_at": named("date of its last change"),
    "authors": named("authors"),
    "categories": named("categories"),
    "keywords": named("keywords"),
    "image": named("picture"),
    "image_alt": named("description of the picture"),
    "language": named("language"),
    "noindex": named("hidden from search engines"),
    "is_article": named("being an article"),
}
"""What we hold to be true of an article, by the names of the fields of `Facts`."""
RIGHTS = {
    Action.LOOK: named("see every page and export what it shows"),
    Action.WRITE: named("write, change and queue posts"),
    Action.HOLD: named("hold and withdraw posts, skip articles"),
    Action.APPROVE: named("approve posts (also those of the bot whose time is past) and move them"),
    Action.STOP: named("stop all sending"),
    Action.PUBLISH_NOW: named("publish at once, and make or unmake breaking news"),
    Action.SETTLE: named("say whether a post is on X, when X gave no clear answer"),
    Action.DELETE: named("delete published posts"),
    Action.RULES: named("change rules and templates"),
    Action.SOURCES: named("ask a source at once"),
    Action.RESUME: named("let sending go on after a stop"),
    Action.USERS: named("manage users and programs"),
    Action.SETTINGS: named("see the settings and the setup doctor"),
}
"""What can be done at the Desk, in words."""


def file_of(language: str) -> Path | None:
    """
    The catalogue of a language that the interface has; English has none.
    """
    file = FOLDER / language / "LC_MESSAGES" / "desk.po"
    return file if language in LANGUAGES and file.is_file() else None


@lru_cache(maxsize=8)
def translations(language: str) -> gettext.NullTranslations:
    """
    The catalogue, compiled here and now; English (and any language we do not have) is what the templates say.
    """
    file = file_of(language)
    if file is None:
        return gettext.NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language_of(accepted: str) -> str:
    """
    The first language of an Accept-Language header that the interface has; English if there is none.

    The order as it stands counts: browsers send the best first (RFC 9110, 12.5.4).
    """
    return next(_known(part.partition(";")[0].strip() for part in accepted[:500].split(",")), "en")


def _known(tags: Iterable[str]) -> Iterator[str]:
    for tag in tags:
        try:
            locale = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError, TypeError):
            continue
        for name in (locale.language, f"{locale.language}_{locale.script or 'Hans'}"):
            if name in LANGUAGES:
                yield name
