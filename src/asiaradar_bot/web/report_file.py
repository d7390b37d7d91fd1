"""A report as one page in one file: nothing is fetched, nothing runs; the Desk's own pieces, drawn on our side."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from asiaradar_bot.web.frame import STATIC
from asiaradar_bot.web.views.figures import Figures
from asiaradar_bot.web.views.learnt import Learnt
from asiaradar_bot.web.words import MISSING, translations


def report_file(view: Figures, learnt: Learnt, *, language: str = "en") -> str:
    """
    The page, in the language that `view` and `learnt` were made in.
    """
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(missing=MISSING, language=language)
    env.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # of the extension
    css = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("report.css", "figures.css"))
    return env.get_template("report.html").render(view=view, learnt=learnt, css=Markup(css))  # noqa: S704 - our own file
