"""Templates are hostile until proven otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.renderer.renderer import SOURCE_BYTES
from asiaradar_bot.model.errors import TemplateError
from asiaradar_bot.model.wording import FitSlot

VARIABLES: dict[str, Any] = {
    "title": "Ferries",
    "summary": "They run. " * 20,
    "tags": ["a", "b"],
    "more": {"a": {"b": 1}},
    "number": 3,
}
LOOPS = "{% for a in summary %}" * 4 + "{% endfor %}" * 4
BOUND = "it needs too much memory|it took longer than 1 s"
"""Which of the two limits a bomb meets first is the machine's affair."""
BOMB = "{{ title" + " | replace('e', summary)" * 4 + " | replace(' ', summary)" * 3 + " }}"


@pytest.fixture(scope="module")
def renderer() -> Iterator[SandboxedRenderer]:
    """A renderer over the shipped templates."""
    made = SandboxedRenderer(Path("templates"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ ''.__class__.__mro__ }}", "line 1: access to attribute '__class__'"),
        ("{{ title.upper }}", "line 1: access to attribute 'upper'"),
        ("{{ title.format }}", "line 1: a function stands where text should"),
        ("{{ title.format(1) }}", r"line 1: a call with \(\) is not allowed"),
        ("{{ '{0.__class__}'.format(1) }}", r"line 1: a call with \(\) is not allowed"),
        ("{{ title | attr('x') }}", "No filter named 'attr'"),
        ("{{ tags | join(attribute='__class__') }}", "access to attribute '__class__'"),
        ("{{ tags | sort(attribute='__class__') | join }}", "access to attribute '__class__'"),
        ("{{ 'a' * 100000000 }}", r"the operator \* is not allowed"),
        ("{{ 9 ** 9 ** 9 }}", r"the operator \*\* is not allowed"),
        ("{{ '%999999999d' % 1 }}", "the operator % is not allowed"),
        ("{{ 1 / 0 }}", "the operator / is not allowed"),
        ("{{ range(3) }}", r"a call with \(\) is not allowed"),
        ("{{ lipsum }}", "'lipsum' is undefined"),
        ("{{ self }}", "stands where text should"),
        ("one\n{{ nothing | fit(1) }}", r"line 2: 'nothing' is undefined \(there are: title, summary"),
        ("{% include 'x' %}", "include is not allowed"),
        ("{% import 'x' as y %}", "import is not allowed"),
        ("{% extends 'x' %}", "extends is not allowed"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "macro is not allowed"),
        ("{% call m() %}{% endcall %}", "call is not allowed"),
        ("{% set x %}a{% endset %}", "set block is not allowed"),
        ("{% for a in tags recursive %}{{ loop(tags) }}{% endfor %}", r"a call with \(\) is not allowed"),
        ("{% autoescape true %}{{ title }}{% endautoescape %}", "autoescape is not allowed"),
        ("one\ntwo {% if %}", "line 2: Expected an expression"),
        ("{{ title | tojson }}", "No filter named 'tojson'"),
        ("{{ title is callable }}", "No test named 'callable'"),
        ("{{ tags }}", r"join it: \{\{ tags \| join"),
        ("{{ more }}", "a dict stands where text should"),
        ("{{ true }}", "a bool stands where text should"),
        ("{{ tags | fit }}", "fit takes text, not a list"),
        ("{{ title | fit(10) }}", "fit takes a priority from 0 to 9"),
        ("{{ title | fit(true) }}", "fit takes a priority from 0 to 9"),
        ("{{ title | fit | upper }}", "fit has to be the last filter"),
        ("{{ title | fit ~ 'x' }}", "fit has to be the last filter"),
        ("{{ nothing.at.all }}", "'nothing' is undefined"),
        ("{{ more.c }}", "has no attribute 'c'"),
        ("{{ tags[7] | upper }}", "has no element 7"),
        ("{{ 'a' + 1 }}", "line 1: can only concatenate"),
        ("x" * (SOURCE_BYTES + 1), "longer than 4096 bytes"),
        ("{% for a in summary %}{{ summary }}{% endfor %}", "longer than 10000 characters"),
        ("{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}", "nesting is too deep"),
        ("{{ " + "[" * 1500 + "]" * 1500 + " }}", "nesting is too deep"),
        ("{{ 1" + "+1" * 1500 + " }}", "nesting is too deep"),
        ("{% if title %}" * 60 + "{% endif %}" * 60, "nesting is too deep"),
        ("{% set a = title + title %}" + "{% set a = a + a %}" * 200 + "{{ a }}", BOUND),
        (BOMB, BOUND),
        (LOOPS, "took longer than 1 s"),
    ],
)
def test_a_mean_template_is_refused_and_the_next_one_renders(
    renderer: SandboxedRenderer, source: str, why: str
) -> None:
    """Escapes, bombs and endless loops end in one sentence, and the renderer goes on."""
    renderer.render_source("", VARIABLES, name="warm")
    with pytest.raises(TemplateError, match=why) as refused:
        renderer.render_source(source, VARIABLES, name="mean")
    assert refused.value.template == "mean"
    assert str(refused.value).startswith("template mean")
    assert renderer.render_source("{{ title }}", VARIABLES, name="good").parts == ("Ferries",)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ title | upper }} {{ number + 1 }}", "FERRIES 4"),
        ("{% for t in tags %}{{ loop.index }}{{ t }}{{ '' if loop.last else ', ' }}{% endfor %}", "1a, 2b"),
        ("{% if more.a.b == 1 and 'a' in tags %}yes{% else %}no{% endif %}", "yes"),
        ("{{ {'zh': '快讯'}['zh'] }}{{ {'zh': '快讯'}['ko'] | default('-') }}{{ nothing | default('-') }}", "快讯--"),
        ("{{ tags | join(', ') }} {{ tags | length }} {{ title[:3] ~ '.' }}", "a, b 2 Fer."),
        ("{% set name = title | lower %}{{ name }}", "ferries"),
        ("{{ tags | select('ne', 'a') | join }}", "b"),
        ("", None),
    ],
)
def test_what_an_editor_needs_works(renderer: SandboxedRenderer, source: str, expected: str | None) -> None:
    """Conditions, loops, choices by language, and the listed filters."""
    expected_parts = () if expected is None else (expected,)
    assert renderer.render_source(source, VARIABLES, name="kind").parts == expected_parts


