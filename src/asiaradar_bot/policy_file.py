"""Reads `config/policy.toml` and `config/prices.toml`; a mistake in them is one sentence that names the place."""

from __future__ import annotations

import difflib
import re
import tomllib
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from asiaradar_bot.model.decision import NewsClass, Verdict
from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.model.money import Billable, PriceList
from asiaradar_bot.model.policy import Policy, QuietHours, Rule, SlotTimes, TemplateChoice, WordingChoices
from asiaradar_bot.rules.prices import PRICES
from asiaradar_bot.rules.slots import check_zone

_MINUTES_PER = {"m": 1, "h": 60, "d": 1440}
_SPAN = re.compile(r"(\d{1,5})\s*([mhd])")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")
_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[_Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"«{text}» is no span: write it as 30m, 24h or 7d")
    return timedelta(minutes=int(found[1]) * _MINUTES_PER[found[2]])


class _RulePart(_Part):
    name: str
    verdict: Verdict
    news_class: NewsClass = Field(default=NewsClass.NORMAL, alias="class")
    template: str | None = None
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    why: str = ""


class _TemplatePart(_Part):
    template: str
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    classes: tuple[NewsClass, ...] = ()


def _local_time(value: object) -> object:
    """
    A time of day; pydantic would read 9 as nine seconds past midnight, and keep a zone against the one beside it.
    """
    if isinstance(value, time) or (isinstance(value, str) and _CLOCK.fullmatch(value)):
        return value
    raise ValueError(f'«{value}» is no time of day: write it as "09:00", in the zone that stands beside it')


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
    marker_parameter: str = Field(default="utm_id", pattern=r"^utm_[a-z]+$")
    accidental_links: Literal["defuse", "hold"] = "defuse"

    _known = field_validator("zone")(check_zone)


class _PolicyPart(_Part):
    default_verdict: Verdict = Verdict.AUTO
    default_template: str = "article"
    allowed_domains: tuple[str, ...] = Field(default=("radar.asia",), min_length=1)
    sensitive_words: tuple[str, ...] = ()
    embargo_words: tuple[str, ...] = ("embargo", "embargoed")
    burst_limit: int = Field(default=5, ge=1)
    duplicate_window: str = "48h"
    duplicate_percent: int = Field(default=85, ge=50, le=100)
    future_tolerance: str = "5m"
    expiry: dict[NewsClass, str] = {}
    rules: tuple[_RulePart, ...] = ()
    templates: tuple[_TemplatePart, ...] = ()
    quiet_hours: tuple[_QuietPart, ...] = ()
    slots: _SlotPart = _SlotPart()
    wording: _WordingPart = _WordingPart()

    @field_validator("duplicate_window", "future_tolerance")
    @classmethod
    def _is_span(cls, text: str) -> str:
        _span(text)
        return text

    @field_validator("expiry")
    @classmethod
    def _are_spans(cls, spans: dict[NewsClass, str]) -> dict[NewsClass, str]:
        for text in spans.values():
            _span(text)
        return spans


def load_policy(file: Path) -> Policy:
    """
    The policy of the file; a missing file is the default policy.

    Raises:
        SettingsError: the file can't be read, or holds a mistake.
    """
    if not file.is_file():
        return Policy()
    try:
        part = _PolicyPart.model_validate(_toml(file))
    except ValidationError as error:
        raise SettingsError(_sentence(file, error)) from error
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
    if not file.is_file():
        return PRICES
    try:
        part = _PricesPart.model_validate(_toml(file))
    except ValidationError as error:
        raise SettingsError(_sentence(file, error)) from error
    return tuple(PriceList(since_on=one.since, prices=one.prices) for one in part.list)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}; mend that line") from error
    except RecursionError as error:
        raise SettingsError(f"{file} is not usable: its lists or tables are nested too deeply") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}; check its rights and that it is UTF-8") from error
    except ValueError as error:  # Python's own limit for the digits of a number
        raise SettingsError(f"{file} holds a number with thousands of digits; mend it") from error


def _sentence(file: Path, error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    where = " ".join(".".join(str(step) for step in problem["loc"]).split())
    if problem["type"] == "extra_forbidden":
        name = str(problem["loc"][-1])
        known = {
            field
            for part in (_PolicyPart, _RulePart, _TemplatePart, _QuietPart, _SlotPart, _WordingPart)
            for field in part.model_fields
        }
        near = difflib.get_close_matches(name, sorted(known | {"class"}), n=1)
        hint = f"did you mean {near[0]}?" if near else "take it out"
        return f"{file}: there is no setting {where}; {hint}"
    return f"{file}: {where}: {' '.join(problem['msg'].removeprefix('Value error, ').split())}"
