"""Templates: each with the posts it makes of samples and real articles; checked, tried and saved as versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from asiaradar_bot.adapters.renderer.checking import Sample
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import AsiaRadarError, TemplateError
from asiaradar_bot.rulekeeping import (
    TRIED_ARTICLES,
    check_template,
    file_of,
    in_force,
    key_of,
    real_articles,
    samples_of,
    save,
    starting_source,
    try_template,
    word,
)
from asiaradar_bot.rules.prices import price_of_post
from asiaradar_bot.rules.text_view import view_text
from asiaradar_bot.steps.replay import Replayed
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.refused import status_of
from asiaradar_bot.web.views.difference import diff_lines

_MOST_CHARS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    name: str
    text: str
    after: int
    sample: str = ""
    note: str = ""
    tried: Replayed | None = None
    error: AsiaRadarError | None = None
    checked: bool = False


def template_routes(frame: Frame) -> APIRouter:
    """
    `/templates` and `/templates/NAME`.
    """
    routes = APIRouter(prefix="/templates")

    @routes.get("")
    def all_templates(
        request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))], name: str = ""
    ) -> Response:
        """What there is; with a name, its sheet."""
        del visitor
        if name:
            key_of(name)
            return back_to(f"/templates/{name}")
        names = frame.app.renderer.list_templates()
        found = [(one, in_force(frame.app, key_of(one))) for one in names]
        return frame.page(request, "templates.html", templates=found)

    @routes.get("/{name}")
    def look(
        request: Request, name: str, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))], sample: str = ""
    ) -> HTMLResponse:
        """The source in force and what it makes of the sample; of a new one, a start."""
        del visitor
        now = in_force(frame.app, key_of(name))
        text = now.text or starting_source(frame.app)
        return _page(frame, request, _Sheet(name=name, text=text, after=now.number, sample=sample))

    @routes.post("/{name}")
    def change(
        request: Request,
        name: str,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        then: Annotated[str, Form(max_length=20)],
        after: Annotated[int, Form(ge=0)],
        text: Annotated[str, Form(max_length=_MOST_CHARS)] = "",
        sample: Annotated[str, Form(max_length=200)] = "",
        note: Annotated[str, Form(max_length=400)] = "",
    ) -> Response:
        """Check the source, try it, or save it; what can't be saved is shown again, and nothing is lost."""
        text = text.replace("\r\n", "\n")
        key = key_of(name)
        tried, error = None, None
        try:
            if then == "save":
                saved = save(frame.app, visitor.person, key, text, note=note, after=after)
                return back_to(f"/templates/{name}", said="saved", v=saved.number)
            check_template(frame.app, name, text)
            if then == "try":
                tried = try_template(frame.app, name, text)
        except AsiaRadarError as refusal:
            error = refusal
            after = in_force(frame.app, key).number
        sheet = _Sheet(
            name=name,
            text=text,
            after=after,
            sample=sample,
            note=note,
            tried=tried,
            error=error,
            checked=error is None and then == "check",
        )
        return _page(frame, request, sheet)

    return routes


def _page(frame: Frame, request: Request, sheet: _Sheet) -> HTMLResponse:
    app = frame.app
    key = key_of(sheet.name)
    now = in_force(app, key)
    with app.store.read() as tx:
        versions = tx.rulebooks.list_versions(key)
    samples, articles = _pickable(app, sheet.name), real_articles(app)
    error = sheet.error
    text: str = ""
    problems: tuple[str, ...] = ()
    try:
        wording = word(app, sheet.name, sheet.text, _picked(sheet.sample, samples, articles))
        text, problems = wording.text, wording.problems
    except TemplateError as refusal:
        error = error or refusal
    return frame.page(
        request,
        "template.html",
        sheet=sheet,
        now=now,
        file=str(file_of(app, key)),
        samples=samples,
        articles=articles,
        view=view_text(text),
        problems=problems,
        price=price_of_post(text, on=app.clock.now().date(), lists=app.prices),
        changes=diff_lines(now.text, sheet.text),
        versions=versions,
        back_path=f"/templates/{sheet.name}/versions",
        most_tried=TRIED_ARTICLES,
        sentence=str(error) if error else None,
        status=200 if sheet.error is None else status_of(sheet.error),
    )


def _pickable(app: App, name: str) -> Mapping[str, Sample]:
    return {f"sample-{number}": one for number, one in enumerate(samples_of(app, name))}


def _picked(asked: str, samples: Mapping[str, Sample], articles: Mapping[str, Sample]) -> Sample:
    found = samples.get(asked) or articles.get(asked) or next(iter(samples.values()), None)
    if found is None:
        raise TemplateError("there is no sample to try it on: add a sample.json to a template's folder")
    return found
