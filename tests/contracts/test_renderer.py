"""The contract of `ports.Renderer`, held by SandboxedRenderer on the templates that ship; tests use no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.model.decision import NewsClass
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.policy import WordingChoices
from asiaradar_bot.model.wording import FitSlot, TemplateValue
from asiaradar_bot.ports import Renderer
from asiaradar_bot.rules.wording import variables_for
from tests.factories import LINK, make_facts

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    """The one implementation."""
    made = SandboxedRenderer(TEMPLATES)
    yield made
    made.close()


def variables(**how: object) -> dict[str, TemplateValue]:
    """What a template may use."""
    return variables_for(make_facts(**how), news_class=NewsClass.NORMAL, choices=WordingChoices(), link=LINK)


def test_every_template_that_is_listed_can_be_rendered(renderer: Renderer) -> None:
    """The list is sorted, and each one gives a skeleton with the link and a headline that may be fitted."""
    names = renderer.list_templates()
    assert list(names) == sorted(names)
    assert "article" in names
    for name in names:
        parts = renderer.render(name, variables()).parts
        assert LINK in "".join(part for part in parts if isinstance(part, str))
        assert any(isinstance(part, FitSlot) and part.text == "Port of Busan counts its busiest year" for part in parts)


def test_rendering_is_repeatable(renderer: Renderer) -> None:
    """The same template and variables give the same skeleton, so that a preview is what is sent."""
    assert renderer.render("article", variables()) == renderer.render("article", variables())


@pytest.mark.parametrize("title", ["{{ 7 * 7 }}", "<b>&amp;</b>", "日本🎌", "\x02x\x03", "a\nb", "{% raw %}"])
def test_values_are_words_and_nothing_else(renderer: Renderer, title: str) -> None:
    """What a page says is neither run as a template nor escaped, and can't make slots of its own."""
    given = {**variables(), "title": title}
    slots = [part for part in renderer.render("article", given).parts if isinstance(part, FitSlot)]
    plain = [part for part in renderer.render("article", variables()).parts if isinstance(part, FitSlot)]
    assert slots[0].text == title
    assert [slot.priority for slot in slots] == [slot.priority for slot in plain]


@pytest.mark.parametrize("name", ["never-was", "../article", "", "article/"])
def test_a_missing_template_is_a_sentence(renderer: Renderer, name: str) -> None:
    """The error says which ones there are."""
    with pytest.raises(TemplateError, match="article") as refused:
        renderer.render(name, variables())
    assert "\n" not in str(refused.value)


def test_too_much_is_a_sentence(renderer: Renderer) -> None:
    """An article beyond all measure is refused, and the next one is rendered as if nothing had been."""
    with pytest.raises(TemplateError, match="over the limit"):
        renderer.render("article", {**variables(), "summary": "x" * 100_000})
    assert renderer.render("article", variables()).parts
