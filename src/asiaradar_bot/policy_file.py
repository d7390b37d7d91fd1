"""Reads `config/policy.toml` and `config/prices.toml`; a mistake in them is one sentence that names the place."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.model.money import Billable, PriceList
from asiaradar_bot.model.policy import (
    EMBARGO_WORDS,
    Policy,
    QuietHours,
    Rule,
    SlotTimes,
    TemplateChoice,
    WordingChoices,
)
from asiaradar_bot.rules.addresses import check_domain
from asiaradar_bot.rules.plain_words import in_plain_words, toml_in_plain_words
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.rules.slots import check_zone
from asiaradar_bot.rules.variants import ORIGINAL

_SHOWN_CHARS = 60
_MINUTES_PER = {"m": 1, "h": 60, "d": 1440}
_SPAN = re.compile(r"(\d{1,5})\s*([mhd])")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")
_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_VARIANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,18}")
_RULE = "[[rules]]\n"
_CONDITIONS = ("sources", "categories", "authors", "keywords", "headline_words", "languages")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*", re.IGNORECASE)
_LINK_NAME = re.compile(r"utm_[a-z]+")
_DAYS: tuple[_Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"«{text}» is no span: write it as 30m, 24h or 7d")
    return timedelta(minutes=int(found[1]) * _MINUTES_PER[found[2]])


def _language(tag: str) -> str:
    if not _LANGUAGE.fullmatch(tag.strip()):
        raise ValueError(f"«{tag}» is no tag of a language: write two or three letters, such as zh, ja or en")
    return tag


_Language = Annotated[str, AfterValidator(_language)]


class _RulePart(_Part):
    name: str
    verdict: Verdict
    news_class: NewsClass = Field(default=NewsClass.NORMAL, alias="class")
    template: str | None = None
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    headline_words: tuple[str, ...] = ()
    languages: tuple[_Language, ...] = ()
    why: str = ""


class _TemplatePart(_Part):
    template: str
    categories: tuple[str, ...] = ()
    languages: tuple[_Language, ...] = ()
    classes: tuple[NewsClass, ...] = ()


def _local_time(value: object) -> object:
    """
    A time of day; pydantic would read 9 as nine seconds past midnight, and keep a zone against the one beside it.
    """
    if isinstance(value, time) or (isinstance(value, str) and _CLOCK.fullmatch(value)):
        return value
    raise ValueError(f'«{value}» is no time of day: write it as "09:00", in the zone that stands beside it')


def _variant_name(name: str) -> str:
    if name == ORIGINAL or not _VARIANT.fullmatch(name):
        raise ValueError(
            f"«{name}» is no name of a variant: 1 to 19 of a-z, 0-9, - and _, and not {ORIGINAL}; "
            f'article = ["short"] shares articles between the templates article and article-short'
        )
    return name


_VariantName = Annotated[str, AfterValidator(_variant_name)]
_LocalTime = Annotated[time, BeforeValidator(_local_time)]


class _QuietPart(_Part):
    starts: _LocalTime
    ends: _LocalTime
    zone: str
    breaking_pierces: bool = True

    _known = field_validator("zone")(check_zone)


class _SlotPart(_Part):
    zone: str = "UTC"
    times: tuple[_LocalTime, ...] = Field(default=(time(9), time(12), time(18)), min_length=1)
    weekdays: tuple[_Day, ...] = Field(default=_DAYS, min_length=1)

    _known = field_validator("zone")(check_zone)


class _WordingPart(_Part):
    site_name: str = "Radar Asia"
    zone: str = "UTC"
    hashtags: dict[str, str] = {}
    hashtag_budget: int = Field(default=2, ge=0, le=10)
    allowed_mentions: tuple[str, ...] = ()
    link_parameters: dict[str, str] = {}
    marker_parameter: str = "utm_id"
    accidental_links: Literal["defuse", "hold"] = "defuse"

    _known = field_validator("zone")(check_zone)

    @field_validator("marker_parameter")
    @classmethod
    def _is_link_name(cls, name: str) -> str:
        if not _LINK_NAME.fullmatch(name):
            raise ValueError(f"«{name}» is no name for it: write utm_ and small letters, such as utm_id")
        return name


class _PolicyPart(_Part):
    default_verdict: Verdict = Verdict.AUTO
    default_template: str = "article"
    allowed_domains: tuple[Annotated[str, AfterValidator(check_domain)], ...] = Field(
        default=("radar.asia",), min_length=1
    )
    sensitive_words: tuple[str, ...] = ()
    embargo_words: tuple[str, ...] = EMBARGO_WORDS
    burst_limit: int = Field(default=5, ge=1)
    duplicate_window: str = "48h"
    duplicate_percent: int = Field(default=85, ge=50, le=100)
    future_tolerance: str = "5m"
    expiry: dict[NewsClass, str] = {}
    rules: tuple[_RulePart, ...] = ()
    templates: tuple[_TemplatePart, ...] = ()
    variants: dict[str, tuple[_VariantName, ...]] = {}
    quiet_hours: tuple[_QuietPart, ...] = ()
    slots: _SlotPart = _SlotPart()
    wording: _WordingPart = _WordingPart()

    @field_validator("duplicate_window", "future_tolerance")
    @classmethod
    def _is_span(cls, text: str) -> str:
        _span(text)
        return text

    @field_validator("variants")
    @classmethod
    def _are_variants(cls, variants: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for template, names in variants.items():
            if not names or len(set(names)) < len(names):
                raise ValueError(f"the variants of {template} are none, or one stands there twice; mend the list")
        return variants

    @field_validator("expiry")
    @classmethod
    def _are_spans(cls, spans: dict[NewsClass, str]) -> dict[NewsClass, str]:
        for text in spans.values():
            _span(text)
        return spans


def load_policy(file: Path) -> Policy:
    """
    The policy of the file; a missing file is the default policy, something else in its place is not.

    Raises:
        SettingsError: the file can't be read, or holds a mistake.
    """
    return parse_policy(read_text(file), place=str(file)) if file.exists() else Policy()


def parse_policy(text: str, *, place: str) -> Policy:
    """
    The policy of a text; `place` is where it stands, for the sentence about a mistake.

    Raises:
        SettingsError: it holds a mistake.
    """
    values = _toml(text, place)
    try:
        part = _PolicyPart.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(place, error, values)) from error
    return _policy(part)


def _policy(part: _PolicyPart) -> Policy:
    return Policy(
        rules=tuple(Rule(**rule.model_dump()) for rule in part.rules),
        default_verdict=part.default_verdict,
        templates=tuple(
            TemplateChoice(
                template=choice.template,
                categories=choice.categories,
                languages=choice.languages,
                news_classes=choice.classes,
            )
            for choice in part.templates
        ),
        default_template=part.default_template,
        variants=part.variants,
        sensitive_words=part.sensitive_words,
        embargo_words=part.embargo_words,
        burst_limit=part.burst_limit,
        duplicate_window=_span(part.duplicate_window),
        duplicate_percent=part.duplicate_percent,
        expiry={**Policy().expiry, **{name: _span(text) for name, text in part.expiry.items()}},
        future_tolerance=_span(part.future_tolerance),
        quiet_hours=tuple(QuietHours(**span.model_dump()) for span in part.quiet_hours),
        slots=SlotTimes(
            zone=part.slots.zone,
            times=part.slots.times,
            weekdays=tuple(_DAYS.index(day) for day in part.slots.weekdays),
        ),
        allowed_domains=part.allowed_domains,
        wording=WordingChoices(
            **{
                **part.wording.model_dump(),
                "hashtags": {word.casefold(): tag.lstrip("#") for word, tag in part.wording.hashtags.items()},
            }
        ),
    )


class _PriceListPart(_Part):
    since: date
    prices: dict[Billable, Decimal]

    @field_validator("prices")
    @classmethod
    def _all_there(cls, prices: dict[Billable, Decimal]) -> dict[Billable, Decimal]:
        missing = sorted(set(Billable) - set(prices))
        if missing:
            raise ValueError(f"the prices of {', '.join(missing)} are missing")
        return prices


class _PricesPart(_Part):
    list: tuple[_PriceListPart, ...] = Field(min_length=1)


def load_prices(file: Path) -> tuple[PriceList, ...]:
    """
    The dated price lists of the file; a missing file is the built-in list.

    Raises:
        SettingsError: the file can't be read, or holds a mistake.
    """
    if not file.exists():
        return PRICES
    values = _toml(read_text(file), str(file))
    try:
        part = _PricesPart.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(str(file), error, values)) from error
    return tuple(PriceList(since_on=one.since, prices=one.prices) for one in part.list)


def read_text(file: Path) -> str:
    """
    The text of a file.

    Raises:
        SettingsError: it can't be read.
    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}; check its rights and that it is UTF-8") from error


