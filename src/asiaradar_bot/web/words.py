"""The interface's words in the visitor's language, through gettext catalogues beside this file."""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh_Hans": "简体中文", "zh_Hant": "繁體中文", "ja": "日本語", "ko": "한국어"}
"""Languages of the interface, each by its own name."""
MISSING = "—"
"""Stands wherever a figure is not known."""
_FOLDER = Path(__file__).parent / "locale"


@lru_cache(maxsize=8)
def translations(language: str) -> gettext.NullTranslations:
    """
    The catalogue; English (and any language we do not have) is what the templates say.
    """
    return gettext.translation("desk", localedir=_FOLDER, languages=[language], fallback=True)