def test_slots_are_kept_open(renderer: SandboxedRenderer) -> None:
    """The fit filter leaves a slot that text cannot forge, with the text as it is."""
    forged = {**VARIABLES, "title": "\x020123\x031:forged\x020123\x03 👩🏽‍🚒"}
    parts = renderer.render_source("{{ title | fit(0) }} and {{ summary | fit }}", forged, name="slots").parts
    assert parts == (FitSlot(text=forged["title"], priority=0), " and ", FitSlot(text=VARIABLES["summary"], priority=1))


def test_slots_of_fixed_text_bear_the_mark_of_their_own_render(renderer: SandboxedRenderer) -> None:
    """What never changes in a template is not worked out ahead with the mark of an earlier render."""
    for _ in range(3):
        assert renderer.render_source("{{ 'x' | fit }}", {}, name="fixed").parts == (FitSlot(text="x"),)


def test_a_missing_template_names_those_that_are_there(renderer: SandboxedRenderer) -> None:
    """The sentence says which templates exist; names never lead out of the folder."""
    with pytest.raises(TemplateError, match="article, breaking, cjk, evergreen"):
        renderer.render("../secrets", VARIABLES)


def test_an_edit_counts_at_once(tmp_path: Path) -> None:
    """A template is read anew each time; one that is no UTF-8 is refused."""
    file = tmp_path / "own" / "post.txt.j2"
    file.parent.mkdir()
    renderer = SandboxedRenderer(tmp_path)
    try:
        for text in ("one", "two"):
            file.write_text(text, encoding="utf-8")
            assert renderer.render("own", {}).parts == (text,)
        file.write_bytes(b"\xff\xfe")
        with pytest.raises(TemplateError, match="save it as UTF-8"):
            renderer.render("own", {})
        file.unlink()
        file.mkdir()
        with pytest.raises(TemplateError, match=r"there is no template own .*there are: own"):
            renderer.render("own", {})
    finally:
        renderer.close()


def test_an_article_too_long_for_the_renderer_is_worded_by_hand(renderer: SandboxedRenderer) -> None:
    """Variables larger than a pipe are refused before anything is sent."""
    with pytest.raises(TemplateError, match="word this post by hand"):
        renderer.render_source("{{ title }}", {"title": "x" * 70_000}, name="long")
