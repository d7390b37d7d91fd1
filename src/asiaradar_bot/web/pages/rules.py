"""Rules: the policy in words and as text, moved, changed, tried and saved as versions; nothing counts until saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from asiaradar_bot.model.access import Action
from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.errors import AsiaRadarError, SettingsError
from asiaradar_bot.model.policy import Policy, Rule
from asiaradar_bot.model.rulebook import POLICY
from asiaradar_bot.policy_file import RuleFields, move_rule, parse_policy, put_rule, remove_rule
from asiaradar_bot.rulekeeping import TRIED_ARTICLES, check_policy, in_force, save, try_policy
from asiaradar_bot.steps.replay import Replayed
from asiaradar_bot.web.entry import Visitor, needs
from asiaradar_bot.web.frame import Frame, back_to
from asiaradar_bot.web.pages.refused import status_of
from asiaradar_bot.web.views.difference import diff_lines

_MOST_CHARS = 60_000
_Short = Annotated[str, Field(max_length=400)]


class RulesForm(BaseModel):
    """
    The sheet as it comes back: the text at hand, what is asked, and the fields of a rule that is being written.
    """

    text: Annotated[str, Field(max_length=_MOST_CHARS)] = ""
    then: Annotated[str, Field(max_length=20)]
    """`check`, `try`, `save`, `put`, or `up:N`, `down:N`, `edit:N`, `insert:N`, `delete:N` of rule N."""
    after: Annotated[int, Field(ge=0)]
    note: _Short = ""
    place: Annotated[int, Field(ge=0)] = 0
    instead: bool = False
    name: _Short = ""
    verdict: Verdict = Verdict.HOLD
    news_class: NewsClass = NewsClass.NORMAL
    template: _Short = ""
    sources: _Short = ""
    categories: _Short = ""
    authors: _Short = ""
    keywords: _Short = ""
    headline_words: _Short = ""
    languages: _Short = ""
    why: _Short = ""

    def fields(self) -> RuleFields:
        """
        The rule that is being written.
        """
        return RuleFields(
            name=self.name.strip() or "unnamed",
            verdict=self.verdict.value,
            news_class=self.news_class.value,
            template=self.template.strip(),
            sources=_listed(self.sources),
            categories=_listed(self.categories),
            authors=_listed(self.authors),
            keywords=_listed(self.keywords),
            headline_words=_listed(self.headline_words),
            languages=_listed(self.languages),
            why=self.why.strip(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a rule that is being written goes.
    """

    number: int
    instead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    text: str
    after: int
    note: str = ""
    editing: Place | None = None
    fields: RuleFields | None = None
    tried: Replayed | None = None
    error: AsiaRadarError | None = None
    checked: bool = False


def rules_routes(frame: Frame) -> APIRouter:
    """
    `/rules`.
    """
    routes = APIRouter(prefix="/rules")

    @routes.get("")
    def look(request: Request, visitor: Annotated[Visitor, Depends(needs(Action.LOOK))]) -> HTMLResponse:
        """The rules in force."""
        del visitor
        now = in_force(frame.app, POLICY)
        return _page(frame, request, _Sheet(text=now.text, after=now.number))

    @routes.post("")
    def change(
        request: Request,
        visitor: Annotated[Visitor, Depends(needs(Action.WRITE))],
        given: Annotated[RulesForm, Form()],
    ) -> Response:
        """Move, write or take out a rule in the text at hand, check it, try it, or save it."""
        text, note = given.text.replace("\r\n", "\n"), given.note
        act, _, number = given.then.partition(":")
        fields = given.fields()
        sheet = _Sheet(text=text, after=given.after, note=note)
        try:
            if act == "save":
                saved = save(frame.app, visitor.person, POLICY, text, note=note, after=given.after)
                return back_to("/rules", said="saved", v=saved.number)
            if act == "put":
                changed = put_rule(text, given.place, fields, instead=given.instead)
                check_policy(frame.app, changed)
                sheet = replace(sheet, text=changed)
            else:
                sheet = _done(frame, sheet, act, int(number) if number.isdecimal() else 0)
        except AsiaRadarError as error:
            editing = Place(number=given.place, instead=given.instead) if act == "put" else None
            newest = in_force(frame.app, POLICY).number
            sheet = replace(sheet, after=newest, error=error, editing=editing, fields=fields)
        return _page(frame, request, sheet)

    return routes


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in text.split(","))))


def _done(frame: Frame, sheet: _Sheet, act: str, number: int) -> _Sheet:
    text = sheet.text
    match act:
        case "up" | "down":
            return replace(sheet, text=move_rule(text, number, -1 if act == "up" else 1))
        case "delete":
            return replace(sheet, text=remove_rule(text, number))
        case "edit":
            rules = parse_policy(text, place="the policy").rules
            if number >= len(rules):
                raise SettingsError(f"there is no rule {number + 1} in the text any more")
            return replace(sheet, editing=Place(number=number, instead=True), fields=_fields_of(rules[number]))
        case "insert":
            return replace(sheet, editing=Place(number=number, instead=False))
        case "try":
            return replace(sheet, tried=try_policy(frame.app, check_policy(frame.app, text)))
        case _:
            check_policy(frame.app, text)
            return replace(sheet, checked=True)


def _fields_of(rule: Rule) -> RuleFields:
    return RuleFields(
        name=rule.name,
        verdict=rule.verdict.value,
        news_class=rule.news_class.value,
        template=rule.template or "",
        sources=rule.sources,
        categories=rule.categories,
        authors=rule.authors,
        keywords=rule.keywords,
        headline_words=rule.headline_words,
        languages=rule.languages,
        why=rule.why,
    )


def _page(frame: Frame, request: Request, sheet: _Sheet) -> HTMLResponse:
    app = frame.app
    now = in_force(app, POLICY)
    policy = _readable(sheet.text)
    with app.store.read() as tx:
        versions = tx.rulebooks.list_versions(POLICY)
    return frame.page(
        request,
        "rules.html",
        sheet=sheet,
        now=now,
        file=str(app.settings.templates.policy),
        rules=policy.rules if policy else (),
        default=policy.default_verdict if policy else None,
        choices=policy.templates if policy else (),
        changes=diff_lines(now.text, sheet.text),
        versions=versions,
        back_path="/rules/versions",
        templates=app.renderer.list_templates(),
        verdicts=list(Verdict),
        classes=list(NewsClass),
        most_tried=TRIED_ARTICLES,
        sentence=str(sheet.error) if sheet.error else None,
        status=200 if sheet.error is None else status_of(sheet.error),
    )


def _readable(text: str) -> Policy | None:
    try:
        return parse_policy(text, place="the policy")
    except SettingsError:
        return None
