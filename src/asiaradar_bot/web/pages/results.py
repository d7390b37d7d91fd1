"""Results: how posts did and what they cost, beside the account's own last 90 days; nothing here can be changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from asiaradar_bot.adapters.table_file import MEDIA_TYPES, Form, write_table
from asiaradar_bot.model.access import Action
from asiaradar_bot.model.errors import InputError
from asiaradar_bot.model.report import Grouping, Report, Span
from asiaradar_bot.rules.exporting import COLUMNS, Exported
from asiaradar_bot.rules.spans import AGES, read_age, read_span
from asiaradar_bot.steps.export import export_rows
from asiaradar_bot.steps.report import make_report
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame
from asiaradar_bot.web.report_file import report_file
from asiaradar_bot.web.report_words import ReportWords
from asiaradar_bot.web.views.figures import Figures, show_report
from asiaradar_bot.web.views.learnt import show_learnt
from asiaradar_bot.web.views.post_card import x_url

_DAYS = (7, 30, 90, 365)
Looking = Annotated[Visitor, Depends(needs(Action.LOOK))]


def result_routes(frame: Frame) -> APIRouter:
    """
    `/results`, its report file and its exports.
    """
    routes = APIRouter(prefix="/results")

    @routes.get("")
    def results(
        request: Request, visitor: Looking, days: str = "", since: str = "", until: str = "", age: str = "24h"
    ) -> HTMLResponse:
        """The report of a span."""
        say = ReportWords(visitor.language)
        span = _span(frame, days, since, until)
        found = _report(frame, span, age)
        view = _figures(frame, found, say)
        chosen = {"days": days, "since": since, "until": until, "age": age}
        asked = "&".join(f"{name}={value}" for name, value in chosen.items() if value)
        return frame.page(
            request,
            "results.html",
            view=view,
            learnt=show_learnt(found, say),
            chosen=chosen,
            asked=asked,
            choices=_DAYS,
            ages={name: say.age(one) for name, one in AGES.items()},
            exports=[one.value for one in Exported],
        )

    @routes.get("/report.html")
    def page(visitor: Looking, days: str = "", since: str = "", until: str = "", age: str = "24h") -> Response:
        """The report as a page in one file."""
        say = ReportWords(visitor.language)
        span = _span(frame, days, since, until)
        found = _report(frame, span, age)
        view = _figures(frame, found, say)
        return Response(
            report_file(view, show_learnt(found, say), language=visitor.language),
            media_type="text/html",
            headers=_saved_as("report.html", span),
        )

    @routes.get("/{what}.{form}")
    def export(
        visitor: Looking, what: Exported, form: Form, days: str = "", since: str = "", until: str = "", age: str = "24h"
    ) -> Response:
        """Posts, snapshots or costs of the span as a file."""
        del visitor
        span = _span(frame, days, since, until)
        rows = export_rows(frame.app.store, what, span, age=read_age(age))
        pieces = write_table(form, COLUMNS[what], rows, name=what.value)
        return StreamingResponse(pieces, media_type=MEDIA_TYPES[form], headers=_saved_as(f"{what}.{form}", span))

    return routes


def _report(frame: Frame, span: Span, age: str) -> Report:
    policy = frame.app.policy
    return make_report(
        frame.app.store, span, zone=policy.wording.zone, slots=policy.slots, age=read_age(age), by=tuple(Grouping)
    )


def _figures(frame: Frame, found: Report, say: ReportWords) -> Figures:
    app = frame.app
    return show_report(found, name=f"@{app.settings.x.handle}", link=lambda one: x_url(app, one), say=say)


def _span(frame: Frame, days: str, since: str, until: str) -> Span:
    """
    Fields of a form: empty ones say nothing, and days of the month win over a number of days.
    """
    if days and not (days.isdecimal() and len(days) < 6):  # noqa: PLR2004 - digits of a number of days
        raise InputError(f"«{days}» is no number of days: say 1 to 3660")
    return read_span(
        now=frame.app.clock.now(),
        zone=frame.app.policy.wording.zone,
        days=int(days) if days and not since else None,
        since=since or None,
        until=until or None,
    )


def _saved_as(name: str, span: Span) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="asiaradar-{span.since:%Y%m%d}-{span.until:%Y%m%d}-{name}"'}
