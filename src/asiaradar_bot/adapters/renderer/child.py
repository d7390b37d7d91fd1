"""
The child process that renders: JSON lines in, JSON lines out, with little memory and no way back.

Runs as `python -m asiaradar_bot.adapters.renderer.child`; the parent kills it at the deadline and starts another.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES = 384 * 1024 * 1024
OUTPUT_CHARS = 10_000
FILTERS = ("upper", "lower", "join", "first", "last", "default", "replace", "trim", "length", "capitalize")
TESTS = ("defined", "undefined", "equalto", "eq", "ne", "in", "string", "number")
_FORBIDDEN_NODES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Macro, nodes.CallBlock)


class PostEnvironment(ImmutableSandboxedEnvironment):
    """
    Jinja without globals, calls, attributes of values, and the operators that make much out of little.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """
        Refuse the operator.

        Raises:
            SecurityError: always.
        """
        del context, left, right
        raise SecurityError(f"the operator {operator} is not allowed in templates")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """
        Never: templates read variables and their items only.
        """
        del obj, attr, value
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        """
        Never: templates use filters, not calls.
        """
        del obj
        return False


def environment(nonce: str) -> PostEnvironment:
    """
    A fresh environment whose `fit` filter marks slots with the nonce.
    """
    made = PostEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, keep_trailing_newline=False)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    made.tests = {name: made.tests[name] for name in TESTS}
    made.filters["fit"] = lambda text, priority=1: f"{nonce}{int(priority)}:{text}{nonce}"
    return made


def render(source: str, variables: dict[str, Any], nonce: str) -> str:
    """
    The rendered text with its slot marks.

    Raises:
        TemplateError: Jinja's own, or a forbidden statement.
        ValueError: the output is too long.
    """
    made = environment(nonce)
    tree = made.parse(source)
    for node in tree.find_all(_FORBIDDEN_NODES):
        raise SecurityError(f"line {node.lineno}: {type(node).__name__.lower()} is not allowed in templates")
    pieces: list[str] = []
    size = 0
    for piece in made.from_string(source).generate(variables):
        size += len(piece)
        if size > OUTPUT_CHARS:
            raise ValueError(f"its output is longer than {OUTPUT_CHARS} characters")
        pieces.append(piece)
    return "".join(pieces)


def answer(line: str) -> dict[str, Any]:
    """
    The reply to one request line.
    """
    asked = json.loads(line)
    try:
        return {"text": render(asked["source"], asked["variables"], asked["nonce"])}
    except TemplateError as error:
        number = getattr(error, "lineno", None)
        return {"error": (f"line {number}: " if number else "") + (error.message or type(error).__name__)}
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError, MemoryError) as error:
        return {"error": str(error) or type(error).__name__}


def main() -> None:
    """
    Answer lines until the parent goes away.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
