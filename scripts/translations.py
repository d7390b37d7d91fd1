"""The Desk's catalogues: `extract` prints their template, `update` mends them all, `check` lists what is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from asiaradar_bot.web.views.settings import setting_words
from asiaradar_bot.web.words import FOLDER, LANGUAGES
from scripts.told import told_forms

ROOT = Path(__file__).parent.parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "named": None}
_PASSING = (b'"POT-', b'"PO-', b'"Last-', b'"Language-Team', b'"Report-', b'"Project-', b'"Generated-')
"""Headers that would change with every run, or say nothing."""
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")


def extract() -> Catalog:
    """
    What pages, rules, steps and the words of settings say today, in no language.
    """
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # of Babel
    found = Catalog(project="asiaradar_bot", charset="utf-8")
    for _, _, message, comments, context in extract_from_dir(
        ROOT, method_map=methods, options_map=options, keywords=KEYWORDS, directory_filter=lambda _: True
    ):
        found.add(message, auto_comments=comments, context=context)
    for told_context, form in told_forms():
        found.add(form, context=told_context)
    for words in setting_words().values():
        found.add(words, context="setting")
    return found


def file_of(language: str) -> Path:
    """
    Where its catalogue stands.
    """
    return FOLDER / language / "LC_MESSAGES" / "desk.po"


def read(language: str) -> Catalog:
    """
    Its catalogue as it stands; an empty one if there is none yet.
    """
    file = file_of(language)
    if not file.is_file():
        return Catalog(locale=language, project="asiaradar_bot", charset="utf-8")
    with file.open("rb") as source:
        return read_po(source, locale=language)


def written(catalogue: Catalog) -> bytes:
    """
    The catalogue as a file: sorted, without line numbers and dates, so that two changes seldom meet in one line.
    """
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True, omit_header=False)
    return b"".join(line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(_PASSING))


def missing(found: Catalog) -> Mapping[str, list[str]]:
    """
    By language, what pages say and the catalogue has no sure translation of.
    """
    short: dict[str, list[str]] = {}
    for language in TRANSLATED:
        catalogue = read(language)
        known = {
            (message.id, message.context) for message in catalogue if all(strings_of(message)) and not message.fuzzy
        }
        short[language] = sorted(
            ids_of(message)[0] for message in found if message.id and (message.id, message.context) not in known
        )
    return short


def ids_of(message: Message) -> tuple[str, ...]:
    """
    What English says: two for a sentence that counts something.
    """
    return message.id if isinstance(message.id, tuple) else (str(message.id),)


def strings_of(message: Message) -> tuple[str, ...]:
    """
    What the language says, by its own count of plurals; not translated: empty ones.
    """
    return message.string if isinstance(message.string, tuple) else (str(message.string or ""),)


def update() -> None:
    """
    Write every catalogue anew: new sentences empty, those that no page says any more gone.
    """
    found = extract()
    for language in TRANSLATED:
        catalogue = read(language)
        catalogue.update(found, no_fuzzy_matching=True)
        file_of(language).parent.mkdir(parents=True, exist_ok=True)
        file_of(language).write_bytes(written(catalogue))


def main() -> int:
    """
    Do what was asked.
    """
    asked = sys.argv[1:]
    if asked == ["extract"]:
        sys.stdout.buffer.write(written(extract()))
        return 0
    if asked == ["update"]:
        update()
    elif asked != ["check"]:
        print("usage: python -m scripts.translations extract | update | check", file=sys.stderr)
        return 2
    short = missing(extract())
    for language, sentences in short.items():
        for sentence in sentences:
            print(f"{language}: {sentence}")
    return 1 if any(short.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
