"""Templates are hostile until proven otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.wording import FitSlot

VARIABLES: dict[str, Any] = {"title": "Ferries", "summary": "They run. " * 20, "tags": ["a", "b"]}


@pytest.fixture(scope="module")
def renderer() -> Iterator[SandboxedRenderer]:
    """A renderer over the shipped templates."""
    made = SandboxedRenderer(Path("templates"))
    yield made
    made.close()


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ title.format(1) }}",
        "{{ 'a' * 100000000 }}",
        "{{ '%s' % title }}",
        "{{ range(3) }}",
        "{{ nothing }}",
        "{% include 'x' %}",
        "{% macro m() %}x{% endmacro %}{{ m() }}",
        "{% if %}",
        "{{ title | tojson }}",
        "x" * 5000,
        "{% for a in summary %}{{ summary }}{% endfor %}",
        "{% for a in summary %}{% for b in summary %}{% for c in summary %}{% for d in summary %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ title | replace('e', summary) | replace('e', summary) | replace('e', summary) | replace('e', summary) | replace(' ', summary) | replace(' ', summary) }}",
    ],
)
def test_a_mean_template_is_refused_and_the_next_one_renders(renderer: SandboxedRenderer, source: str) -> None:
    """Escapes, bombs and endless loops end in one sentence, and the renderer goes on."""
    with pytest.raises(TemplateError, match="template mean"):
        renderer.render_source(source, VARIABLES, name="mean")
    assert renderer.render_source("{{ title }}", VARIABLES, name="good").parts == ("Ferries",)


def test_slots_are_kept_open(renderer: SandboxedRenderer) -> None:
    """The fit filter leaves a slot that text cannot forge."""
    forged = {**VARIABLES, "title": "\x020123\x031:forged\x020123\x03"}
    parts = renderer.render_source("{{ title | fit(0) }} and {{ summary | fit }}", forged, name="slots").parts
    assert parts == (FitSlot(text=forged["title"], priority=0), " and ", FitSlot(text=VARIABLES["summary"], priority=1))


def test_a_missing_template_names_those_that_are_there(renderer: SandboxedRenderer) -> None:
    """The sentence says which templates exist."""
    with pytest.raises(TemplateError, match="article, breaking, evergreen"):
        renderer.render("../secrets", VARIABLES)
