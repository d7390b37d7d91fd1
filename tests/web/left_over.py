"""What a page still says in English: every word of it that is neither a name, nor data, nor how something is written."""

from __future__ import annotations

import re
from html import unescape

_DATA = re.compile(
    r"<(script|style|pre|textarea|code|optgroup)\b.*?</\1>"
    r'|<(div|p) class="(?:as-sent|text|words)".*?</\2>'
    r'|<dl class="diff">.*?</dl>'
    r'|<dd dir="auto"><b>[^<]*</b>'  # the value of a setting, as it is written in the file
    r'|<select name="language">.*?</select>',
    re.DOTALL,
)
"""Pieces of a page whose words are a person's, a program's, or of another language on purpose."""
_SHOWN = re.compile(r'\b(?:title|placeholder|aria-label|alt|data-sure|data-names)="([^"]*)"|>([^<]+)<')
_WRITTEN = re.compile(r"\S*[._/:@=#-]\w\S*")
"""Addresses, names of settings and of actions, files, versions."""
_NAMES = frozenset(
    [
        "asiaradar",
        "AsiaRadar",
        "mei",
        "ann",
        "bot",
        "UTC",
        "USD",
        "CSV",
        "XLSX",
        "JSON",
        "URL",
        "TOML",
        "UTF",
        "API",
        "HTTP",
        "DNS",
        "CMS",
        "JPEG",
        "PNG",
        "WEBP",
        "PIN",
        "ALT",
        "Enter",
        "Ctrl",
        "Premium",
        "JavaScript",
        "SQLite",
        "Webhook",
        "Webhooks",
        "WebSub",
        "PostgreSQL",
        "Apprise",
        "User-Agent",
        "Singapore",
        "English",
        "Olsson",
        "Wilson",
        "Korn",
        "Graubard",
        "Cochran",
        "Student",
    ]
)
"""Names of people, places, programs and forms, which every language writes so."""


def english_on(page: str, *, data: tuple[str, ...] = (), names: str = "") -> list[str]:
    """
    The texts of a page that have an English word in them; `data`: texts that stand there as somebody wrote them.
    """
    left = []
    for found in _SHOWN.finditer(_DATA.sub("><", page)):
        text = " ".join(unescape(found[1] or found[2] or "").split())
        rest = text
        for one in data:
            rest = rest.replace(one, " ")
        words = set(re.findall(r"[A-Za-z]{2,}", _WRITTEN.sub(" ", rest)))
        if words - _NAMES - set(names.split()):
            left.append(text)
    return left
