"""Every setting in words: what it is, its value, where that comes from; secrets by their last four signs at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from asiaradar_bot.settings import Settings, SourceSettings

_WORDS = Path(__file__).parent.parent / "setting_words.txt"
"""Printed from docs/settings.md by `python -m scripts.generate_setting_words`; a test holds it fresh."""
_SHORTEST_SHOWN = 16
"""Of a shorter secret four signs would give too much away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingView:
    """
    One setting.
    """

    key: str
    words: str
    value: str
    origin: str
    """`default`, `file`, `environment`, `secret file` or `program`."""


def list_settings(settings: Settings, *, in_use: Mapping[str, str] | None = None) -> dict[str, list[SettingView]]:
    """
    All settings by their section, in the order of the documents.

    `in_use`: what the program uses instead of what was set, by key.
    """
    in_use = in_use or {}
    found: dict[str, list[SettingView]] = {}
    for key, value in _walk(settings):
        section = key.partition(".")[0]
        used = in_use.get(key)
        view = SettingView(
            key=key,
            words=setting_words().get(key, ""),
            value=_shown(value) if used is None else used,
            origin=settings.origin(key) if used is None else "program",
        )
        found.setdefault(section, []).append(view)
    return found


def _walk(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, object]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _walk(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _shown(value: object) -> str:
    # `sentence` by its name: so scripts/told.py finds its forms, which the page translates.
    match value:
        case None | ():
            return "none"
        case bool():
            return str(value).lower()
        case SecretStr():
            return _secret(value.get_secret_value())
        case SourceSettings():
            sentence = f"{value.name}: {value.kind} {value.url}, every {value.poll_seconds} s"
        case tuple() if any(isinstance(one, SecretStr) for one in value):
            sentence = f"{len(value)} set, not shown"
        case tuple():
            sentence = "; ".join(_shown(one) for one in value)
        case _:
            sentence = _without_password(str(value))
    return sentence


def _secret(value: str) -> str:
    sentence = "set, not shown"
    if len(value) >= _SHORTEST_SHOWN:
        sentence = f"set, ends in {value[-4:]}"
    return sentence


def _without_password(text: str) -> str:
    if "://" not in text or "@" not in text:
        return text
    password = urlsplit(text).password
    return text if not password else text.replace(f":{password}@", ":…@", 1)


@lru_cache(maxsize=1)
def setting_words() -> dict[str, str]:
    """
    What each setting is, by its key, in English; the catalogues have it in the context `setting`.
    """
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if "\t" in line)
