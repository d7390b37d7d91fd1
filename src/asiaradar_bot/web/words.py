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
    }
)
"""
Modes, roles, verdicts, states, classes of answers, parts of an article, and what a trial of rules compares: what pages
show of them goes through the filter `name`.
"""


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
