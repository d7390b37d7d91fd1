"""What the child does with one request, called in this process."""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

import pytest
from jinja2.exceptions import SecurityError

from asiaradar_bot.adapters.renderer import child


def ask(source: str, **variables: Any) -> dict[str, Any]:
    """The child's answer."""
    return child.answer(json.dumps({"source": source, "variables": variables, "nonce": "<n>"}))


def test_slots_stand_between_marks() -> None:
    """Priority and text stand between two nonces."""
    assert ask("{{ title | fit(2) }}!", title="Rain") == {"text": "<n>2:Rain<n>!"}


def test_values_other_than_text_and_whole_numbers_are_refused() -> None:
    """Lists, dictionaries, truth values and fractions are no text."""
    assert ask("{{ n }}", n=3) == {"text": "3"}
    assert ask("{{ n }}", n=1.5) == {
        "error": "line 1: a float stands where text should; only text and whole numbers can"
    }


def test_operators_are_refused_at_run_time_as_well() -> None:
    """The second line of defence behind the list of what may stand in a template."""
    environment = child.PostEnvironment()
    with pytest.raises(SecurityError, match=r"the operator \* is not allowed"):
        environment.call_binop(None, "*", "a", 1)
    assert not environment.is_safe_callable(len)
    assert not environment.is_safe_attribute("", "upper", "".upper)
    assert environment.globals == {}


@pytest.mark.parametrize(
    ("raised", "said"),
    [(MemoryError(), "it needs too much memory"), (RecursionError(), "the template's nesting is too deep")],
)
def test_what_runs_out_is_named(monkeypatch: pytest.MonkeyPatch, raised: Exception, said: str) -> None:
    """Memory and stack end in a sentence, and the child lives on."""

    def give_out(*_: object) -> str:
        raise raised

    monkeypatch.setattr(child, "render", give_out)
    assert ask("x") == {"error": said}


def test_the_child_answers_line_by_line_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request line gets one answer line; memory, core files and computing time are bounded first."""
    limits: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    request = json.dumps({"source": "{{ t }}", "variables": {"t": "a\nb"}, "nonce": "n"})
    written = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{request}\n{request}\n"))
    monkeypatch.setattr(sys, "stdout", written)
    child.main()
    assert written.getvalue() == '{"text": "a\\nb"}\n' * 2
    assert limits[resource.RLIMIT_AS] == (child.MEMORY_BYTES, child.MEMORY_BYTES)
    assert limits[resource.RLIMIT_CORE] == (0, 0)
    assert limits[resource.RLIMIT_CPU][0] >= child.CPU_SECONDS