def _toml(text: str, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        error = toml_in_plain_words(str(wrong))
        raise SettingsError(f"{place} is not valid TOML: {error}; mend that line") from wrong
    except RecursionError as error:
        raise SettingsError(f"{place} is not usable: its lists or tables are nested too deeply") from error
    except ValueError as error:  # Python's own limit for the digits of a number
        raise SettingsError(f"{place} holds a number with thousands of digits; mend it") from error


def _sentence(place: str, error: ValidationError, values: Mapping[str, Any]) -> str:
    problem = error.errors(include_url=False)[0]
    where = " ".join(_where(problem["loc"], values).split())
    if problem["type"] == "extra_forbidden":
        name = str(problem["loc"][-1])
        known = {
            field
            for part in (_PolicyPart, _RulePart, _TemplatePart, _QuietPart, _SlotPart, _WordingPart)
            for field in part.model_fields
        }
        near = difflib.get_close_matches(name, sorted(known | {"class"}), n=1)
        hint = f"did you mean {near[0]}?" if near else "take it out"
        return f"{place}: there is no setting {where}; {hint}"
    return f"{place}: {where}: {' '.join(in_plain_words(problem['msg']).split())}"


def _where(steps: tuple[int | str, ...], values: Mapping[str, Any]) -> str:
    """
    The place of a value as people count and call it: `rule 2 «opinion waits», verdict`, `slots.times 3`.
    """
    told = ""
    for step in steps:
        told += f" {step + 1}" if isinstance(step, int) else f"{'.' if told else ''}{step}"
    if steps[0] != "rules" or len(steps) == 1:
        return told
    number, *rest = steps[1:]
    entry = values["rules"][number]
    name = entry.get("name") if isinstance(entry, dict) else None
    called = f" «{name[:_SHOWN_CHARS]}»" if isinstance(name, str) else ""
    return ", ".join([f"rule {int(number) + 1}{called}", *(str(step) for step in rest[:1])])


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFields:
    """
    A rule as a form gives it; empty texts and lists are left out of the file.
    """

    name: str
    verdict: str
    news_class: str = NewsClass.NORMAL.value
    template: str = ""
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    headline_words: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    why: str = ""


def move_rule(text: str, number: int, by: int) -> str:
    """
    The policy's text with rule `number` (0 is the first) moved by so many places; the rest stays letter for letter.

    Raises:
        SettingsError: the text is not valid TOML, or its rules do not stand together.
    """
    before, rules, after = _cut(text)
    if 0 <= number < len(rules) and 0 <= number + by < len(rules):
        rules.insert(number + by, rules.pop(number))
    return before + "".join(rules) + after


def remove_rule(text: str, number: int) -> str:
    """
    The policy's text without rule `number`.

    Raises:
        SettingsError: as for `move_rule`.
    """
    before, rules, after = _cut(text)
    return before + "".join(rule for place, rule in enumerate(rules) if place != number) + after


def put_rule(text: str, number: int, rule: RuleFields, *, instead: bool) -> str:
    """
    The policy's text with the rule at that place, instead of the one there or before it.

    Raises:
        SettingsError: as for `move_rule`.
    """
    before, rules, after = _cut(text)
    rules[number : number + 1 if instead else number] = [_written(rule)]
    return before + "".join(rules) + after


def _written(rule: RuleFields) -> str:
    import tomlkit

    values = {**asdict(rule), "class": rule.news_class if rule.news_class != NewsClass.NORMAL else ""}
    table = tomlkit.table()
    for key in ("name", "verdict", "class", "template", *_CONDITIONS, "why"):
        if values[key]:
            table.add(key, list(values[key]) if key in _CONDITIONS else values[key])
    return f"{_RULE}{table.as_string()}\n"


def _cut(text: str) -> tuple[str, list[str], str]:
    """
    The text before its rules, each rule with the comments above it, and the text after them.
    """
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        found = tomlkit.parse(text).get("rules", [])
    except ParseError as error:
        raise SettingsError(f"the policy is not valid TOML: {error}; mend that line") from error
    pieces = [_RULE + rule.as_string() for rule in found]
    begin = text.find("".join(pieces))
    if begin < 0:
        raise SettingsError("the [[rules]] do not stand together in the text: bring them together by hand first")
    if not pieces:
        first_table = re.search(r"(?m)^\s*(?:#[^\n]*\n\s*)*\[", text)
        begin = first_table.start() if first_table else len(text)
    before, after = text[:begin], text[begin + sum(map(len, pieces)) :]
    rules: list[str] = []
    above = ""
    for piece in pieces:
        body, comments = _split_comments(piece)
        rules.append(above + body.rstrip("\n") + "\n\n")
        above = comments
    if not pieces:
        before = before.rstrip("\n") + "\n\n" if before.strip() else ""
    return before, rules, above + after.lstrip("\n")


def _split_comments(piece: str) -> tuple[str, str]:
    """
    A rule, and the comments after a blank line behind it, which speak of what follows.
    """
    found = re.search(r"\n\n((?:[ \t]*#[^\n]*\n)+)\n*\Z", piece)
    return (piece[: found.start(1)], found[1]) if found else (piece, "")
