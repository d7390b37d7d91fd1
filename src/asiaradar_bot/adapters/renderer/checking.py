"""Dry runs of templates on their own sample articles: for `asiaradar doctor`, for goldens, and before one is saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asiaradar_bot.adapters.renderer.renderer import SandboxedRenderer
from asiaradar_bot.model.article import Facts
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.policy import WordingChoices
from asiaradar_bot.model.wording import Wording
from asiaradar_bot.rules.wording import fill, post_link, variables_for

SAMPLE_MARKER = "p0000000000"
_TEXTS = ("authors", "categories", "keywords")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    An article on which a template is tried.
    """

    name: str
    facts: Facts
    news_class: NewsClass


def load_samples(folder: Path, template: str) -> tuple[Sample, ...]:
    """
    The samples of a template, from the `sample.json` in its folder: a list with at least one article.

    Raises:
        TemplateError: there is none, or it is no such list.
    """
    file = folder / template / "sample.json"
    try:
        samples = tuple(_sample(one) for one in json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise TemplateError(
            f"template {template} has no {file} to be tried on; copy that of another template", template=template
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise TemplateError(
            f"{file} is no list of articles with name, url and title ({error}); mend it", template=template
        ) from error
    if not samples:
        raise TemplateError(f"{file} holds no article; copy that of another template", template=template)
    return samples


def check_template(renderer: SandboxedRenderer, template: str, *, choices: WordingChoices) -> Mapping[str, Wording]:
    """
    The wording of each sample by its name.

    Raises:
        TemplateError: the template can't be rendered, or a sample's text could not go out.
    """
    made: dict[str, Wording] = {}
    for sample in load_samples(renderer.folder, template):
        wording = word_sample(renderer, template, sample, choices=choices)
        if wording.problems:
            raise TemplateError(
                f"template {template}: with the sample «{sample.name}», {wording.problems[0]}; mend the template",
                template=template,
            )
        made[sample.name] = wording
    return made


def word_sample(
    renderer: SandboxedRenderer,
    template: str,
    sample: Sample,
    *,
    choices: WordingChoices,
    source: str | None = None,
) -> Wording:
    """
    The post that the sample would get; with `source` that text is rendered instead of the template.

    Raises:
        TemplateError: the template can't be rendered.
    """
    link = post_link(sample.facts.url, marker=SAMPLE_MARKER, choices=choices)
    variables = variables_for(sample.facts, news_class=sample.news_class, choices=choices, link=link)
    if source is None:
        source = renderer.source_of(template)
    skeleton = renderer.render_source(source, variables, name=template)
    return fill(skeleton, link=link, language=sample.facts.language, choices=choices)


def _sample(told: dict[str, Any]) -> Sample:
    facts = dict(told)
    name = str(facts.pop("name"))
    news_class = NewsClass(facts.pop("class", NewsClass.NORMAL))
    published_at = facts.pop("published_at", None)
    for key in _TEXTS:
        facts[key] = tuple(facts.get(key, ()))
    facts.setdefault("summary", "")
    return Sample(
        name=name,
        facts=Facts(**facts, published_at=datetime.fromisoformat(published_at) if published_at else None),
        news_class=news_class,
    )
